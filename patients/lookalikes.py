"""Whom a record looks like, as far as one person sees: found by index, then judged."""

from typing import Final

from accounts.models import User
from patients import duplicates
from patients.duplicates import Lookalike
from patients.models import Patient
from patients.search.finding import find

MOST_SHOWN: Final = 5


def of(patient: Patient, *, by: User) -> list[Lookalike]:
    """Who may be the same person, the likeliest first; then namesakes, twins, brothers and sisters. Saved or not."""
    known = {other.pk: other for other in Patient.objects.visible_to(by).like(patient)}
    if patient.given_name and patient.family_name:
        # Slips and nicknames, while nothing but the name is known.
        known |= {hit.patient.pk: hit.patient for hit in find(patient.name, by=by)}
    known.pop(patient.pk, None)
    return duplicates.look_like(patient, known.values())


def same_person(patient: Patient, *, by: User) -> list[Lookalike]:
    """Only who may be the same person."""
    return [lookalike for lookalike in of(patient, by=by) if lookalike.is_same]
