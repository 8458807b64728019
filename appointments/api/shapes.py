"""Appointments as the API shows them."""

from collections.abc import Iterable
from typing import Any

from rest_framework import serializers

from accounts.models import StaffProfile, User
from accounts.permissions import Permission
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
    """Everything about one appointment; what the clinic notes for itself is left out for families."""

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
    version = serializers.IntegerField()
    overbooked = serializers.BooleanField(required=False, help_text="For the clinic only.")
    overrideReason = serializers.CharField(required=False, allow_blank=True, help_text="For the clinic only.")
    reason = serializers.CharField(required=False, allow_blank=True, help_text="Note for the desk; clinic only.")


def rows_of(appointments: Iterable[Appointment], *, reader: User, full: bool = False) -> list[dict[str, Any]]:
    """Rows for a page of appointments that `reader` may see: names are looked up by id, once per kind."""
    page = list(appointments)
    as_staff = reader.may(Permission.APPOINTMENT_READ)
    # read-scope: the names on rows that were read within the reader's scope
    patients = Patient.objects.in_bulk({row.patient_id for row in page})
    doctors = doctor_names({row.doctor_id for row in page})
    # read-scope: a visit keeps its type, also when that is not booked any more
    types = AppointmentType.objects.in_bulk({row.type_id for row in page}) if full else {}
    shown = []
    for row in page:
        short = {
            "_id": row.pk,
            "patient": patients[row.patient_id].name,
            "doctor": doctors[row.doctor_id],
            "date": clock.iso(row.start),
        }
        more = _rest(row, types[row.type_id].code) if full else {}
        shown.append(short | more | (_internal(row) if full and as_staff else {}))
    return shown


def doctor_names(ids: set[str]) -> dict[str, str]:
    """Names with titles, by id."""
    # read-scope: the clinic's own people, on rows that were read within the reader's scope
    titles = dict(StaffProfile.objects.filter(user_id__in=ids).values_list("user_id", "title"))
    # read-scope: as above, also of those who have left
    names = User.objects.filter(pk__in=ids).values_list("pk", "name")
    return {pk: f"{titles.get(pk, '')} {name}".strip() for pk, name in names}


def body_of(appointment: Appointment, *, reader: User) -> dict[str, Any]:
    """One appointment in full, as far as it is for `reader`."""
    return rows_of([appointment], reader=reader, full=True)[0]


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
        "version": row.version,
    }


def _internal(row: Appointment) -> dict[str, Any]:
    return {"overbooked": row.overbooked, "overrideReason": row.override_reason, "reason": row.reason}
