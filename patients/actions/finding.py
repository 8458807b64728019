"""Whom a search has shown: kept in the audit by id, without what was typed."""

from collections.abc import Sequence

from accounts.models import User
from accounts.permissions import Permission, require
from core import audit
from core.actions import audited
from patients.rules import Event


@audited
def note_found(*, by: User, patient_ids: Sequence[str]) -> None:
    """A search has shown these patients to this person; one row for all of them."""
    require(by, Permission.PATIENT_READ, Permission.APPOINTMENT_BOOK)
    # As one text: the audit's pages read a list of two as before and after.
    facts = {"patients": " ".join(patient_ids)}
    alone = patient_ids[0] if len(patient_ids) == 1 else ""
    audit.record(by, Event.PATIENTS_FOUND, "patients.Patient", patient_id=alone, changes=facts)
