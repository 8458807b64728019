"""The day so far, as the home page tells it, in a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from accounts.models import User, with_profiles
from appointments.history import stage_began
from appointments.models import Appointment, BoardTimes, Chair, OwnChairs, StatusEvent
from appointments.rules import FREES_ALL, Status
from core import clock
from patients.models import Patient
from patients.rules import CareStatus

_IN_A_CHAIR: Final = (Status.SEATED, Status.NEEDS_DOCTOR, Status.WITH_DOCTOR)
_MISSED: Final = (Status.NO_SHOW, Status.LEFT_UNSEEN)
_NOT_TODAY: Final = (*FREES_ALL, Status.REQUESTED)
_SHOWN: Final = 8
_SOON: Final = timedelta(minutes=60)


@dataclass
class Line:
    """One visit; without a patient it is a chart that this person may not open."""

    visit: Appointment
    patient: Patient | None
    doctor: str
    late: bool = False
    since: datetime | None = None

    @property
    def status(self) -> str:
        """How it stands, in words."""
        return self.visit.status_words if self.patient else self.visit.get_status_display()

    @property
    def minutes(self) -> int:
        """How long the patient has been waiting."""
        return int((clock.now() - self.since).total_seconds() // 60) if self.since else 0


class Today:
    """Everybody's visits of today, and what one person wants to know of them first."""

    def __init__(self, by: User) -> None:
        self.now, self.day = clock.now(), clock.today()
        groups = by.group_names
        self.is_doctor = "doctor" in groups
        self.is_assistant = "assistant" in groups and not self.is_doctor
        self.is_desk = not (self.is_doctor or self.is_assistant)
        # Of everybody: those of charts that this person may not open are counted too, and named "Reserved".
        rows = Appointment.objects.for_day(self.day).select_related("type", "chair")
        self.everything = list(rows.order_by("start", "id"))
        self.visits = [visit for visit in self.everything if visit.status not in _NOT_TODAY]
        self._by, self._times = by, BoardTimes.present()
        self._own = [visit for visit in self.visits if visit.doctor_id == by.pk] if self.is_doctor else self.visits
        self._dress()

    def number(self, *statuses: str) -> int:
        """How many stand so."""
        return sum(visit.status in statuses for visit in self._own)

    @property
    def booked(self) -> int:
        """All of today, whatever became of them."""
        return len(self._own)

    @property
    def here(self) -> int:
        """In the clinic now."""
        return self.number(Status.ARRIVED, *_IN_A_CHAIR, Status.CHECKOUT)

    @property
    def done(self) -> int:
        """Gone, treated."""
        return self.number(Status.COMPLETED)

    @property
    def missed(self) -> int:
        """Did not come, or left unseen."""
        return self.number(*_MISSED)

    def _dress(self) -> None:
        waiting = [visit for visit in self._own if visit.status == Status.ARRIVED]
        calls = [visit for visit in self._own if visit.status in (Status.NEEDS_DOCTOR, Status.WITH_DOCTOR)]
        soon = [visit for visit in self._own if visit.status == Status.BOOKED and visit.start <= self.now + _SOON]
        chairs = self._chairs() if self.is_assistant else []
        shown = [*waiting, *calls, *soon[:_SHOWN], *(self._own if self.is_doctor else [])]
        shown += [visit for _chair, visits in chairs for visit in visits]
        lines = self._lines({visit.pk: visit for visit in shown}.values())
        self.waiting = sorted((lines[visit.pk] for visit in waiting), key=lambda line: line.since or self.now)
        self.queue = [lines[visit.pk] for visit in calls]
        self.soon = [lines[visit.pk] for visit in soon[:_SHOWN]]
        self.own = [lines[visit.pk] for visit in self._own] if self.is_doctor else []
        self.chairs = [(chair, [lines[visit.pk] for visit in visits]) for chair, visits in chairs]

    def _lines(self, visits: Iterable[Appointment]) -> dict[str, Line]:
        visits = list(visits)
        patients = Patient.objects.visible_to(self._by).in_bulk({visit.patient_id for visit in visits})
        doctors = with_profiles(User.objects.filter(pk__in={visit.doctor_id for visit in visits}))
        names = {doctor.pk: doctor.display_name for doctor in doctors}
        since = _since([visit for visit in visits if visit.status == Status.ARRIVED])
        late = self.now - timedelta(minutes=self._times.late_after)
        lines = {}
        for visit in visits:
            if visit.patient_id in patients:
                visit.patient = patients[visit.patient_id]
            is_late = visit.status == Status.BOOKED and visit.start <= late
            patient = patients.get(visit.patient_id)
            lines[visit.pk] = Line(visit, patient, names[visit.doctor_id], is_late, since.get(visit.pk))
        return lines

    def _chairs(self) -> list[tuple[Chair, list[Appointment]]]:
        """The chairs that this person looks after, each with who sits there and who comes next."""
        own = OwnChairs.ids_of(self._by)
        chairs = Chair.objects.filter(is_active=True).select_related("location").order_by("position", "id")
        found = []
        for chair in chairs:
            if own and chair.pk not in own:
                continue
            there = [visit for visit in self.visits if (visit.seated_in_id or visit.chair_id) == chair.pk]
            seated = [visit for visit in there if visit.status in _IN_A_CHAIR]
            coming = [visit for visit in there if visit.status in (Status.ARRIVED, Status.BOOKED)]
            found.append((chair, [*seated, *coming[:2]]))
        return found


def _since(visits: list[Appointment]) -> dict[str, datetime]:
    """When those who wait came."""
    steps: dict[str, list[StatusEvent]] = {visit.pk: [] for visit in visits}
    for step in StatusEvent.objects.filter(appointment_id__in=list(steps)).order_by("at", "id") if visits else []:
        steps[step.appointment_id].append(step)
    return {visit.pk: stage_began(steps[visit.pk], visit.status) or visit.updated_at for visit in visits}


def own_figures(by: User, today: date) -> dict[str, int]:
    """A doctor's patients in treatment, and how many of them are past their estimated completion."""
    rows = Patient.objects.visible_to(by).current().filter(treating_doctor_id=by.pk)
    ends = rows.filter(care_status=CareStatus.ACTIVE).values_list("estimated_completion_on", flat=True)
    days = list(ends)
    return {"active": len(days), "past": sum(day is not None and day < today for day in days)}
