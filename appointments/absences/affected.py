"""Visits that stand where somebody is away or a place is closed."""

from datetime import date, timedelta

from appointments import rules
from appointments.models import Appointment, Closure
from appointments.models.booking import AppointmentQuerySet
from appointments.rules import Status
from core import clock

_YEAR = 366


def visits_in(closure: Closure) -> list[Appointment]:
    """Booked visits to come in it, soonest first. Who needs the assistant only does not miss an absent doctor."""
    return [row for row in _rows(closure).order_by("start", "id") if _misses(closure, row.pattern)]


def count(closure: Closure) -> int:
    """How many of them there are."""
    return sum(_misses(closure, pattern) for pattern in _rows(closure).values_list("pattern", flat=True))


def days_of(closure: Closure) -> tuple[date, date]:
    """Its first and last day; of one that comes back every year those of the next time."""
    if not closure.each_year:
        return closure.starts_on, closure.ends_on
    # Eight years, for the 29th of February.
    days = (clock.today() + timedelta(days=offset) for offset in range(8 * _YEAR))
    first = next((day for day in days if closure.holds(day)), closure.starts_on)
    return first, first + (closure.ends_on - closure.starts_on)


def _rows(closure: Closure) -> AppointmentQuerySet:
    first, last = days_of(closure)
    start, end = clock.day_bounds(first)[0], clock.day_bounds(last)[1]
    # read-scope: which times are lost; whose they are shows only where the patient may be seen
    rows = Appointment.objects.between(max(start, clock.now()), end).filter(status=Status.BOOKED)
    if closure.doctor_id:
        rows = rows.filter(doctor_id=closure.doctor_id)
    return rows.filter(location_id=closure.location_id) if closure.location_id else rows


def _misses(closure: Closure, pattern: str) -> bool:
    return closure.doctor_id is None or pattern.strip(rules.ASSISTANT) != ""
