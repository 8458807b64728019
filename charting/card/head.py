"""Where the patient stands, in three seconds: the head of every page of the chart, in a constant number of queries."""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from accounts.models import User
from charting.card.recent import Recent
from charting.models import AlignerSeries, WireChange, change_of
from charting.rules import aligners, plans
from charting.rules.allergies import Allergen, named_in
from charting.rules.wires_in_mouth import ChangeKind, InMouth, wires_now
from core import clock
from patients.models import MedicalEntry, Patient
from patients.rules import CareStatus

_UNDER_TREATMENT: Final = (CareStatus.ACTIVE, CareStatus.PAUSED)


@dataclass(frozen=True)
class AlignersNow:
    """The aligner worn today, as far as it can be told."""

    tray: int
    of: int
    ends_on: date
    tracking: str


class ChartHead:
    """What the head shows."""

    def __init__(self, by: User, patient: Patient, recent: Recent | None = None) -> None:
        self._recent = recent or Recent.page(by, patient)
        self.patient, self.facts, self.today = patient, self._recent.facts, clock.today()
        # read-scope: the chart was opened by somebody who may; critical entries are for everybody at the clinic
        entries = MedicalEntry.objects.filter(patient_id=patient.pk, archived_at=None)
        self.critical = list(entries.critical().running())
        self.wires, self.elastics = self._recent.wires, self._recent.worn

    @property
    def progress(self) -> plans.Progress | None:
        """Month X of about N while teeth are moved, as the record's care says; the phase of the plan keeps that."""
        if self.patient.care_status not in _UNDER_TREATMENT:
            return None
        started, ends = self.patient.care_started_on, self.patient.estimated_completion_on
        if started is None or ends is None or ends <= started:
            return None
        return plans.progress(started, max(1, plans.whole_months(started, ends)), self.today)

    @property
    def hygiene(self) -> list[str]:
        """The last five, oldest first: "good", "fair", "poor"."""
        return [visit.hygiene for visit in self._recent.visits if visit.hygiene][:5][::-1]

    @property
    def next_step(self) -> str:
        """What was planned last for the visit to come."""
        return next((visit.plan for visit in self._recent.visits if visit.plan), "")

    @cached_property
    def allergens(self) -> frozenset[Allergen]:
        """What the patient must not be given, as far as the alerts name it."""
        return named_in([*(entry.description for entry in self.critical), *self.patient.alerts])

    @cached_property
    def aligners(self) -> AlignersNow | None:
        """The series under way."""
        if not self.facts.has_aligners:
            return None
        # read-scope: the chart was opened by somebody who may
        rows = AlignerSeries.objects.of(self.patient).filter(ended_on=None)
        row = rows.order_by("-started_on", "-id").first()
        if row is None:
            return None
        series, begun = row.as_series(), row.verified_on or row.started_on
        worn = aligners.worn_now(
            series, verified=row.verified, verified_on=begun, delivered=row.delivered, today=self.today
        )
        end = aligners.projected_end(series, worn, self.today)
        return AlignersNow(worn.tray, series.last, end, row.get_tracking_display())

    @cached_property
    def fingerprint(self) -> str:
        """Changes with the alerts; empty while there are none."""
        words = [f"{entry.pk}/{entry.version}" for entry in self.critical] + list(self.patient.alerts)
        return hashlib.sha256("\n".join(words).encode()).hexdigest() if words else ""

    @property
    def must_read_alerts(self) -> bool:
        """Whether this person has not yet read today what the alerts say now."""
        return bool(self.fingerprint) and self.facts.alerts_read != self.fingerprint


def wires_in_mouth(patient: Patient, *, besides: str = "") -> tuple[InMouth, ...]:
    """The wires that are in now; `besides` leaves out what one entry did, to say what was there before it."""
    # read-scope: of a patient whom the person may see
    rows = WireChange.objects.of(patient).exclude(kind=ChangeKind.RETIED)
    return wires_now(change_of(**row) for row in rows.told() if row["visit_id"] != besides)
