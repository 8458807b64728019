"""Writes a batch with few large inserts, and reads back what is booked."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TypeVar

from django.db import models

from accounts.models import User
from appointments.models import Appointment, AppointmentType, Claim, StatusEvent
from appointments.rules import Status
from clinic.demo import held
from clinic.demo.batch import Batch
from clinic.demo.charts import charts_of
from clinic.demo.diary import Diary
from clinic.demo.visits import YEARS_BACK
from core import clock
from patients import rules
from patients.models import Consent, Guardian, MedicalEntry, Patient, Relationship, SearchKey

M = TypeVar("M", bound=models.Model)
_CHUNK = 2000
_FREE = (Status.CANCELLED, Status.ENTERED_IN_ERROR, Status.REQUESTED)


def remember(diary: Diary) -> None:
    """Mark what is booked already."""
    since = clock.day_bounds(clock.today() - timedelta(days=YEARS_BACK + 60))[0]
    fields = ("id", "location_id", "chair_id", "doctor_id", "start", "pattern")
    booked = Appointment.objects.filter(start__gte=since).exclude(status__in=_FREE).only(*fields)
    for appointment in booked.iterator(chunk_size=_CHUNK):
        diary.remember(appointment)


def write(batch: Batch, admin: User, assistant: User) -> dict[str, int]:
    """Save everything; returns how many rows of each kind."""
    patients = [case.patient for case in batch.cases]
    for number, patient in enumerate(patients, int(Patient.objects.next_chart_number())):
        patient.chart_number = f"{number:06d}"
        patient.sort_key = rules.sort_key(patient.given_name, patient.family_name)
        _archive(patient, number, admin)
    for consent in (consent for family in batch.families for consent in family.consents):
        consent.given_on = consent.patient.care_started_on or clock.today()
    charts = charts_of(batch, AppointmentType.objects.all(), assistant, clock.now())
    families = batch.families
    return {
        "patients": _insert(Patient, patients),
        "search_keys": SearchKey.objects.write_new(patients, _families(batch)),
        "guardians": _insert(Guardian, (item for family in families for item in family.guardians)),
        "relationships": _insert(Relationship, (item for family in families for item in family.relationships)),
        "medical": _insert(MedicalEntry, (item for family in families for item in family.medical)),
        "consents": _insert(Consent, (item for family in families for item in family.consents)),
        "appointments": _insert(Appointment, (entry.appointment for entry in batch.entries)),
        "steps": _insert(StatusEvent, (event for entry in batch.entries for event in entry.events)),
        "claims": _insert(Claim, held.claims_of(batch.entries)),
        "charts": sum(_insert(model, rows) for model, rows in charts.items()),
    }


def _families(batch: Batch) -> dict[str, list[Guardian]]:
    found: dict[str, list[Guardian]] = {}
    for item in (item for family in batch.families for item in family.relationships):
        if item.is_running:
            found.setdefault(item.patient_id, []).append(item.guardian)
    return found


def _archive(patient: Patient, number: int, admin: User) -> None:
    """Some of those who went elsewhere are out of the lists."""
    if patient.care_status == rules.CareStatus.TRANSFERRED_OUT and number % 2:
        patient.archived_at = clock.now() - timedelta(days=number % 300)
        patient.archived_by_id = admin.pk
        patient.archive_reason = "Moved away, records sent on"


def _insert(model: type[M], rows: Iterable[M]) -> int:
    made = list(rows)
    model._default_manager.bulk_create(made, batch_size=_CHUNK)
    return len(made)
