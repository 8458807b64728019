"""The visits of a day and the holding trays, with everybody and everything they name, in one query."""

from collections.abc import Iterable
from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet

from accounts.models import User, with_profiles
from accounts.permissions import Permission
from appointments.models import Appointment, AppointmentType
from appointments.rules import Status
from core import clock
from patients.models import Patient
from patients.models.grants import granted_patient_ids


class DayRows:
    """`visits` of the place, also those of charts that this person may not open: their time is taken too.

    `patients` are those whom the person sees; `tray` is what anybody has parked, of these.
    """

    def __init__(self, user: User, day: date, location_id: str) -> None:
        begins, ends = clock.day_bounds(day)
        today = clock.day_bounds(clock.today())[0]
        wanted = Q(start__gte=begins, start__lt=ends, location_id=location_id)
        # A range, not "is not null": every database then walks the index.
        parked = Q(parked_by_id__gt="", status=Status.BOOKED, start__gte=today)
        # read-scope: whose chart is hidden is taken out below; the time itself is everybody's of the desk
        rows = _with_related(Appointment.objects.filter(wanted | parked).order_by())
        found = sorted(rows, key=lambda row: (row.start, row.pk))  # two ranges of two indexes: no index sorts them
        self.patients = _seen(user, found)
        self.visits = [row for row in found if row.location_id == location_id and begins <= row.start < ends]
        tray = [row for row in found if row.parked_by_id and row.status == Status.BOOKED and row.start >= today]
        tray = [row for row in tray if row.patient_id in self.patients]
        self.tray = sorted(tray, key=lambda row: (row.parked_at or row.updated_at, row.pk))
        self.doctors = {row.doctor_id: row.doctor for row in found}


def _with_related(rows: QuerySet[Appointment]) -> list[Appointment]:
    """With patient, type and doctor: one joined query, where a join walks whole collections (MongoDB) by their ids."""
    if connection.vendor != "mongodb":
        joined = list(rows.select_related("patient", "type", "doctor__profile"))
        for row in joined:
            with_profile(row.doctor)
        return joined
    found = list(rows)
    patients = Patient.objects.in_bulk({row.patient_id for row in found})  # read-scope: of visits of the desk
    types = AppointmentType.objects.in_bulk({row.type_id for row in found})
    doctors = {user.pk: user for user in with_profiles(User.objects.filter(pk__in={row.doctor_id for row in found}))}
    for row in found:
        row.patient, row.type, row.doctor = patients[row.patient_id], types[row.type_id], doctors[row.doctor_id]
    return found


def _seen(user: User, rows: Iterable[Appointment]) -> dict[str, Patient]:
    """As `visible_to` says of the staff; the charts opened to this person are asked for only where that matters."""
    if not user.may(Permission.PATIENT_READ):
        return {}
    people = {row.patient_id: row.patient for row in rows if row.patient.merged_into_id is None}
    if not any(patient.sensitive for patient in people.values()):
        return people
    opened = set(granted_patient_ids(user))
    return {pk: patient for pk, patient in people.items() if not patient.sensitive or pk in opened}


def with_profile(doctor: User) -> User:
    """The doctor, read with the profile, so that `display_name` asks no more."""
    doctor.__dict__["profile_or_none"] = getattr(doctor, "profile", None)
    return doctor
