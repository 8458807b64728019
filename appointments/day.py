"""One day at one location, ready to be drawn: columns of chairs or of doctors, with visits and what is closed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from accounts.models import User, with_profiles
from appointments.calendar import Calendar, Span
from appointments.models import Appointment, AppointmentType, Chair, Location
from appointments.rules import HOLDING, Status
from core import clock
from core.errors import Text
from patients.models import MedicalEntry, Patient

FREE_STEP_MINUTES = 30
_FIRST_HOUR, _LAST_HOUR = 8, 18
_MOST_LANES = 6
_NOT_ON_THE_GRID = (Status.CANCELLED, Status.ENTERED_IN_ERROR)


@dataclass
class Block:
    """One visit on the grid; without a patient it is a chart that this person may not open."""

    appointment: Appointment
    patient: Patient | None
    type: AppointmentType
    doctor: User
    alert: bool = False
    lane: int = 0

    @property
    def is_called_off(self) -> bool:
        """Whether it stands beside the grid, not on it."""
        return self.appointment.status in _NOT_ON_THE_GRID

    @property
    def at(self) -> str:
        """Beginning on the wall clock."""
        return clock.wall(self.appointment.start).strftime("%H:%M")

    @property
    def until(self) -> str:
        """End on the wall clock; midnight is 24:00."""
        end = clock.wall(self.appointment.end)
        return "24:00" if end.date() > clock.wall(self.appointment.start).date() else end.strftime("%H:%M")


@dataclass
class Stretch:
    """A closed time, or a free one that can be booked from `start`."""

    at: str
    until: str
    start: datetime


@dataclass
class Column:
    """One chair or one doctor."""

    name: Text
    note: str
    query: str  # what the booking form is told: chair=<id> or doctor=<id>
    blocks: list[Block] = field(default_factory=list)
    closed: list[Stretch] = field(default_factory=list)
    free: list[Stretch] = field(default_factory=list)
    lanes: int = 1


class Day:
    """Everything that the page of a day shows, in a constant number of queries."""

    def __init__(self, user: User, day: date, location: Location, by: str) -> None:
        self.day, self.location, self.by = day, location, by
        self.doctors = with_profiles(User.objects.doctors())
        self.calendar = Calendar(day, day, [doctor.pk for doctor in self.doctors])
        self.open = self.calendar.spans(location.pk, None, day)
        self.blocks = self._read(user)
        on_grid = [block for block in self.blocks if not block.is_called_off]
        self.first_hour, self.last_hour = self._hours(on_grid)
        self.columns = self._doctor_columns(on_grid) if by == "doctor" else self._chair_columns(on_grid)

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

    @property
    def standing(self) -> int:
        """How many visits are not called off."""
        return sum(not block.is_called_off for block in self.blocks)

    def _read(self, user: User) -> list[Block]:
        # All visits of the place, also those of charts that this person may not open: their time is taken too.
        rows = Appointment.objects.for_day(self.day).filter(location_id=self.location.pk).order_by("start", "id")
        visits = list(rows)
        hidden = set(Patient.objects.hidden_from(user))
        shown = {row.patient_id for row in visits} - hidden
        patients = Patient.objects.in_bulk(shown)
        types = AppointmentType.objects.in_bulk({row.type_id for row in visits})
        doctors = {doctor.pk: doctor for doctor in self.doctors}
        gone = {row.doctor_id for row in visits} - doctors.keys()
        doctors |= {doctor.pk: doctor for doctor in with_profiles(User.objects.filter(pk__in=gone))} if gone else {}
        entries = MedicalEntry.objects.visible_to(user).critical().running().filter(patient_id__in=shown)
        alerts = set(entries.values_list("patient_id", flat=True))
        return [
            Block(
                appointment=row,
                patient=patients.get(row.patient_id),
                type=types[row.type_id],
                doctor=doctors[row.doctor_id],
                alert=row.patient_id in alerts or bool(row.patient_id in patients and patients[row.patient_id].alerts),
            )
            for row in visits
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
        chairs = list(Chair.objects.filter(location_id=self.location.pk, is_active=True))
        known = {chair.pk for chair in chairs}
        used = {_chair_of(block) for block in blocks} - known - {None}
        chairs += list(Chair.objects.filter(pk__in=used)) if used else []
        columns = []
        for chair in chairs:
            own = [block for block in blocks if _chair_of(block) == chair.pk]
            columns.append(self._column(chair.name, "", f"chair={chair.pk}", own, self.open))
        loose = [block for block in blocks if _chair_of(block) is None]
        if loose or not columns:
            columns.append(self._column("", "", "", loose, self.open))
        return columns

    def _doctor_columns(self, blocks: list[Block]) -> list[Column]:
        busy = {block.appointment.doctor_id: block.doctor for block in blocks}
        there = {doctor.pk: doctor for doctor in self.doctors if self._spans(doctor)}
        columns = []
        for doctor in sorted((there | busy).values(), key=lambda person: (person.name, person.pk)):
            own = [block for block in blocks if block.appointment.doctor_id == doctor.pk]
            query = f"doctor={doctor.pk}"
            columns.append(self._column(doctor.display_name, "", query, own, self._spans(doctor)))
        return columns or [self._column("", "", "", [], self.open)]

    def _spans(self, doctor: User) -> list[Span]:
        return self.calendar.spans(self.location.pk, doctor.pk, self.day)

    def _column(self, name: Text, note: str, query: str, blocks: list[Block], spans: list[Span]) -> Column:
        column = Column(name, note, query, blocks)
        column.lanes = _spread(blocks)
        column.closed = list(self._closed(spans))
        column.free = [stretch for stretch in self._free(spans) if not _meets(stretch, blocks)]
        return column

    def _closed(self, spans: list[Span]) -> Iterator[Stretch]:
        begin, end = clock.day_bounds(self.day)
        last = self.at
        for opens, closes in [*spans, (end, end)]:
            at = "24:00" if opens >= end else clock.wall(opens).strftime("%H:%M")
            until = min(max(at, self.at), self.until)
            if last < until:
                yield Stretch(last, until, begin)
            last = max(last, "24:00" if closes >= end else clock.wall(closes).strftime("%H:%M"))

    def _free(self, spans: list[Span]) -> Iterator[Stretch]:
        step = timedelta(minutes=FREE_STEP_MINUTES)
        for opens, closes in spans:
            start = opens
            while start < closes:
                until = min(start + step, closes)
                last = clock.wall(until)
                yield Stretch(
                    clock.wall(start).strftime("%H:%M"),
                    "24:00" if last.date() > self.day else last.strftime("%H:%M"),
                    start,
                )
                start = until


def _chair_of(block: Block) -> str | None:
    return block.appointment.seated_in_id or block.appointment.chair_id


def _meets(stretch: Stretch, blocks: Iterable[Block]) -> bool:
    return any(
        block.appointment.status in HOLDING and block.at < stretch.until and stretch.at < block.until
        for block in blocks
    )


def _spread(blocks: list[Block]) -> int:
    """Put visits that meet side by side; returns how many lanes the column needs. Others keep the full width."""
    ends: list[datetime] = []
    for block in blocks:
        start, end = block.appointment.start, block.appointment.end
        lane = next((n for n, last in enumerate(ends) if last <= start), len(ends))
        ends[lane : lane + 1] = [end]
        meeting = any(
            other is not block and other.appointment.start < end and start < other.appointment.end for other in blocks
        )
        block.lane = min(lane, _MOST_LANES - 1) + 1 if meeting else 0
    return min(len(ends), _MOST_LANES) if any(block.lane for block in blocks) else 1
