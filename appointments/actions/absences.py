"""Visits moved together because somebody is away: each in its own transaction, and back again."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from appointments.actions.booking import move, put_back
from appointments.actions.swap import change_while
from appointments.models import Appointment, Chair, Location, MovedVisit, MoveRun
from appointments.rules import Event, Status
from core import audit, clock
from core.actions import audited
from core.errors import NotFound, Refused, Stale

_WHY = 300


@audited
def start_run(*, by: User, about: str) -> MoveRun:
    """Open a run; `about` says whose absence it is."""
    require(by, Permission.APPOINTMENT_BOOK)
    run = MoveRun(made_by=by, about=about[:200])
    run.save(force_insert=True)
    audit.record(by, Event.VISITS_MOVED, run)
    return run


@audited
def move_in_run(
    *, by: User, run: MoveRun, appointment: Appointment, version: int, start: datetime, doctor: User
) -> MovedVisit:
    """Move one visit of a run; `version` is the one that the person saw. Raises Refused, Stale."""
    require(by, Permission.APPOINTMENT_BOOK)
    if appointment.version != version:
        raise Stale
    before = _place_of(appointment)
    moved = move(by=by, appointment=appointment, start=start, doctor=doctor)
    if moved.version == version:
        raise Refused(_("This is where the visit stands already."), code="same_place")
    return _note(run, moved, MovedVisit.Outcome.MOVED, before=before, version_after=moved.version)


@audited
def note_unmoved(*, by: User, run: MoveRun, appointment: Appointment, why: str = "") -> MovedVisit:
    """Keep in the run that a visit was left where it is, or why it could not be moved."""
    require(by, Permission.APPOINTMENT_BOOK)
    outcome = MovedVisit.Outcome.FAILED if why else MovedVisit.Outcome.SKIPPED
    noted = _note(run, appointment, outcome, why=why[:_WHY])
    audit.no_change(by, Event.VISITS_MOVED, run)
    return noted


@audited
def move_back(*, by: User, moved: MovedVisit) -> MovedVisit:
    """Put one visit back where it stood, if nobody has changed it since. Raises Refused (`cannot_undo`)."""
    require(by, Permission.APPOINTMENT_BOOK)
    appointment = Appointment.objects.select_related("patient", "type", "doctor", "location").get(
        pk=moved.appointment_id
    )
    if appointment.version != moved.version_after:
        raise Refused(_("Somebody has changed this visit since."), code="cannot_undo")
    before = moved.before
    place = {
        "start": datetime.fromisoformat(before["start"]),
        "doctor": User.objects.get(pk=before["doctor"]),
        "location": Location.objects.get(pk=before["location"]),
    }
    chair = Chair.objects.filter(pk=before["chair"]).first() if before["chair"] else None
    back = put_back(by=by, appointment=appointment, chair=chair, reason=before["reason"], **place)
    if before["confirmed"]:
        # The patient had said yes to the time that holds again.
        change_while(back, Status.BOOKED, confirmed_at=datetime.fromisoformat(before["confirmed"]))
    moved.change(outcome=MovedVisit.Outcome.BACK)
    return moved


@audited
def note_stays(*, by: User, moved: MovedVisit, why: str) -> MovedVisit:
    """Keep in the run why a visit could not go back."""
    require(by, Permission.APPOINTMENT_BOOK)
    moved.change(outcome=MovedVisit.Outcome.STAYS, why=why[:_WHY])
    audit.no_change(by, Event.VISITS_MOVED_BACK, moved)
    return moved


@audited
def end_undo(*, by: User, run: MoveRun) -> MoveRun:
    """Mark the run as undone. Raises Refused (`cannot_undo`) the second time."""
    require(by, Permission.APPOINTMENT_BOOK)
    if run.undone_at:
        raise Refused(_("This has been taken back already."), code="cannot_undo")
    changes = run.change(undone_at=clock.now())
    audit.record(by, Event.VISITS_MOVED_BACK, run, changes=changes)
    return run


def _place_of(appointment: Appointment) -> dict[str, Any]:
    confirmed = appointment.confirmed_at
    return {
        "start": clock.iso(appointment.start),
        "doctor": appointment.doctor_id,
        "location": appointment.location_id,
        "chair": appointment.chair_id,
        "reason": appointment.override_reason,
        "confirmed": confirmed.isoformat() if confirmed else None,
    }


def _note(run: MoveRun, appointment: Appointment, outcome: str, **fields: Any) -> MovedVisit:
    if not MoveRun.objects.filter(pk=run.pk).exists():
        raise NotFound
    noted = MovedVisit(run_id=run.pk, appointment_id=appointment.pk, outcome=outcome, **fields)
    noted.save(force_insert=True)
    return noted
