"""The days of one case that its chart tells of: examined, presented, begun, ended, and the visits between."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from accounts.models import User
from appointments.models import AppointmentType
from appointments.rules import Status
from charting.rules.plans import whole_months
from clinic.demo.care import STARTS
from clinic.demo.chronicle import Entry
from clinic.demo.families import Case
from core import clock
from patients.models import Patient
from patients.rules import CarePhase, CareStatus

_S = CareStatus
_DAY: Final = timedelta(days=1)
# Treatment goes on, or is looked after: these have a plan, whatever the years.
IN_TREATMENT: Final = frozenset({_S.ACTIVE, _S.PAUSED, _S.DEBONDED, _S.RETENTION})
FINISHED: Final = frozenset({_S.DEBONDED, _S.RETENTION, _S.RELEASED})
LEFT: Final = frozenset({_S.TRANSFERRED_OUT, _S.DISMISSED})
_CHECKS: Final = ("ADJ", "ADJL", "ALC", "OBS")


@dataclass
class Story:
    """One case; `kept` are the days of its completed visits by type, the first one first."""

    case: Case
    now: datetime
    kept: dict[str, list[date]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        # Of the person, so that a chart says the same in every clinic that is made with one seed.
        self.rng = Random(f"chart/{self.patient.name}/{self.patient.birth_date}")  # noqa: S311 - guards nothing

    @property
    def patient(self) -> Patient:
        """Whose chart."""
        return self.case.patient

    @property
    def status(self) -> CareStatus:
        """Where the case stands."""
        return self.case.standing[0]

    @property
    def phase(self) -> CarePhase | None:
        """What is, or was, done."""
        return self.case.standing[1]

    @property
    def doctor(self) -> User:
        """Who treats."""
        assert self.case.doctor is not None  # chosen before any visit is planned
        return self.case.doctor

    @property
    def today(self) -> date:
        """On the clinic's wall."""
        return clock.wall(self.now).date()

    @property
    def begun(self) -> date | None:
        """When treatment started."""
        return self.patient.care_started_on

    @property
    def has_plan(self) -> bool:
        """In treatment, about to start, or treated not so long ago that no visit tells of it."""
        if self.begun is None:
            return self.status is _S.READY and self.examined is not None
        return self.status in IN_TREATMENT or bool(self.kept)

    @property
    def examined(self) -> date | None:
        """When the doctor looked first; None for whom nobody has seen."""
        if self.kept["NPE"]:
            return self.kept["NPE"][0]
        if self.begun:
            return self.begun - 49 * _DAY
        seen = [day for days in self.kept.values() for day in days]
        return min(seen, default=None)

    @property
    def presented(self) -> date | None:
        """When the plan was talked about."""
        if self.kept["CONS"]:
            return self.kept["CONS"][0]
        return self.begun - 21 * _DAY if self.begun else self.examined

    @property
    def ended(self) -> date | None:
        """When the appliances came off, or the patient left; None while treatment goes on."""
        if self.begun is None or self.status not in FINISHED | LEFT:
            return None
        if self.status in LEFT:
            return max([*self.checks[-1:], self.begun])
        day = self._debonded or self.patient.estimated_completion_on or self.today
        return min(max(day, self.begun + 30 * _DAY), self.today - _DAY)

    @property
    def _debonded(self) -> date | None:
        for code, weeks in (("DEB", 0), ("RETD", 1), ("RETC", 5)):
            if self.kept[code]:
                return self.kept[code][0] - timedelta(weeks=weeks)
        return None

    @property
    def checks(self) -> list[date]:
        """Visits at which treatment went on."""
        return sorted(day for code in _CHECKS for day in self.kept[code])

    @property
    def months(self) -> int:
        """How long it was meant to take."""
        last = self.patient.estimated_completion_on
        return max(1, whole_months(self.begun, last)) if last and self.begun else 18

    def chance(self, share: float) -> bool:
        """Some have it; the people everybody meets first have everything."""
        return self.rng.random() < share or self.case.is_reliable

    def at(self, day: date, hour: int = 12) -> datetime:
        """When that was written; never after now."""
        return min(clock.at(day, time(hour)), self.now)


def stories(
    cases: Iterable[Case], entries: Iterable[Entry], types: Iterable[AppointmentType], now: datetime
) -> list[Story]:
    """One for each case."""
    codes = {row.pk: row.code for row in types}
    told = {case.patient.pk: Story(case, now) for case in cases}
    for visit in sorted((entry.appointment for entry in entries), key=lambda row: row.start):
        if visit.status == Status.COMPLETED and visit.end < now:
            told[visit.patient_id].kept[codes[visit.type_id]].append(clock.wall(visit.start).date())
    return list(told.values())


def first_start(story: Story) -> date | None:
    """The visit at which it began, or the day on the record."""
    days = [day for code in STARTS for day in story.kept[code]]
    return min([*days, *([story.begun] if story.begun else [])], default=None)
