"""Visits in files: the list of a few days, and one patient's visits as a part of the whole record."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Permission
from appointments.models import (
    Appointment,
    AppointmentType,
    Chair,
    Location,
    NextVisit,
    StatusEvent,
    WaitlistEntry,
    WaitlistOffer,
)
from appointments.models.booking import AppointmentQuerySet
from appointments.rules import Event, Origin, Status
from core import clock
from core.errors import Refused
from patients import actions
from patients.actions.exports import ListKind
from patients.exports import handing_out, registry
from patients.exports.parts import facts
from patients.exports.people import display_names, names_of
from patients.exports.purpose import Purpose
from patients.exports.registry import ListColumn, Part, Request
from patients.exports.tables import CHUNK, Column, Format, Table
from patients.models import Patient
from patients.rules import check_order

MOST_DAYS = 366
VISITS = ListKind(Event.EXPORTED, Appointment._meta.label, (Permission.PATIENT_EXPORT, Permission.APPOINTMENT_READ))

VISIT_FIELDS = ("start", "end", "minutes", "status", "confirmed_at", "origin", "created_at")
# What the clinic notes for itself.
VISIT_STAFF_FIELDS = (
    "reason",
    "overbooked",
    "override_reason",
    "cancelled_by_patient",
    "short_notice",
    "pattern",
    "updated_at",
)
WISH_FIELDS = ("weekdays", "time_from", "time_to", "earliest", "latest", "notice_hours", "state", "created_at")
OFFER_FIELDS = ("start", "expires_at", "state", "answered_at")
STEP_FIELDS = ("at", "kind", "from_status", "to_status", "from_start", "to_start")


@dataclass(frozen=True)
class Visit:
    """One visit with the names that it needs."""

    row: Appointment
    patient: Patient
    type: AppointmentType
    doctor: str
    location: str
    chair: str


def register() -> None:
    """Visits belong to the whole record, the next one to the list of patients; once, at the start."""
    models = (Appointment._meta.label, StatusEvent._meta.label)
    registry.parts.append(Part(75, "appointments", appointments_of, models))
    registry.parts.append(Part(76, "visitsDue", visits_due, (NextVisit._meta.label,)))
    wishes = (WaitlistEntry._meta.label, WaitlistOffer._meta.label)
    registry.parts.append(Part(77, "waitList", wishes_of, wishes))
    registry.list_columns.append(ListColumn("nextVisit", gettext_lazy("Next visit"), next_visits))
    registry.list_events[Event.EXPORTED] = gettext_lazy("List of visits")
    registry.list_events[Event.SHEET_DISCLOSED] = gettext_lazy("Day sheet or routing slips")
    for event in (Event.EVENING_LIST_KEPT, Event.EVENING_LIST_TAKEN):
        registry.list_events[event] = gettext_lazy("List of the next day, kept for an outage")
    registry.left_out["appointments.MovedVisit"] = "in which run a visit was moved; its history says that and why"
    registry.left_out["appointments.Claim"] = "the time that a visit takes; follows from the visit"


def hand_out(by: User, first: date, last: date, format: Format, purpose: Purpose) -> Table[Visit]:
    """The visits of these days, both included. Raises NotPermitted, Refused, TooMany."""
    check_order(first, last, "last")
    if (last - first).days >= MOST_DAYS:
        message = _("Choose at most %(most)s days.") % {"most": MOST_DAYS}
        raise Refused(message, code="range_too_long", field="last")
    handing_out.begin(by, VISITS.rights, purpose)
    found = list(rows_of(by, first, last).values_list("pk", "patient_id"))
    told = {"format": format.value, "rows": len(found), "first": first.isoformat(), "last": last.isoformat()}
    patients = list(dict.fromkeys(patient for _pk, patient in found))
    actions.disclose_list(by=by, kind=VISITS, patient_ids=patients, facts=told, purpose=purpose)
    return Table(columns(), _chunks(by, [pk for pk, _patient in found]))


def rows_of(by: User, first: date, last: date) -> AppointmentQuerySet:
    """What this person sees of these days, earliest first; visits entered by mistake are left out."""
    start, end = clock.day_bounds(first)[0], clock.day_bounds(last)[1]
    rows = Appointment.objects.visible_to(by).between(start, end)
    return rows.exclude(status=Status.ENTERED_IN_ERROR).order_by("start", "id")


def columns() -> list[Column[Visit]]:
    """What stands in the file, from left to right."""
    status = {value: str(words) for value, words in Status.choices}
    origin = {value: str(words) for value, words in Origin.choices}
    return [
        Column("_id", _("Id"), lambda visit: visit.row.pk),
        Column("date", _("Start"), lambda visit: visit.row.start),
        Column("end", _("End"), lambda visit: visit.row.end),
        Column("minutes", _("Minutes"), lambda visit: visit.row.minutes),
        Column("patientId", _("Patient's id"), lambda visit: visit.patient.pk),
        Column("chartNumber", _("Chart number"), lambda visit: visit.patient.chart_number),
        Column("patient", _("Patient"), lambda visit: visit.patient.name),
        Column("birthDate", _("Date of birth"), lambda visit: visit.patient.birth_date),
        Column("phone", _("Phone"), lambda visit: visit.patient.phone),
        Column("type", _("Code"), lambda visit: visit.type.code),
        Column("typeName", _("Kind of visit"), lambda visit: visit.type.name),
        Column("doctor", _("Doctor"), lambda visit: visit.doctor),
        Column("location", _("Location"), lambda visit: visit.location),
        Column("chair", _("Chair"), lambda visit: visit.chair),
        Column("status", _("Status"), lambda visit: visit.row.status, lambda visit: status[visit.row.status]),
        Column("confirmed", _("Confirmed"), lambda visit: visit.row.confirmed),
        Column("origin", _("Booked"), lambda visit: visit.row.origin, lambda visit: origin[visit.row.origin]),
        Column("overbooked", _("Overbooked"), lambda visit: visit.row.overbooked),
        Column("overrideReason", _("Reason for the exception"), lambda visit: visit.row.override_reason),
        Column("reason", _("Note for the desk"), lambda visit: visit.row.reason),
    ]


def _chunks(by: User, ids: list[str]) -> Iterator[list[Visit]]:
    for start in range(0, len(ids), CHUNK):
        wanted = ids[start : start + CHUNK]
        # Asked again: a chart that has become sensitive meanwhile is not in the file.
        found = Appointment.objects.visible_to(by).in_bulk(wanted)
        yield _named([found[pk] for pk in wanted if pk in found])


def _named(rows: list[Appointment]) -> list[Visit]:
    """The rows with their names, in one query a kind."""
    patients = Patient.objects.in_bulk({row.patient_id for row in rows})
    types = AppointmentType.objects.in_bulk({row.type_id for row in rows})
    doctors = display_names(row.doctor_id for row in rows)
    locations = Location.objects.in_bulk({row.location_id for row in rows})
    chairs = Chair.objects.in_bulk({pk for row in rows if (pk := _chair_of(row))})
    return [
        Visit(
            row,
            patients[row.patient_id],
            types[row.type_id],
            doctors[row.doctor_id],
            locations[row.location_id].name,
            chairs[pk].name if (pk := _chair_of(row)) else "",
        )
        for row in rows
    ]


def _chair_of(row: Appointment) -> str | None:
    return row.seated_in_id or row.chair_id


def next_visits(user: User, patient_ids: list[str]) -> dict[str, datetime]:
    """When each of these patients comes next, if this person may know."""
    if not user.may(Permission.APPOINTMENT_READ):
        return {}
    rows = Appointment.objects.visible_to(user).filter(patient_id__in=patient_ids).upcoming()
    soonest: dict[str, datetime] = {}
    for patient_id, start in rows.values_list("patient_id", "start"):
        soonest.setdefault(patient_id, start)
    return soonest


def appointments_of(request: Request) -> list[dict[str, Any]]:
    """Every visit of one patient with its history, earliest first."""
    rows = list(Appointment.objects.filter(patient_id=request.patient.pk).order_by("start", "id"))
    steps: dict[str, list[StatusEvent]] = {row.pk: [] for row in rows}
    for step in StatusEvent.objects.filter(appointment_id__in=list(steps)).order_by("at", "id"):
        steps[step.appointment_id].append(step)
    names = names_of(step.by_id for history in steps.values() for step in history)
    told = []
    for visit in _named(rows):
        history = [
            facts(step, STEP_FIELDS)
            | {"by": request.person(step.by_id, names)}
            | ({"note": step.note} if request.by_staff else {})
            for step in steps[visit.row.pk]
        ]
        told.append(_visit(request, visit) | {"history": history})
    return told


def visits_due(request: Request) -> list[dict[str, Any]]:
    """When the patient should come again."""
    rows = NextVisit.objects.filter(patient_id=request.patient.pk).order_by("due_on", "id")
    types = AppointmentType.objects.in_bulk({row.type_id for row in rows if row.type_id})
    fields = ("due_on", "done_at", *(("note", "origin") if request.by_staff else ()))
    return [
        {"_id": row.pk, **facts(row, fields), "type": types[row.type_id].name if row.type_id else ""} for row in rows
    ]


def wishes_of(request: Request) -> list[dict[str, Any]]:
    """Wishes for another time, and what was offered for each."""
    rows = WaitlistEntry.objects.filter(patient_id=request.patient.pk).order_by("created_at", "id")
    types = AppointmentType.objects.in_bulk({row.type_id for row in rows})
    made: dict[str, list[dict[str, Any]]] = {}
    for offer in WaitlistOffer.objects.filter(patient_id=request.patient.pk).order_by("created_at", "id"):
        made.setdefault(offer.entry_id, []).append(facts(offer, OFFER_FIELDS))
    fields = (*WISH_FIELDS, *(("note",) if request.by_staff else ()))
    return [
        {"_id": row.pk, **facts(row, fields), "type": types[row.type_id].name, "offers": made.get(row.pk, [])}
        for row in rows
    ]


def _visit(request: Request, visit: Visit) -> dict[str, Any]:
    told = {"_id": visit.row.pk, **facts(visit.row, VISIT_FIELDS)}
    told |= {"type": visit.type.name, "typeCode": visit.type.code, "doctor": visit.doctor}
    told |= {"location": visit.location, "chair": visit.chair}
    if request.by_staff:
        told |= facts(visit.row, VISIT_STAFF_FIELDS) | {"follows": visit.row.follows_id}
    return told
