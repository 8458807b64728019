"""Who could take care of somebody whom nobody expected, and who of those found is expected after all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from appointments import slots
from appointments.calendar import Calendar
from appointments.models import Appointment, AppointmentType, Location
from appointments.rules import HOLDING, UNIT_MINUTES, Status
from core import clock
from core.errors import Refused
from patients.models import Patient


@dataclass
class Found:
    """One patient of the search, with the visit of today if there is one."""

    patient: Patient
    visit: Appointment | None = None

    @property
    def is_expected(self) -> bool:
        """Whether a check-in is what is meant."""
        return self.visit is not None and self.visit.status == Status.BOOKED


def found_today(user: User, patients: Iterable[Patient]) -> list[Found]:
    """The patients with their visits of today: the one that they are here for, else the next one."""
    people = list(patients)
    rows = Appointment.objects.visible_to(user).for_day(clock.today())
    rows = rows.filter(patient_id__in=[patient.pk for patient in people], status__in=HOLDING)
    visits: dict[str, Appointment] = {}
    for visit in rows.order_by("start", "id"):
        known = visits.get(visit.patient_id)
        if known is None or (known.status == Status.BOOKED and visit.status != Status.BOOKED):
            visits[visit.patient_id] = visit
    return [Found(patient, visits.get(patient.pk)) for patient in people]


def doctor_for(patient: Patient, type: AppointmentType, location: Location) -> User:
    """Whoever is free now, the patient's own doctor first; else who works here now, else the own one, else any."""
    doctors: list[User] = list(User.objects.doctors())
    if not doctors:
        raise Refused(_("The clinic has no doctor yet."), code="no_doctor", field="doctor")
    start, today = next_start(), clock.today()
    free = {
        slot.doctor_id
        for slot in slots.free_slots(
            doctors=doctors,
            first_day=today,
            last_day=today,
            pattern=type.pattern,
            step=UNIT_MINUTES,
            not_before=start,
            patient_id=patient.pk,
            type_code=type.code,
        )
        if slot.location_id == location.pk and slot.start == start
    }
    here = Calendar(today, today, [doctor.pk for doctor in doctors])

    def rank(doctor: User) -> tuple[bool, bool, bool]:
        works = here.covers(location.pk, doctor.pk, start, start)
        return doctor.pk not in free, not works, doctor.pk != patient.treating_doctor_id

    return min(doctors, key=rank)


def next_start() -> datetime:
    """The next start on the grid, so that the time is still to be had; the one before it at the end of the day."""
    now = clock.now()
    start = now.replace(minute=now.minute - now.minute % UNIT_MINUTES, second=0, microsecond=0)
    after = start + timedelta(minutes=UNIT_MINUTES)
    return start if start == now or clock.wall(after).date() > clock.today() else after
