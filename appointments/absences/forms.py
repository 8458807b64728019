"""Where one visit goes: what was proposed, or what somebody typed instead."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from appointments.absences.proposals import EITHER, LATER, OTHER
from appointments.forms import TIME, DayField
from core import clock
from core.errors import Refused
from core.forms import Form

WAYS = [
    (EITHER, _("Another doctor at the same time, else later")),
    (OTHER, _("Another doctor at the same time")),
    (LATER, _("The same doctor later")),
]


class WayForm(Form):
    """How new times are looked for."""

    way = forms.ChoiceField(label=_("Look for"), choices=WAYS, initial=EITHER)


class VisitForm(Form):
    """One visit of the run; the prefix is its id."""

    move = forms.BooleanField(label=_("Move"), required=False)
    day = DayField(required=False)
    time = forms.TimeField(label=_("Time"), widget=TIME, required=False)
    doctor = forms.ChoiceField(label=_("Doctor"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, doctors: dict[str, User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.doctors = doctors
        choices = [(pk, doctor.display_name) for pk, doctor in doctors.items()]
        self.fields["doctor"].choices = choices  # type: ignore[attr-defined]
        for name, label in (("day", _("Day")), ("time", _("Time")), ("doctor", _("Doctor"))):
            self.fields[name].widget.attrs |= {"aria-label": label, "class": "input"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("move"):
            self.errors.clear()  # what is left where it is needs nothing
            return {**data, "start": None}
        if not self.errors and not (data.get("day") and data.get("time")):
            self.add_error("day", _("Give the day and the time, or leave the visit where it is."))
        return {**data, "start": self._start(data) if not self.errors else None}

    def _start(self, data: dict[str, Any]) -> datetime | None:
        try:
            return clock.at(data["day"], data["time"])
        except Refused as refusal:
            self.refuse(refusal)
            return None
