"""Free times as families choose them: two weeks of days, and the times of one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from appointments.models import DayParts
from appointments.slots import Slot, free_slots
from core import clock
from patients.models import Patient

WINDOW_DAYS = 14


@dataclass(frozen=True)
class Part:
    """Morning, afternoon or after school."""

    label: str
    times: list[Slot]


@dataclass(frozen=True)
class OpenDay:
    """One day with its free times."""

    date: date
    slots: list[Slot]
    day_parts: DayParts

    @property
    def label(self) -> str:
        """Wed 25 Nov."""
        return date_format(self.date, "D j M")

    @property
    def parts(self) -> list[Part]:
        """The times of day, as families think of them."""
        spans = (
            (_("Morning"), time.min, self.day_parts.midday_from),
            (_("Early afternoon"), self.day_parts.midday_from, self.day_parts.after_school_from),
            (_("After school"), self.day_parts.after_school_from, time.max),
        )
        found = [
            Part(label, [slot for slot in self.slots if begin <= _clock(slot) < end]) for label, begin, end in spans
        ]
        return [part for part in found if part.times]


@dataclass(frozen=True)
class Window:
    """The days that are looked at now; the first is today or a later one, the last within the clinic's limit."""

    first: date
    last: date

    @property
    def earlier(self) -> date | None:
        """First day of the window before."""
        return max(self.first - timedelta(days=WINDOW_DAYS), clock.today()) if self.first > clock.today() else None

    @property
    def later(self) -> date | None:
        """First day of the window after."""
        following = self.last + timedelta(days=1)
        return following if following <= horizon() else None


def horizon() -> date:
    """The last day that families may book."""
    return clock.today() + timedelta(days=settings.ONLINE_BOOKING_DAYS)


def window(asked: str | None) -> Window:
    """The window that holds the day asked for; today's for anything that is no day."""
    try:
        day = parse_date(asked or "") or clock.today()
    except ValueError:
        day = clock.today()
    first = min(max(day, clock.today()), horizon())
    return Window(first, min(first + timedelta(days=WINDOW_DAYS - 1), horizon()))


def free(doctors: Sequence[User], type_code: str, pattern: str, patient: Patient, span: Window) -> list[OpenDay]:
    """Days with free times, one row a start; of two doctors free at once the first one asked for."""
    order = {doctor.pk: place for place, doctor in enumerate(doctors)}
    found = free_slots(
        doctors=doctors,
        first_day=span.first,
        last_day=span.last,
        pattern=pattern,
        patient_id=patient.pk,
        type_code=type_code,
    )
    latest = clock.now() + timedelta(days=settings.ONLINE_BOOKING_DAYS)
    chosen: dict[datetime, Slot] = {}
    for slot in sorted(found, key=lambda slot: (slot.start, order[slot.doctor_id])):
        if slot.start <= latest:
            chosen.setdefault(slot.start, slot)
    days: dict[date, list[Slot]] = {}
    for start, slot in chosen.items():
        days.setdefault(clock.wall(start).date(), []).append(slot)
    parts = DayParts.present()
    return [OpenDay(day, slots, parts) for day, slots in days.items()]


def _clock(slot: Slot) -> time:
    return clock.wall(slot.start).time()
