"""One day at one location, ready to be drawn: columns of chairs or of doctors, with visits and what is closed."""

from collections.abc import Iterator
from datetime import date

from accounts.models import User, with_profiles
from appointments.calendar import Calendar, Span
from appointments.grid import CALLED_OFF, Block, Column, Stretch, free_stretches, spread, wall_time
from appointments.models import Appointment, AppointmentType, Chair, Location
from core import clock
from core.errors import Text
from patients.models import MedicalEntry, Patient

_FIRST_HOUR, _LAST_HOUR = 8, 18


class Day:
    """Everything that the page of a day shows, in a constant number of queries."""

    def __init__(self, user: User, day: date, location: Location, by: str) -> None:
        self.day, self.location = day, location
        self.has_passed = day < clock.today()
        self.doctors = with_profiles(User.objects.doctors()) if by == "doctor" else []
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
        patients = Patient.objects.visible_to(user).in_bulk({row.patient_id for row in visits})
        types = AppointmentType.objects.in_bulk({row.type_id for row in visits})
        self.chairs = self._all_chairs({_chair_of(row) for row in visits if row.status not in CALLED_OFF} - {None})
        doctors = self._all_doctors({row.doctor_id for row in visits})
        entries = MedicalEntry.objects.visible_to(user).critical().running().filter(patient_id__in=list(patients))
        alerts = set(entries.values_list("patient_id", flat=True))
        alerts |= {pk for pk, patient in patients.items() if patient.alerts}
        names = {chair.pk: chair.name for chair in self.chairs}
        for row in visits:
            if row.patient_id in patients:
                row.patient = patients[row.patient_id]
        return [
            Block(
                appointment=row,
                patient=patients.get(row.patient_id),
                type=types[row.type_id],
                doctor=doctors[row.doctor_id],
                place=names.get(_chair_of(row) or "", ""),
                alert=row.patient_id in alerts,
            )
            for row in visits
        ]

    def _all_doctors(self, wanted: set[str]) -> dict[str, User]:
        doctors = {doctor.pk: doctor for doctor in self.doctors}
        gone = wanted - doctors.keys()
        return doctors | {row.pk: row for row in with_profiles(User.objects.filter(pk__in=gone))} if gone else doctors

    def _all_chairs(self, wanted: set[str | None]) -> list[Chair]:
        """Those in use here, then those out of use or elsewhere that somebody sits in all the same."""
        chairs = list(Chair.objects.filter(location_id=self.location.pk, is_active=True))
        others = wanted - {chair.pk for chair in chairs}
        return [*chairs, *Chair.objects.filter(pk__in=others)] if others else chairs

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
            columns.append(self._column(chair.name, f"chair={chair.pk}", own, self.open))
        loose = [block for block in blocks if _chair_of(block.appointment) is None]
        if loose or not columns:
            columns.append(self._column("", "", loose, self.open))
        return columns

    def _doctor_columns(self, blocks: list[Block]) -> list[Column]:
        busy = {block.appointment.doctor_id: block.doctor for block in blocks}
        there = {doctor.pk: doctor for doctor in self.doctors if self._spans(doctor)}
        columns = []
        for doctor in sorted((there | busy).values(), key=lambda person: (person.name, person.pk)):
            own = [block for block in blocks if block.appointment.doctor_id == doctor.pk]
            column = self._column(doctor.display_name, f"doctor={doctor.pk}", own, self._spans(doctor))
            column.colour = doctor.profile_or_none.colour if doctor.profile_or_none else ""
            columns.append(column)
        return columns or [self._column("", "", [], self.open)]

    def _spans(self, doctor: User) -> list[Span]:
        return self.calendar.spans(self.location.pk, doctor.pk, self.day)

    def _column(self, name: Text, query: str, blocks: list[Block], spans: list[Span]) -> Column:
        column = Column(name, query, blocks=blocks, closed=list(self._closed(spans)), lanes=spread(blocks))
        if not self.has_passed:
            column.free = list(free_stretches(spans, blocks))
        return column

    def _closed(self, spans: list[Span]) -> Iterator[Stretch]:
        begin, end = clock.day_bounds(self.day)
        last = self.at
        for opens, closes in [*spans, (end, end)]:
            at = wall_time(opens, after=begin)
            until = min(max(at, self.at), self.until)
            if last < until:
                yield Stretch(last, until, begin)
            last = max(last, wall_time(closes, after=begin))


def _chair_of(visit: Appointment) -> str | None:
    return visit.seated_in_id or visit.chair_id
