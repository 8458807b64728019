"""One day at one location, ready to be drawn: columns of chairs or of doctors, with visits and what is closed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from accounts.models import User
from appointments.calendar import Calendar, Span
from appointments.claims import ORDINARY_LANES
from appointments.day_plans.reading import PlannedBlock
from appointments.grid import (
    CALLED_OFF,
    USUAL_ROWS,
    Block,
    Column,
    Planned,
    Stretch,
    free_stretches,
    spread,
    wall_time,
)
from appointments.models import Appointment, Location
from appointments.schedule.load import doctor_time
from appointments.schedule.marks import marks_of
from appointments.schedule.premises import Premises
from appointments.schedule.reading import DayRows, with_profile
from appointments.stamps import stamp_of
from core import clock
from core.errors import Text

_FIRST_HOUR, _LAST_HOUR = 8, 18


class Day:
    """Everything that the page of a day shows, in a constant number of queries."""

    def __init__(
        self, user: User, day: date, premises: Premises, location: Location, by: str, rows: int = USUAL_ROWS
    ) -> None:
        self.day, self.location, self.rows, self.premises = day, location, rows, premises
        self.has_passed = day < clock.today()
        self.doctors = _doctors() if by in {"doctor", "both"} else []
        self.calendar = Calendar(
            day, day, [doctor.pk for doctor in self.doctors], hours=premises.hours, closures=premises.closures
        )
        self.open = self.calendar.spans(location.pk, None, day)
        self.blocks = self._read(user)
        on_grid = [block for block in self.blocks if not block.is_called_off]
        self.first_hour, self.last_hour = self._hours(on_grid)
        self.columns = self._chair_columns(on_grid) if by != "doctor" else []
        self.columns += self._doctor_columns(on_grid) if by in {"doctor", "both"} else []
        self.doctor_time = doctor_time(on_grid, {doctor.pk: _lanes_of(doctor) for doctor in self._everybody})

    @property
    def at(self) -> str:
        """First hour shown."""
        return f"{self.first_hour:02}:00"

    @property
    def until(self) -> str:
        """Hour at which the grid ends."""
        return f"{self.last_hour:02}:00"

    @property
    def hours(self) -> list[str]:
        """Every full hour shown."""
        return [f"{hour:02}:00" for hour in range(self.first_hour, self.last_hour)]

    @property
    def now(self) -> str:
        """The present moment, if the grid shows it."""
        moment = clock.wall(clock.now())
        shown = moment.date() == self.day and self.first_hour <= moment.hour < self.last_hour
        return moment.strftime("%H:%M") if shown else ""

    def parked_by(self, user: User) -> list[Appointment]:
        """The person's holding tray, what was parked first first."""
        return [visit for visit in self._tray if visit.parked_by_id == user.pk]

    @property
    def standing(self) -> int:
        """How many visits are not called off."""
        return sum(not block.is_called_off for block in self.blocks)

    def _read(self, user: User) -> list[Block]:
        rows = DayRows(user, self.day, self.location.pk)
        self.stamp, self._tray = stamp_of(rows.visits), rows.tray
        on_grid = [row for row in rows.visits if row.status not in CALLED_OFF]
        taken = {chair for row in on_grid if (chair := _chair_of(row))}
        self.chairs = self.premises.chairs_at(self.location.pk, taken)
        self.planned = self.premises.planned_at(self.location.pk)
        self._everybody = rows.doctors.values()
        marks = marks_of(
            user, {row.patient_id: row.patient for row in rows.visits if row.patient_id in rows.patients}, self.day
        )
        names = {chair.pk: chair.name for chair in self.chairs}
        return [
            Block(
                appointment=row,
                patient=rows.patients.get(row.patient_id),
                type=row.type,
                doctor=rows.doctors[row.doctor_id],
                place=names.get(_chair_of(row) or "", ""),
                marks=marks.get(row.patient_id, []),
            )
            for row in rows.visits
        ]

    def _hours(self, blocks: list[Block]) -> tuple[int, int]:
        starts = [clock.wall(opens) for opens, _closes in self.open]
        ends = [clock.wall(closes) for _opens, closes in self.open]
        starts += [clock.wall(block.appointment.start) for block in blocks]
        ends += [clock.wall(block.appointment.end) for block in blocks]
        if not starts:
            return _FIRST_HOUR, _LAST_HOUR
        last = max(24 if end.date() > self.day else end.hour + bool(end.minute) for end in ends)
        return min(start.hour for start in starts), last

    def _chair_columns(self, blocks: list[Block]) -> list[Column]:
        columns = []
        for chair in self.chairs:
            own = [block for block in blocks if _chair_of(block.appointment) == chair.pk]
            column = self._column(chair.name, f"chair={chair.pk}", own, self.open)
            column.planned = [self._kept(plan) for plan in self.planned if plan.chair_id in {None, chair.pk}]
            columns.append(column)
        loose = [block for block in blocks if _chair_of(block.appointment) is None]
        if loose or not columns:
            columns.append(self._column("", "", loose, self.open))
        return columns

    def _doctor_columns(self, blocks: list[Block]) -> list[Column]:
        busy = {block.appointment.doctor_id: block.doctor for block in blocks}
        there = {doctor.pk: doctor for doctor in self.doctors if self._spans(doctor)}
        columns = []
        for doctor in sorted((there | busy).values(), key=lambda person: (person.name, person.pk)):
            # Copies: beside the chairs a visit stands here too, at a width of its own.
            own = [replace(block, lane=0, span=1) for block in blocks if block.appointment.doctor_id == doctor.pk]
            column = self._column(doctor.display_name, f"doctor={doctor.pk}", own, self._spans(doctor))
            column.colour = doctor.profile_or_none.colour if doctor.profile_or_none else ""
            columns.append(column)
        return columns or [self._column("", "", [], self.open)]

    def _spans(self, doctor: User) -> list[Span]:
        return self.calendar.spans(self.location.pk, doctor.pk, self.day)

    def _column(self, name: Text, query: str, blocks: list[Block], spans: list[Span]) -> Column:
        column = Column(name, query, blocks=blocks, closed=list(self._closed(spans)), lanes=spread(blocks))
        if not self.has_passed:
            column.free = list(free_stretches(spans, blocks, self.rows))
        return column

    def _kept(self, plan: PlannedBlock) -> Planned:
        begin, _end = clock.day_bounds(self.day)
        at, until = max(wall_time(plan.start), self.at), min(wall_time(plan.end, after=begin), self.until)
        return Planned(at, until, plan.kind, plan.words)

    def _closed(self, spans: list[Span]) -> Iterator[Stretch]:
        begin, end = clock.day_bounds(self.day)
        last = self.at
        for opens, closes in [*spans, (end, end)]:
            at = wall_time(opens, after=begin)
            until = min(max(at, self.at), self.until)
            if last < until:
                yield Stretch(last, until, begin)
            last = max(last, wall_time(closes, after=begin))


def _doctors() -> list[User]:
    return [with_profile(doctor) for doctor in User.objects.doctors().select_related("profile")]


def _lanes_of(doctor: User) -> int:
    return max(1, doctor.profile_or_none.check_lanes) if doctor.profile_or_none else ORDINARY_LANES


def _chair_of(visit: Appointment) -> str | None:
    return visit.seated_in_id or visit.chair_id
