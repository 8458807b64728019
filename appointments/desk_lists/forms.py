"""Forms of checkout, lists and calls: shape only, the actions decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User, with_profiles
from appointments.desk_lists.rules import MOST_WEEKS, CallOutcome, NoNext
from appointments.desk_lists.shared import Filters
from appointments.forms import FIRST_DAY, LAST_DAY
from appointments.models import AppointmentType, Location
from core.forms import Form

_DAY = {"type": "date"}


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs=dict(_DAY), format="%Y-%m-%d"))


class FilterForm(Form):
    """Which rows; what makes no sense is left out and said."""

    doctor = forms.ChoiceField(label=_("Doctor"), required=False)
    location = forms.ChoiceField(label=_("Location"), required=False)
    first = _day(_("From"))
    last = _day(_("To"))
    not_called_since = _day(_("Not called since"))
    aside = forms.BooleanField(label=_("Put aside"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        doctors = [(doctor.pk, doctor.display_name) for doctor in with_profiles(User.objects.doctors())]
        places = list(Location.objects.filter(is_active=True).values_list("pk", "name"))
        for name, choices in (("doctor", doctors), ("location", places)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("Any")), *choices]
        self.has_places = len(places) > 1

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("first", "last", "not_called_since"):
            if data.get(name) and not FIRST_DAY <= data[name] <= LAST_DAY:
                self.add_error(name, _("Choose a day between 2000 and 2199."))
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        return data

    @property
    def filters(self) -> Filters:
        """As the lists take them; a field with an error asks for nothing."""
        if not self.is_bound:
            return Filters()
        self.is_valid()
        return Filters(**{name: value for name, value in self.cleaned_data.items() if value})

    @property
    def is_narrow(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.filters.facts())


class CheckoutForm(Form):
    """One of three answers; what belongs to the others is not looked at."""

    answer = forms.CharField(max_length=10)
    expected = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    following = forms.CharField(max_length=24, required=False)
    type = forms.ChoiceField(label=_("Kind of visit"), required=False)
    weeks = forms.IntegerField(label=_("In how many weeks"), required=False, min_value=0, max_value=MOST_WEEKS)
    todo = forms.CharField(label=_("What to do"), max_length=300, required=False)
    why_none = forms.ChoiceField(label=_("Reason"), required=False, choices=[("", "—"), *NoNext.choices])
    note = forms.CharField(label=_("In words"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = AppointmentType.objects.filter(is_active=True)
        self.types = {kind.code: kind for kind in rows}
        field = self.fields["type"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Any")), *((kind.code, f"{kind.code} · {kind.name}") for kind in rows)]

    def clean_type(self) -> AppointmentType | None:
        return self.types.get(self.cleaned_data["type"])


class CallForm(Form):
    """How a call ended."""

    outcome = forms.ChoiceField(choices=CallOutcome.choices)
    note = forms.CharField(max_length=300, required=False)


class AsideForm(Form):
    """Until when a row is off its list, and why."""

    until = _day(_("Until"))
    reason = forms.CharField(label=_("Reason"), max_length=300)
