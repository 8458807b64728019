"""May a visit stand at this time at all: grid, past, hours, and what patients may do by themselves."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from appointments import rules
from appointments.calendar import Calendar
from appointments.models import Location
from appointments.rules import UNIT_MINUTES
from core import clock
from core.errors import NotFound, NotPermitted, Refused
from patients.models import Patient


def check_right(by: User, patient: Patient) -> bool:
    """Whether the person books as staff; patients and parents do it for themselves and their children.

    Raises NotPermitted, or NotFound for somebody else's record.
    """
    require(by, Permission.APPOINTMENT_BOOK, Permission.APPOINTMENT_BOOK_OWN)
    if not Patient.objects.visible_to(by).filter(pk=patient.pk).exists():
        raise NotFound(field="patient_id")
    return by.may(Permission.APPOINTMENT_BOOK)


def check_override(by: User, *, overbook: bool, reason: str) -> bool:
    """Whether rules are overridden, with right and reason. Raises NotPermitted or Refused (`reason_required`)."""
    if not overbook and not reason:
        return False
    require(by, Permission.APPOINTMENT_OVERBOOK)
    if not reason:
        raise Refused(_("Say why you overbook."), code="reason_required", field="override_reason")
    return True


def check_start(start: datetime, *, as_staff: bool, overridden: bool) -> None:
    """Grid and past; for patients also how far ahead. Raises Refused."""
    rules.check_on_grid(start)
    now = clock.now()
    earliest = clock.day_bounds(clock.today())[0] if as_staff else now
    if start < earliest and not overridden:
        raise Refused(_("This time has passed."), code="in_the_past", field="date")
    if not as_staff and start > now + timedelta(days=settings.ONLINE_BOOKING_DAYS):
        message = _("Online you can book up to %(days)s days ahead.") % {"days": settings.ONLINE_BOOKING_DAYS}
        raise Refused(message, code="too_far_ahead", field="date")


def fit_length(usual: str, minutes: int | None, *, as_staff: bool) -> str:
    """The unit pattern for a visit of that length; the clinic alone may change it. Raises NotPermitted, Refused."""
    pattern = rules.fit_pattern(usual, minutes)
    if not as_staff and pattern != usual:
        raise NotPermitted(_("Only the clinic can change the length of a visit."), field="minutes")
    return pattern


def check_notice(start: datetime, *, as_staff: bool) -> None:
    """Patients move and cancel until the clinic's notice. Raises Refused (`notice_too_short`)."""
    if not as_staff and start - clock.now() < timedelta(hours=settings.CANCEL_NOTICE_HOURS):
        message = _("Visits can be changed online until %(hours)s hours before. Please call the clinic.")
        raise Refused(message % {"hours": settings.CANCEL_NOTICE_HOURS}, code="notice_too_short", field="date")


def find_location(doctor: User, start: datetime, pattern: str, *, present: Location | None = None) -> Location:
    """Where the doctor works at that time; else where the doctor works at all; else the first location in use.

    A visit that is `present` at a location stays there if it fits.
    """
    calendar = _calendar(doctor, start)
    candidates = calendar.locations_of(doctor.pk)
    if present is not None and present.is_active:
        candidates.insert(0, present.pk)
    fitting = [pk for pk in candidates if _fits(calendar, pk, doctor, start, pattern)]
    chosen = next(iter([*fitting, *candidates]), None)
    rows = Location.objects.filter(is_active=True)
    location = (rows.filter(pk=chosen) if chosen else rows.order_by("name", "id")).first()
    if location is None:
        raise Refused(_("The clinic has no location yet. Ask an administrator to add one."), code="no_location")
    return location


def check_hours(location: Location, doctor: User, start: datetime, pattern: str) -> None:
    """The location's hours cover the visit, the doctor's hours the doctor's units. Raises Refused."""
    if not _fits(_calendar(doctor, start), location.pk, doctor, start, pattern):
        message = _("The clinic or the doctor is not there for all of this visit.")
        raise Refused(message, code="outside_hours", field="date")


def _calendar(doctor: User, start: datetime) -> Calendar:
    day = clock.wall(start).date()
    return Calendar(day, day, [doctor.pk])


def _fits(calendar: Calendar, location_id: str, doctor: User, start: datetime, pattern: str) -> bool:
    end = start + timedelta(minutes=len(pattern) * UNIT_MINUTES)
    if not calendar.covers(location_id, None, start, end):
        return False
    for offset, unit in enumerate(pattern):
        if unit != rules.ASSISTANT:
            begin = start + timedelta(minutes=offset * UNIT_MINUTES)
            if not calendar.covers(location_id, doctor.pk, begin, begin + timedelta(minutes=UNIT_MINUTES)):
                return False
    return True
