"""What the phase under way says about the patient is kept in the record, where the desk's lists look."""

from typing import Any

from accounts.models import User
from charting.models import Phase, Plan
from charting.rules import cases, plans
from charting.rules.cases import PhaseState
from patients import actions as patients_actions
from patients.models import Patient
from patients.rules import CareStatus


def open_phase(patient: Patient, *, besides: str = "") -> str:
    """The kind of the phase that runs or is paused; "" while none is."""
    # read-scope: of a patient whom the person may see
    rows = Phase.objects.of(patient).filter(state__in=list(cases.OPEN))
    return next((phase.kind for phase in rows if phase.pk != besides), "")


def lead_care(by: User, plan: Plan) -> None:
    """The estimate has changed: the record's estimated completion follows the phase of treatment under way."""
    # read-scope: of a plan that the person may see
    for phase in Phase.objects.filter(plan_id=plan.pk, state__in=list(cases.OPEN)):
        phase.plan = plan
        if estimate := _estimate(phase):
            patients_actions.change(by=by, patient=plan.patient, fields=estimate)


def set_care(by: User, patient: Patient, status: CareStatus, care_phase: str, phase: Phase | None = None) -> None:
    """Write status, phase, start and estimate into the record. Raises Refused (`status_conflict`).

    The start of the case is that of its first phase and stays.
    """
    if patient.care_status != status:
        cases.check_case(patient.care_status, status)
    fields: dict[str, Any] = {"care_status": status, "care_phase": care_phase}
    if phase is not None and phase.state == PhaseState.RUNNING and cases.is_treatment(phase.kind):
        fields["care_started_on"] = patient.care_started_on or phase.started_on
        fields |= _estimate(phase)
    patients_actions.change(by=by, patient=patient, fields=fields)


def _estimate(phase: Phase) -> dict[str, Any]:
    months = phase.estimated_months or phase.plan.estimated_months
    if not months or phase.started_on is None or not cases.is_treatment(phase.kind):
        return {}
    return {"estimated_completion_on": plans.estimated_end(phase.started_on, months)}
