"""Free times: what could be booked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings

from accounts.models import User
from appointments.finding_times.diary import Diary, Visit
from appointments.finding_times.wishes import ANYTHING, Wish
from core import clock

_SEARCH_AHEAD_DAYS = 28
_SEARCH_STEP_DAYS = 7


@dataclass(frozen=True, order=True)
class Slot:
    """One start that can be booked; the chair is our choice, None where the location has no chairs."""

    start: datetime
    end: datetime
    doctor_id: str
    chair_id: str | None
    location_id: str

    def as_json(self) -> dict[str, str | None]:
        """As the API writes it."""
        return {
            "start": clock.iso(self.start),
            "end": clock.iso(self.end),
            "doctorId": self.doctor_id,
            "chairId": self.chair_id,
        }


def free_slots(
    *,
    doctors: Sequence[User],
    first_day: date,
    last_day: date,
    pattern: str,
    step: int | None = None,
    not_before: datetime | None = None,
    patient_id: str = "",
    leaving: str = "",
    type_code: str = "",
    wish: Wish = ANYTHING,
) -> list[Slot]:
    """All free starts of these days (both included), sorted: one per doctor and start, every `step` minutes.

    `not_before` defaults to now. With a patient, times in which the patient is somewhere else are left out; the time
    of the appointment with the id `leaving`, which is to be moved, counts as free. What the day's plan keeps for
    other types than `type_code` is left out, and what the clinic's rule about the type or `wish` does not allow.
    """
    if not doctors:
        return []
    diary = Diary(doctors, first_day, last_day, [patient_id] if patient_id else [], [leaving] if leaving else [])
    visit = Visit(diary, pattern=pattern, patient_id=patient_id, type_code=type_code, wish=wish)
    earliest = not_before or clock.now()
    step = step or settings.SLOT_STEP_MINUTES
    found: dict[tuple[datetime, str], Slot] = {}
    for offset in range((last_day - first_day).days + 1):
        for doctor in doctors:
            for slot in _on_day(visit, doctor.pk, first_day + timedelta(days=offset), step, earliest):
                found.setdefault((slot.start, slot.doctor_id), slot)
    return sorted(found.values(), key=lambda slot: (slot.start, slot.doctor_id))


def next_free(
    *,
    doctors: Sequence[User],
    pattern: str,
    after: datetime,
    patient_id: str = "",
    leaving: str = "",
    type_code: str = "",
    count: int = 5,
) -> list[Slot]:
    """The first free starts from that instant on, looking four weeks ahead."""
    earliest = max(after, clock.now())
    day = clock.wall(earliest).date()
    found: list[Slot] = []
    for offset in range(0, _SEARCH_AHEAD_DAYS, _SEARCH_STEP_DAYS):
        first = day + timedelta(days=offset)
        last = first + timedelta(days=_SEARCH_STEP_DAYS - 1)
        found += free_slots(
            doctors=doctors,
            first_day=first,
            last_day=last,
            pattern=pattern,
            not_before=earliest,
            patient_id=patient_id,
            leaving=leaving,
            type_code=type_code,
        )
        if len(found) >= count:
            break
    return found[:count]


def _on_day(visit: Visit, doctor_id: str, day: date, step: int, not_before: datetime) -> Iterator[Slot]:
    diary = visit.diary
    for location_id in diary.calendar.locations_of(doctor_id):
        there = diary.mask(diary.calendar.spans(location_id, doctor_id, day))
        for start in visit.starts(location_id, day, step, not_before):
            if visit.doctor_is_free(start, doctor_id, there) and visit.is_open(start, location_id):
                chairs = visit.free_chairs(start, location_id)
                if chairs:
                    yield Slot(start, start + visit.length, doctor_id, chairs[0], location_id)
