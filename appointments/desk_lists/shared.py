"""What the lists ask for, and what several of them read once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final, NamedTuple, TypeVar

from accounts.models import User
from appointments.models import Appointment, AppointmentType, NextVisit, PutAside
from appointments.rules import HOLDING, Status
from core import clock
from patients.models import Patient
from patients.rules import CareStatus

CHUNK: Final = 500
VISIT_FACTS: Final = (
    "patient_id",
    "start",
    "id",
    "doctor_id",
    "location_id",
    "type_id",
    "status",
    "version",
    "updated_at",
)
_TO_NOTHING: Final = (Status.NO_SHOW, Status.LEFT_UNSEEN, Status.CANCELLED)
_IN_CARE: Final = (CareStatus.ACTIVE, CareStatus.PAUSED, CareStatus.OBSERVATION, CareStatus.RETENTION)
T = TypeVar("T")


@dataclass(frozen=True)
class Filters:
    """Which rows of a list; what is empty does not matter. Days are the clinic's, both included."""

    doctor: str = ""
    location: str = ""
    first: date | None = None
    last: date | None = None
    not_called_since: date | None = None
    aside: bool = False  # those that are put aside, instead of the others

    def fits(self, row: "Row") -> bool:
        """Whether doctor, location and day of the row are those asked for."""
        if (self.doctor and row.doctor_id != self.doctor) or (self.location and row.location_id != self.location):
            return False
        if self.first is None and self.last is None:
            return True
        return row.day is not None and (self.first or row.day) <= row.day <= (self.last or row.day)

    def window(self, first: date, last: date) -> tuple[datetime, datetime]:
        """The instants between which visits are looked at: the days asked for, else these."""
        begins, ends = self.first or min(first, self.last or first), self.last or max(last, self.first or last)
        return clock.day_bounds(begins)[0], clock.day_bounds(ends)[1]

    def facts(self) -> dict[str, Any]:
        """As the audit keeps them."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass
class Row:
    """One line of a list; `subject` is its visit or order, nothing where it is the patient as such."""

    patient_id: str
    day: date | None
    subject: str = ""
    start: datetime | None = None
    doctor_id: str = ""
    location_id: str = ""
    type_id: str = ""
    status: str = ""
    version: int = 0
    note: str = ""
    due: bool = False  # it is an order or a recall, which booking settles
    times: int = 0  # missed visits within twelve months
    marks: list[tuple[str, Any]] = field(default_factory=list)  # tone and words
    aside: "Aside | None" = None


class Aside(NamedTuple):
    """What keeps a row off its list."""

    pk: str
    until: date | None
    reason: str


class Kept(NamedTuple):
    """The last visit that took place."""

    start: datetime
    type_id: str
    doctor_id: str
    location_id: str


class InCare(NamedTuple):
    """What a list needs to know of a patient."""

    pk: str
    care: str
    doctor_id: str | None
    ends_on: date | None
    since: date


class Shared:
    """Read at most once for a page, whatever lists stand on it."""

    def __init__(self, by: User, *, counting: bool = False) -> None:
        self.by, self._counting = by, counting
        self.today = clock.today()

    @cached_property
    def hidden(self) -> set[str]:
        """Patients whose charts this person may not open."""
        return set(Patient.objects.hidden_from(self.by))

    @cached_property
    def coming(self) -> set[str]:
        """Patients who have a visit today or later that stands."""
        since = clock.day_bounds(self.today)[0]
        rows = Appointment.objects.filter(status__in=HOLDING, start__gte=since)
        return set(rows.values_list("patient_id", flat=True))

    @cached_property
    def asides(self) -> Mapping[tuple[str, str, str], Aside]:
        """What is put aside, by list, visit or order, and patient."""
        rows = PutAside.objects.standing().order_by("created_at", "id")
        facts = rows.values_list("desk_list", "subject", "patient_id", "pk", "until", "reason")
        return {
            (name, subject, patient): Aside(pk, until, reason) for name, subject, patient, pk, until, reason in facts
        }

    @cached_property
    def orders(self) -> list[NextVisit]:
        """Visits that are due and not settled, the earliest first."""
        return [row for row in NextVisit.objects.all().open() if row.patient_id not in self.hidden]

    @cached_property
    def _in_care(self) -> list[InCare]:
        rows = Patient.objects.current().filter(care_status__in=_IN_CARE, merged_into=None).by_name()
        facts = rows.values_list("pk", "care_status", "treating_doctor_id", "estimated_completion_on", "created_at")
        return [
            InCare(pk, care, doctor, ends_on, day_of(made))
            for pk, care, doctor, ends_on, made in facts.iterator(chunk_size=2000)
            if pk not in self.hidden
        ]

    def people(self, *statuses: str) -> list[InCare]:
        """Patients on the books with these care statuses, by name."""
        return [one for one in self._in_care if one.care in statuses]

    @cached_property
    def _came_to_nothing(self) -> list[tuple[Any, ...]]:
        first, last = year_before(year_before(self.today)), self.today + timedelta(days=366)
        return _ended_so(midnight(first), midnight(last + timedelta(days=1)))

    def came_to_nothing(self, start: datetime, end: datetime) -> Iterable[tuple[Any, ...]]:
        """Missed and cancelled visits that start in [start, end), the earliest first: VISIT_FACTS of each."""
        last = self.today + timedelta(days=366)
        if midnight(year_before(year_before(self.today))) <= start and end <= midnight(last + timedelta(days=1)):
            return (facts for facts in self._came_to_nothing if start <= facts[1] < end)
        return _ended_so(start, end)

    @cached_property
    def types(self) -> Mapping[str, AppointmentType]:
        """Kinds of visits by id."""
        return {kind.pk: kind for kind in AppointmentType.objects.all()}

    def aside_of(self, slug: str, row: Row) -> Aside | None:
        """What keeps this row off that list."""
        return self.asides.get((slug, row.subject, row.patient_id))

    def current(self, ids: Iterable[str]) -> dict[str, date | None]:
        """Dates of birth of those patients who are on the books; the ids of at most a chunk."""
        rows = Patient.objects.current().filter(pk__in=set(ids) - self.hidden, merged_into=None)
        return dict(rows.values_list("pk", "birth_date"))

    def last_kept(self, ids: Iterable[str]) -> dict[str, Kept]:
        """The last visit of these patients that took place; the ids of at most a chunk."""
        rows = Appointment.objects.filter(patient_id__in=list(ids), status=Status.COMPLETED).order_by("start", "id")
        # Of several rows of a patient the dict keeps the one that comes last.
        facts = rows.values_list("patient_id", "start", "type_id", "doctor_id", "location_id")
        return {patient: Kept(start, kind, doctor, place) for patient, start, kind, doctor, place in facts}

    def shown_kept(self, ids: Iterable[str]) -> dict[str, Kept]:
        """The same where it is only shown: who counts rows does without."""
        return {} if self._counting else self.last_kept(ids)


def _ended_so(start: datetime, end: datetime) -> list[tuple[Any, ...]]:
    rows = Appointment.objects.filter(status__in=_TO_NOTHING, start__gte=start, start__lt=end)
    return list(rows.order_by("start", "id").values_list(*VISIT_FACTS))


def chunks(rows: list[T]) -> Iterator[list[T]]:
    """So many at a time that one query can name them all."""
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def day_of(start: datetime) -> date:
    """The clinic's day of an instant."""
    return clock.wall(start).date()


def year_before(day: date) -> date:
    """The same day a year earlier; 28 February for the 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day - timedelta(days=366)


def midnight(day: date) -> datetime:
    """The first instant of the clinic's day."""
    return clock.day_bounds(day)[0]
