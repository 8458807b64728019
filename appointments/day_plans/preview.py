"""What applying a template would do: which days it builds, which are built, and which visits stand in the way."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from accounts.models import User
from appointments.calendar import Calendar
from appointments.day_plans.blocks import copied
from appointments.day_plans.reading import PlannedBlock, planned
from appointments.day_plans.rules import barring
from appointments.models import Appointment, AppointmentType, BuiltDay, Chair, DayTemplate
from appointments.rules import HOLDING, Origin
from core import clock
from patients.models import Patient

LONGEST_DAYS: Final = 366


@dataclass(frozen=True)
class Conflict:
    """A visit that stands where the plan keeps the time for something else; without the patient where hidden."""

    visit: Appointment
    block: PlannedBlock
    type: AppointmentType
    chair: Chair | None
    patient: Patient | None


@dataclass
class PreviewDay:
    """One day of the range."""

    day: date
    built: BuiltDay | None = None
    closed: str | None = None  # why
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def state(self) -> str:
        """`built`, `closed`, `conflict` or `new`."""
        if self.built:
            return "built"
        if self.closed is not None:
            return "closed"
        return "conflict" if self.conflicts else "new"


class Preview:
    """A template on the chosen weekdays of some days, both ends included, as one person sees it."""

    def __init__(self, user: User, template: DayTemplate, first: date, last: date, weekdays: Iterable[int]) -> None:
        self.user, self.template = user, template
        wanted = set(weekdays)
        self._days = [day for day in _each(first, last) if day.weekday() in wanted]

    @cached_property
    def days(self) -> list[PreviewDay]:
        """The days in order, each with what becomes of it."""
        if not self._days:
            return []
        rows = BuiltDay.objects.filter(location_id=self.template.location_id, day__in=self._days)
        built = {row.day: row for row in rows.select_related("template")}
        calendar = Calendar(self._days[0], self._days[-1], [])
        days = [PreviewDay(day, built.get(day), self._closed(calendar, day)) for day in self._days]
        found = conflicts(self.user, self.template, [day.day for day in days if not day.built and day.closed is None])
        for day in days:
            day.conflicts = found.get(day.day, [])
        return days

    def of_state(self, state: str) -> list[PreviewDay]:
        """The days of that state."""
        return [day for day in self.days if day.state == state]

    @property
    def counts(self) -> dict[str, int]:
        """How many days of each state."""
        return {state: len(self.of_state(state)) for state in ("new", "conflict", "built", "closed")}

    def to_build(self, *, beside_visits: bool) -> list[date]:
        """The days that are not built yet; those on which visits stand in the way only if wanted."""
        states = {"new", "conflict"} if beside_visits else {"new"}
        return [day.day for day in self.days if day.state in states]

    def _closed(self, calendar: Calendar, day: date) -> str | None:
        closure = calendar.closure(self.template.location_id, None, day)
        if closure is not None:
            return closure.reason
        return None if calendar.spans(self.template.location_id, None, day) else ""


def conflicts(user: User, template: DayTemplate, days: Sequence[date]) -> dict[date, list[Conflict]]:
    """Visits that the template would bar, by day."""
    plan: dict[date, list[PlannedBlock]] = defaultdict(list)
    for block in planned((row.day, row) for row in copied(template, days)):
        plan[clock.wall(block.start).date()].append(block)
    return met(user, template.location_id, plan)


def met(user: User, location_id: str, plan: dict[date, list[PlannedBlock]]) -> dict[date, list[Conflict]]:
    """Visits that these blocks bar, by day, with their types, chairs and the patients whom the person may see."""
    if not plan:
        return {}
    types = AppointmentType.objects.in_bulk()
    barred = []
    for visit in _visits(location_id, min(plan), max(plan)):
        blocks = plan.get(clock.wall(visit.start).date(), ())
        walk_in = visit.origin == Origin.WALK_IN
        code = types[visit.type_id].code
        block = barring(blocks, visit.chair_id, visit.start, visit.end, code, walk_in=walk_in)
        if block is not None:
            barred.append((visit, block))
    chairs = Chair.objects.in_bulk({visit.chair_id for visit, _block in barred if visit.chair_id})
    patients = _patients(user, {visit.patient_id for visit, _block in barred})
    found: dict[date, list[Conflict]] = defaultdict(list)
    for visit, block in barred:
        chair = chairs.get(visit.chair_id or "")
        seen = Conflict(visit, block, types[visit.type_id], chair, patients.get(visit.patient_id))
        found[clock.wall(visit.start).date()].append(seen)
    return found


def _visits(location_id: str, first: date, last: date) -> list[Appointment]:
    start, end = clock.day_bounds(first)[0], clock.day_bounds(last)[1]
    # read-scope: whether a time is taken; whose it is shows only where the patient may be seen
    rows = Appointment.objects.between(start, end).filter(location_id=location_id, status__in=HOLDING)
    rows = rows.only("start", "minutes", "origin", "patient_id", "chair_id", "type_id")
    return list(rows.order_by("start", "id"))


def _patients(user: User, ids: set[str]) -> dict[str, Patient]:
    wanted = sorted(ids)
    found: dict[str, Patient] = {}
    for start in range(0, len(wanted), 500):
        found |= Patient.objects.visible_to(user).in_bulk(wanted[start : start + 500])
    return found


def _each(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
