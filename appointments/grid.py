"""How a column of the day is laid out: what stands where, side by side, and what is free in between. No queries."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from django.forms.utils import flatatt
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from appointments.calendar import Span
from appointments.models import Appointment, AppointmentType
from appointments.rules import Status
from core import clock
from core.errors import Text
from patients.models import Patient

if TYPE_CHECKING:
    from appointments.schedule.marks import Mark

# How long a free cell is, by the height of a row: two rows, but never less than the shortest that is offered.
ROWS = {15: 30, 10: 20, 5: 10}
USUAL_ROWS = 15
SHORTEST_FREE_MINUTES = 10
MOST_LANES = 6
CALLED_OFF = (Status.CANCELLED, Status.ENTERED_IN_ERROR)


@dataclass
class Block:
    """One visit on the grid; without a patient it is a chart that this person may not open."""

    appointment: Appointment
    patient: Patient | None
    type: AppointmentType
    doctor: User
    place: str = ""
    marks: list["Mark"] = field(default_factory=list)
    lane: int = 0  # 0 has the column to itself
    span: int = 1

    @property
    def is_called_off(self) -> bool:
        """Whether it stands beside the grid, not on it."""
        return self.appointment.status in CALLED_OFF

    @property
    def status(self) -> str:
        """How the visit stands, in words."""
        return self.appointment.status_words if self.patient else self.appointment.get_status_display()

    @cached_property
    def at(self) -> str:
        """Beginning on the wall clock."""
        return wall_time(self.appointment.start)

    @cached_property
    def until(self) -> str:
        """End on the wall clock; midnight is 24:00."""
        return wall_time(self.appointment.end, after=self.appointment.start)

    @cached_property
    def age(self) -> str:
        """Whole years, in words; empty for a chart that is hidden, or without a date of birth."""
        age = self.patient.age if self.patient else None
        return "" if age is None else _("%(age)s y") % {"age": age}

    @property
    def may_move(self) -> bool:
        """Whether it could be taken by hand."""
        return self.patient is not None and self.appointment.status == Status.BOOKED

    @property
    def data(self) -> SafeString:
        """What style sheets and scripts know of it, as attributes."""
        visit = self.appointment
        known: dict[str, str | int | bool] = {"data-at": self.at, "data-until": self.until, "data-status": visit.status}
        known |= {"data-overbooked": visit.overbooked}
        if self.lane:
            known |= {"data-lane": self.lane}
        if self.span > 1:
            known |= {"data-span": self.span}
        if self.patient:
            known |= {"data-visit": visit.pk, "data-version": visit.version}
        return flatatt(known)

    def meets(self, other: "Block") -> bool:
        """Whether the two would cover each other on the grid."""
        return self is not other and self.at < other.until and other.at < self.until


@dataclass
class Stretch:
    """A closed time, or a free one that can be booked from `start`."""

    at: str
    until: str
    start: datetime


@dataclass(frozen=True)
class Planned:
    """A stretch that a chair is kept for."""

    at: str
    until: str
    kind: str
    label: Text


@dataclass
class Column:
    """One chair or one doctor."""

    name: Text
    query: str  # what the booking form is told: chair=<id> or doctor=<id>
    colour: str = ""
    blocks: list[Block] = field(default_factory=list)
    closed: list[Stretch] = field(default_factory=list)
    planned: list["Planned"] = field(default_factory=list)
    free: list[Stretch] = field(default_factory=list)
    lanes: int = 1

    @property
    def key(self) -> str:
        """Begins the ids of what stands in it: a visit may stand in a chair's column and in a doctor's."""
        return self.query[:1] or "n"

    @property
    def entries(self) -> list[Block | Stretch]:
        """Visits and what is free between them, from morning to evening."""
        return sorted([*self.free, *self.blocks], key=lambda entry: entry.at)


def wall_time(instant: datetime, *, after: datetime | None = None) -> str:
    """HH:MM; with `after`, the midnight that ends its day is 24:00."""
    moment = clock.wall(instant)
    ends_the_day = after is not None and moment.date() > clock.wall(after).date()
    return "24:00" if ends_the_day else moment.strftime("%H:%M")


def spread(blocks: list[Block]) -> int:
    """Put visits that meet side by side; returns how many lanes the column needs. Others keep the full width."""
    for block in blocks:
        meeting = [other for other in blocks if block.meets(other)]
        taken = {other.lane for other in meeting}
        if meeting:
            block.lane = next((lane for lane in range(1, MOST_LANES) if lane not in taken), MOST_LANES)
    lanes = max((block.lane for block in blocks), default=0) or 1
    for block in blocks:
        if block.lane:
            block.span = _room(block, blocks, lanes)
    return lanes


def _room(block: Block, blocks: list[Block], lanes: int) -> int:
    """How many lanes the visit may cover: its own and the free ones beside it."""
    beside = [other.lane for other in blocks if block.meets(other) and other.lane > block.lane]
    return min([*beside, lanes + 1]) - block.lane or 1


def free_stretches(spans: Iterable[Span], blocks: list[Block], rows: int = USUAL_ROWS) -> Iterator[Stretch]:
    """What no visit covers of the open times, cut on the wall clock into two rows each; slivers are left out."""
    step, shortest = ROWS[rows], timedelta(minutes=max(rows, SHORTEST_FREE_MINUTES))
    for opens, closes in spans:
        start = opens
        for block in blocks:
            begins, ends = block.appointment.start, block.appointment.end
            yield from _cells(start, min(begins, closes), opens, step, shortest)
            start = max(start, ends)
        yield from _cells(start, closes, opens, step, shortest)


def _cells(start: datetime, end: datetime, day: datetime, step: int, shortest: timedelta) -> Iterator[Stretch]:
    while start < end:
        late = clock.wall(start).minute % step
        until = min(start + timedelta(minutes=step - late), end)
        if until - start >= shortest:
            yield Stretch(wall_time(start), wall_time(until, after=day), start)
        start = until
