"""When a location is open and a doctor there: weekly hours on the wall clock, minus closures, as UTC spans."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from django.db.models import Q, QuerySet

from appointments.models import Closure, WorkingHours
from core import clock

Span = tuple[datetime, datetime]


class Calendar:
    """Hours and closures of some days, read in two queries unless they are given, answered from memory."""

    def __init__(
        self,
        first_day: date,
        last_day: date,
        doctor_ids: Iterable[str],
        *,
        hours: Iterable[WorkingHours] | None = None,
        closures: Iterable[Closure] | None = None,
    ) -> None:
        doctors = {None, *doctor_ids}
        self._hours: dict[tuple[str, str | None, int], list[tuple[time, time]]] = defaultdict(list)
        for row in hours_of(doctors) if hours is None else hours:
            if row.doctor_id in doctors:
                self._hours[row.location_id, row.doctor_id, row.weekday].append((row.opens, row.closes))
        found = closures_between(first_day, last_day) if closures is None else closures
        self._closures = [row for row in found if row.doctor_id in doctors]

    @property
    def locations(self) -> set[str]:
        """Ids of all locations in use that have any hours."""
        return {location for location, _doctor, _weekday in self._hours}

    def locations_of(self, doctor_id: str) -> list[str]:
        """Ids of the locations where the doctor has any hours, in a steady order."""
        return sorted({location for location, doctor, _weekday in self._hours if doctor == doctor_id})

    def spans(self, location_id: str, doctor_id: str | None, day: date) -> list[Span]:
        """Open times of the location (no doctor) or of the doctor there on the clinic's day, joined where they meet."""
        if self.closure(location_id, doctor_id, day):
            return []
        joined: list[Span] = []
        for opens, closes in self._hours.get((location_id, doctor_id, day.weekday()), []):
            start, end = _instant(day, opens), _instant(day, closes)
            if joined and start <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((start, end))
        return joined

    def covers(self, location_id: str, doctor_id: str | None, start: datetime, end: datetime) -> bool:
        """Whether one open span holds [start, end)."""
        day = clock.wall(start).date()
        return any(opens <= start and end <= closes for opens, closes in self.spans(location_id, doctor_id, day))

    def closure(self, location_id: str, doctor_id: str | None, day: date) -> Closure | None:
        """What closes the location, or keeps the doctor away, on that day."""
        applies = (
            row
            for row in self._closures
            if row.holds(day) and row.location_id in {None, location_id} and row.doctor_id in {None, doctor_id}
        )
        return next(applies, None)


def hours_of(doctor_ids: Iterable[str | None]) -> QuerySet[WorkingHours]:
    """Weekly hours of these doctors, None for the locations' own, in the order of the day; of locations in use."""
    doctors = [pk for pk in doctor_ids if pk]
    rows = WorkingHours.objects.filter(Q(doctor=None) | Q(doctor_id__in=doctors), location__is_active=True)
    return rows.order_by("opens")


def closures_between(first_day: date, last_day: date) -> QuerySet[Closure]:
    """What may hold on one of these days; `Closure.holds` says whether it does."""
    these_days = Q(ends_on__gte=first_day, starts_on__lte=last_day) | Q(each_year=True, starts_on__lte=last_day)
    return Closure.objects.filter(these_days)


def _instant(day: date, wall: time) -> datetime:
    # Hours that begin in the gap of a clock change begin when the clock goes on.
    return datetime.combine(day, wall, tzinfo=clock.clinic_zone()).astimezone(UTC)
