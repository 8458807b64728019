"""What the desk does with its lists: call, put a row aside, close the day."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.permissions import Permission, require
from appointments.actions.next_visits import settle_next_visit
from appointments.desk_lists import rules
from appointments.desk_lists.open_visits import open_on
from appointments.desk_lists.rules import CallOutcome
from appointments.models import CallNote, ClosedDay, NextVisit, PutAside
from appointments.rules import Event
from core import audit, clock
from core.actions import audited
from core.errors import Refused
from patients.models import Patient
from patients.rules import one_line


@audited
def log_call(*, by: User, patient: Patient, desk_list: str, outcome: str, note: str = "") -> CallNote:
    """Note that somebody called; what was noted stays. Raises Refused."""
    require(by, Permission.APPOINTMENT_BOOK)
    if outcome not in CallOutcome.values:
        raise Refused(_("Say how the call ended."), code="invalid", field="outcome")
    call = CallNote.objects.create(patient=patient, desk_list=desk_list, outcome=outcome, note=one_line(note), by=by)
    changes = audit.snapshot(call, "desk_list", "outcome", "note")
    audit.record(by, Event.CALL_LOGGED, call, patient_id=patient.pk, changes=changes)
    return call


@audited
def put_aside(
    *,
    by: User,
    patient: Patient,
    desk_list: str,
    reason: str,
    until: date | None = None,
    subject: str = "",
    for_good: bool = False,
) -> PutAside:
    """Take a row off its list until a day, or for good where the list allows it. Raises Refused."""
    require(by, Permission.APPOINTMENT_BOOK)
    reason = one_line(reason)
    if not reason:
        raise Refused(_("Say why."), code="reason_required", field="reason")
    rules.check_until(until, needed=not for_good)
    row = PutAside.objects.create(
        patient=patient, desk_list=desk_list, subject=subject, until=until, reason=reason, by=by
    )
    changes = audit.snapshot(row, "desk_list", "subject", "until")
    audit.record(by, Event.ROW_PUT_ASIDE, row, patient_id=patient.pk, changes=changes, reason=reason)
    return row


@audited
def drop_order(*, by: User, order: NextVisit, desk_list: str, reason: str) -> None:
    """An order is not needed any more; why is kept. Raises Refused."""
    put_aside(by=by, patient=order.patient, desk_list=desk_list, subject=order.pk, reason=reason, for_good=True)
    settle_next_visit(by=by, due=order)


@audited
def bring_back(*, by: User, row: PutAside) -> PutAside:
    """The row is on its list again."""
    require(by, Permission.APPOINTMENT_BOOK)
    changes = row.change(until=clock.today()) if row.stands else {}
    if changes:
        audit.record(by, Event.ROW_BROUGHT_BACK, row, patient_id=row.patient_id, changes=changes)
    else:
        audit.no_change(by, Event.ROW_BROUGHT_BACK, row)
    return row


@audited
def close_day(*, by: User, day: date) -> ClosedDay:
    """Say that nothing of the day is open any more. Raises Refused (`still_open`)."""
    require(by, Permission.APPOINTMENT_BOOK)
    if day > clock.today():
        raise Refused(_("This day is still to come."), code="not_begun")
    closed = ClosedDay.objects.filter(day=day).first()
    if closed is not None:
        audit.no_change(by, Event.DAY_CLOSED, closed)
        return closed
    # Of everybody, also visits of charts that this person may not open: the day is the clinic's.
    left = len(open_on(day))
    if left:
        message = ngettext("%(left)s visit is still open.", "%(left)s visits are still open.", left)
        raise Refused(message % {"left": left}, code="still_open")
    closed = ClosedDay.objects.create(day=day, by=by)
    audit.record(by, Event.DAY_CLOSED, closed, changes=audit.snapshot(closed, "day"))
    return closed
