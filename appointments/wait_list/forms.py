"""Forms of the wait list: shape only, the actions decide."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User, with_profiles
from appointments.forms import ANY, DAY, TIME
from appointments.models import AppointmentType, Weekday
from core.forms import Form

_MOST_HOURS = 24 * 14


class WishForm(Form):
    """A kind of visit, with whom, when, and how early it must be told."""

    type = forms.ChoiceField(label=_("Kind of visit"))
    doctor = forms.ChoiceField(label=_("Doctor"), required=False)
    weekdays = forms.MultipleChoiceField(
        label=_("Weekdays"),
        choices=Weekday.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means any."),
    )
    time_from = forms.TimeField(label=_("From"), widget=TIME, required=False)
    time_to = forms.TimeField(label=_("To"), widget=TIME, required=False)
    earliest = forms.DateField(label=_("Not before"), widget=DAY, required=False)
    latest = forms.DateField(label=_("Not after"), widget=DAY, required=False)
    notice_hours = forms.IntegerField(
        label=_("Hours of notice needed"),
        initial=24,
        min_value=0,
        max_value=_MOST_HOURS,
        help_text=_("0 to 2 means: comes at short notice."),
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = {row.pk: row for row in AppointmentType.objects.filter(is_active=True)}
        self.doctors = {doctor.pk: doctor for doctor in with_profiles(User.objects.doctors())}
        self._choose("type", [(pk, row.name) for pk, row in self.types.items()])
        self._choose("doctor", ANY + [(pk, doctor.display_name) for pk, doctor in self.doctors.items()])

    def _choose(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def wanted(self) -> dict[str, Any]:
        """What the action is told."""
        data = dict(self.cleaned_data)
        data["type"] = self.types[data["type"]]
        data["doctor"] = self.doctors.get(data["doctor"])
        data["weekdays"] = "".join(sorted(data["weekdays"]))
        return data
