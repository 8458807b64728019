"""Free times: what could be booked, worked out with one bit per 5-minute cell."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings

from accounts.models import StaffProfile, User
from appointments import rules
from appointments.calendar import Calendar, Span
from appointments.claims import ORDINARY_LANES
from appointments.models import Chair, Claim
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


class _Busy:
    """Cells in use from `first` on: for a check, for a procedure (and for chairs and patients)."""

    def __init__(self, claims: Iterable[tuple[int, int]], lanes: int, beyond: int, first: int) -> None:
        used: dict[int, set[int]] = {}
        for cell, lane in claims:
            used.setdefault(cell - first, set()).add(lane)
        self.procedure = sum(1 << cell for cell in used)
        full = [cell for cell, taken in used.items() if rules.is_full(taken, lanes=lanes, beyond=beyond)]
        self.check = sum(1 << cell for cell in full)


class _Search:
    """Everything read once for some doctors, days and a pattern."""

    def __init__(
        self, doctors: Sequence[User], first_day: date, last_day: date, pattern: str, patient_id: str, leaving: str
    ) -> None:
        self.pattern, self.patient_id, self.leaving = pattern, patient_id, leaving
        self.calendar = Calendar(first_day, last_day, [doctor.pk for doctor in doctors])
        self.chairs: dict[str, list[str]] = {}
        for pk, location_id in Chair.objects.filter(is_active=True).values_list("pk", "location_id"):
            self.chairs.setdefault(location_id, []).append(pk)
        begin, _next = clock.day_bounds(first_day)
        _begin, end = clock.day_bounds(last_day)
        self.first = rules.cell_of(begin)
        self._read(doctors, rules.cell_of(end))
        self.check_bits = _bits(pattern, rules.CHECK)
        self.procedure_bits = _bits(pattern, rules.PROCEDURE)
        self.all_bits = (1 << len(pattern)) - 1

    def _read(self, doctors: Sequence[User], last: int) -> None:
        lanes = {f"doctor:{doctor.pk}": ORDINARY_LANES for doctor in doctors}
        profiles = StaffProfile.objects.filter(user_id__in=[doctor.pk for doctor in doctors])
        lanes |= {f"doctor:{user_id}": max(1, n) for user_id, n in profiles.values_list("user_id", "check_lanes")}
        lanes |= {f"chair:{pk}": 1 for chairs in self.chairs.values() for pk in chairs}
        if self.patient_id:
            lanes[f"patient:{self.patient_id}"] = 1
        found: dict[str, list[tuple[int, int]]] = {}
        rows = Claim.objects.filter(resource__in=sorted(lanes), cell__gte=self.first, cell__lt=last)
        if self.leaving:
            rows = rows.exclude(appointment_id=self.leaving)
        for resource, cell, lane in rows.values_list("resource", "cell", "lane"):
            found.setdefault(resource, []).append((cell, lane))
        self.busy = {
            name: _Busy(found.get(name, ()), count, rules.first_beyond(name, count), self.first)
            for name, count in lanes.items()
        }

    def on_day(self, doctor_id: str, day: date, step: int, not_before: datetime) -> Iterator[Slot]:
        for location_id in self.calendar.locations_of(doctor_id):
            doctor_free = self._mask(self.calendar.spans(location_id, doctor_id, day))
            for span in self.calendar.spans(location_id, None, day):
                for start in _starts(span, len(self.pattern), step, not_before):
                    slot = self._slot(start, doctor_id, location_id, doctor_free)
                    if slot:
                        yield slot

    def _slot(self, start: datetime, doctor_id: str, location_id: str, doctor_free: int) -> Slot | None:
        at = rules.cell_of(start) - self.first
        doctor = self.busy[f"doctor:{doctor_id}"]
        needed = (self.check_bits | self.procedure_bits) << at
        if needed & ~doctor_free or (self.check_bits << at) & doctor.check:
            return None
        whole = self.all_bits << at
        own = self.busy.get(f"patient:{self.patient_id}")
        if (self.procedure_bits << at) & doctor.procedure or (own and whole & own.procedure):
            return None
        chairs = self.chairs.get(location_id, [])
        chair = next((pk for pk in chairs if not whole & self.busy[f"chair:{pk}"].procedure), None)
        if chairs and chair is None:
            return None
        end = start + timedelta(minutes=len(self.pattern) * rules.UNIT_MINUTES)
        return Slot(start, end, doctor_id, chair, location_id)

    def _mask(self, spans: Iterable[Span]) -> int:
        mask = 0
        for opens, closes in spans:
            first, last = rules.cell_from(opens) - self.first, rules.cell_of(closes) - self.first
            mask |= ((1 << max(0, last - first)) - 1) << first
        return mask


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
) -> list[Slot]:
    """All free starts of these days (both included), sorted: one per doctor and start, every `step` minutes.

    `not_before` defaults to now. With a patient, times in which the patient is somewhere else are left out; the time
    of the appointment with the id `leaving`, which is to be moved, counts as free.
    """
    if not doctors:
        return []
    search = _Search(doctors, first_day, last_day, pattern, patient_id, leaving)
    earliest = not_before or clock.now()
    step = step or settings.SLOT_STEP_MINUTES
    found: dict[tuple[datetime, str], Slot] = {}
    for offset in range((last_day - first_day).days + 1):
        for doctor in doctors:
            for slot in search.on_day(doctor.pk, first_day + timedelta(days=offset), step, earliest):
                found.setdefault((slot.start, slot.doctor_id), slot)
    return sorted(found.values(), key=lambda slot: (slot.start, slot.doctor_id))


def next_free(
    *,
    doctors: Sequence[User],
    pattern: str,
    after: datetime,
    patient_id: str = "",
    leaving: str = "",
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
        )
        if len(found) >= count:
            break
    return found[:count]


def _bits(pattern: str, unit: str) -> int:
    return sum(1 << offset for offset, letter in enumerate(pattern) if letter == unit)


def _starts(span: Span, units: int, step: int, earliest: datetime) -> Iterator[datetime]:
    opens, closes = span
    late = clock.wall(opens).minute % step
    start = opens + timedelta(minutes=(step - late) % step)
    length = timedelta(minutes=units * rules.UNIT_MINUTES)
    while start + length <= closes:
        if start >= earliest:
            yield start
        start += timedelta(minutes=step)
