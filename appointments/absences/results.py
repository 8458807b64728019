"""What became of the visits of a run, as one person sees it."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User, with_profiles
from appointments.models import Appointment, MovedVisit, MoveRun
from patients.models import Patient


@dataclass(frozen=True)
class Result:
    """One visit: where it stood, where it stands, and why."""

    moved: MovedVisit
    visit: Appointment
    patient: Patient | None  # where the person may see it
    doctor: User | None

    @property
    def stood(self) -> datetime | None:
        """When it was before; None for what was not moved."""
        return datetime.fromisoformat(self.moved.before["start"]) if self.moved.before else None


def results_of(user: User, run: MoveRun) -> list[Result]:
    """In the order in which they were moved."""
    rows = list(run.visits.all())
    # read-scope: whose they are shows only where the patient may be seen
    visits = Appointment.objects.select_related("type").in_bulk([row.appointment_id for row in rows])
    patients = Patient.objects.visible_to(user).in_bulk({visit.patient_id for visit in visits.values()})
    ids = {visit.doctor_id for visit in visits.values()}
    doctors = {doctor.pk: doctor for doctor in with_profiles(User.objects.filter(pk__in=ids))}
    found = []
    for row in rows:
        visit = visits[row.appointment_id]
        found.append(Result(row, visit, patients.get(visit.patient_id), doctors.get(visit.doctor_id)))
    return found
