"""Free times as the desk's forms offer them: by day, one for every start, ready to be tapped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from accounts.models import User
from appointments import slots
from appointments.rules import UNIT_MINUTES
from core import clock

SEARCH_DAYS = 21
DAYS_SHOWN = 3
FARTHEST = timedelta(days=3 * 366)


@dataclass(frozen=True)
class Offer:
    """One free time; `value` is what its button sends: start, doctor and chair."""

    start: datetime
    doctor: User
    chair_id: str

    @property
    def value(self) -> str:
        """`start|doctor|chair`, as `read` understands it."""
        return f"{clock.iso(self.start)}|{self.doctor.pk}|{self.chair_id}"


@dataclass
class OfferedDay:
    """What is free on one day."""

    day: date
    offers: list[Offer] = field(default_factory=list)


@dataclass
class Search:
    """What is looked for: some doctors, a pattern, and who must be free besides them."""

    doctors: Sequence[User]
    pattern: str
    patient_id: str = ""
    leaving: str = ""  # the appointment that is to be moved: its own time counts as free
    preferred: str = ""  # the doctor that is taken where several are free

    def from_day(self, first: date) -> list[OfferedDay]:
        """The next days that have anything free, within three weeks."""
        first = max(first, clock.today())
        if first > clock.today() + FARTHEST:
            return []
        last = first + timedelta(days=SEARCH_DAYS - 1)
        return self.by_day(self._free(first, last))[:DAYS_SHOWN]

    def doctor_at(self, start: datetime, location_id: str = "") -> User | None:
        """Who is free exactly then, the preferred one first; without anybody the preferred one, else the first."""
        day = clock.wall(start).date()
        found = self._free(day, day, step=UNIT_MINUTES, not_before=start) if start >= clock.now() else []
        free = {s.doctor_id for s in found if s.start == start and location_id in {"", s.location_id}}
        ranked = sorted(self.doctors, key=lambda doctor: (doctor.pk not in free, doctor.pk != self.preferred))
        return ranked[0] if ranked else None

    def by_day(self, found: Iterable[slots.Slot]) -> list[OfferedDay]:
        """One offer for every start."""
        doctors = {doctor.pk: doctor for doctor in self.doctors}
        chosen: dict[datetime, slots.Slot] = {}
        for slot in found:
            if slot.start not in chosen or slot.doctor_id == self.preferred:
                chosen[slot.start] = slot
        days: dict[date, OfferedDay] = {}
        for start, slot in chosen.items():
            day = clock.wall(start).date()
            offer = Offer(start, doctors[slot.doctor_id], slot.chair_id or "")
            days.setdefault(day, OfferedDay(day)).offers.append(offer)
        return list(days.values())

    def _free(
        self, first: date, last: date, *, step: int | None = None, not_before: datetime | None = None
    ) -> list[slots.Slot]:
        return slots.free_slots(
            doctors=self.doctors,
            first_day=first,
            last_day=last,
            pattern=self.pattern,
            step=step,
            not_before=not_before,
            patient_id=self.patient_id,
            leaving=self.leaving,
        )


def read(text: str) -> tuple[datetime, str, str] | None:
    """Start, doctor and chair of an offer that a page made; None for anything else."""
    start, _bar, rest = text.partition("|")
    doctor, _bar, chair = rest.partition("|")
    try:
        instant = datetime.fromisoformat(start)
    except ValueError:
        return None
    if instant.tzinfo is None or not 2000 <= instant.year < 2200:
        return None
    return instant, doctor, chair
