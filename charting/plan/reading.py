"""The present plan with its options, phases and signed consents: four queries, whatever the history."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from django.utils.translation import gettext_lazy as _

from appointments.schedule.reading import with_profile
from charting.models import Phase, Plan, PlanOption, SignedConsent
from charting.rules import cases, signatures
from charting.rules.cases import PhaseState
from charting.rules.notation import Notation, shown
from charting.rules.teeth import TEETH
from core.errors import Text
from patients.models import Patient
from patients.rules import CareStatus

_S = PhaseState
_BUTTONS: Final[dict[tuple[str, str], Text]] = {
    (_S.PLANNED, _S.RUNNING): _("Start"),
    (_S.PLANNED, _S.STOPPED): _("Drop"),
    (_S.RUNNING, _S.PAUSED): _("Pause"),
    (_S.RUNNING, _S.FINISHED): _("Finish"),
    (_S.RUNNING, _S.STOPPED): _("Stop early"),
    (_S.PAUSED, _S.RUNNING): _("Resume"),
    (_S.PAUSED, _S.FINISHED): _("Finish"),
    (_S.PAUSED, _S.STOPPED): _("Stop early"),
    (_S.FINISHED, _S.RUNNING): _("Reopen"),
}
_TONES: Final = {_S.RUNNING: "green", _S.PAUSED: "amber", _S.STOPPED: "grey", _S.FINISHED: "blue"}


@dataclass(frozen=True)
class PhaseRow:
    """One phase and the steps that its state allows."""

    phase: Phase

    @property
    def steps(self) -> list[tuple[str, Text]]:
        """Where it can go, with the word on the button."""
        allowed = cases.PHASE_STEPS[PhaseState(self.phase.state)]
        return [(to, _BUTTONS[self.phase.state, to]) for to in PhaseState if to in allowed]

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        return _TONES.get(PhaseState(self.phase.state), "grey")


class PlanPage:
    """What the tab shows; `plan` chooses an earlier one, else it is the present one."""

    def __init__(self, patient: Patient, notation: str = Notation.FDI, plan: str = "") -> None:
        self.patient, self._notation = patient, Notation(notation)
        # read-scope: the chart was opened by somebody who may
        self._plans = list(Plan.objects.of(patient).select_related("by__profile"))
        wanted = [row for row in self._plans if (row.pk == plan if plan else row.is_current)]
        self.plan: Plan | None = wanted[0] if wanted else None
        if self.plan:
            self.plan.patient = patient
            with_profile(self.plan.by)

    @property
    def earlier(self) -> list[Plan]:
        """The other plans, newest first."""
        return [row for row in self._plans if row != self.plan]

    @cached_property
    def options(self) -> list[PlanOption]:
        """In the order in which they were presented."""
        # read-scope: of a plan that was read above
        return list(PlanOption.objects.filter(plan_id=self.plan.pk)) if self.plan else []

    @property
    def chosen(self) -> PlanOption | None:
        """The option that is taken."""
        return next((option for option in self.options if option.is_chosen), None)

    @cached_property
    def phases(self) -> list[PhaseRow]:
        """In their order."""
        # read-scope: of a plan that was read above
        return [PhaseRow(phase) for phase in Phase.objects.filter(plan_id=self.plan.pk)] if self.plan else []

    @cached_property
    def consents(self) -> list[SignedConsent]:
        """Newest first."""
        # read-scope: of a plan that was read above
        rows = SignedConsent.objects.filter(plan_id=self.plan.pk) if self.plan else SignedConsent.objects.none()
        return list(rows.select_related("consent"))

    @property
    def consent_is_older(self) -> bool:
        """Whether another option was chosen, or its words changed, after the last signature."""
        return bool(self.chosen and self.consents and self.chosen.updated_at > self.consents[0].created_at)

    @property
    def extractions(self) -> list[str]:
        """The teeth as the clinic writes them."""
        return written(self.plan.extractions, self._notation) if self.plan else []

    @property
    def case_steps(self) -> list[CareStatus]:
        """Where the case can go by itself: with a phase under way it can only leave."""
        allowed = cases.CASE_STEPS[CareStatus(self.patient.care_status)]
        if any(row.phase.state in cases.OPEN for row in self.phases):
            allowed = allowed & {CareStatus.TRANSFERRED_OUT, CareStatus.DISMISSED}
        return [status for status in CareStatus if status in allowed]


def written(codes: str, notation: str) -> list[str]:
    """FDI codes with commas as the clinic writes them."""
    return [shown(TEETH[code], Notation(notation)) for code in codes.split(",") if code in TEETH]


def is_intact(signed: SignedConsent) -> bool:
    """Whether the words still have the hash that was signed."""
    return signatures.hash_of(signed.text) == signed.text_hash
