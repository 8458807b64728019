"""The treatment card: start, write, sign, countersign, amend an entry. Signed ones are never changed."""

from datetime import timedelta
from typing import Any

from accounts.models import User
from accounts.permissions import Permission, require
from appointments.actions.next_visits import note_next_visit
from appointments.models import Appointment
from charting.actions.checks import check_entry
from charting.actions.debond import take_off
from charting.card.entry import Entry, bracket_row, elastics_row, same, wire_row
from charting.models import Amendment, BracketEvent, ChartSettings, Elastics, Visit, WireChange
from charting.rules import visits as rules
from charting.rules.events import Event
from charting.rules.visits import RowState
from core import audit, clock
from core.actions import audited
from core.errors import Stale
from core.models import plain
from patients.holding import hold
from patients.models import Patient


@audited
def start_entry(*, by: User, patient: Patient, doctor: User, appointment: Appointment | None = None) -> Visit:
    """An empty draft of today. Of an appointment there is one entry, and it is given back; so is an own empty draft."""
    require(by, Permission.CHART_DRAFT)
    hold(patient)
    rows = Visit.objects.of(patient)
    if appointment:
        known = rows.filter(appointment=appointment).first()
    else:  # one that was begun by this person today, and in which nothing has been written
        known = rows.drafts().filter(by=by, on=clock.today(), appointment=None, version=1).first()
    if known is not None:
        audit.no_change(by, Event.ENTRY_STARTED, known)
        return known
    visit = Visit.objects.create(patient=patient, by=by, doctor=doctor, appointment=appointment)
    changes = audit.snapshot(visit, "on", "doctor_id", "appointment_id")
    audit.record(by, Event.ENTRY_STARTED, visit, patient_id=patient.pk, changes=changes)
    return visit


@audited
def write_entry(*, by: User, visit: Visit, entry: Entry, version: int) -> Visit:
    """Save a draft. Raises Refused (`signed`, and what the rules say of its parts), Stale."""
    require(by, Permission.CHART_DRAFT)
    hold(visit.patient)
    rules.check_changeable(visit.state)
    if visit.version != version:
        raise Stale
    check_entry(visit, entry)
    changes = visit.change(
        on=entry.on,
        doctor_id=entry.doctor.pk,
        hygiene=entry.hygiene,
        procedures=[dict(one) for one in entry.procedures],
        history_checked=entry.history_checked,
        elastics_stopped=entry.elastics_stopped,
        note=entry.note,
        plan=entry.plan,
        next_type_id=entry.next_type.pk if entry.next_type else None,
        next_name=entry.next_type.name if entry.next_type else "",
        next_weeks=entry.next_weeks,
    )
    parts: list[tuple[str, Any, list[dict[str, Any]]]] = [
        ("wires", WireChange, [wire_row(change) for change in entry.wires]),
        ("brackets", BracketEvent, [bracket_row(done) for done in entry.brackets]),
        ("elastics", Elastics, [elastics_row(worn) for worn in entry.elastics]),
    ]
    for name, model, rows in parts:
        if _replace(by, visit, model, rows):
            changes[name] = [None, plain(rows)]
    if not changes:
        audit.no_change(by, Event.ENTRY_CHANGED, visit)
        return visit
    if not changes.keys() & _OWN:
        visit.change(updated_at=clock.now())  # its parts changed: whoever else has it open must notice
    audit.record(by, Event.ENTRY_CHANGED, visit, patient_id=visit.patient_id, changes=changes)
    return visit


_OWN = frozenset(
    "on doctor_id hygiene procedures history_checked elastics_stopped note plan next_type_id next_name "
    "next_weeks".split()
)


@audited
def take_over_entry(*, by: User, visit: Visit) -> Visit:
    """Become the writer of somebody else's draft. Raises Refused (`signed`), Stale."""
    require(by, Permission.CHART_DRAFT)
    hold(visit.patient)
    rules.check_changeable(visit.state)
    changes = visit.change(by_id=by.pk)
    if changes:
        audit.record(by, Event.ENTRY_TAKEN_OVER, visit, patient_id=visit.patient_id, changes=changes)
    else:
        audit.no_change(by, Event.ENTRY_TAKEN_OVER, visit)
    return visit


@audited
def discard_entry(*, by: User, visit: Visit) -> None:
    """Throw the own draft away. Raises Refused (`signed`, `not_the_author`)."""
    require(by, Permission.CHART_DRAFT)
    hold(visit.patient)
    rules.check_changeable(visit.state)
    rules.check_may_sign(visit.state, author=visit.by_id, by=by.pk)
    audit.record(by, Event.ENTRY_DISCARDED, visit, patient_id=visit.patient_id, changes=audit.snapshot(visit, "on"))
    for model in (WireChange, BracketEvent, Elastics):
        model._default_manager.filter(visit_id=visit.pk).delete()
    visit.delete()


@audited
def sign_entry(*, by: User, visit: Visit, version: int) -> Visit:
    """Lock the own entry, hand the next visit to the desk; a debond takes wires and brackets out.

    Raises Refused (`signed`, `not_the_author`), Stale.
    """
    require(by, Permission.CHART_DRAFT, Permission.CHART_SIGN)
    hold(visit.patient)
    rules.check_may_sign(visit.state, author=visit.by_id, by=by.pk)
    if visit.version != version:
        raise Stale
    rules.check_date(visit.on, clock.today())
    waits = rules.waits_for_countersignature(
        RowState.SIGNED, ChartSettings.present().countersigning, signed_by_doctor=by.may(Permission.CHART_SIGN)
    )
    taken_off = take_off(by, visit)
    changes = visit.change(state=RowState.SIGNED, signed_by_id=by.pk, signed_at=clock.now(), waits=waits)
    changes |= {name: [None, noted] for name, noted in taken_off.items() if noted}
    audit.record(by, Event.ENTRY_SIGNED, visit, patient_id=visit.patient_id, changes=changes)
    if visit.next_weeks:
        _hand_to_desk(by, visit)
    return visit


@audited
def countersign_entry(*, by: User, visit: Visit) -> Visit:
    """A doctor's second signature. Raises Refused (`status_conflict`, `own_entry`), Stale."""
    require(by, Permission.CHART_SIGN)
    rules.check_may_countersign(visit.state, waits=visit.waits, signed_by=visit.signed_by_id or "", by=by.pk)
    changes = visit.change(
        state=RowState.COUNTERSIGNED, countersigned_by_id=by.pk, countersigned_at=clock.now(), waits=False
    )
    audit.record(by, Event.ENTRY_COUNTERSIGNED, visit, patient_id=visit.patient_id, changes=changes)
    return visit


@audited
def amend_entry(*, by: User, visit: Visit, reason: str, text: str) -> Amendment:
    """Say something more about a signed entry; it stays as it was. Raises Refused (`not_signed`, `reason_missing`)."""
    require(by, Permission.CHART_DRAFT, Permission.CHART_SIGN)
    hold(visit.patient)
    rules.check_amendment(visit.state, reason)
    rules.check_note(text, field="text")
    made = Amendment.objects.create(patient_id=visit.patient_id, visit=visit, by=by, reason=reason.strip(), text=text)
    changes = {"reason": [None, made.reason], "text": [None, "changed"]}
    audit.record(by, Event.ENTRY_AMENDED, made, patient_id=visit.patient_id, changes=changes)
    return made


def _replace(by: User, visit: Visit, model: Any, rows: list[dict[str, Any]]) -> bool:
    """Make the parts of a draft say that; whether anything differed."""
    kept = list(model.objects.filter(visit_id=visit.pk).order_by("order", "id"))
    days = {row.on for row in kept}
    if same(kept, rows) and days <= {visit.on}:
        return False
    model.objects.filter(visit_id=visit.pk).delete()
    model.objects.bulk_create(
        model(patient_id=visit.patient_id, visit=visit, by=by, on=visit.on, order=order, **row)
        for order, row in enumerate(rows)
    )
    return True


def _hand_to_desk(by: User, visit: Visit) -> None:
    due = clock.today() + timedelta(weeks=visit.next_weeks or 0)
    note = visit.plan.partition("\n")[0][:200]
    note_next_visit(by=by, patient=visit.patient, due_on=due, type=visit.next_type, note=note, origin="chair")
