"""Through the clinic's day: status by status, by compare-and-swap."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from appointments import claims, hours, rules
from appointments.actions.booking import cancel
from appointments.actions.swap import swap_status
from appointments.history import last_step, note_step
from appointments.models import Appointment, Chair
from appointments.placing import place, slot_taken
from appointments.rules import FREES_ALL, FREES_THE_REST, HOLDING, Clash, Event, Status
from core import audit, clock
from core.actions import audited
from core.errors import Refused

# Where the patient sits in a chair.
_IN_A_CHAIR = (Status.SEATED, Status.NEEDS_DOCTOR, Status.WITH_DOCTOR)
# Where the patient does not sit yet, or not any more.
_NOT_SEATED = (Status.REQUESTED, Status.BOOKED, Status.ARRIVED)


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
    require(by, Permission.APPOINTMENT_BOOK if status == Status.BOOKED else Permission.APPOINTMENT_READ)
    if expected is not None and expected != appointment.status:
        raise rules.status_conflict(appointment.status)
    rules.check_transition(appointment.status, status)
    if status == Status.CANCELLED:
        return cancel(by=by, appointment=appointment, reason=note)
    before, seated_in = appointment.status, appointment.seated_in_id
    swap_status(appointment, before, status, **_seating(appointment, status, chair))
    _keep_claims_true(appointment, before, status)
    note_step(appointment, by, "status", from_status=before, to_status=status, note=note)
    changes = _changes(appointment, before, seated_in)
    audit.record(by, Event.STATUS_CHANGED, appointment, patient_id=appointment.patient_id, changes=changes, reason=note)
    return appointment


@audited
def undo_status(*, by: User, appointment: Appointment, step: str | None = None) -> Appointment:
    """Take back the last step of today, as a step of its own; `step` is the one that the person saw as the last.

    Raises Refused: `status_conflict` if somebody has gone on since, `nothing_to_undo`, or `slot_taken` when a visit
    that is not here yet has lost its time to others.
    """
    require(by, Permission.APPOINTMENT_READ)
    last = last_step(appointment)
    if step is not None and (last is None or last.pk != step):
        raise rules.status_conflict(appointment.status)
    if last is None:
        raise Refused(_("There is no step of today to take back."), code="nothing_to_undo")
    before, back, seated_in = appointment.status, last.from_status, appointment.seated_in_id
    if before == Status.CANCELLED:
        require(by, Permission.APPOINTMENT_BOOK)
    called_off = {"cancelled_by_patient": None, "short_notice": False} if before == Status.CANCELLED else {}
    swap_status(appointment, before, back, **called_off, **_seating(appointment, back, None))
    _keep_claims_true(appointment, before, back)
    note_step(appointment, by, "undone", from_status=before, to_status=back)
    changes = _changes(appointment, before, seated_in)
    audit.record(by, Event.STATUS_UNDONE, appointment, patient_id=appointment.patient_id, changes=changes)
    return appointment


def _changes(appointment: Appointment, before: str, seated_in: str | None) -> dict[str, Any]:
    changes = {"status": [before, appointment.status]}
    return changes | (
        {"seated_in": [seated_in, appointment.seated_in_id]} if seated_in != appointment.seated_in_id else {}
    )


def _seating(appointment: Appointment, status: str, chair: Chair | None) -> dict[str, Any]:
    if status in _NOT_SEATED:
        return {"seated_in_id": None}
    if chair and status in _IN_A_CHAIR:
        return {"seated_in_id": chair.pk}
    return {"seated_in_id": appointment.chair_id} if status == Status.SEATED and not appointment.seated_in_id else {}


def _keep_claims_true(appointment: Appointment, before: str, after: str) -> None:
    """Free what is not needed any more, take what is needed again."""
    if after in {*FREES_ALL, Status.REQUESTED}:
        claims.release(appointment)
    elif after in FREES_THE_REST:
        claims.release(appointment, from_cell=rules.cell_of(clock.now()) + 1)
    elif before == Status.REQUESTED:
        _take_first_time(appointment)
    elif before not in HOLDING:
        # Who is here is treated, over whatever has been given away; who is yet to come needs the time to be free.
        _take_again(appointment, overbook=appointment.overbooked or after != Status.BOOKED)


def _take_first_time(appointment: Appointment) -> None:
    hours.check_start(appointment.start, as_staff=True, overridden=False)
    hours.check_hours(appointment.location, appointment.doctor, appointment.start, appointment.pattern)
    place(appointment, chosen_chair=None, overbook=False)
    Appointment.objects.filter(pk=appointment.pk).update(chair_id=appointment.chair_id)


def _take_again(appointment: Appointment, *, overbook: bool) -> None:
    first = rules.cell_of(clock.now()) if appointment.start < clock.now() else 0
    claims.release(appointment, from_cell=first)
    try:
        overbooked = claims.take(appointment, overbook=overbook, from_cell=first)
    except Clash as clash:
        raise slot_taken(appointment, clash.resource) from clash
    if overbooked:
        Appointment.objects.filter(pk=appointment.pk).update(overbooked=True)
        appointment.overbooked = True
