"""The record itself: added, changed, opened, archived, restored."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from core import audit, clock
from core.actions import audited
from core.errors import NotFound, NotPermitted, Refused, Stale
from patients import panels, rules
from patients.actions.medical import add_medical_entry
from patients.models import Patient, SearchKey
from patients.rules import CONTACT_FIELDS, EDITABLE_FIELDS, Event


@audited
def add(
    *,
    by: User,
    fields: Mapping[str, Any],
    medical_history: Sequence[Mapping[str, Any]] = (),
    chart_number: str = "",
) -> Patient:
    """Make a record, with the first entries of its medical history. `fields`: any of EDITABLE_FIELDS.

    `chart_number` is one brought over from elsewhere and free here; else the next one is given.

    Raises Refused. Likely duplicates are no reason to refuse: ask `Patient.objects.like` for them.
    """
    require(by, Permission.PATIENT_ADD)
    if medical_history and not by.may(Permission.MEDICAL_WRITE):
        raise NotPermitted(field="medical_history")
    patient = _created(by, fields, chart_number=chart_number)
    audit.record(
        by,
        Event.PATIENT_ADDED,
        patient,
        patient_id=patient.pk,
        changes=audit.snapshot(patient, "chart_number", *EDITABLE_FIELDS),
    )
    for entry in medical_history:
        add_medical_entry(by=by, patient=patient, fields=entry)
    return patient


@audited
def self_register(*, by: User) -> Patient:
    """The own record of a person who has just registered; never one that exists already, however alike."""
    known = Patient.objects.filter(user=by).first()
    if known:
        audit.no_change(by, Event.PATIENT_SELF_REGISTERED, known)
        return known
    given, family = rules.split_name(by.name)
    fields = {"given_name": given[:100], "family_name": family[:100], "email": by.email}
    patient = _created(by, fields, user=by, self_registered=True)
    audit.record(by, Event.PATIENT_SELF_REGISTERED, patient, patient_id=patient.pk)
    return patient


@audited
def change(*, by: User, patient: Patient, version: int | None = None, fields: Mapping[str, Any]) -> Patient:
    """Write what differs. `version` is the one that the person looked at. Raises Refused, Stale."""
    require(by, Permission.PATIENT_EDIT)
    return _changed(by, patient, version, fields)


@audited
def change_own_contact(*, by: User, patient: Patient, version: int | None = None, fields: Mapping[str, Any]) -> Patient:
    """A patient or parent changes how the person is reached: CONTACT_FIELDS only. Raises Refused, Stale."""
    require(by, Permission.OWN_RECORD)
    if not Patient.objects.own_of(by).filter(pk=patient.pk).exists():
        raise NotFound
    for name in fields:
        if name not in CONTACT_FIELDS:
            raise NotPermitted(_("Only contact data can be changed here. Ask the clinic."), field=name)
    return _changed(by, patient, version, fields)


@audited
def open_chart(*, by: User, patient: Patient) -> None:
    """Somebody reads the record."""
    audit.record(by, Event.PATIENT_OPENED, patient, patient_id=patient.pk)


@audited
def archive(*, by: User, patient: Patient, reason: str, version: int | None = None) -> Patient:
    """Take the record out of the lists. Raises Refused (`has_appointments` while visits are booked), Stale."""
    require(by, Permission.PATIENT_ARCHIVE)
    if patient.is_archived:
        audit.no_change(by, Event.PATIENT_ARCHIVED, patient)
        return patient
    _check_version(patient, version)
    reason = rules.one_line(reason)
    # First the change, then the look: a visit that is being booked meanwhile is there by then (see hold_current).
    changes = patient.change(archived_at=clock.now(), archived_by_id=by.pk, archive_reason=reason)
    for check in panels.archive_guards:
        check(patient)
    SearchKey.objects.mark_archived(patient)
    audit.record(by, Event.PATIENT_ARCHIVED, patient, patient_id=patient.pk, changes=changes, reason=reason)
    return patient


@audited
def restore(*, by: User, patient: Patient) -> Patient:
    """Put an archived record back into the lists."""
    require(by, Permission.PATIENT_ARCHIVE)
    if not patient.is_archived:
        audit.no_change(by, Event.PATIENT_RESTORED, patient)
        return patient
    rules.check_not_merged(patient)
    changes = patient.change(archived_at=None, archived_by_id="", archive_reason="")
    SearchKey.objects.mark_archived(patient)
    audit.record(by, Event.PATIENT_RESTORED, patient, patient_id=patient.pk, changes=changes)
    return patient


def _created(by: User, fields: Mapping[str, Any], **more: Any) -> Patient:
    values = _tidied(fields)
    patient = Patient(**values, **more)
    _check(patient, values)
    patient.chart_number = patient.chart_number or Patient.objects.next_chart_number()
    patient.save(force_insert=True)
    SearchKey.objects.write(patient)
    return patient


def _changed(by: User, patient: Patient, version: int | None, fields: Mapping[str, Any]) -> Patient:
    _check_version(patient, version)
    rules.check_current(patient)
    values = _tidied(fields)
    after = {name: values.get(name, getattr(patient, name)) for name in EDITABLE_FIELDS}
    _check(Patient(**after), {name: value for name, value in values.items() if value != getattr(patient, name)})
    changes = patient.change(**values)
    if not changes:
        audit.no_change(by, Event.PATIENT_CHANGED, patient)
        return patient
    SearchKey.objects.write(patient)
    audit.record(by, Event.PATIENT_CHANGED, patient, patient_id=patient.pk, changes=changes)
    return patient


def _tidied(fields: Mapping[str, Any]) -> dict[str, Any]:
    unknown = fields.keys() - set(EDITABLE_FIELDS)
    if unknown:
        raise TypeError(f"not editable: {sorted(unknown)}")
    return rules.tidy(fields, settings.PHONE_REGION)


def _check(patient: Patient, written: Mapping[str, Any]) -> None:
    rules.check_named(patient.given_name, patient.family_name)
    rules.check_birth_date(patient.birth_date, clock.today())
    rules.check_alerts(patient.alerts)
    rules.check_order(patient.care_started_on, patient.estimated_completion_on, "estimated_completion_on")
    doctor = written.get("treating_doctor")
    if doctor and not User.objects.doctors().filter(pk=doctor.pk).exists():
        raise Refused(_("There is no such doctor."), code="invalid", field="treating_doctor")


def _check_version(patient: Patient, version: int | None) -> None:
    if version is not None and version != patient.version:
        raise Stale
