"""Visits of another system: the past as it was, the future on the grid, over other visits where they overlap."""

from collections.abc import Sequence
from typing import Any, Final

from accounts.models import User
from accounts.permissions import Permission, require
from appointments import claims
from appointments.history import note_step
from appointments.models import Appointment, Chair, StatusEvent
from appointments.placing import place
from appointments.rules import HOLDING, Event
from core import audit
from core.actions import audited
from patients import rules
from patients.models import Patient

FACTS: Final = ("start", "minutes", "doctor_id", "location_id", "chair_id", "type_id", "status", "reason")
_TOLD: Final = ("start", "minutes", "status", "overbooked", "origin")


@audited
def bring_past_visits(*, by: User, visits: Sequence[Appointment]) -> None:
    """Visits that take no time on the grid any more, many at once."""
    require(by, Permission.PATIENT_IMPORT)
    Appointment.objects.bulk_create(visits)
    steps = [
        StatusEvent(appointment=visit, by=by, kind="booked", to_status=visit.status, to_start=visit.start)
        for visit in visits
    ]
    StatusEvent.objects.bulk_create(steps)
    audit.record_all([_event(by, visit) for visit in visits])


@audited
def bring_visit(*, by: User, visit: Appointment, chair: Chair | None, why: str) -> Appointment:
    """A visit to come, at its time whatever else is there: what overlaps is overbooked and shows so. Raises Refused."""
    require(by, Permission.PATIENT_IMPORT)
    visit.chair = None
    visit.save(force_insert=True)
    _place(visit, chair, why)
    _hold(visit.patient)
    note_step(visit, by, "booked", to_status=visit.status, to_start=visit.start)
    audit.record_all([_event(by, visit)])
    return visit


@audited
def change_brought_visit(
    *, by: User, visit: Appointment, facts: dict[str, Any], chair: Chair | None, patient: Patient, why: str
) -> Appointment:
    """What has changed over there since; the caller has seen that nobody has changed the visit here. Raises Stale."""
    require(by, Permission.PATIENT_IMPORT)
    before = {name: getattr(visit, name) for name in (*FACTS, "overbooked")}
    if visit.status in HOLDING and claims.holds_time(visit.start):
        claims.release(visit)
    changes = visit.change(**{name: value for name, value in facts.items() if name != "chair_id" or chair is not None})
    if visit.status in HOLDING and claims.holds_time(visit.start):
        _place(visit, chair, why)
        _hold(patient)
    elif visit.overbooked:
        Appointment.objects.filter(pk=visit.pk).update(overbooked=False)
    note_step(
        visit,
        by,
        "moved" if before["start"] != visit.start else "status",
        from_status=before["status"],
        to_status=visit.status,
        from_start=before["start"],
        to_start=visit.start,
    )
    audit.record(by, Event.CHANGED, visit, patient_id=visit.patient_id, changes=changes)
    return visit


def _hold(patient: Patient) -> None:
    # Last of all: it lines up with everybody else who books for this patient.
    if not Patient.objects.hold_current(patient.pk):
        raise rules.archived()


def _place(visit: Appointment, chair: Chair | None, why: str) -> None:
    visit.overbooked = place(visit, chosen_chair=chair, overbook=True)
    visit.override_reason = why if visit.overbooked else ""
    rows = Appointment.objects.filter(pk=visit.pk)
    rows.update(chair_id=visit.chair_id, overbooked=visit.overbooked, override_reason=visit.override_reason)


def _event(by: User, visit: Appointment) -> Any:
    changes = audit.snapshot(visit, *_TOLD) | {"doctor": [None, visit.doctor_id], "chair": [None, visit.chair_id]}
    patient_id, reason = visit.patient_id, visit.override_reason
    return audit.prepared(by, Event.BROUGHT_OVER, visit, patient_id=patient_id, changes=changes, reason=reason)
