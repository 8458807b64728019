"""A month at one location: what is booked on each day, and how much of the doctors' time is left."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Min

from accounts.models import User
from appointments.calendar import Calendar, Span
from appointments.models import Appointment, Location, WorkingHours
from appointments.rules import ASSISTANT, HOLDING, UNIT_MINUTES, Status
from core import clock

# Visits that take the doctor's time, or took it.
_TAKES_TIME = {*HOLDING, Status.COMPLETED, Status.LEFT_UNSEEN}
_NOT_BOOKED = (Status.CANCELLED, Status.ENTERED_IN_ERROR, Status.REQUESTED)
_DAYS_A_WEEK = 7


@dataclass
class Load:
    """One day: visits, and minutes of all doctors together. Two checks at once count twice."""

    day: date
    in_month: bool = True
    is_open: bool = False
    why_closed: str = ""
    visits: int = 0
    new_patients: int = 0
    offered: int = 0
    used: int = 0

    @property
    def percent(self) -> int | None:
        """Doctor's minutes in use of those offered; None on a day without a doctor."""
        return round(100 * self.used / self.offered) if self.offered else None

    @property
    def bar(self) -> int:
        """The same as a length from 0 to 100."""
        return min(100, self.percent or 0)

    @property
    def free(self) -> int:
        """Minutes of doctors that nobody has asked for."""
        return max(0, self.offered - self.used)

    @property
    def is_over(self) -> bool:
        """Whether the doctors are wanted for longer than they are there."""
        return self.used > self.offered

    @property
    def is_today(self) -> bool:
        """Whether it is this day."""
        return self.day == clock.today()


class Month:
    """Everything that the page of a month shows, in a constant number of queries."""

    def __init__(self, first: date, location: Location) -> None:
        self.first, self.location = first, location
        self.next = (first + timedelta(days=31)).replace(day=1)
        self.last = self.next - timedelta(days=1)
        self._doctors = self._read_doctors()
        self._calendar = Calendar(first, self.last, self._doctors)
        self.loads = {day: self._offered(day) for day in _days(first, self.last)}
        self._count()
        self.weeks = self._weeks()

    @property
    def previous(self) -> date:
        """The first day of the month before."""
        return (self.first - timedelta(days=1)).replace(day=1)

    @property
    def visits(self) -> int:
        """Of the whole month."""
        return sum(load.visits for load in self.loads.values())

    @property
    def new_patients(self) -> int:
        """Of the whole month."""
        return sum(load.new_patients for load in self.loads.values())

    def _read_doctors(self) -> list[str]:
        hours = WorkingHours.objects.filter(location_id=self.location.pk, doctor__isnull=False)
        ids = {pk for pk in hours.values_list("doctor_id", flat=True) if pk}
        return list(User.objects.active().filter(pk__in=ids).values_list("pk", flat=True))

    def _offered(self, day: date) -> Load:
        doors = self._calendar.spans(self.location.pk, None, day)
        there = [self._calendar.spans(self.location.pk, doctor, day) for doctor in self._doctors]
        minutes = sum(_common(doors, spans) for spans in there)
        closure = self._calendar.closure(self.location.pk, None, day)
        return Load(day, is_open=bool(doors), why_closed=closure.reason if closure else "", offered=minutes)

    def _count(self) -> None:
        start, end = clock.day_bounds(self.first)[0], clock.day_bounds(self.last)[1]
        rows = Appointment.objects.between(start, end).filter(location_id=self.location.pk)
        found = list(rows.exclude(status__in=_NOT_BOOKED).values_list("start", "pattern", "status", "patient_id"))
        firsts = _first_visits({patient for _start, _pattern, _status, patient in found})
        for begins, pattern, status, patient in found:
            load = self.loads[clock.wall(begins).date()]
            load.visits += 1
            load.new_patients += firsts.get(patient) == begins
            if status in _TAKES_TIME:
                load.used += (len(pattern) - pattern.count(ASSISTANT)) * UNIT_MINUTES

    def _weeks(self) -> list[list[Load]]:
        """Weeks from Monday to Sunday; days of the months beside it are blank."""
        begin = self.first - timedelta(days=self.first.weekday())
        cells = [self.loads.get(day) or Load(day, in_month=False) for day in _days(begin, self.last)]
        cells += [Load(self.next, in_month=False)] * (-len(cells) % _DAYS_A_WEEK)
        return [cells[start : start + _DAYS_A_WEEK] for start in range(0, len(cells), _DAYS_A_WEEK)]


def _first_visits(patients: set[str]) -> dict[str, datetime]:
    """When each of them came, or will come, for the first time ever."""
    rows = Appointment.objects.filter(patient_id__in=patients).exclude(status__in=_NOT_BOOKED)
    # order_by(): a default order would split the groups.
    return dict(rows.order_by().values("patient_id").annotate(first=Min("start")).values_list("patient_id", "first"))


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


def _common(doors: list[Span], there: list[Span]) -> int:
    """Minutes in which the doctor is there and the doors are open."""
    overlaps = (min(a[1], b[1]) - max(a[0], b[0]) for a in doors for b in there)
    return sum(max(0, round(overlap.total_seconds() / 60)) for overlap in overlaps)
