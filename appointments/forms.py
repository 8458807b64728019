"""Forms of the desk: shape only, the actions decide."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User, with_profiles
from appointments.models import AppointmentType, Chair
from appointments.rules import LONGEST_MINUTES
from core import clock
from core.errors import Refused
from core.forms import Form
from core.ids import is_id

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
TIME = forms.TimeInput(attrs={"type": "time", "step": "300"}, format="%H:%M")
ANY = [("", _("Any"))]


class PlaceFields(Form):
    """When, with whom, on which chair: shared by booking and moving."""

    day = forms.DateField(label=_("Day"), widget=DAY)
    time = forms.TimeField(label=_("Time"), widget=TIME, required=False)
    doctor = forms.ChoiceField(label=_("Doctor"), required=False)
    chair = forms.ChoiceField(label=_("Chair"), required=False)
    minutes = forms.IntegerField(
        label=_("Minutes"), required=False, min_value=5, max_value=LONGEST_MINUTES, step_size=5
    )
    slot = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)
    overbook = forms.BooleanField(label=_("Overbook: book it although the time is taken or closed"), required=False)
    override_reason = forms.CharField(label=_("Reason for overbooking"), max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.doctors = {doctor.pk: doctor for doctor in with_profiles(User.objects.doctors())}
        rows = Chair.objects.filter(is_active=True, location__is_active=True).select_related("location")
        self.chairs = {chair.pk: chair for chair in rows.order_by("location__name", "position", "name")}
        several = len({chair.location_id for chair in self.chairs.values()}) > 1
        self._choices("doctor", [(pk, doctor.display_name) for pk, doctor in self.doctors.items()])
        self._choices(
            "chair",
            [(pk, f"{chair.location}: {chair}" if several else str(chair)) for pk, chair in self.chairs.items()],
        )

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [*ANY, *choices]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        try:
            self._read_place(data)
        except Refused as refusal:
            self.add_error("time", str(refusal.message))
        return data

    def _read_place(self, data: dict[str, Any]) -> None:
        chosen = read_slot(data.get("slot", ""))
        doctor_id, chair_id = data["doctor"], data["chair"]
        if chosen:
            data["start"], doctor_id, chair_id = chosen
        elif data.get("time"):
            data["start"] = clock.at(data["day"], data["time"])
        else:
            self.add_error("time", _("Choose a free time, or type the time."))
        data["doctor"], data["chair"] = self.doctors.get(doctor_id), self.chairs.get(chair_id)

    def place(self) -> dict[str, Any]:
        """What the actions are told about the place."""
        data = self.cleaned_data
        names = ("start", "doctor", "chair", "minutes", "overbook", "override_reason")
        return {name: data.get(name) for name in names}


class MoveForm(PlaceFields):
    """Another time for the same visit."""


class BookForm(PlaceFields):
    """A new visit."""

    patient = forms.CharField(required=False, widget=forms.HiddenInput)
    patient_query = forms.CharField(
        label=_("Patient"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Name, phone, date of birth or chart number."),
    )
    type = forms.ChoiceField(label=_("Type"))
    reason = forms.CharField(label=_("Note for the desk"), max_length=500, required=False)
    walk_in = forms.BooleanField(label=_("Walk-in: the patient is here now"), required=False)

    field_order = ["patient_query", "type", "doctor", "day", "time", "minutes", "chair", "reason", "walk_in"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = {kind.code: kind for kind in AppointmentType.objects.visible_to(user)}
        field = self.fields["type"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(kind.code, f"{kind.name} ({kind.minutes} min)") for kind in self.types.values()]
        field.initial = settings.DEFAULT_APPOINTMENT_TYPE

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not is_id(data.get("patient", "")):
            self.add_error("patient_query", _("Choose the patient."))
        if not self.errors and data.get("doctor") is None:
            self.add_error("doctor", _("Choose the doctor, or one of the free times."))
        data["type"] = self.types.get(data.get("type", ""))
        return data


class CancelForm(Form):
    """Why, and who called it off."""

    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)
    by_patient = forms.BooleanField(label=_("Called off by the patient or family"), required=False)


class NoteForm(Form):
    """The note for the desk."""

    reason = forms.CharField(label=_("Note for the desk"), max_length=500, required=False)


class StatusForm(Form):
    """One step; `expected` is what the person saw."""

    status = forms.CharField(max_length=20)  # type: ignore[assignment]
    expected = forms.CharField(max_length=20, required=False)
    chair = forms.CharField(max_length=24, required=False)


class DayForm(Form):
    """Jump to a day."""

    day = forms.DateField(label=_("Day"), widget=DAY)


def read_slot(text: str) -> tuple[datetime, str, str] | None:
    """`start|doctor|chair` of a free time that the page offered; None for anything else."""
    start, _bar, rest = text.partition("|")
    doctor, _bar, chair = rest.partition("|")
    try:
        instant = datetime.fromisoformat(start)
    except ValueError:
        return None
    return (instant, doctor, chair) if instant.tzinfo else None


def wall_initial(start: datetime) -> dict[str, date | time]:
    """Day and time fields for an instant."""
    moment = clock.wall(start)
    return {"day": moment.date(), "time": moment.time().replace(second=0, microsecond=0)}
