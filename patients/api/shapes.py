"""What the API says about patients: plain functions make the rows, serializers describe them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from rest_framework import serializers

from accounts.models import User
from accounts.permissions import Permission
from core import clock
from core.api.names import camel
from patients import rules
from patients.duplicates import Lookalike, Reason
from patients.models import MedicalEntry, Patient
from patients.rules import EDITABLE_FIELDS

# Names in the API that differ from the model's in more than their case.
_FK = {"treating_doctor": "treatingDoctorId"}
PLAIN_FIELDS = tuple(name for name in EDITABLE_FIELDS if name not in _FK)


class MedicalEntryBody(serializers.Serializer[Any]):
    """One entry of the medical history."""

    _id = serializers.CharField()
    category = serializers.ChoiceField(choices=rules.MedicalCategory.choices)
    description = serializers.CharField()
    since = serializers.DateField(allow_null=True)
    until = serializers.DateField(allow_null=True, help_text="Last day on which it was true.")
    critical = serializers.BooleanField()


class PatientRow(serializers.Serializer[Any]):
    """One row of the list."""

    _id = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    medicalHistory = MedicalEntryBody(many=True)


class PatientBody(PatientRow):
    """The whole record."""

    chartNumber = serializers.CharField()
    givenName = serializers.CharField()
    familyName = serializers.CharField()
    preferredName = serializers.CharField()
    formerName = serializers.CharField()
    birthDate = serializers.DateField(allow_null=True)
    sex = serializers.ChoiceField(choices=rules.Sex.choices)
    phoneAlternative = serializers.CharField()
    address = serializers.CharField()
    language = serializers.CharField()
    dentist = serializers.CharField()
    referrer = serializers.CharField()
    school = serializers.CharField()
    alerts = serializers.ListField(child=serializers.CharField())
    careStatus = serializers.ChoiceField(choices=rules.CareStatus.choices)
    carePhase = serializers.ChoiceField(choices=rules.CarePhase.choices, allow_blank=True)
    treatingDoctorId = serializers.CharField(allow_null=True)
    careStartedOn = serializers.DateField(allow_null=True)
    estimatedCompletionOn = serializers.DateField(allow_null=True)
    hasPhoto = serializers.BooleanField()
    selfRegistered = serializers.BooleanField()
    createdAt = serializers.DateTimeField()
    updatedAt = serializers.DateTimeField()
    archivedAt = serializers.DateTimeField(allow_null=True)
    accountNote = serializers.CharField(required=False, help_text="For the staff only.")
    sensitive = serializers.BooleanField(required=False, help_text="For the staff only.")


class PossibleDuplicate(serializers.Serializer[Any]):
    """A record that may be the same person, or a brother, sister or twin: those come last, with `siblingOrTwin`."""

    _id = serializers.CharField()
    name = serializers.CharField()
    birthDate = serializers.DateField(allow_null=True)
    chartNumber = serializers.CharField()
    reasons = serializers.ListField(
        child=serializers.ChoiceField(choices=Reason.choices), help_text="What the two records have in common."
    )
    siblingOrTwin = serializers.BooleanField(help_text="Rather a brother, sister or twin than the same person.")
    score = serializers.IntegerField(min_value=0, max_value=100, help_text="How alike: from 70 on nearly certain.")


def histories(user: User, patients: Iterable[Patient]) -> Mapping[str, list[dict[str, Any]]]:
    """The medical histories of these patients, as far as this person may read them: a fixed number of queries."""
    found: dict[str, list[dict[str, Any]]] = {patient.pk: [] for patient in patients}
    for entry in MedicalEntry.objects.visible_to(user).filter(patient_id__in=list(found)):
        found[entry.patient_id].append(entry_body(entry))
    return found


def rows_of(user: User, patients: list[Patient], *, whole: bool = False) -> list[dict[str, Any]]:
    """The rows of a list, in the short or the whole shape."""
    known, shape = histories(user, patients), _whole if whole else _short
    return [shape(user, patient, known[patient.pk]) for patient in patients]


def body_of(user: User, patient: Patient) -> dict[str, Any]:
    """One whole record."""
    return rows_of(user, [patient], whole=True)[0]


def entry_body(entry: MedicalEntry) -> dict[str, Any]:
    """One entry of the medical history."""
    return {
        "_id": entry.pk,
        "category": entry.category,
        "description": entry.description,
        "since": _day(entry.since),
        "until": _day(entry.until),
        "critical": entry.critical,
    }


def duplicate_body(lookalike: Lookalike) -> dict[str, Any]:
    """A record that may be the same person, and why."""
    other = lookalike.patient
    return {
        "_id": other.pk,
        "name": other.name,
        "birthDate": _day(other.birth_date),
        "chartNumber": other.chart_number,
        "reasons": [reason.value for reason in lookalike.reasons],
        "siblingOrTwin": lookalike.is_family,
        "score": lookalike.verdict.score,
    }


def _short(user: User, patient: Patient, history: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "_id": patient.pk,
        "name": patient.name,
        "email": patient.email,
        "phone": patient.phone,
        "medicalHistory": history,
    }


def _whole(user: User, patient: Patient, history: list[dict[str, Any]]) -> dict[str, Any]:
    body = _short(user, patient, history)
    body |= {camel(name): _value(getattr(patient, name)) for name in PLAIN_FIELDS}
    body |= {
        "chartNumber": patient.chart_number,
        "treatingDoctorId": patient.treating_doctor_id,
        "hasPhoto": bool(patient.photo),
        "selfRegistered": patient.self_registered,
        "createdAt": clock.iso(patient.created_at),
        "updatedAt": clock.iso(patient.updated_at),
        "archivedAt": clock.iso(patient.archived_at) if patient.archived_at else None,
    }
    if user.may(Permission.PATIENT_READ):
        body |= {"accountNote": patient.account_note, "sensitive": patient.sensitive}
    return body


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
