"""What is done on the grid by hand: moving what one sees, and the holding tray."""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from appointments import rules
from appointments.actions.booking import move
from appointments.actions.swap import change_while
from appointments.models import Appointment, Chair
from appointments.rules import Event, Status
from core import audit, clock
from core.actions import audited
from core.errors import Refused, Stale


@audited
def move_as_seen(
    *,
    by: User,
    appointment: Appointment,
    version: int,
    start: datetime,
    doctor: User | None = None,
    chair: Chair | None = None,
    minutes: int | None = None,
) -> Appointment:
    """Move the visit that stands on somebody's screen in this version. Raises Refused (`stale`), else as `move`."""
    if appointment.version != version:
        raise _changed_meanwhile(appointment)
    try:
        moved = move(by=by, appointment=appointment, start=start, doctor=doctor, chair=chair, minutes=minutes)
    except Stale:
        raise _changed_meanwhile(Appointment.objects.get(pk=appointment.pk)) from None
    # Put down where it was booked, it has found its place too.
    return unpark(by=by, appointment=moved) if moved.parked_by_id else moved


@audited
def park(*, by: User, appointment: Appointment) -> Appointment:
    """Put a booked visit on one's holding tray; its time stays taken until it is moved. Raises Refused."""
    require(by, Permission.APPOINTMENT_BOOK)
    if appointment.status != Status.BOOKED:
        raise rules.status_conflict(appointment.status)
    return _tray(by, appointment, parked_by_id=by.pk, parked_at=clock.now())


@audited
def unpark(*, by: User, appointment: Appointment) -> Appointment:
    """Take a visit off the tray: it stays where it is booked."""
    require(by, Permission.APPOINTMENT_BOOK)
    return _tray(by, appointment, parked_by_id=None, parked_at=None)


def _changed_meanwhile(appointment: Appointment) -> Refused:
    """The refusal for somebody who saw an older state: it says how the visit stands now."""
    moment = clock.wall(appointment.start)
    place = [f"{moment:%H:%M}", str(appointment.chair or ""), str(appointment.get_status_display())]
    message = _("Somebody else has changed this visit. It is now on %(day)s, %(place)s. Nothing was moved.")
    facts = {"day": date_format(moment, "DATE_FORMAT"), "place": ", ".join(part for part in place if part)}
    return Refused(message % facts, code="stale", extra={"status": appointment.status})


def _tray(by: User, appointment: Appointment, **fields: Any) -> Appointment:
    changes = {"parked_by": [appointment.parked_by_id, fields["parked_by_id"]]}
    if appointment.parked_by_id == fields["parked_by_id"]:
        audit.no_change(by, Event.PARKED, appointment)
        return appointment
    change_while(appointment, appointment.status, **fields)
    audit.record(by, Event.PARKED, appointment, patient_id=appointment.patient_id, changes=changes)
    return appointment
