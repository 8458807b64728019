"""What the person may see, or nothing: unknown and foreign ids are never told apart."""

from typing import TypeVar

from django.db import models
from django.http import HttpRequest

from accounts.views.answers import me
from core.errors import NotFound
from patients.models import Consent, MedicalEntry, Patient, Relationship
from patients.moved import missing

M = TypeVar("M", bound=models.Model)


def patient(request: HttpRequest, pk: str) -> Patient:
    """One record. Raises NotFound, Moved for one that was merged into another."""
    found = Patient.objects.visible_to(me(request)).filter(pk=pk).first()
    if found is None:
        raise missing(me(request), pk)
    return found


def medical_entry(request: HttpRequest, of: Patient, pk: str) -> MedicalEntry:
    """One entry of this patient. Raises NotFound."""
    return _of(of, first(MedicalEntry.objects.visible_to(me(request)).filter(patient=of, pk=pk)))


def relationship(request: HttpRequest, of: Patient, pk: str) -> Relationship:
    """One relationship of this patient, with the guardian. Raises NotFound."""
    return _of(of, first(Relationship.objects.visible_to(me(request)).filter(patient=of, pk=pk)))


def consent(request: HttpRequest, of: Patient, pk: str) -> Consent:
    """One consent of this patient. Raises NotFound."""
    return _of(of, first(Consent.objects.visible_to(me(request)).filter(patient=of, pk=pk)))


def first(rows: models.QuerySet[M]) -> M:
    """The row. Raises NotFound."""
    found = rows.first()
    if found is None:
        raise NotFound
    return found


def _of(owner: Patient, row: M) -> M:
    row.patient = owner  # type: ignore[attr-defined]  # known already: no query for it
    return row
