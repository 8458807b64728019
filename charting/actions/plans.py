"""Diagnosis and plan: problems, aims, options, and the one that was chosen. A new plan replaces the one before."""

from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from charting.actions.care import lead_care, open_phase
from charting.actions.present import check_present
from charting.models import Plan, PlanOption
from charting.rules import cases, plans
from charting.rules.events import Event
from charting.rules.teeth import tooth
from charting.rules.visits import NOTE_LENGTH, check_length
from core import audit, clock
from core.actions import audited
from core.errors import Refused, Stale
from patients.holding import hold
from patients.models import Patient
from patients.rules import check_not_future

PLAN_FIELDS: Final = ("on", "problems", "aims", "appliances", "extractions", "estimated_months")
OPTION_FIELDS: Final = ("title", "text", "fee", "months")
_TOLD: Final = ("on", "appliances", "extractions", "estimated_months")
_LENGTHS: Final = {"problems": NOTE_LENGTH, "aims": NOTE_LENGTH, "appliances": 500, "text": NOTE_LENGTH, "fee": 100}


@audited
def add_plan(*, by: User, patient: Patient, **fields: Any) -> Plan:
    """Write a plan; the one before is kept as an earlier one. Raises Refused (`status_conflict` while a phase is open).

    `fields`: any of PLAN_FIELDS; `extractions` are FDI codes with commas.
    """
    require(by, Permission.CHART_DRAFT)
    hold(patient)
    _check_plan(fields)
    cases.check_alone(open_phase(patient))
    # read-scope: the person sees the patient
    for before in Plan.objects.of(patient).filter(is_current=True):
        changes = before.change(is_current=False)
        audit.record(by, Event.PLAN_CHANGED, before, patient_id=patient.pk, changes=changes)
    made = Plan.objects.create(patient=patient, by=by, first_estimate=fields.get("estimated_months"), **fields)
    changes = audit.snapshot(made, *_TOLD)
    audit.record(by, Event.PLAN_ADDED, made, patient_id=patient.pk, changes=changes)
    return made


@audited
def change_plan(*, by: User, plan: Plan, version: int, **fields: Any) -> Plan:
    """Write what differs; the first estimate stays as it was given. Raises Refused, Stale."""
    require(by, Permission.CHART_DRAFT)
    _hold(plan)
    _check_version(plan, version)
    _check_plan(fields)
    if "estimated_months" in fields:
        fields["first_estimate"] = plans.first_estimate(plan.first_estimate, fields["estimated_months"])
    changes = plan.change(**fields)
    if not changes:
        audit.no_change(by, Event.PLAN_CHANGED, plan)
        return plan
    audit.record(by, Event.PLAN_CHANGED, plan, patient_id=plan.patient_id, changes=changes)
    lead_care(by, plan)
    return plan


@audited
def add_option(
    *, by: User, plan: Plan, title: str, text: str = "", fee: str = "", months: int | None = None
) -> PlanOption:
    """Present a way to treat. Raises Refused."""
    require(by, Permission.CHART_DRAFT)
    _hold(plan)
    fields = {"title": title.strip(), "text": text, "fee": fee.strip(), "months": months}
    _check_option(fields)
    # read-scope: the person sees the patient
    position = PlanOption.objects.filter(plan_id=plan.pk).count()
    made = PlanOption.objects.create(patient_id=plan.patient_id, plan=plan, by=by, position=position, **fields)
    changes = audit.snapshot(made, "title", "fee", "months")
    audit.record(by, Event.OPTION_ADDED, made, patient_id=plan.patient_id, changes=changes)
    return made


@audited
def change_option(*, by: User, option: PlanOption, version: int, **fields: Any) -> PlanOption:
    """Write what differs. What was signed keeps its own words. Raises Refused, Stale."""
    require(by, Permission.CHART_DRAFT)
    _hold(option.plan)
    _check_version(option, version)
    _check_option(fields)
    changes = option.change(**fields)
    if changes:
        audit.record(by, Event.OPTION_CHANGED, option, patient_id=option.patient_id, changes=changes)
    else:
        audit.no_change(by, Event.OPTION_CHANGED, option)
    return option


@audited
def choose_option(*, by: User, option: PlanOption, version: int) -> PlanOption:
    """This way is taken; its months become the estimate of a plan that has none. Raises Refused, Stale."""
    require(by, Permission.CHART_SIGN)
    plan = option.plan
    _hold(plan)
    _check_version(option, version)
    if option.is_chosen:
        audit.no_change(by, Event.OPTION_CHOSEN, option)
        return option
    # read-scope: the person sees the patient
    for other in PlanOption.objects.filter(plan_id=plan.pk, is_chosen=True):
        changes = other.change(is_chosen=False)
        audit.record(by, Event.OPTION_CHOSEN, other, patient_id=plan.patient_id, changes=changes)
    changes = option.change(is_chosen=True)
    audit.record(by, Event.OPTION_CHOSEN, option, patient_id=plan.patient_id, changes=changes)
    if option.months and plan.estimated_months is None:
        first = plans.first_estimate(plan.first_estimate, option.months)
        changes = plan.change(estimated_months=option.months, first_estimate=first)
        audit.record(by, Event.PLAN_CHANGED, plan, patient_id=plan.patient_id, changes=changes)
        lead_care(by, plan)
    return option


def _hold(plan: Plan) -> None:
    hold(plan.patient)
    check_present(plan)


def _check_version(row: Plan | PlanOption, version: int) -> None:
    if row.version != version:
        raise Stale


def _check_plan(fields: dict[str, Any]) -> None:
    check_not_future(fields.get("on"), clock.today(), "on")
    plans.check_months(fields.get("estimated_months"))
    for code in filter(None, fields.get("extractions", "").split(",")):
        tooth(code, field="extractions")
    _check_lengths(fields)


def _check_option(fields: dict[str, Any]) -> None:
    if "title" in fields and not fields["title"]:
        raise Refused(_("Say what the option is."), code="invalid", field="title")
    plans.check_months(fields.get("months"), field="months")
    _check_lengths(fields)


def _check_lengths(fields: dict[str, Any]) -> None:
    for name, most in _LENGTHS.items():
        check_length(fields.get(name, ""), name, most)
