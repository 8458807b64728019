"""Forms of the desk: shape only, the actions decide."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User, with_profiles
from appointments import offers
from appointments.finding_times.forms import WishFields
from appointments.finding_times.wishes import Wish
from appointments.models import AppointmentType, Chair
from appointments.rules import LONGEST_MINUTES, UNIT_MINUTES, fit_pattern
from core import clock
from core.errors import Refused
from core.forms import Form
from core.ids import is_id

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
TIME = forms.TimeInput(attrs={"type": "time", "step": "300"}, format="%H:%M")
ANY = [("", _("Any"))]
# Where a refusal is shown that names an input of the actions.
_SHOWN_AT = {"date": "time", "doctor_id": "doctor", "chair_id": "chair", "patient_id": "patient_query"}
# Days in which a clinic can have visits.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 30)


class DayField(forms.DateField):
    """A calendar day of the years in which a clinic can have visits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Day"), widget=DAY, **kwargs)

    def clean(self, value: Any) -> Any:
        """The day. Raises ValidationError for no day, or one out of all bounds."""
        day = super().clean(value)
        if day and not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class PlaceFields(WishFields):
    """When, with whom, on which chair: shared by booking and moving."""

    day = DayField()
    time = forms.TimeField(label=_("Time"), widget=TIME, required=False)
    doctor = forms.ChoiceField(label=_("Doctor"), required=False)
    chair = forms.ChoiceField(label=_("Chair"), required=False)
    minutes = forms.IntegerField(
        label=_("Minutes"), required=False, min_value=5, max_value=LONGEST_MINUTES, step_size=5
    )
    overbook = forms.BooleanField(label=_("Overbook: the time may be taken already"), required=False)
    override_reason = forms.CharField(label=_("Reason for the exception"), max_length=500, required=False)

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

    def clean_doctor(self) -> User | None:
        return self.doctors.get(self.cleaned_data["doctor"])

    def clean_chair(self) -> Chair | None:
        return self.chairs.get(self.cleaned_data["chair"])

    def clean_time(self) -> Any:
        moment = self.cleaned_data["time"]
        if moment is None and not self.starts_now:
            raise forms.ValidationError(_("Choose a free time, or type the time."), code="required")
        return moment

    @property
    def starts_now(self) -> bool:
        """Whether no time needs to be typed."""
        return False

    def place(self) -> dict[str, Any]:
        """What the actions are told about the place. Raises Refused for a time that the clock skips."""
        data = self.cleaned_data
        tapped = self.data.get("instant")  # tells the two hours apart when the clock goes back
        start = tapped if isinstance(tapped, datetime) else self._typed_start(data["day"], data["time"])
        names = ("doctor", "chair", "minutes", "overbook", "override_reason")
        return {"start": start} | {name: data[name] for name in names}

    def _typed_start(self, day: date, moment: Any) -> datetime:
        return _now_on_the_grid() if moment is None else clock.at(day, moment)

    def refuse(self, refusal: Refused) -> None:
        refusal.field = _SHOWN_AT.get(refusal.field or "", refusal.field)
        super().refuse(refusal)

    # --- What is looked for when free times are wanted: whatever of the form makes sense already

    def wanted_day(self) -> date:
        """The day from which free times are wanted."""
        try:
            day: date = self.fields["day"].clean(self.raw("day"))
        except forms.ValidationError:
            return clock.today()
        return day

    def wanted_pattern(self, pattern: str) -> str:
        """The pattern in the length that is typed, if it is one."""
        text = self.raw("minutes")
        try:
            return fit_pattern(pattern, int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None)
        except Refused:
            return pattern

    def wanted_doctors(self) -> list[User]:
        """The doctor chosen, or all."""
        chosen = self.doctors.get(self.raw("doctor"))
        return [chosen] if chosen else list(self.doctors.values())

    def wish(self) -> Wish:
        """With the chair that is chosen."""
        chair = self.raw("chair")
        return replace(super().wish(), chair_id=chair if chair in self.chairs else "")


class MoveForm(PlaceFields):
    """Another time for the same visit."""


class BookForm(PlaceFields):
    """A new visit."""

    patient = forms.CharField(required=False, widget=forms.HiddenInput)
    patient_query = forms.CharField(
        label=_("Patient"),
        required=False,
        max_length=200,
        help_text=_("Name, phone, date of birth or chart number."),
    )
    type = forms.ChoiceField(label=_("Type"))
    reason = forms.CharField(label=_("Note for the desk"), max_length=500, required=False)
    walk_in = forms.BooleanField(label=_("Walk-in: the patient is here now"), required=False)
    due = forms.CharField(required=False, widget=forms.HiddenInput)  # the visit due that this one settles
    checkout = forms.CharField(required=False, widget=forms.HiddenInput)  # the visit whose patient leaves with this one

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.types = {kind.code: kind for kind in AppointmentType.objects.visible_to(user)}
        field = self.fields["type"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(kind.code, f"{kind.code} · {kind.minutes} min · {kind.name}") for kind in self.types.values()]
        field.initial = settings.DEFAULT_APPOINTMENT_TYPE

    @property
    def starts_now(self) -> bool:
        return bool(self.data.get("walk_in"))

    def clean_type(self) -> AppointmentType:
        return self.types[self.cleaned_data["type"]]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not is_id(data.get("patient", "")):
            self.add_error("patient_query", _("Choose the patient."))
        return data

    def type_pattern(self) -> str:
        """The pattern of the type that is chosen so far."""
        kind = self.types.get(self.raw("type"))
        return kind.pattern if kind else "A"


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

    day = DayField()


def typed(data: Mapping[str, Any]) -> dict[str, Any]:
    """What was sent, with the free time that was tapped written into day, time, doctor and chair."""
    values = {name: data[name] for name in data}
    if isinstance(data, QueryDict):
        values["weekday"] = data.getlist("weekday")
    chosen = offers.read(str(values.pop("slot", "")))
    if chosen:
        start, doctor, chair = chosen
        values |= wall_initial(start) | {"doctor": doctor, "chair": chair, "instant": start}
    return values


def wall_initial(start: datetime) -> dict[str, str]:
    """Day and time fields for an instant."""
    moment = clock.wall(start)
    return {"day": moment.date().isoformat(), "time": f"{moment:%H:%M}"}


def _now_on_the_grid() -> datetime:
    now = clock.now().replace(second=0, microsecond=0)
    return now - timedelta(minutes=now.minute % UNIT_MINUTES)
