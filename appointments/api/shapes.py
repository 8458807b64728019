"""Appointments as the API shows them."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from accounts.models import StaffProfile, User
from appointments.models import Appointment, AppointmentType
from appointments.rules import Status
from core import clock
from patients.models import Patient


class AppointmentRow(serializers.Serializer[Any]):
    """A row of the list, as the original contract has it."""

    _id = serializers.CharField()
    patient = serializers.CharField()
    doctor = serializers.CharField()
    date = serializers.DateTimeField()


class AppointmentBody(AppointmentRow):
    """Everything about one appointment."""

    patientId = serializers.CharField()
    doctorId = serializers.CharField()
    locationId = serializers.CharField()
    chairId = serializers.CharField(allow_null=True)
    seatedInId = serializers.CharField(allow_null=True)
    type = serializers.CharField()
    minutes = serializers.IntegerField()
    end = serializers.DateTimeField()
    status = serializers.ChoiceField(choices=Status.choices)
    confirmed = serializers.BooleanField()
    origin = serializers.CharField()
    overbooked = serializers.BooleanField()
    overrideReason = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()


def rows_of(appointments: Iterable[Appointment], *, full: bool = False) -> list[dict[str, Any]]:
    """Rows for a page of appointments: names are looked up by id, once per kind."""
    page = list(appointments)
    patients = Patient.objects.in_bulk({row.patient_id for row in page})
    doctors = doctor_names({row.doctor_id for row in page})
    types = AppointmentType.objects.in_bulk({row.type_id for row in page}) if full else {}
    shown = []
    for row in page:
        short = {
            "_id": row.pk,
            "patient": patients[row.patient_id].name,
            "doctor": doctors[row.doctor_id],
            "date": clock.iso(row.start),
        }
        shown.append(short | _rest(row, types[row.type_id].code) if full else short)
    return shown


def doctor_names(ids: set[str]) -> dict[str, str]:
    """Names with titles, by id."""
    titles = dict(StaffProfile.objects.filter(user_id__in=ids).values_list("user_id", "title"))
    names = User.objects.filter(pk__in=ids).values_list("pk", "name")
    return {pk: f"{titles.get(pk, '')} {name}".strip() for pk, name in names}


def body_of(appointment: Appointment) -> dict[str, Any]:
    """One appointment in full."""
    return rows_of([appointment], full=True)[0]


def _rest(row: Appointment, type_code: str) -> dict[str, Any]:
    return {
        "patientId": row.patient_id,
        "doctorId": row.doctor_id,
        "locationId": row.location_id,
        "chairId": row.chair_id,
        "seatedInId": row.seated_in_id,
        "type": type_code,
        "minutes": row.minutes,
        "end": clock.iso(row.end),
        "status": row.status,
        "confirmed": row.confirmed,
        "origin": row.origin,
        "overbooked": row.overbooked,
        "overrideReason": row.override_reason,
        "reason": row.reason,
        "version": row.version,
    }
