"""From careers to visits with a day, a time, a chair and an outcome: back from the next one to two years ago."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from accounts.models import User
from appointments.models import AppointmentType
from appointments.rules import Status
from charting.rules.plans import estimated_end
from clinic.demo import care
from clinic.demo.diary import CELLS_PER_HOUR, Diary, Place, days_from
from clinic.demo.families import Case

YEARS_BACK = 730
_NO_SHOWS, _LATE_CANCELS, _EARLY_CANCELS, _LEFT = 6, 5, 2, 0.5
_TRIES = 12
_QUARTER = CELLS_PER_HOUR // 4
_OPENING, _CLOSING, _SCHOOL_IS_OUT = 8 * CELLS_PER_HOUR, 18 * CELLS_PER_HOUR, 15 * CELLS_PER_HOUR
_LONG = 8  # cells: 40 minutes and more belong into the morning


@dataclass
class Visit:
    """One visit with its outcome; `replaces` is the missed one it makes up for."""

    case: Case
    type: AppointmentType
    doctor: User
    place: Place
    outcome: Status
    replaces: "Visit | None" = None
    overbooked_because: str = ""
    is_next: bool = False  # stands for the case's next visit


class Planner:
    """Finds times for one batch of cases."""

    def __init__(self, diary: Diary, types: dict[str, AppointmentType], today: date) -> None:
        self.diary, self.types, self.today = diary, types, today
        self.visited: set[tuple[str, date]] = set()

    def next_visit(self, case: Case) -> Visit | None:
        """The next visit somewhere in the coming weeks; None when the case has none or the clinic is full."""
        if case.next is None:
            return None
        days = case.days_ahead or case.rng.randint(2, max(3, case.next.weeks * 7))
        return self.on(case, days_from(self.today + timedelta(days=days), _TRIES))

    def on(self, case: Case, days: list[date]) -> Visit | None:
        """The next visit on the first of these days that has a free time for it."""
        assert case.next is not None
        return self._place(case, case.next.code, days, Status.BOOKED)

    def past_visits(self, case: Case, following: date | None) -> list[Visit]:
        """The visits of the last two years, oldest first; also dates the treatment on the patient's record."""
        weeks = case.next.weeks if case.next and following else 0
        cursor = following or self.today - timedelta(days=case.days_ago)
        visits: list[Visit] = []
        for step in reversed(case.done):
            day = min(cursor - timedelta(days=weeks * 7 + case.rng.randint(-3, 3)), self.today - timedelta(days=1))
            if self.today - day < timedelta(days=YEARS_BACK):
                visits += self._kept_visit(case, step.code, day)
            if step.code in care.STARTS:
                _date_treatment(case, day)
            cursor, weeks = day, step.weeks
        return sorted(visits, key=lambda visit: (visit.place.day, visit.place.cell))

    def _kept_visit(self, case: Case, code: str, day: date) -> list[Visit]:
        visit = self._place(case, code, days_from(day, _TRIES, -1), Status.COMPLETED)
        if visit is None:
            return []
        outcome = None if case.is_reliable else _mishap(case.rng)
        if outcome is None:
            return [visit]
        earlier = visit.place.day - timedelta(days=case.rng.randint(6, 14))
        lost = self._place(case, code, days_from(earlier, _TRIES, -1), outcome)
        visit.replaces = lost
        return [visit, lost] if lost else [visit]

    def _place(self, case: Case, code: str, days: list[date], outcome: Status) -> Visit | None:
        cells = preferred_cells(case, len(self.types[code].pattern))
        for day in days:
            if visit := self.at(case, code, day, cells, outcome):
                return visit
        return None

    def at(self, case: Case, code: str, day: date, cells: list[int], outcome: Status) -> Visit | None:
        """A visit in the first of these cells that is free; nobody comes twice a day."""
        kind, doctor = self.types[code], case.doctor
        assert doctor is not None
        if (case.patient.pk, day) in self.visited or not self.diary.is_working(doctor, day):
            return None
        place = self.diary.take(doctor, day, kind.pattern, cells, hold=outcome is not Status.CANCELLED)
        if place is None:
            return None
        self.visited.add((case.patient.pk, day))
        return Visit(case, kind, doctor, place, outcome)


def preferred_cells(case: Case, length: int) -> list[int]:
    """Starts on the quarter hour, the liked ones first: long visits in the morning, children after school."""
    likes_afternoon = length < _LONG and case.is_child and case.rng.random() < 0.6
    liked: list[int] = []
    others: list[int] = []
    for cell in range(_OPENING, _CLOSING, _QUARTER):
        is_liked = cell >= _SCHOOL_IS_OUT if likes_afternoon else length < _LONG or cell < 12 * CELLS_PER_HOUR
        (liked if is_liked else others).append(cell)
    case.rng.shuffle(liked)
    case.rng.shuffle(others)
    return liked + others


def _mishap(rng: Random) -> Status | None:
    chances = {
        Status.NO_SHOW: _NO_SHOWS,
        Status.CANCELLED: _LATE_CANCELS + _EARLY_CANCELS,
        Status.LEFT_UNSEEN: _LEFT,
        None: 100 - _NO_SHOWS - _LATE_CANCELS - _EARLY_CANCELS - _LEFT,
    }
    return rng.choices(list(chances), list(chances.values()))[0]


def _date_treatment(case: Case, begun: date) -> None:
    phase = case.standing[1]
    if phase is not None:
        case.patient.care_started_on = begun
        case.patient.estimated_completion_on = estimated_end(begun, care.months(phase, case.rng))
