"""Visits that are due: noted, corrected, settled."""

from datetime import date

from accounts.models import User
from accounts.permissions import Permission, require
from appointments.models import AppointmentType, NextVisit
from appointments.rules import Event
from core import audit, clock
from core.actions import audited
from patients import rules
from patients.models import Patient

_FIELDS = ("due_on", "note", "origin")


@audited
def note_next_visit(
    *,
    by: User,
    patient: Patient,
    due_on: date,
    type: AppointmentType | None = None,
    note: str = "",
    origin: str = "desk",
) -> NextVisit:
    """Say by when the patient should come again."""
    require(by, Permission.APPOINTMENT_BOOK)
    rules.check_current(patient)
    if not Patient.objects.hold_current(patient.pk):
        raise rules.archived()
    due = NextVisit.objects.create(patient=patient, due_on=due_on, type=type, note=rules.one_line(note), origin=origin)
    changes = audit.snapshot(due, *_FIELDS) | {"type": [None, type.code if type else ""]}
    audit.record(by, Event.NEXT_VISIT_NOTED, due, patient_id=patient.pk, changes=changes)
    return due


@audited
def change_next_visit(
    *, by: User, due: NextVisit, due_on: date, type: AppointmentType | None = None, note: str = ""
) -> NextVisit:
    """Another day, kind or note. Raises Stale."""
    require(by, Permission.APPOINTMENT_BOOK)
    changes = due.change(due_on=due_on, type_id=type.pk if type else None, note=rules.one_line(note))
    if changes:
        audit.record(by, Event.NEXT_VISIT_CHANGED, due, patient_id=due.patient_id, changes=changes)
    else:
        audit.no_change(by, Event.NEXT_VISIT_CHANGED, due)
    return due


@audited
def settle_next_visit(*, by: User, due: NextVisit) -> NextVisit:
    """It is booked, or not needed any more."""
    require(by, Permission.APPOINTMENT_BOOK)
    if due.done_at is not None:
        audit.no_change(by, Event.NEXT_VISIT_SETTLED, due)
        return due
    changes = due.change(done_at=clock.now())
    audit.record(by, Event.NEXT_VISIT_SETTLED, due, patient_id=due.patient_id, changes=changes)
    return due
