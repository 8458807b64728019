"""What is still open of a day: visits without an end, and visits that ended without an answer."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from appointments.calendar import Calendar
from appointments.models import Appointment, Checkout, ClosedDay, NextVisit
from appointments.rules import HOLDING, Status
from core import clock
from patients.models import Patient
from patients.rules import CareStatus

OPEN: Final = (*HOLDING, Status.REQUESTED)
# Nobody asks these when they come next.
ENDED: Final = (CareStatus.RELEASED, CareStatus.DECLINED, CareStatus.TRANSFERRED_OUT, CareStatus.DISMISSED)
# So far back a day that nobody closed is asked about.
REMEMBERED: Final = timedelta(days=14)
_MOST: Final = 500


def open_on(day: date) -> list[Appointment]:
    """Of everybody's visits of the day those that are not settled, earliest first."""
    rows = list(Appointment.objects.for_day(day).filter(status__in=[*OPEN, Status.COMPLETED]).order_by("start", "id"))
    unanswered = _unanswered([row for row in rows if row.status == Status.COMPLETED])
    return [row for row in rows if row.status != Status.COMPLETED or row.pk in unanswered]


def open_before(day: date) -> list[Appointment]:
    """Visits of earlier days that nobody has ended, earliest first; at most 500."""
    rows = Appointment.objects.filter(status__in=OPEN, start__lt=clock.day_bounds(day)[0])
    return list(rows.order_by("start", "id")[:_MOST])


def _unanswered(completed: list[Appointment]) -> set[str]:
    """Ids of those whose patients left without anybody knowing when they come again."""
    visits, patients = [row.pk for row in completed], {row.patient_id for row in completed}
    if not completed:
        return set()
    answered = set(Checkout.objects.filter(appointment_id__in=visits).values_list("appointment_id", flat=True))
    coming = Appointment.objects.filter(patient_id__in=patients).upcoming().values_list("patient_id", flat=True)
    due = NextVisit.objects.filter(patient_id__in=patients, done_at=None).values_list("patient_id", flat=True)
    gone = Patient.objects.filter(pk__in=patients, care_status__in=ENDED).values_list("pk", flat=True)
    known = {*coming, *due, *gone}
    return {row.pk for row in completed if row.pk not in answered and row.patient_id not in known}


def days_left_open(starts: Iterable[datetime]) -> list[date]:
    """Days before today that ask to be closed, the earliest first; `starts` are those of visits still open then.

    Besides the days with open visits these are the days of opening that nobody closed, from the first closing on.
    """
    today = clock.today()
    first = today - REMEMBERED
    open_days = {clock.wall(start).date() for start in starts}
    closed = set(ClosedDay.objects.since(first).values_list("day", flat=True))
    if closed:
        began = first if ClosedDay.objects.filter(day__lt=first).exists() else min(closed)
        open_days |= {day for day in _days_of_opening(began, today - timedelta(days=1)) if day not in closed}
    return sorted(day for day in open_days if day < today)


def _days_of_opening(first: date, last: date) -> list[date]:
    if first > last:
        return []
    calendar = Calendar(first, last, [])
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    return [day for day in days if any(calendar.spans(location, None, day) for location in calendar.locations)]


def next_day_of_opening(after: date) -> date:
    """The first day after this one on which any location is open; the next day if none is near."""
    tomorrow = after + timedelta(days=1)
    return next(iter(_days_of_opening(tomorrow, after + timedelta(days=31))), tomorrow)
