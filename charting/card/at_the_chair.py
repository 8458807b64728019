"""Which visit is under way, and who treats: what a new entry begins with."""

from typing import Final

from django.utils.translation import gettext as _

from accounts.models import User
from appointments.models import Appointment
from appointments.rules import Status
from core import clock
from core.errors import Refused
from patients.models import Patient

_HERE: Final = (Status.ARRIVED, Status.SEATED, Status.NEEDS_DOCTOR, Status.WITH_DOCTOR, Status.CHECKOUT)


def under_way(by: User, patient: Patient) -> Appointment | None:
    """Today's visit of a patient who is in the clinic."""
    rows = Appointment.objects.visible_to(by).for_day(clock.today()).filter(patient_id=patient.pk)
    return rows.filter(status__in=_HERE).select_related("doctor").order_by("start").first()


def treating(by: User, patient: Patient) -> User:
    """Who treats: the person, if a doctor, else the treating doctor, else the first one. Raises Refused."""
    doctors = list(User.objects.doctors())  # read-scope: who treats here is known to all staff
    own = [doctor for doctor in doctors if doctor.pk == by.pk]
    treating = [doctor for doctor in doctors if doctor.pk == patient.treating_doctor_id]
    found: User | None = next(iter([*own, *treating, *doctors]), None)
    if found is None:
        raise Refused(_("The clinic has no doctor yet. Ask an administrator to add one."), code="no_doctor")
    return found
