"""What this package knows about one patient, field by field, for each kind of reader."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from typing import Any

from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from core import clock
from core.api.names import camel
from patients.exports import account, registry
from patients.exports.people import display_names
from patients.exports.registry import Part, Reader, RecordFile, Request
from patients.models import (
    Consent,
    ContactPreference,
    ImportedRecord,
    MedicalEntry,
    MergeRecord,
    Patient,
    Relationship,
)
from patients.rules import Event

PATIENT_FIELDS = (
    "chart_number",
    "given_name",
    "family_name",
    "preferred_name",
    "former_name",
    "birth_date",
    "sex",
    "phone",
    "phone_alternative",
    "email",
    "address",
    "language",
    "dentist",
    "referrer",
    "school",
    "alerts",
    "self_registered",
    "created_at",
    "updated_at",
)
# What the clinic notes for itself.
PATIENT_STAFF_FIELDS = ("account_note", "sensitive", "archived_at", "archive_reason")
CARE_FIELDS = ("care_status", "care_phase", "care_started_on", "estimated_completion_on")
GUARDIAN_FIELDS = ("given_name", "family_name", "phone", "phone_alternative", "email")
RELATIONSHIP_FIELDS = ("kind", "same_household", "may_consent", "may_sign_in", "pays", "ends_on")
RELATIONSHIP_STAFF_FIELDS = ("restrictions", "review_on")
MEDICAL_FIELDS = ("category", "description", "since", "until", "critical", "created_at")
CONSENT_FIELDS = ("kind", "given_by", "given_on", "withdrawn_on")


def plain(value: Any) -> Any:
    """As JSON keeps it: days as YYYY-MM-DD, instants in UTC."""
    if isinstance(value, datetime):
        return clock.iso(value)
    return value.isoformat() if isinstance(value, date) else value


def facts(row: Any, names: Iterable[str]) -> dict[str, Any]:
    """Fields of a row under the API's names."""
    return {camel(name): plain(getattr(row, name)) for name in names}


def demographics(request: Request) -> dict[str, Any]:
    """Who the patient is, and how the person is reached."""
    patient = request.patient
    told = {"_id": patient.pk, **facts(patient, PATIENT_FIELDS)}
    if request.reader is not Reader.GUARDIAN:
        told["signInEmail"] = patient.user.email if patient.user else None
    if not request.by_staff:
        return told
    archived_by = display_names([patient.archived_by_id]).get(patient.archived_by_id, "")
    return told | facts(patient, PATIENT_STAFF_FIELDS) | {"archivedBy": archived_by}


def care(request: Request) -> dict[str, Any]:
    """Where the care stands."""
    doctor = request.patient.treating_doctor_id
    named = {"treatingDoctor": display_names([doctor]).get(doctor or "", "")}
    return facts(request.patient, CARE_FIELDS) | named


def family(request: Request) -> list[dict[str, Any]]:
    """Staff reads all of it, a patient who the guardians are, a parent the own relationship alone."""
    rows = Relationship.objects.filter(patient_id=request.patient.pk).with_guardians()
    if request.reader is Reader.PATIENT:
        return [{"name": row.guardian.name, "kind": row.kind} for row in rows]
    if request.reader is Reader.GUARDIAN:
        return [_relationship(row) for row in rows if row.guardian.user_id == request.user.pk]
    return [
        _relationship(row) | facts(row, RELATIONSHIP_STAFF_FIELDS) | {"hasSignIn": row.guardian.user_id is not None}
        for row in rows
    ]


def _relationship(row: Relationship) -> dict[str, Any]:
    return {"name": row.guardian.name, **facts(row.guardian, GUARDIAN_FIELDS), **facts(row, RELATIONSHIP_FIELDS)}


def medical_history(request: Request) -> list[dict[str, Any]]:
    """Every entry in clear text but those taken out as mistakes."""
    rows = MedicalEntry.objects.filter(patient_id=request.patient.pk, archived_at=None)
    return [facts(row, MEDICAL_FIELDS) for row in rows]


def consents(request: Request) -> list[dict[str, Any]]:
    """Given and withdrawn ones; which of the parents gave it is not told to the other."""
    left_out = {"given_by"} if request.reader is Reader.GUARDIAN else set()
    names = [name for name in CONSENT_FIELDS if name not in left_out]
    return [facts(row, names) for row in Consent.objects.filter(patient_id=request.patient.pk)]


def contact_preferences(request: Request) -> list[dict[str, Any]]:
    """Channels that somebody has asked about."""
    rows = ContactPreference.objects.filter(patient_id=request.patient.pk).order_by("channel")
    return [facts(row, ("channel", "allowed")) for row in rows]


def merges(request: Request) -> list[dict[str, Any]] | None:
    """Records that were merged into this one, and merges that were taken back; the staff's only."""
    if not request.by_staff:
        return None
    rows = list(MergeRecord.objects.about(request.patient.pk))
    charts = dict(Patient.objects.filter(pk__in=[row.other_id for row in rows]).values_list("pk", "chart_number"))
    names = display_names(pk for row in rows for pk in (row.merged_by_id, row.undone_by_id))
    return [
        {"chartNumber": charts[row.other_id], "by": names.get(row.merged_by_id, ""), "reason": row.reason}
        | {"at": plain(row.created_at), "undoneAt": plain(row.undone_at), "undoneBy": names.get(row.undone_by_id, "")}
        for row in rows
    ]


def former_numbers(request: Request) -> list[dict[str, Any]]:
    """Under which numbers other systems knew the patient."""
    rows = ImportedRecord.objects.filter(object_id=request.patient.pk).order_by("source", "external_id")
    return [facts(row, ("source", "external_id", "legacy_number")) for row in rows]


def photo(request: Request) -> Iterable[RecordFile]:
    """The photo in the record's head. Raises Refused while the store of photos does not answer."""
    name = request.patient.photo
    if name and default_storage.exists(name):
        yield RecordFile("photo.jpg", partial(default_storage.open, name))


PARTS = [
    Part(10, "patient", demographics, (Patient._meta.label,)),
    Part(20, "care", care),
    Part(30, "family", family, (Relationship._meta.label, "patients.Guardian")),
    Part(40, "medicalHistory", medical_history, (MedicalEntry._meta.label,)),
    Part(50, "consents", consents, (Consent._meta.label,)),
    Part(60, "contactPreferences", contact_preferences, (ContactPreference._meta.label,)),
    Part(70, "formerNumbers", former_numbers, (ImportedRecord._meta.label,)),
    Part(80, "merges", merges, (MergeRecord._meta.label,)),
]


def register() -> None:
    """The own parts of the record, its photo, and what the accounting calls a list; once, at the start."""
    registry.parts.extend([*PARTS, *account.PARTS])
    registry.files.append(photo)
    registry.list_events[Event.PATIENTS_EXPORTED] = _("List of patients")
