"""Nothing about a patient is forgotten: every table and every field is in the record, or left out for a reason."""

from django.apps import apps
from django.db.models import ForeignKey

from patients.exports import parts, registry
from patients.models import Consent, Guardian, MedicalEntry, Patient, Relationship

# What every row has for the program's sake, and what only repeats or serves other fields.
INNER = {"id", "version", "created_at", "updated_at"}
LEFT_OUT = {
    "sort_key": "follows from the name",
    "booked_at": "keeps bookings apart",
    "merged_into": "only a record that was merged into another has it, and that one is not opened any more",
}


def tables_about_patients():
    """Every table with a foreign key to a patient, or to a row of such a table, or with a column that may name one."""
    found = {Patient}
    while True:
        more = {model for model in apps.get_models() if model not in found and _points_to(model, found)}
        if not more:
            return found
        found |= more


def _points_to(model, found):
    fields = model._meta.concrete_fields
    named = any(field.name in {"patient_id", "object_id", "object_pk"} for field in fields)
    return named or any(isinstance(field, ForeignKey) and field.related_model in found for field in fields)


def test_every_table_is_in_the_record_or_left_out_for_a_reason():
    told = {label for part in registry.parts for label in part.models}
    about = {model._meta.label for model in tables_about_patients()}
    assert about - told - set(registry.left_out) == set()
    assert told & set(registry.left_out) == set()
    assert all(registry.left_out.values())


def test_the_walk_finds_what_hangs_on_a_visit():
    labels = {model._meta.label for model in tables_about_patients()}
    assert {"patients.SearchKey", "appointments.StatusEvent", "appointments.Claim", "core.AuditEvent"} <= labels


def fields_of(model):
    return {field.name for field in model._meta.concrete_fields} - INNER


def test_every_field_is_in_the_record_or_left_out_for_a_reason():
    patient = {*parts.PATIENT_FIELDS, *parts.PATIENT_STAFF_FIELDS, *parts.CARE_FIELDS}
    shown_otherwise = {"treating_doctor", "user", "archived_by_id", "photo"}
    assert fields_of(Patient) - patient - shown_otherwise - LEFT_OUT.keys() == set()
    tie = {*parts.RELATIONSHIP_FIELDS, *parts.RELATIONSHIP_STAFF_FIELDS, "guardian", "patient"}
    assert fields_of(Relationship) == tie
    assert fields_of(Guardian) == {*parts.GUARDIAN_FIELDS, "sort_key", "user"}
    removed = {"archived_at", "archived_by_id", "archive_reason"}
    assert fields_of(MedicalEntry) - removed == {*parts.MEDICAL_FIELDS, "patient"} - INNER
    assert fields_of(Consent) == {*parts.CONSENT_FIELDS, "patient"}
