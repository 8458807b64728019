"""The medical history. What an entry says is encrypted, and the audit says only that it changed."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from accounts.models import User
from accounts.permissions import Permission, require
from core import audit, clock
from core.actions import audited
from core.errors import Stale
from patients import rules
from patients.holding import hold
from patients.models import MedicalEntry, Patient
from patients.rules import MEDICAL_FIELDS, Event


@audited
def add_medical_entry(*, by: User, patient: Patient, fields: Mapping[str, Any]) -> MedicalEntry:
    """Write one fact into the history. `fields`: any of MEDICAL_FIELDS. Raises Refused."""
    require(by, Permission.MEDICAL_WRITE)
    hold(patient)
    entry = MedicalEntry(patient=patient, **_tidied(fields))
    _check(entry)
    entry.save(force_insert=True)
    changes = audit.snapshot(entry, *MEDICAL_FIELDS)
    audit.record(by, Event.MEDICAL_ADDED, entry, patient_id=patient.pk, changes=changes)
    return entry


@audited
def change_medical_entry(
    *, by: User, entry: MedicalEntry, version: int | None = None, fields: Mapping[str, Any]
) -> MedicalEntry:
    """Correct an entry. Raises Refused, Stale."""
    require(by, Permission.MEDICAL_WRITE)
    return _changed(by, entry, version, fields, Event.MEDICAL_CHANGED)


@audited
def end_medical_entry(*, by: User, entry: MedicalEntry, until: date | None = None) -> MedicalEntry:
    """Say that it is over, as of yesterday unless another last day is given. Raises Refused."""
    require(by, Permission.MEDICAL_WRITE)
    last = until or max(clock.today() - timedelta(days=1), entry.since or date.min)
    return _changed(by, entry, None, {"until": last}, Event.MEDICAL_ENDED)


@audited
def remove_medical_entry(*, by: User, entry: MedicalEntry, reason: str = "") -> MedicalEntry:
    """Take an entry out that should not be there; the row stays, archived."""
    require(by, Permission.MEDICAL_WRITE)
    reason = rules.one_line(reason)
    changes = entry.change(archived_at=clock.now(), archived_by_id=by.pk, archive_reason=reason)
    audit.record(by, Event.MEDICAL_REMOVED, entry, patient_id=entry.patient_id, changes=changes, reason=reason)
    return entry


def _changed(
    by: User, entry: MedicalEntry, version: int | None, fields: Mapping[str, Any], event: Event
) -> MedicalEntry:
    if version is not None and version != entry.version:
        raise Stale
    rules.check_current(entry.patient)
    values = _tidied(fields)
    _check(MedicalEntry(**{name: values.get(name, getattr(entry, name)) for name in MEDICAL_FIELDS}))
    changes = entry.change(**values)
    if changes:
        audit.record(by, event, entry, patient_id=entry.patient_id, changes=changes)
    else:
        audit.no_change(by, event, entry)
    return entry


def _tidied(fields: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: fields[name] for name in MEDICAL_FIELDS if name in fields}
    if "description" in values:
        values["description"] = values["description"].strip()
    return values


def _check(entry: MedicalEntry) -> None:
    rules.check_description(entry.description)
    rules.check_not_future(entry.since, clock.today(), "since")
    rules.check_order(entry.since, entry.until, "until")
