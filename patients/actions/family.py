"""Guardians and what they are to a patient. A relationship alone decides what a parent sees in the portal."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from core import audit, clock
from core.actions import audited
from core.errors import Refused, Stale
from patients import rules
from patients.holding import hold
from patients.models import Guardian, Patient, Relationship, SearchKey
from patients.rules import GUARDIAN_FIELDS, RELATIONSHIP_FIELDS, Event


@audited
def add_guardian(
    *,
    by: User,
    patient: Patient,
    terms: Mapping[str, Any],
    guardian: Guardian | None = None,
    person: Mapping[str, Any] | None = None,
) -> Relationship:
    """Say who answers for the patient: somebody known already (`guardian`) or a new `person`.

    `terms`: RELATIONSHIP_FIELDS; `person`: GUARDIAN_FIELDS. Raises Refused (`already_related`).
    """
    require(by, Permission.PATIENT_EDIT)
    hold(patient)
    guardian = guardian or _new_guardian(by, patient, person or {})
    values = {"review_on": _review_day(patient)} | {key: value for key, value in terms.items() if value is not None}
    ended = Relationship.objects.filter(guardian=guardian, patient=patient).first()
    if ended is None:
        relationship = Relationship.objects.create(guardian=guardian, patient=patient, **values)
        changes = audit.snapshot(relationship, "guardian", *RELATIONSHIP_FIELDS)
    elif ended.is_running:
        raise Refused(_("This person is in the family already."), code="already_related")
    else:
        relationship, changes = ended, ended.change(**({"ends_on": None} | values))
    SearchKey.objects.write(patient)
    audit.record(by, Event.RELATIONSHIP_ADDED, relationship, patient_id=patient.pk, changes=changes)
    return relationship


@audited
def change_family_member(
    *,
    by: User,
    relationship: Relationship,
    version: int | None = None,
    terms: Mapping[str, Any],
    person: Mapping[str, Any],
) -> Relationship:
    """Change what the person is to the patient, and how the person is reached. Raises Refused, Stale."""
    require(by, Permission.PATIENT_EDIT)
    if version is not None and version != relationship.version:
        raise Stale
    rules.check_current(relationship.patient)
    values = _tidied(person)
    rules.check_named(values.get("given_name", ""), values.get("family_name", relationship.guardian.family_name))
    patient_id = relationship.patient_id
    if about := relationship.guardian.change(**values):
        SearchKey.objects.write_all(relationship.guardian.patients())
        audit.record(by, Event.GUARDIAN_CHANGED, relationship.guardian, patient_id=patient_id, changes=about)
    if changes := relationship.change(**{name: terms[name] for name in RELATIONSHIP_FIELDS if name in terms}):
        SearchKey.objects.write(relationship.patient)
        audit.record(by, Event.RELATIONSHIP_CHANGED, relationship, patient_id=patient_id, changes=changes)
    if not about and not changes:
        audit.no_change(by, Event.RELATIONSHIP_CHANGED, relationship)
    return relationship


@audited
def end_relationship(*, by: User, relationship: Relationship) -> Relationship:
    """The person no longer answers for the patient, and no longer sees the record, as of today."""
    require(by, Permission.PATIENT_EDIT)
    if not relationship.is_running:
        audit.no_change(by, Event.RELATIONSHIP_ENDED, relationship)
        return relationship
    changes = relationship.change(ends_on=clock.today())
    SearchKey.objects.write(relationship.patient)
    patient_id = relationship.patient_id
    audit.record(by, Event.RELATIONSHIP_ENDED, relationship, patient_id=patient_id, changes=changes)
    return relationship


def _new_guardian(by: User, patient: Patient, person: Mapping[str, Any]) -> Guardian:
    values = _tidied(person)
    rules.check_named(values.get("given_name", ""), values.get("family_name", ""))
    guardian = Guardian.objects.create(**values)
    changes = audit.snapshot(guardian, *GUARDIAN_FIELDS)
    audit.record(by, Event.GUARDIAN_ADDED, guardian, patient_id=patient.pk, changes=changes)
    return guardian


def _tidied(person: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: person[name] for name in GUARDIAN_FIELDS if name in person}
    return rules.tidy(values, settings.PHONE_REGION)


def _review_day(patient: Patient) -> Any:
    """The day the patient comes of age, for a child."""
    if patient.birth_date is None or not patient.is_minor_on(clock.today()):
        return None
    return rules.comes_of_age(patient.birth_date, settings.AGE_OF_MAJORITY)
