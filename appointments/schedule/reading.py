"""The visits of a day and the holding trays, with everybody and everything they name, in one query."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from accounts.models import User
from accounts.permissions import Permission
from appointments.models import Appointment
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
        parked = Q(parked_by__isnull=False, status=Status.BOOKED, start__gte=today)
        # read-scope: whose chart is hidden is taken out below; the time itself is everybody's of the desk
        rows = Appointment.objects.filter(wanted | parked).select_related("patient", "type", "doctor__profile")
        found = list(rows.order_by("start", "id"))
        self.patients = _seen(user, found)
        self.visits = [row for row in found if row.location_id == location_id and begins <= row.start < ends]
        tray = [row for row in found if row.parked_by_id and row.status == Status.BOOKED and row.start >= today]
        tray = [row for row in tray if row.patient_id in self.patients]
        self.tray = sorted(tray, key=lambda row: (row.parked_at or row.updated_at, row.pk))
        self.doctors = {row.doctor_id: with_profile(row.doctor) for row in found}


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
