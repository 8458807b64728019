"""A patient leaves: with a next visit, with an order for the desk, or with a reason for none."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from appointments import rules as flow
from appointments.actions.flow import set_status
from appointments.actions.next_visits import change_next_visit, note_next_visit, settle_next_visit
from appointments.desk_lists import rules
from appointments.desk_lists.rules import Answer
from appointments.models import Appointment, AppointmentType, Checkout, NextVisit
from appointments.rules import Event
from core import audit, clock
from core.actions import audited
from core.errors import Refused
from patients.rules import one_line

_TOLD = ("answer", "why_none", "note")


@audited
def check_out(
    *,
    by: User,
    appointment: Appointment,
    answer: str,
    following: Appointment | None = None,
    type: AppointmentType | None = None,
    weeks: int | None = None,
    why_none: str = "",
    note: str = "",
    expected: str | None = None,
) -> Checkout:
    """Complete a visit and keep the answer; of one that is completed already, the answer alone.

    `following` is the next visit (the earliest one booked, if left out); `type`, `weeks` and `note` make an order,
    `why_none` and `note` a reason. Steps that nobody tapped are made up for. Raises Refused.
    """
    require(by, Permission.APPOINTMENT_BOOK)
    if expected is not None and expected != appointment.status:
        raise flow.status_conflict(appointment.status)
    steps = rules.steps_to_the_end(appointment.status)
    if not rules.may_check_out(appointment.status, appointment.start):
        raise Refused(_("This visit has not begun yet."), code="not_begun")
    before = Checkout.objects.filter(appointment_id=appointment.pk).select_related("order").first()
    order = before.order if before and before.order and before.order.done_at is None else None
    note, values = one_line(note), {}
    if answer == Answer.BOOKED:
        values = {"following_id": _following(appointment, following).pk}
    elif answer == Answer.ORDER:
        rules.check_weeks(weeks)
        due_on = _day_of(appointment) + timedelta(weeks=weeks or 0)
        values = {"order_id": _order(by, appointment, order, {"due_on": due_on, "type": type, "note": note}).pk}
    elif answer == Answer.NONE:
        rules.check_reason(why_none, note)
        values = {"why_none": why_none}
    else:
        raise Refused(_("Choose one of the three answers."), code="invalid", field="answer")
    if order is not None and answer != Answer.ORDER:
        settle_next_visit(by=by, due=order)
    for step in steps:
        set_status(by=by, appointment=appointment, status=step)
    return _keep(by, appointment, before, {"answer": answer, "note": note, **values})


def _following(appointment: Appointment, chosen: Appointment | None) -> Appointment:
    rows = Appointment.objects.filter(patient_id=appointment.patient_id).upcoming().exclude(pk=appointment.pk)
    found = rows.filter(pk=chosen.pk).first() if chosen else rows.first()
    if found is None:
        message = _("No next visit is booked yet. Book it, or choose another answer.")
        raise Refused(message, code="no_next_visit", field="answer")
    return found


def _order(by: User, appointment: Appointment, order: NextVisit | None, wanted: dict[str, Any]) -> NextVisit:
    if order is not None:
        return change_next_visit(by=by, due=order, **wanted)
    return note_next_visit(by=by, patient=appointment.patient, **wanted)


def _day_of(appointment: Appointment) -> date:
    return min(clock.wall(appointment.start).date(), clock.today())


def _keep(by: User, appointment: Appointment, before: Checkout | None, values: dict[str, Any]) -> Checkout:
    values = {"following_id": None, "order_id": None, "why_none": "", **values, "by_id": by.pk}
    if before is None:
        kept = Checkout.objects.create(appointment=appointment, patient_id=appointment.patient_id, **values)
        changes = audit.snapshot(kept, *_TOLD)
    else:
        kept, changes = before, before.change(**values)
    audit.record(by, Event.CHECKED_OUT, appointment, patient_id=appointment.patient_id, changes=changes)
    return kept
