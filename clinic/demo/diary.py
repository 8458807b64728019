"""Which times are taken, in memory: the same rules as booking, quick enough for years of visits.

A day is counted in cells of five minutes on the clinic's wall clock; a set of cells is one integer, a bit per cell.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache

from accounts.models import User
from appointments.models import Appointment, Chair, Closure, DayBlock, Location, WorkingHours
from appointments.rules import UNIT_MINUTES
from core import clock

CELLS_PER_HOUR = 60 // UNIT_MINUTES


def cell_of(at: time) -> int:
    """The cell that begins at this time."""
    return (at.hour * 60 + at.minute) // UNIT_MINUTES


def time_of(cell: int) -> time:
    """The time at which the cell begins."""
    return time(*divmod(cell * UNIT_MINUTES, 60))


@cache
def marks(pattern: str, letters: str) -> int:
    """The cells of a pattern that hold one of these letters."""
    return sum(1 << place for place, letter in enumerate(pattern) if letter in letters)


def _between(opens: time, closes: time) -> int:
    return (1 << cell_of(closes)) - (1 << cell_of(opens))


@dataclass
class Place:
    """A time found: where and when."""

    chair: Chair
    day: date
    cell: int

    @property
    def start(self) -> datetime:
        """In UTC."""
        return clock.at(self.day, time_of(self.cell))


@dataclass
class Sheet:
    """One day at one location."""

    open: int = 0
    doctors: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    chairs: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class Diary:
    """Hours, closures and what is taken, of all locations."""

    def __init__(self) -> None:
        self.locations = list(Location.objects.filter(is_active=True))
        chairs = Chair.objects.filter(is_active=True).order_by("position", "id")
        self.chairs = {
            location.pk: [chair for chair in chairs if chair.location_id == location.pk] for location in self.locations
        }
        self.hours = list(WorkingHours.objects.all())
        self.closures = list(Closure.objects.all())
        self.planned: dict[tuple[str, date], list[DayBlock]] = defaultdict(list)
        for block in DayBlock.objects.all():
            self.planned[block.location_id, block.day].append(block)
        self.sheets: dict[tuple[str, date], Sheet] = {}
        # Cells in which a doctor checks somebody, and those in which no lane is left.
        self.busy: dict[tuple[str, date], int] = defaultdict(int)
        self.full: dict[tuple[str, date], int] = defaultdict(int)

    def remember(self, appointment: Appointment) -> None:
        """Take the cells of an appointment that exists already."""
        local = clock.wall(appointment.start)
        sheet = self._sheet(appointment.location_id, local.date())
        cell = cell_of(local.time())
        if appointment.chair_id:
            sheet.chairs[appointment.chair_id] |= marks(appointment.pattern, "AdD") << cell
        self._engage(appointment.doctor_id, local.date(), appointment.pattern, cell)

    def is_working(self, doctor: User, day: date) -> bool:
        """Whether the doctor sees patients anywhere on that day."""
        return any(self._sheet(location.pk, day).doctors[doctor.pk] for location in self.locations)

    def take(self, doctor: User, day: date, pattern: str, cells: list[int], *, hold: bool = True) -> Place | None:
        """The first of these cells that is free for the doctor and in a chair; it is taken then if `hold`."""
        for cell in cells:
            for location in self.locations:
                place = self._free(location, doctor, day, pattern, cell)
                if place is not None:
                    if hold:
                        self._hold(place, doctor, pattern)
                    return place
        return None

    def overbook(self, doctor: User, day: date, pattern: str, cells: list[int]) -> Place | None:
        """The first of these cells in which a chair is free but the doctor is not: squeezed in all the same."""
        whole, needed = marks(pattern, "AdD"), marks(pattern, "dD")
        for cell in cells:
            for location in self.locations:
                sheet = self._sheet(location.pk, day)
                at_work = not (whole << cell) & ~sheet.open and not (needed << cell) & ~sheet.doctors[doctor.pk]
                if not at_work or not (needed << cell) & self.full[doctor.pk, day]:
                    continue
                for chair in self.chairs[location.pk]:
                    if not (whole << cell) & sheet.chairs[chair.pk]:
                        place = Place(chair, day, cell)
                        self._hold(place, doctor, pattern)
                        return place
        return None

    def _hold(self, place: Place, doctor: User, pattern: str) -> None:
        sheet = self._sheet(place.chair.location_id, place.day)
        sheet.chairs[place.chair.pk] |= marks(pattern, "AdD") << place.cell
        self._engage(doctor.pk, place.day, pattern, place.cell)

    def _free(self, location: Location, doctor: User, day: date, pattern: str, cell: int) -> Place | None:
        sheet = self._sheet(location.pk, day)
        whole, checks, procedures = (marks(pattern, letters) << cell for letters in ("AdD", "dD", "D"))
        if whole & ~sheet.open or checks & ~sheet.doctors[doctor.pk]:
            return None
        # A visit that never needs the doctor still happens on a day on which the doctor is there.
        if not sheet.doctors[doctor.pk]:
            return None
        if checks & self.full[doctor.pk, day] or procedures & self.busy[doctor.pk, day]:
            return None
        for chair in self.chairs[location.pk]:
            if not whole & sheet.chairs[chair.pk]:
                return Place(chair, day, cell)
        return None

    def _engage(self, doctor_id: str, day: date, pattern: str, cell: int) -> None:
        checks, procedures = marks(pattern, "d") << cell, marks(pattern, "D") << cell
        key = (doctor_id, day)
        self.full[key] |= procedures | (checks & self.busy[key])
        self.busy[key] |= checks | procedures

    def _sheet(self, location_id: str, day: date) -> Sheet:
        key = (location_id, day)
        if key not in self.sheets:
            self.sheets[key] = self._new_sheet(location_id, day)
        return self.sheets[key]

    def _new_sheet(self, location_id: str, day: date) -> Sheet:
        sheet = Sheet()
        closed = [item for item in self.closures if item.starts_on <= day <= item.ends_on]
        if any(item.doctor_id is None and item.location_id in {None, location_id} for item in closed):
            return sheet
        away = {item.doctor_id for item in closed if item.location_id in {None, location_id}}
        for hours in self.hours:
            if hours.location_id != location_id or hours.weekday != day.weekday():
                continue
            if hours.doctor_id is None:
                sheet.open |= _between(hours.opens, hours.closes)
            elif hours.doctor_id not in away:
                sheet.doctors[hours.doctor_id] |= _between(hours.opens, hours.closes)
        for block in self.planned.get((location_id, day), ()):
            kept = _between(block.opens, block.closes)
            if block.chair_id is None:
                sheet.open &= ~kept
            else:
                sheet.chairs[block.chair_id] |= kept
        return sheet


def days_from(day: date, count: int, step: int = 1) -> list[date]:
    """`count` days from this one on, or back from it."""
    return [day + timedelta(days=step * distance) for distance in range(count)]
