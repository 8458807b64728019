"""What families fill in: shape only, the actions decide."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from appointments.models import AppointmentType
from core.forms import Form, ModelForm
from patients.models import Patient
from patients.rules import CONTACT_FIELDS


class WishForm(Form):
    """For whom, what, and with whom."""

    patient = forms.ChoiceField(label=_("Who is coming?"), widget=forms.RadioSelect)
    type = forms.ChoiceField(label=_("What for?"), widget=forms.RadioSelect)
    doctor = forms.ChoiceField(label=_("With"), required=False)

    def __init__(
        self,
        *args: Any,
        people: Iterable[Patient],
        types: Iterable[AppointmentType],
        doctors: Iterable[User],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        lengths = [(kind.code, _length(kind)) for kind in types]
        named = [(doctor.pk, doctor.display_name) for doctor in doctors]
        self._offer("patient", [(patient.pk, patient.name) for patient in people])
        self._offer("type", lengths)
        self._offer("doctor", [("", _("Any orthodontist")), *named])

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


class TimeForm(Form):
    """The time that was chosen; sent along unseen."""

    start = forms.DateTimeField(widget=forms.HiddenInput)


class BookForm(TimeForm):
    """The whole choice; sent along unseen."""

    patient = forms.CharField(max_length=24, widget=forms.HiddenInput)
    type = forms.CharField(max_length=8, widget=forms.HiddenInput)
    doctor = forms.CharField(max_length=24, widget=forms.HiddenInput)


class CancelForm(Form):
    """A word for the desk, if the family likes."""

    reason = forms.CharField(
        label=_("Do you want to tell us why?"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ContactForm(ModelForm[Patient]):
    """How the clinic reaches the person; `version` is the state that the family looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    class Meta:
        model = Patient
        fields = CONTACT_FIELDS
        widgets = {
            "phone": forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
            "phone_alternative": forms.TextInput(attrs={"type": "tel"}),
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "address": forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
        }
        labels = {"preferred_name": _("What should we call you?"), "language": _("Language you prefer")}


def _length(kind: AppointmentType) -> str:
    return _("%(name)s (%(minutes)s minutes)") % {"name": kind.name, "minutes": kind.minutes}
