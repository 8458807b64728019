"""Records leave the house: who took what, for whom and why. A patient can ask for this account at any time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from accounts.permissions import Permission, require
from core import audit
from core.actions import audited
from core.errors import NotFound
from patients.exports.purpose import Purpose
from patients.models import Patient
from patients.rules import Event

# Ids in one row of the audit; a longer list takes several rows.
IDS_A_ROW = 1000


@dataclass(frozen=True)
class ListKind:
    """What sort of list: the audit's name of it, what its rows are, and the rights that it takes, all of them."""

    event: str
    rows_are: str
    rights: tuple[Permission, ...] = (Permission.PATIENT_EXPORT,)


PATIENTS = ListKind(Event.PATIENTS_EXPORTED, Patient._meta.label, (Permission.PATIENT_EXPORT, Permission.PATIENT_READ))


@audited
def disclose_list(
    *, by: User, kind: ListKind, patient_ids: Sequence[str], facts: dict[str, Any], purpose: Purpose
) -> None:
    """A list goes into a file. Every patient on it is named, so that each one's account is complete."""
    for right in kind.rights:
        require(by, right)
    purpose = purpose.checked()
    told = {"recipient": purpose.recipient, **facts}
    for start in range(0, len(patient_ids) or 1, IDS_A_ROW):
        named = {"patients": " ".join(patient_ids[start : start + IDS_A_ROW])}
        audit.record(by, kind.event, kind.rows_are, changes=told | named, reason=purpose.reason)


@audited
def disclose_record(*, by: User, patient: Patient, purpose: Purpose, sha256: str) -> None:
    """One whole record goes into a file. `sha256` is the digest of its manifest. Raises NotFound, Refused."""
    require(by, Permission.PATIENT_EXPORT)
    require(by, Permission.MEDICAL_READ)
    _disclosed(by, patient, purpose.checked(), sha256)


@audited
def disclose_own_record(*, by: User, patient: Patient, purpose: Purpose, sha256: str) -> None:
    """A patient or parent takes the own record or a child's. Raises NotFound."""
    require(by, Permission.OWN_RECORD)
    if not Patient.objects.own_of(by).filter(pk=patient.pk).exists():
        raise NotFound
    _disclosed(by, patient, purpose.checked(), sha256)


def _disclosed(by: User, patient: Patient, purpose: Purpose, sha256: str) -> None:
    told = {"recipient": purpose.recipient, "manifest_sha256": sha256}
    audit.record(by, Event.RECORD_DISCLOSED, patient, patient_id=patient.pk, changes=told, reason=purpose.reason)
