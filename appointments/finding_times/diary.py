"""What is free, with one bit per 5-minute cell: read once for some doctors, days and patients, then only looked at."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from accounts.models import StaffProfile, User
from appointments import rules
from appointments.calendar import Calendar, Span
from appointments.claims import ORDINARY_LANES
from appointments.day_plans.masks import Plan
from appointments.day_plans.reading import blocks_of
from appointments.finding_times.times_of_day import allowed_for
from appointments.finding_times.wishes import ANYTHING, Wish
from appointments.models import Chair, Claim
from core import clock


class Busy:
    """Cells in use, counted from `first` on: for a check, for a procedure (and for chairs and patients)."""

    def __init__(self, claims: Iterable[tuple[int, int]], lanes: int, beyond: int, first: int) -> None:
        used: dict[int, set[int]] = {}
        for cell, lane in claims:
            used.setdefault(cell - first, set()).add(lane)
        self.lanes, self.used = lanes, {cell: len(taken) for cell, taken in used.items()}
        self.procedure = sum(1 << cell for cell in used)
        full = [cell for cell, taken in used.items() if rules.is_full(taken, lanes=lanes, beyond=beyond)]
        self.check = sum(1 << cell for cell in full)


class Diary:
    """Hours, claims and plans of some days, both included; visits with an id in `leaving` count as gone."""

    def __init__(
        self,
        doctors: Sequence[User],
        first_day: date,
        last_day: date,
        patients: Collection[str],
        leaving: Collection[str] = (),
    ) -> None:
        self.calendar = Calendar(first_day, last_day, [doctor.pk for doctor in doctors])
        self.chairs: dict[str, list[str]] = {}
        for pk, location_id in Chair.objects.filter(is_active=True).values_list("pk", "location_id"):
            self.chairs.setdefault(location_id, []).append(pk)
        self.first = rules.cell_of(clock.day_bounds(first_day)[0])
        last = rules.cell_of(clock.day_bounds(last_day)[1])
        self.busy = self._read(doctors, patients, leaving, last)
        self.blocks = blocks_of(self.calendar.locations, first_day, last_day)

    def _read(
        self, doctors: Sequence[User], patients: Collection[str], leaving: Collection[str], last: int
    ) -> dict[str, Busy]:
        lanes = {f"doctor:{doctor.pk}": ORDINARY_LANES for doctor in doctors}
        profiles = StaffProfile.objects.filter(user_id__in=[doctor.pk for doctor in doctors])
        lanes |= {f"doctor:{user_id}": max(1, n) for user_id, n in profiles.values_list("user_id", "check_lanes")}
        lanes |= {f"chair:{pk}": 1 for chairs in self.chairs.values() for pk in chairs}
        lanes |= {f"patient:{pk}": 1 for pk in patients}
        found: dict[str, list[tuple[int, int]]] = {}
        rows = Claim.objects.filter(resource__in=sorted(lanes), cell__gte=self.first, cell__lt=last)
        if leaving:
            rows = rows.exclude(appointment_id__in=list(leaving))
        for resource, cell, lane in rows.values_list("resource", "cell", "lane"):
            found.setdefault(resource, []).append((cell, lane))
        return {
            name: Busy(found.get(name, ()), count, rules.first_beyond(name, count), self.first)
            for name, count in lanes.items()
        }

    def mask(self, spans: Iterable[Span]) -> int:
        """Bits of the cells that lie in these times."""
        mask = 0
        for opens, closes in spans:
            first, last = rules.cell_from(opens) - self.first, rules.cell_of(closes) - self.first
            mask |= ((1 << max(0, last - first)) - 1) << first
        return mask


class Visit:
    """One visit that looks for its place in a diary: what it needs, and what is wished for it."""

    def __init__(
        self, diary: Diary, *, pattern: str, patient_id: str = "", type_code: str = "", wish: Wish = ANYTHING
    ) -> None:
        self.diary, self.pattern, self.patient_id = diary, pattern, patient_id
        self.wish = wish.within(allowed_for(type_code))
        self.plan = Plan.of_blocks(diary.blocks, type_code, diary.first)
        self.checks = _bits(pattern, rules.CHECK)
        self.procedures = _bits(pattern, rules.PROCEDURE)
        self._all = (1 << len(pattern)) - 1

    @property
    def length(self) -> timedelta:
        """How long it takes."""
        return timedelta(minutes=len(self.pattern) * rules.UNIT_MINUTES)

    def at(self, start: datetime) -> int:
        """The diary's cell in which it would begin."""
        return rules.cell_of(start) - self.diary.first

    def whole(self, start: datetime) -> int:
        """Bits of all of its cells."""
        return self._all << self.at(start)

    def starts(self, location_id: str, day: date, step: int, not_before: datetime) -> Iterator[datetime]:
        """Every `step` minutes on the wall clock while the location is open and the wish allows."""
        if self.wish.suits_day(day):
            for span in self.wish.spans(self.diary.calendar.spans(location_id, None, day), day):
                yield from _starts(span, self.length, step, not_before)

    def doctor_is_free(self, start: datetime, doctor_id: str, doctor_there: int) -> bool:
        """Whether the doctor, who is there in these cells, can do what the visit needs of a doctor."""
        at, busy = self.at(start), self.diary.busy[f"doctor:{doctor_id}"]
        away = (self.checks | self.procedures) << at & ~doctor_there
        return not (away or self.checks << at & busy.check or self.procedures << at & busy.procedure)

    def is_open(self, start: datetime, location_id: str) -> bool:
        """Whether the patient is free and the plan of the day keeps the location for nothing else."""
        whole, own = self.whole(start), self.diary.busy.get(f"patient:{self.patient_id}")
        return not (own and whole & own.procedure) and not self.plan.bars(location_id, None, whole)

    def free_chairs(self, start: datetime, location_id: str) -> list[str | None]:
        """Chairs that it could have, the best first; only None where the location has no chairs."""
        chairs, whole = self.diary.chairs.get(location_id, []), self.whole(start)
        if not chairs and not self.wish.chair_id:
            return [None]
        free = [pk for pk in chairs if not whole & self.diary.busy[f"chair:{pk}"].procedure]
        if self.wish.chair_id:
            free = [pk for pk in free if pk == self.wish.chair_id]
        best = self.plan.best_chair(location_id, free, whole)
        others = [pk for pk in free if pk != best and not self.plan.bars(location_id, pk, whole)]
        return [] if best is None else [best, *others]


def _bits(pattern: str, unit: str) -> int:
    return sum(1 << offset for offset, letter in enumerate(pattern) if letter == unit)


def _starts(span: Span, length: timedelta, step: int, earliest: datetime) -> Iterator[datetime]:
    opens, closes = span
    late = clock.wall(opens).minute % step
    start = opens + timedelta(minutes=(step - late) % step)
    while start + length <= closes:
        if start >= earliest:
            yield start
        start += timedelta(minutes=step)
