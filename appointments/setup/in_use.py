"""Visits to come that stand in the way of taking a chair, a type or a location out of use."""

from dataclasses import dataclass
from typing import Final

from accounts.models import User
from appointments.models import Appointment, AppointmentType
from core.models import Record
from patients.models import Patient

SHOWN: Final = 20
_FIELDS: Final = {"chair": "chair_id", "type": "type_id", "location": "location_id"}


@dataclass(frozen=True)
class VisitToCome:
    """One of them, with the patient where the person may see it."""

    visit: Appointment
    type: AppointmentType
    patient: Patient | None


@dataclass(frozen=True)
class VisitsToCome:
    """How many there are, and the first of them."""

    count: int
    first: list[VisitToCome]


def visits_to_come(user: User, noun: str, row: Record) -> VisitsToCome | None:
    """Visits from now on that need this row; None where there are none, or the row is of another kind."""
    if noun not in _FIELDS:
        return None
    # read-scope: how many there are is no person's; names only where the patient may be seen
    rows = Appointment.objects.upcoming().filter(**{_FIELDS[noun]: row.pk})
    count = rows.count()
    if not count:
        return None
    visits = list(rows[:SHOWN])
    types = AppointmentType.objects.in_bulk({visit.type_id for visit in visits})
    patients = Patient.objects.visible_to(user).in_bulk({visit.patient_id for visit in visits})
    first = [VisitToCome(visit, types[visit.type_id], patients.get(visit.patient_id)) for visit in visits]
    return VisitsToCome(count, first)
