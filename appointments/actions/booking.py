"""Book, move, cancel, confirm: each in one transaction, whole or not at all."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from appointments import claims, hours, rules
from appointments.actions.next_visits import settle_next_visit
from appointments.actions.swap import change_while
from appointments.day_plans import rules as plans
from appointments.finding_times.times_of_day import check_time_of_day
from appointments.history import note_step
from appointments.models import Appointment, AppointmentType, Chair, Location, NextVisit
from appointments.placing import location_of, place
from appointments.rules import Event, Origin, Status
from core import audit, clock
from core.actions import audited
from core.errors import NotFound, NotPermitted, Refused
from patients.models import Patient

_PLACE = ("start", "doctor_id", "location_id", "chair_id", "minutes", "overbooked")


@audited
def book(
    *,
    by: User,
    patient: Patient,
    doctor: User,
    type: AppointmentType,
    start: datetime,
    minutes: int | None = None,
    chair: Chair | None = None,
    location: Location | None = None,
    overbook: bool = False,
    override_reason: str = "",
    reason: str = "",
    origin: str = Origin.DESK,
    walk_in: bool = False,
    due: NextVisit | None = None,
    offered: bool = False,
) -> Appointment:
    """Book a visit; `start` is an instant, `minutes` default to the type's length.

    Without a chair a free one is chosen. `override_reason` lets those with the right book outside hours or in the
    past, `overbook` also over other visits. A walk-in is created as arrived. `due` is settled by it. Raises Refused:
    see hours and placing. What the clinic has `offered`, a family may book whatever its kind.
    """
    as_staff = hours.check_right(by, patient) or offered
    overridden = hours.check_override(by, overbook=overbook, reason=override_reason)
    rules.check_type(type, as_staff=as_staff)
    _check_people(patient, doctor)
    pattern = hours.fit_length(type.pattern, minutes, as_staff=as_staff)
    hours.check_start(start, as_staff=as_staff, overridden=overridden)
    place_at = location_of(chair, location) or hours.find_location(doctor, start, pattern)
    if not overridden:
        _check_time(type, place_at, doctor, start, pattern, walk_in=walk_in)
    appointment = Appointment(
        patient=patient,
        doctor=doctor,
        location=place_at,
        type=type,
        start=start,
        minutes=len(pattern) * rules.UNIT_MINUTES,
        pattern=pattern,
        status=Status.ARRIVED if walk_in else Status.BOOKED,
        origin=_origin(origin, as_staff=as_staff, walk_in=walk_in),
        override_reason=override_reason,
        reason=reason,
    )
    _insert(appointment, by=by, chair=chair, overbook=overbook, overridden=overridden)
    if due is not None:
        _settle(by, due, patient)
    return appointment


def _insert(
    appointment: Appointment, *, by: User, chair: Chair | None, overbook: bool, overridden: bool
) -> Appointment:
    appointment.save(force_insert=True)
    appointment.overbooked = place(appointment, chosen_chair=chair, overbook=overbook, overridden=overridden, by=by)
    rows = Appointment.objects.filter(pk=appointment.pk)
    rows.update(chair_id=appointment.chair_id, overbooked=appointment.overbooked)
    _hold_patient(appointment.patient_id)
    note_step(appointment, by, "booked", to_status=appointment.status, to_start=appointment.start)
    audit.record(
        by,
        Event.BOOKED,
        appointment,
        patient_id=appointment.patient_id,
        changes=audit.snapshot(appointment, "start", "minutes", "pattern", "status", "overbooked", "origin")
        | {"doctor": [None, appointment.doctor_id], "chair": [None, appointment.chair_id]},
        reason=appointment.override_reason,
    )
    return appointment


@audited
def move(
    *,
    by: User,
    appointment: Appointment,
    start: datetime,
    doctor: User | None = None,
    chair: Chair | None = None,
    minutes: int | None = None,
    location: Location | None = None,
    overbook: bool = False,
    override_reason: str = "",
    offered: bool = False,
) -> Appointment:
    """Move to another time, doctor, chair or length; the id stays, the confirmation is asked anew. Raises Refused.

    Without a chair the booked one is kept if free then, else another one chosen. The same place changes nothing.
    """
    as_staff = hours.check_right(by, appointment.patient) or offered
    _check_movable(appointment)
    hours.check_notice(appointment.start, as_staff=as_staff)
    overridden = hours.check_override(by, overbook=overbook, reason=override_reason)
    doctor = doctor or appointment.doctor
    _check_people(appointment.patient, doctor)
    pattern = hours.fit_length(appointment.pattern, minutes, as_staff=as_staff)
    place_at = location_of(chair, location) or hours.find_location(doctor, start, pattern, present=appointment.location)
    if _is_there(appointment, start, doctor, place_at, chair, pattern):
        audit.no_change(by, Event.MOVED, appointment)
        return appointment
    hours.check_start(start, as_staff=as_staff, overridden=overridden)
    if not overridden:
        _check_time(appointment.type, place_at, doctor, start, pattern)
    new_place = _with(appointment, start=start, doctor=doctor, location=place_at, pattern=pattern)
    return _put(by, appointment, new_place, chair, overbook=overbook, overridden=overridden, reason=override_reason)


@audited
def put_back(*, by: User, appointment: Appointment, chair: Chair | None, reason: str, **place: Any) -> Appointment:
    """Move a visit to where it stood, hours and plans or not. Raises Refused."""
    hours.check_right(by, appointment.patient)
    _check_movable(appointment)
    hours.check_start(place["start"], as_staff=True, overridden=False)
    before = _with(appointment, pattern=appointment.pattern, **place)
    return _put(by, appointment, before, chair, overbook=False, overridden=True, reason=reason)


def _put(
    by: User,
    appointment: Appointment,
    new_place: Appointment,
    chair: Chair | None,
    *,
    overbook: bool,
    overridden: bool,
    reason: str,
) -> Appointment:
    before = {name: getattr(appointment, name) for name in _PLACE}
    claims.release(appointment)
    chosen = _wanted_chair(new_place, chair)
    overbooked = place(new_place, chosen_chair=chosen, overbook=overbook, overridden=overridden, by=by)
    change_while(appointment, Status.BOOKED, **_moved_to(new_place, overbooked, reason))
    _hold_patient(appointment.patient_id)
    _record_move(by, appointment, before, reason)
    return _reread(appointment)


def _moved_to(place: Appointment, overbooked: bool, reason: str) -> dict[str, Any]:
    there = {
        name: getattr(place, name) for name in ("start", "doctor_id", "location_id", "chair_id", "minutes", "pattern")
    }
    # Nobody has agreed to the new time yet, and who was looking for one has found it.
    anew = {"confirmed_at": None, "parked_at": None, "parked_by_id": None}
    return there | anew | {"overbooked": overbooked, "override_reason": reason}


def _record_move(by: User, appointment: Appointment, before: dict[str, Any], reason: str) -> None:
    note_step(appointment, by, "moved", from_start=before["start"], to_start=appointment.start, note=reason)
    changes = {name: [old, getattr(appointment, name)] for name, old in before.items()}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    audit.record(by, Event.MOVED, appointment, patient_id=appointment.patient_id, changes=changes, reason=reason)


@audited
def change_details(*, by: User, appointment: Appointment, reason: str) -> Appointment:
    """Change the note for the desk."""
    require(by, Permission.APPOINTMENT_BOOK)
    changes = appointment.change(reason=reason)
    if changes:
        audit.record(by, Event.CHANGED, appointment, patient_id=appointment.patient_id, changes=changes)
    else:
        audit.no_change(by, Event.CHANGED, appointment)
    return appointment


@audited
def cancel(*, by: User, appointment: Appointment, reason: str = "", by_patient: bool = False) -> Appointment:
    """Call a visit off and free its time; under 24 hours it is marked as short notice. Raises Refused."""
    as_staff = hours.check_right(by, appointment.patient)
    rules.check_transition(appointment.status, Status.CANCELLED)
    hours.check_notice(appointment.start, as_staff=as_staff)
    before = appointment.status
    claims.release(appointment)
    change_while(
        appointment,
        before,
        status=Status.CANCELLED,
        cancelled_by_patient=by_patient or not as_staff,
        short_notice=appointment.start - clock.now() < timedelta(hours=settings.CANCEL_NOTICE_HOURS),
    )
    note_step(appointment, by, "status", from_status=before, to_status=Status.CANCELLED, note=reason)
    changes = {"status": [before, Status.CANCELLED]}
    audit.record(by, Event.CANCELLED, appointment, patient_id=appointment.patient_id, changes=changes, reason=reason)
    return appointment


@audited
def confirm(*, by: User, appointment: Appointment) -> Appointment:
    """Note that the patient said yes to this time."""
    hours.check_right(by, appointment.patient)
    if appointment.status != Status.BOOKED:
        raise rules.status_conflict(appointment.status)
    if appointment.confirmed_at:
        audit.no_change(by, Event.CONFIRMED, appointment)
        return appointment
    change_while(appointment, Status.BOOKED, confirmed_at=clock.now())
    note_step(appointment, by, "confirmed")
    audit.record(by, Event.CONFIRMED, appointment, patient_id=appointment.patient_id)
    return appointment


def _check_time(
    type: AppointmentType, location: Location, doctor: User, start: datetime, pattern: str, *, walk_in: bool = False
) -> None:
    hours.check_hours(location, doctor, start, pattern)
    if not walk_in:  # who is here already is seen now
        check_time_of_day(type, start, len(pattern) * rules.UNIT_MINUTES)


def _settle(by: User, due: NextVisit, patient: Patient) -> None:
    if due.patient_id != patient.pk:
        raise NotFound(_("No such visit is due."), field="due")
    if due.done_at is not None:
        message = _("This visit that was due has been booked or settled meanwhile. Look at the patient’s visits first.")
        raise Refused(message, code="due_settled", field="due")
    settle_next_visit(by=by, due=due)


def _check_people(patient: Patient, doctor: User) -> None:
    if patient.is_archived:
        raise rules.patient_archived()
    if not doctor.is_active or "doctor" not in doctor.group_names:
        raise NotFound(_("No such doctor."), field="doctor_id")


def _hold_patient(patient_id: str) -> None:
    # Last of all: it lines up with everybody else who books for this patient.
    if not Patient.objects.hold_current(patient_id):
        raise rules.patient_archived()


def _check_movable(appointment: Appointment) -> None:
    if appointment.status != Status.BOOKED:
        raise rules.status_conflict(appointment.status)


def _origin(origin: str, *, as_staff: bool, walk_in: bool) -> str:
    if not as_staff and walk_in:
        raise NotPermitted
    if walk_in:
        return Origin.WALK_IN
    return origin if as_staff else Origin.ONLINE


def _is_there(
    appointment: Appointment, start: datetime, doctor: User, place: Location, chair: Chair | None, pattern: str
) -> bool:
    same_chair = chair is None or chair.pk == appointment.chair_id
    present = (appointment.start, appointment.doctor_id, appointment.location_id, appointment.pattern)
    return same_chair and present == (start, doctor.pk, place.pk, pattern)


def _with(appointment: Appointment, **fields: Any) -> Appointment:
    """A copy at its new place: the appointment itself stays as it was read, for the compare-and-swap."""
    kept = {"patient_id": appointment.patient_id, "chair_id": appointment.chair_id, "type": appointment.type}
    copy = Appointment(pk=appointment.pk, origin=appointment.origin, **kept, **fields)
    copy.minutes = len(copy.pattern) * rules.UNIT_MINUTES
    return copy


def _wanted_chair(appointment: Appointment, chair: Chair | None) -> Chair | None:
    booked = appointment.chair
    if chair or booked is None or not booked.is_active or booked.location_id != appointment.location_id:
        return chair
    wanted = [need for need in claims.needs_of(appointment) if need.resource.startswith("chair:")]
    kept_for_others = plans.block_over(appointment, booked.pk)
    return None if kept_for_others or claims.taken({wanted[0].resource}, wanted) else booked


def _reread(appointment: Appointment) -> Appointment:
    return Appointment.objects.get(pk=appointment.pk)
