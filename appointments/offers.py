"""Free times as the desk's forms offer them: by day, one for every start, ready to be tapped."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import User
from appointments import slots
from appointments.finding_times.wishes import ANYTHING, MOST_DAYS, Wish, days_around, nearest
from appointments.rules import UNIT_MINUTES
from core import clock

SEARCH_DAYS = 21  # looked at first; only if they have too little the rest of MOST_DAYS
DAYS_SHOWN = 3
FARTHEST = timedelta(days=3 * 366)
_DAY = timedelta(days=1)


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
    offers: list[Any] = field(default_factory=list)  # Offer, or a family's Together


@dataclass(frozen=True)
class Offered:
    """Some days, and where one would go on: the last day of what is earlier, the first of what is later."""

    days: list[OfferedDay]
    earlier: date | None
    later: date | None


class Days(ABC):
    """Goes through the days that have anything to offer, a few at a time; never looks at more than MOST_DAYS."""

    @abstractmethod
    def between(self, first: date, last: date) -> list[OfferedDay]:
        """The days with anything to offer, both included, none of them past."""

    def from_day(self, first: date) -> Offered:
        """The next days that have anything free."""
        first = max(first, clock.today())
        if first > clock.today() + FARTHEST:
            return Offered([], None, None)
        found = self._by_day(first, first + (SEARCH_DAYS - 1) * _DAY)
        if len(found) < DAYS_SHOWN:
            found += self._by_day(first + SEARCH_DAYS * _DAY, first + (MOST_DAYS - 1) * _DAY)
        return _page(found[:DAYS_SHOWN], first, first + (MOST_DAYS - 1) * _DAY)

    def until_day(self, last: date) -> Offered:
        """The days before that have anything free, the latest ones."""
        if last < clock.today():
            return Offered([], None, clock.today())
        last = min(last, clock.today() + FARTHEST)
        found = self._by_day(last - (SEARCH_DAYS - 1) * _DAY, last)
        if len(found) < DAYS_SHOWN:
            found = self._by_day(last - (MOST_DAYS - 1) * _DAY, last - SEARCH_DAYS * _DAY) + found
        return _page(found[-DAYS_SHOWN:], last - (MOST_DAYS - 1) * _DAY, last)

    def around(self, wanted: date, give: int) -> Offered:
        """The days nearest to the wanted one, within so many weeks before and after it."""
        first, last = days_around(wanted, give, clock.today())
        found = {row.day: row for row in self._by_day(first, last)}
        return _page([found[day] for day in nearest(found, wanted, DAYS_SHOWN)], first, last)

    def _by_day(self, first: date, last: date) -> list[OfferedDay]:
        first = max(first, clock.today())
        return self.between(first, last) if first <= last else []


@dataclass
class Search(Days):
    """What is looked for: some doctors, a pattern, and who must be free besides them."""

    doctors: Sequence[User]
    pattern: str
    patient_id: str = ""
    leaving: str = ""  # the appointment that is to be moved: its own time counts as free
    preferred: str = ""  # the doctor that is taken where several are free
    type_code: str = ""  # what the day's plan and the clinic's rules keep for other types is not offered
    wish: Wish = ANYTHING

    def between(self, first: date, last: date) -> list[OfferedDay]:
        return self.by_day(self._free(first, last))

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
            type_code=self.type_code,
            wish=self.wish,
        )


def _page(days: list[OfferedDay], first: date, last: date) -> Offered:
    """With nothing found one goes on beyond what has been looked at."""
    earlier = (days[0].day if days else first) - _DAY
    later = (days[-1].day if days else last) + _DAY
    return Offered(
        days,
        earlier if earlier >= clock.today() else None,
        later if later <= clock.today() + FARTHEST else None,
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
