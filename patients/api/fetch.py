"""The person who calls, and the record that they may see."""

from rest_framework.request import Request

from accounts.models import User
from core.errors import NotFound
from patients.models import MedicalEntry, Patient
from patients.moved import missing


def me(request: Request) -> User:
    """The person; rights have been checked before."""
    assert isinstance(request.user, User)
    return request.user


def patient(request: Request, pk: str) -> Patient:
    """One record. Raises NotFound, Moved for one that was merged into another."""
    found = Patient.objects.visible_to(me(request)).filter(pk=pk).first()
    if found is None:
        raise missing(me(request), pk)
    return found


def medical_entry(request: Request, of: Patient, pk: str) -> MedicalEntry:
    """One entry of this patient. Raises NotFound."""
    found = MedicalEntry.objects.visible_to(me(request)).filter(patient=of, pk=pk).first()
    if found is None:
        raise NotFound
    found.patient = of  # known already: no query for it
    return found
