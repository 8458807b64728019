"""Through the clinic's day: status by status, by compare-and-swap."""

from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from appointments import claims, rules
from appointments.actions import hours
from appointments.actions.booking import cancel
from appointments.actions.history import note_step
from appointments.actions.placing import slot_taken
from appointments.models import Appointment, Chair, StatusEvent
from appointments.rules import FREES_ALL, FREES_THE_REST, HOLDING, Clash, Event, Status
from core import audit, clock
from core.actions import audited
from core.errors import Refused


@audited
def set_status(
    *,
    by: User,
    appointment: Appointment,
    status: str,
    chair: Chair | None = None,
    expected: str | None = None,
    note: str = "",
) -> Appointment:
    """Move one step along the transition table; `expected` is the status that the person saw.

    `chair` is where the patient sits now: a fact, never refused. Raises Refused (`status_conflict`, 409) with the
    present status.
    """
    require(by, Permission.APPOINTMENT_READ)
    if expected is not None and expected != appointment.status:
        raise rules.status_conflict(appointment.status)
    rules.check_transition(appointment.status, status)
    if status == Status.CANCELLED:
        return cancel(by=by, appointment=appointment, reason=note)
    before = appointment.status
    _swap(appointment, before, status, **_seating(appointment, status, chair))
    _keep_claims_true(appointment, before, status)
    note_step(appointment, by, "status", from_status=before, to_status=status, note=note)
    changes = {"status": [before, status]}
    audit.record(by, Event.STATUS_CHANGED, appointment, patient_id=appointment.patient_id, changes=changes, reason=note)
    return appointment


@audited
def undo_status(*, by: User, appointment: Appointment) -> Appointment:
    """Take back the last step of today, as a step of its own. Raises Refused (`nothing_to_undo`)."""
    require(by, Permission.APPOINTMENT_READ)
    last = last_step(appointment)
    if last is None:
        raise Refused(_("There is no step of today to take back."), code="nothing_to_undo")
    before, back = appointment.status, last.from_status
    _swap(appointment, before, back)
    _keep_claims_true(appointment, before, back)
    note_step(appointment, by, "undone", from_status=before, to_status=back)
    changes = {"status": [before, back]}
    audit.record(by, Event.STATUS_UNDONE, appointment, patient_id=appointment.patient_id, changes=changes)
    return appointment


def last_step(appointment: Appointment) -> StatusEvent | None:
    """The step that an undo would take back: the newest one, of today, that led to the present status."""
    newest = StatusEvent.objects.filter(appointment_id=appointment.pk).order_by("-at", "-id").first()
    if newest is None or newest.kind != "status" or newest.to_status != appointment.status:
        return None
    return newest if newest.at >= clock.day_bounds(clock.today())[0] else None


def _seating(appointment: Appointment, status: str, chair: Chair | None) -> dict[str, Any]:
    if chair:
        return {"seated_in_id": chair.pk}
    return {"seated_in_id": appointment.chair_id} if status == Status.SEATED and not appointment.seated_in_id else {}


def _swap(appointment: Appointment, before: str, after: str, **extra: Any) -> None:
    rows = Appointment.objects.filter(pk=appointment.pk, status=before)
    if rows.update(status=after, version=F("version") + 1, updated_at=clock.now(), **extra) != 1:
        present = Appointment.objects.get(pk=appointment.pk).status
        raise rules.status_conflict(present)
    appointment.refresh_from_db()


def _keep_claims_true(appointment: Appointment, before: str, after: str) -> None:
    """Free what is not needed any more; take again what is, over whatever has been given away meanwhile."""
    if after in FREES_ALL:
        claims.release(appointment)
    elif after in FREES_THE_REST:
        claims.release(appointment, from_cell=rules.cell_of(clock.now()) + 1)
    elif before == Status.REQUESTED:
        _take_first_time(appointment)
    elif before not in HOLDING:
        _take_again(appointment)


def _take_first_time(appointment: Appointment) -> None:
    hours.check_hours(appointment.location, appointment.doctor, appointment.start, appointment.pattern)
    try:
        claims.take(appointment)
    except Clash as clash:
        raise slot_taken(appointment, clash.resource) from clash


def _take_again(appointment: Appointment) -> None:
    first = rules.cell_of(clock.now()) if appointment.start < clock.now() else 0
    claims.release(appointment, from_cell=first)
    if claims.take(appointment, overbook=True, from_cell=first):
        Appointment.objects.filter(pk=appointment.pk).update(overbooked=True)
        appointment.overbooked = True
