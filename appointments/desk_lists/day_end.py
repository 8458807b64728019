"""The end of a day: what is open, who closed it."""

from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from accounts.models import User, with_profiles
from appointments.desk_lists import rules
from appointments.desk_lists.open_visits import open_before, open_on
from appointments.models import Appointment, AppointmentType, ClosedDay
from appointments.rules import Status
from core import clock
from patients.models import Patient

_GONE = (Status.COMPLETED, Status.NO_SHOW, Status.LEFT_UNSEEN, Status.CANCELLED)


@dataclass
class OpenVisit:
    """One visit to settle; without a patient it is a chart that this person may not open."""

    visit: Appointment
    patient: Patient | None
    type: AppointmentType
    doctor: str

    @property
    def has_begun(self) -> bool:
        """Whether it should have begun by now."""
        return self.visit.start <= clock.now()

    @property
    def asks_for_answer(self) -> bool:
        """It is over, and nobody knows when the patient comes again."""
        return self.visit.status == Status.COMPLETED

    @property
    def may_check_out(self) -> bool:
        """Whether the patient was here, or may have been."""
        return rules.may_check_out(self.visit.status, self.visit.start)

    @property
    def may_be_missed(self) -> bool:
        """Whether nobody came."""
        return self.visit.status == Status.BOOKED and self.has_begun

    @property
    def may_have_left(self) -> bool:
        """Whether the patient may have gone without having been treated."""
        return self.visit.status in (Status.ARRIVED, Status.SEATED)

    @property
    def may_be_called_off(self) -> bool:
        """Whether it can still be cancelled."""
        return self.visit.status in (Status.BOOKED, Status.REQUESTED)

    @property
    def may_move(self) -> bool:
        """Whether another time can be found for it."""
        return self.visit.status == Status.BOOKED

    @property
    def status(self) -> str:
        """How it stands, in words."""
        return self.visit.status_words if self.patient else self.visit.get_status_display()


@dataclass
class OfDay:
    """What is open of one earlier day."""

    day: date
    visits: list[OpenVisit] = field(default_factory=list)


class DayEnd:
    """A day with what is still to settle, in a constant number of queries."""

    def __init__(self, by: User, day: date) -> None:
        self.day, today = day, clock.today()
        self.is_over = day <= today
        here, before = (open_on(day), open_before(day)) if self.is_over else ([], [])
        named = _named(by, [*here, *before])
        self.visits = named[: len(here)]
        self.earlier: list[OfDay] = []
        for one in named[len(here) :]:
            of_day = clock.wall(one.visit.start).date()
            if not self.earlier or self.earlier[-1].day != of_day:
                self.earlier.append(OfDay(of_day))
            self.earlier[-1].visits.append(one)
        self.closed = ClosedDay.objects.filter(day=day).select_related("by").first()
        # read-scope: how many visits ended how names nobody
        ended = list(Appointment.objects.for_day(day).filter(status__in=_GONE).values_list("status", flat=True))
        self.figures = [(Status(status).label, ended.count(status), status) for status in _GONE]

    @property
    def groups(self) -> list[tuple[str, list[OpenVisit]]]:
        """What is open of the day: begun, over without an answer, still to come."""
        over = [one for one in self.visits if one.asks_for_answer]
        begun = [one for one in self.visits if one.has_begun and not one.asks_for_answer]
        to_come = [one for one in self.visits if not one.has_begun and not one.asks_for_answer]
        return [
            (_("Still open"), begun),
            (_("Gone without an answer when they come next"), over),
            (_("Still to come"), to_come),
        ]

    @property
    def may_close(self) -> bool:
        """Whether nothing is open and nobody has closed it."""
        return self.is_over and not self.visits and self.closed is None


def _named(by: User, visits: list[Appointment]) -> list[OpenVisit]:
    patients = Patient.objects.visible_to(by).in_bulk({row.patient_id for row in visits})
    types = AppointmentType.objects.in_bulk({row.type_id for row in visits})
    doctors = {user.pk: user for user in with_profiles(User.objects.filter(pk__in={row.doctor_id for row in visits}))}
    named = []
    for row in visits:
        patient = patients.get(row.patient_id)
        if patient:
            row.patient = patient
        named.append(OpenVisit(row, patient, types[row.type_id], doctors[row.doctor_id].display_name))
    return named
