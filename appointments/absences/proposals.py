"""A new time for every visit that cannot stay: with another doctor at the same time, or with the same one later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings

from accounts.models import User, with_profiles
from appointments.absences.affected import days_of, visits_in
from appointments.absences.openings import Opening, Openings
from appointments.models import Appointment, AppointmentType, Closure
from core import clock
from patients.models import Patient

MOST: Final = 60  # visits of one run
LOOK_AHEAD_DAYS: Final = 28
_NEAR: Final = timedelta(minutes=90)  # still about the same time of day

OTHER, LATER, EITHER = "other", "later", "either"


@dataclass(frozen=True)
class Proposal:
    """One visit and where it could go; without an opening nothing was found."""

    visit: Appointment
    type: AppointmentType
    patient: Patient | None  # where the person may see it
    doctor: User | None
    opening: Opening | None


@dataclass(frozen=True)
class Proposals:
    """What is proposed for the first visits, and how many there are in all."""

    rows: list[Proposal]
    count: int


def propose(user: User, closure: Closure, way: str) -> Proposals:
    """A free time for each visit, none given twice; `way` is `other`, `later` or `either`."""
    affected = visits_in(closure)
    visits = affected[:MOST]
    if not visits:
        return Proposals([], 0)
    doctors = {doctor.pk: doctor for doctor in with_profiles(User.objects.doctors())}
    last = days_of(closure)[1]
    first = clock.wall(visits[0].start).date()
    openings = Openings(visits, list(doctors.values()), first, last + timedelta(days=LOOK_AHEAD_DAYS))
    types = AppointmentType.objects.in_bulk({visit.type_id for visit in visits})
    patients = Patient.objects.visible_to(user).in_bulk({visit.patient_id for visit in visits})
    search = _Search(openings, list(doctors), way, last)
    rows = []
    for visit in visits:
        kind = types[visit.type_id]
        found = search.opening(visit, kind.code)
        doctor = doctors.get(found.doctor_id) if found else None
        rows.append(Proposal(visit, kind, patients.get(visit.patient_id), doctor, found))
    return Proposals(rows, len(affected))


class _Search:
    """Goes through the visits in order; what it gives to one it does not give to the next."""

    def __init__(self, openings: Openings, doctor_ids: Sequence[str], way: str, last: date) -> None:
        self._openings, self._doctor_ids, self._way, self._last = openings, doctor_ids, way, last

    def opening(self, visit: Appointment, code: str) -> Opening | None:
        """The first that suits, taken."""
        found = self._same_time(visit, code) if self._way in {OTHER, EITHER} else None
        if found is None and self._way in {LATER, EITHER}:
            found = self._later(visit, code)
        if found is not None:
            self._openings.take(visit, code, found)
        return found

    def _same_time(self, visit: Appointment, code: str) -> Opening | None:
        for doctor_id in self._doctor_ids:
            if doctor_id != visit.doctor_id:
                found = self._openings.at(visit, code, visit.start, doctor_id, visit.location_id)
                if found:
                    return found
        return None

    def _later(self, visit: Appointment, code: str) -> Opening | None:
        """Of the first days with any opening: about the same time of day if possible, else the soonest."""
        soonest = None
        for offset in range(1, LOOK_AHEAD_DAYS + 1):
            day = self._last + timedelta(days=offset)
            step = settings.SLOT_STEP_MINUTES
            found = list(self._openings.on_day(visit, code, day, visit.doctor_id, step))
            near = min(found, key=lambda opening: _apart(opening.start, visit.start), default=None)
            if near is not None and _apart(near.start, visit.start) <= _NEAR:
                return near
            soonest = soonest or near
        return soonest


def _apart(one: datetime, other: datetime) -> timedelta:
    """How far two times of day are apart on the wall."""
    clocks = [clock.wall(moment) for moment in (one, other)]
    minutes = [moment.hour * 60 + moment.minute for moment in clocks]
    return timedelta(minutes=abs(minutes[0] - minutes[1]))
