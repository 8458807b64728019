"""A full day that is under way: who is where depends on the time of day, as on a real one."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from accounts.models import User
from appointments.rules import UNIT_MINUTES, Status
from clinic.demo.diary import cell_of
from clinic.demo.families import Case
from clinic.demo.visits import Planner, Visit, preferred_cells
from core import clock

FULL_DAY = 44
_SHARE = 0.45  # of those with a next visit, among the first patients
_SOON = 20 // UNIT_MINUTES
_JUST_OVER = 10 // UNIT_MINUTES
_LATE_ONE = 2  # of those who should be in a chair by now, the third
_WORKING = range(cell_of(time(8)), cell_of(time(18)), 3)
_EMERGENCY = "Wire pokes the cheek, flies to a tournament tonight"
# Starts that show every state: minutes before (-) and after now, on the grid.
_AROUND_NOW = (-60, -45, -35, -20, -15, -10, -10, -10, -5, -5, 5, 10, 10, 15, 25, 30)


@dataclass
class Day:
    """The visits of one day."""

    visits: list[Visit] = field(default_factory=list)
    extra: list[Visit] = field(default_factory=list)  # cancelled or squeezed in; the case's next visit comes on its own


def plan(planner: Planner, cases: list[Case], doctors: list[User], day: date, now: datetime) -> Day:
    """Give the next visits of some of these cases to this day."""
    full = Day()
    wanted = [case for case in cases if case.next and case.days_ahead is None]
    wanted = wanted[: min(FULL_DAY, int(len(wanted) * _SHARE) + 1)]
    local = clock.wall(now)
    if local.date() == day:
        _place_around(planner, full, wanted, doctors, cell_of(local.time()))
    for case in wanted:
        if not _is_placed(full, case):
            _place(planner, full, case, doctors, day, None)
    if local.date() == day:
        now_cell = cell_of(local.time())
        _assign(full.visits, now_cell)
        others = [case for case in cases if case not in wanted and case.next and case.days_ahead is None]
        full.extra = [*_cancelled(planner, others[:2], now_cell), *_squeezed_in(planner, others[2:], now_cell)]
    return full


def _cancelled(planner: Planner, cases: list[Case], now: int) -> list[Visit]:
    """One that would have been earlier today, one that would be later."""
    spans = ([cell for cell in _WORKING if cell < now], [cell for cell in _WORKING if cell >= now])
    found: list[Visit] = []
    for case, cells in zip(cases, spans, strict=False):
        assert case.next is not None
        if visit := planner.at(case, case.next.code, planner.today, cells or list(_WORKING), Status.CANCELLED):
            found.append(visit)
    return found


def _squeezed_in(planner: Planner, cases: list[Case], now: int) -> list[Visit]:
    """An emergency that could not wait, overbooked with a reason."""
    later = [cell for cell in _WORKING if cell > now + _SOON]
    kind = planner.types["EMG"]
    for case in cases:
        assert case.doctor is not None
        place = planner.diary.overbook(case.doctor, planner.today, kind.pattern, later or list(_WORKING))
        if place and case.done:
            outcome = Status.BOOKED if later else Status.COMPLETED
            planner.visited.add((case.patient.pk, planner.today))
            return [Visit(case, kind, case.doctor, place, outcome, overbooked_because=_EMERGENCY)]
    return []


def _place_around(planner: Planner, full: Day, cases: list[Case], doctors: list[User], now: int) -> None:
    short = [case for case in cases if case.next and len(planner.types[case.next.code].pattern) <= 4]
    for minutes, case in zip(_AROUND_NOW, short, strict=False):
        _place(planner, full, case, doctors, planner.today, [now + minutes // UNIT_MINUTES])


def _place(planner: Planner, full: Day, case: Case, doctors: list[User], day: date, cells: list[int] | None) -> None:
    assert case.next is not None
    wanted = cells or preferred_cells(case, len(planner.types[case.next.code].pattern))
    own = case.doctor
    for doctor in sorted(doctors, key=lambda doctor: doctor is not own):
        case.doctor = doctor
        visit = planner.at(case, case.next.code, day, [cell for cell in wanted if cell >= 0], Status.BOOKED)
        case.doctor = own
        if visit:
            visit.is_next = True
            full.visits.append(visit)
            return


def _is_placed(full: Day, case: Case) -> bool:
    return any(visit.case is case for visit in full.visits)


def _assign(visits: list[Visit], now: int) -> None:
    """What has become of each visit by now."""
    ordered = sorted(visits, key=lambda visit: visit.place.cell)
    over = [visit for visit in ordered if _end(visit) <= now]
    for visit in over:
        visit.outcome = Status.CHECKOUT if _end(visit) > now - _JUST_OVER else Status.COMPLETED
    for visit in over[4::17]:
        visit.outcome = Status.NO_SHOW
    _assign_seated([visit for visit in ordered if visit.place.cell <= now < _end(visit)], now)
    soon = [visit for visit in ordered if now < visit.place.cell <= now + _SOON]
    for place, visit in enumerate(soon):
        visit.outcome = Status.ARRIVED if place % 3 != 2 else Status.BOOKED


def _assign_seated(visits: list[Visit], now: int) -> None:
    """One doctor treats one patient at a time; who sat down just now still gets ready; one is late."""
    busy: set[str] = set()
    for place, visit in enumerate(sorted(visits, key=lambda visit: visit.place.cell)):
        visit.outcome = _present(visit, now, busy)
        if place == _LATE_ONE and visit.place.cell < now - 1:
            visit.outcome = Status.BOOKED
        if visit.outcome is Status.WITH_DOCTOR:
            busy.add(visit.doctor.pk)
    waiting = [visit for visit in visits if visit.outcome in {Status.NEEDS_DOCTOR, Status.WITH_DOCTOR}]
    if len(waiting) > 1 and not any(visit.outcome is Status.SEATED for visit in visits):
        max(waiting, key=lambda visit: visit.place.cell).outcome = Status.SEATED


def _present(visit: Visit, now: int, busy: set[str]) -> Status:
    begun = now - visit.place.cell
    if begun <= 1 or not set(visit.type.pattern[: begun + 2]) & {"d", "D"}:
        return Status.SEATED
    return Status.NEEDS_DOCTOR if visit.doctor.pk in busy else Status.WITH_DOCTOR


def _end(visit: Visit) -> int:
    return visit.place.cell + len(visit.type.pattern)
