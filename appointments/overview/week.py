"""A week at one location, of one doctor or one chair: a column per open day. A constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from accounts.models import User, with_profiles
from appointments.calendar import Calendar, Span
from appointments.grid import CALLED_OFF, Block, spread, wall_time
from appointments.models import Appointment, AppointmentType, Chair, Location
from core import clock
from patients.models import Patient

DAYS = 7
_FIRST_HOUR, _LAST_HOUR = 8, 18
_WORKDAYS = 5


@dataclass(frozen=True)
class Shut:
    """A time in which nobody is there."""

    at: str
    until: str


@dataclass
class DayColumn:
    """One day of the week."""

    day: date
    spans: list[Span]
    why_closed: str = ""  # a holiday, an absence
    blocks: list[Block] = field(default_factory=list)
    shut: list[Shut] = field(default_factory=list)
    lanes: int = 1

    @property
    def is_today(self) -> bool:
        """Whether it is this day."""
        return self.day == clock.today()


class Week:
    """Everything that the page of a week shows."""

    def __init__(
        self,
        reader: User,
        monday: date,
        location: Location,
        doctors: Iterable[User],
        doctor: User | None = None,
        chair: Chair | None = None,
    ) -> None:
        self.monday, self.location, self.doctor, self.chair = monday, location, doctor, chair
        self._doctors = {person.pk: person for person in doctors}
        self.days = [monday + timedelta(days=ahead) for ahead in range(DAYS)]
        self._calendar = Calendar(monday, self.days[-1], [doctor.pk] if doctor else [])
        by_day: dict[date, list[Block]] = defaultdict(list)
        for block in self._read(reader):
            by_day[clock.wall(block.appointment.start).date()].append(block)
        columns = [self._column(day, by_day[day]) for day in self.days]
        # A weekend stands there only if it is worked.
        self.columns = [row for row in columns if row.spans or row.blocks or row.day.weekday() < _WORKDAYS]
        self.first_hour, self.last_hour = self._hours()
        for column in self.columns:
            column.shut = list(self._shut(column))

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
    def visits(self) -> int:
        """How many stand."""
        return sum(len(column.blocks) for column in self.columns)

    def _read(self, reader: User) -> list[Block]:
        start, end = clock.day_bounds(self.monday)[0], clock.day_bounds(self.days[-1])[1]
        # Also those of charts that the reader may not open: their time is taken too.
        rows = Appointment.objects.between(start, end).filter(location_id=self.location.pk)
        rows = rows.exclude(status__in=CALLED_OFF)
        if self.doctor:
            rows = rows.filter(doctor_id=self.doctor.pk)
        visits = list(rows.order_by("start", "id"))
        if self.chair:
            visits = [row for row in visits if (row.seated_in_id or row.chair_id) == self.chair.pk]
        patients = Patient.objects.visible_to(reader).in_bulk({row.patient_id for row in visits})
        types = AppointmentType.objects.in_bulk({row.type_id for row in visits})
        # Those who have left are still named on what they did.
        if gone := {row.doctor_id for row in visits} - self._doctors.keys():
            self._doctors |= {person.pk: person for person in with_profiles(User.objects.filter(pk__in=gone))}
        for row in visits:
            if row.patient_id in patients:
                row.patient = patients[row.patient_id]
        return [
            Block(row, patients.get(row.patient_id), types[row.type_id], self._doctors[row.doctor_id]) for row in visits
        ]

    def _column(self, day: date, blocks: list[Block]) -> DayColumn:
        whose = self.doctor.pk if self.doctor else None
        closed = self._calendar.closure(self.location.pk, whose, day)
        spans = self._calendar.spans(self.location.pk, whose, day)
        return DayColumn(day, spans, closed.reason if closed else "", blocks, lanes=spread(blocks))

    def _hours(self) -> tuple[int, int]:
        spans = [span for column in self.columns for span in column.spans]
        spans += [(b.appointment.start, b.appointment.end) for column in self.columns for b in column.blocks]
        if not spans:
            return _FIRST_HOUR, _LAST_HOUR
        return min(clock.wall(start).hour for start, _end in spans), max(_last_hour(*span) for span in spans)

    def _shut(self, column: DayColumn) -> Iterable[Shut]:
        begin, end = clock.day_bounds(column.day)
        last = self.at
        for opens, closes in [*column.spans, (end, end)]:
            until = min(max(wall_time(opens, after=begin), self.at), self.until)
            if last < until:
                yield Shut(last, until)
            last = max(last, wall_time(closes, after=begin))


def _last_hour(start: datetime, end: datetime) -> int:
    first, last = clock.wall(start), clock.wall(end)
    return 24 if last.date() > first.date() else last.hour + bool(last.minute)
