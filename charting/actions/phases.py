"""The phases of a plan and the case: planned, started, paused, finished, reopened. The record follows."""

from datetime import date
from typing import Any

from accounts.models import User
from accounts.permissions import Permission, require
from charting.actions.care import open_phase, set_care
from charting.actions.present import check_present
from charting.models import Phase, Plan
from charting.rules import cases, plans
from charting.rules.cases import PhaseState
from charting.rules.events import Event
from core import audit, clock
from core.actions import audited
from core.errors import Stale
from patients import actions as patients_actions
from patients.holding import hold
from patients.models import Patient
from patients.rules import CareStatus, check_not_future, check_order


@audited
def add_phase(*, by: User, plan: Plan, kind: str, estimated_months: int | None = None) -> Phase:
    """Plan a phase after the others. Raises Refused (`phase_order`, `out_of_range`)."""
    require(by, Permission.CHART_DRAFT)
    patient = plan.patient
    hold(patient)
    check_present(plan)
    plans.check_months(estimated_months)
    others = list(Phase.objects.filter(plan_id=plan.pk))  # read-scope: the person sees the patient
    standing = [phase for phase in others if phase.state != PhaseState.STOPPED]
    before = standing[-1].kind if standing else _last_begun(patient)
    cases.check_follows(before, kind)
    made = Phase.objects.create(
        patient=patient,
        plan=plan,
        by=by,
        kind=kind,
        position=len(others),
        estimated_months=estimated_months,
        first_estimate=estimated_months,
    )
    changes = audit.snapshot(made, "kind", "estimated_months")
    audit.record(by, Event.PHASE_ADDED, made, patient_id=patient.pk, changes=changes)
    return made


@audited
def estimate_phase(*, by: User, phase: Phase, version: int, estimated_months: int | None) -> Phase:
    """Say anew how long it takes; the first estimate stays. Raises Refused, Stale."""
    require(by, Permission.CHART_DRAFT)
    hold(phase.patient)
    check_present(phase.plan)
    _check_version(phase, version)
    plans.check_months(estimated_months)
    first = plans.first_estimate(phase.first_estimate, estimated_months)
    changes = phase.change(estimated_months=estimated_months, first_estimate=first)
    if not changes:
        audit.no_change(by, Event.PHASE_CHANGED, phase)
        return phase
    audit.record(by, Event.PHASE_CHANGED, phase, patient_id=phase.patient_id, changes=changes)
    if phase.state == PhaseState.RUNNING:
        _follow(by, phase)
    return phase


@audited
def move_phase(*, by: User, phase: Phase, version: int, to: str, on: date) -> Phase:
    """Start, pause, resume, finish, stop or reopen it on that day; the record's care follows.

    Raises Refused (`status_conflict` with the present state, `phase_order`, `in_the_future`), Stale.
    """
    require(by, Permission.CHART_SIGN)
    patient = phase.patient
    hold(patient)
    check_present(phase.plan)
    _check_version(phase, version)
    cases.check_phase(phase.state, to)
    check_not_future(on, clock.today(), "on")
    was = phase.state
    if to == PhaseState.RUNNING and was != PhaseState.PAUSED:
        cases.check_alone(open_phase(patient))
    if was == PhaseState.PLANNED and to == PhaseState.RUNNING:
        cases.check_follows(_last_begun(patient), phase.kind)
    changes = phase.change(state=to, **_dates(phase, to, on))
    audit.record(by, Event.PHASE_MOVED, phase, patient_id=patient.pk, changes=changes)
    if was != PhaseState.PLANNED or to == PhaseState.RUNNING:  # one that never began says nothing about the patient
        _follow(by, phase)
    return phase


@audited
def move_case(*, by: User, patient: Patient, version: int, to: str) -> Patient:
    """Take the case a step on where no phase leads it; leaving (transferred, dismissed) stops the open phase.

    Raises Refused (`status_conflict` with the present status), Stale.
    """
    require(by, Permission.CHART_SIGN)
    hold(patient)
    if patient.version != version:
        raise Stale
    cases.check_case(patient.care_status, to)
    cases.check_led(to, open_phase(patient))
    # read-scope: of a patient whom the person may see
    for phase in Phase.objects.of(patient).filter(state__in=list(cases.OPEN)):
        changes = phase.change(state=PhaseState.STOPPED, ended_on=clock.today())
        audit.record(by, Event.PHASE_MOVED, phase, patient_id=patient.pk, changes=changes)
    treated = to in {CareStatus.ACTIVE, CareStatus.PAUSED}
    fields = {"care_status": to, "care_phase": patient.care_phase if treated else ""}
    return patients_actions.change(by=by, patient=patient, version=version, fields=fields)


def _follow(by: User, phase: Phase) -> None:
    patient = phase.patient
    if phase.state in cases.OPEN:
        status, care_phase = cases.care_of(phase.kind, phase.state)
    else:
        rows = Phase.objects.filter(plan_id=phase.plan_id, state=PhaseState.PLANNED)  # read-scope: the same plan
        goes_on = any(cases.is_treatment(row.kind) for row in rows)
        status, care_phase = cases.care_after(phase.kind, patient.care_status, goes_on=goes_on)
    set_care(by, patient, status, care_phase, phase)


def _dates(phase: Phase, to: str, on: date) -> dict[str, Any]:
    """What the step notes; a reopened phase keeps the day it was finished."""
    if to in {PhaseState.FINISHED, PhaseState.STOPPED}:
        check_order(phase.started_on, on, "on")
        return {"ended_on": on}
    if to == PhaseState.RUNNING and phase.state == PhaseState.PLANNED:
        return {"started_on": on}
    if to == PhaseState.RUNNING and phase.state == PhaseState.FINISHED:
        return {"reopened_at": clock.now()}
    return {}


def _last_begun(patient: Patient) -> str:
    """The kind of the phase that began last and was not given up, of this plan or an earlier one; "" if none."""
    # read-scope: of a patient whom the person may see
    rows = Phase.objects.of(patient).exclude(state__in=[PhaseState.PLANNED, PhaseState.STOPPED])
    begun = sorted(rows, key=lambda phase: (phase.started_on or date.min, phase.created_at, phase.pk))
    return begun[-1].kind if begun else ""


def _check_version(phase: Phase, version: int) -> None:
    if phase.version != version:
        raise Stale
