"""Phases of the plan and the case: planned, moved along."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow, me
from accounts.permissions import Permission
from charting.actions import phases as actions
from charting.forms.plans import CaseStepForm, EstimateForm, PhaseForm, PhaseStepForm
from charting.models import Phase
from charting.views.plans import form_page, plan_or_404, posted, step
from charting.views.shell import chart_or_404
from core.errors import NotFound
from patients.models import Patient
from patients.rules import CareStatus


@allow(Permission.CHART_DRAFT)
def phase_new(request: HttpRequest, pk: str, plan: str) -> HttpResponse:
    """Plan a phase."""
    patient = chart_or_404(request, pk)
    found = plan_or_404(request, patient, plan)

    def work(data: dict[str, Any]) -> Phase:
        return actions.add_phase(by=me(request), plan=found, **data)

    return form_page(request, patient, PhaseForm(posted(request)), _("Plan a phase"), work)


@allow(Permission.CHART_DRAFT)
def phase_edit(request: HttpRequest, pk: str, phase: str) -> HttpResponse:
    """Say anew how long a phase takes."""
    patient = chart_or_404(request, pk)
    found = _phase(request, patient, phase)
    initial = {"estimated_months": found.estimated_months, "version": found.version}
    form = EstimateForm(posted(request), initial=initial)

    def work(data: dict[str, Any]) -> Phase:
        months = data["estimated_months"]
        return actions.estimate_phase(by=me(request), phase=found, version=form.seen, estimated_months=months)

    return form_page(request, patient, form, _("Estimate of “%(phase)s”") % {"phase": found}, work)


@allow(Permission.CHART_SIGN)
@require_POST
def phase_step(request: HttpRequest, pk: str, phase: str) -> HttpResponse:
    """Start, pause, resume, finish, stop, reopen."""
    patient = chart_or_404(request, pk)
    found = _phase(request, patient, phase)
    form = PhaseStepForm(request.POST)

    def work(data: dict[str, Any]) -> Phase:
        return actions.move_phase(by=me(request), phase=found, version=form.seen, to=data["to"], on=data["on"])

    return step(request, patient, form, work, _("“%(phase)s” has been moved on.") % {"phase": found})


@allow(Permission.CHART_SIGN)
@require_POST
def case_step(request: HttpRequest, pk: str) -> HttpResponse:
    """Take the case a step on."""
    patient = chart_or_404(request, pk)
    form = CaseStepForm(request.POST)

    def work(data: dict[str, Any]) -> Patient:
        return actions.move_case(by=me(request), patient=patient, version=form.seen, to=data["to"])

    wanted = request.POST.get("to", "")
    label = CareStatus(wanted).label if wanted in CareStatus.values else ""
    return step(request, patient, form, work, _("The case is now “%(status)s”.") % {"status": label})


def _phase(request: HttpRequest, patient: Patient, pk: str) -> Phase:
    """One phase of this chart. Raises NotFound for unknown and foreign ids alike."""
    rows = Phase.objects.visible_to(me(request)).of(patient).filter(pk=pk)
    found: Phase | None = rows.select_related("plan").first()
    if found is None:
        raise NotFound
    found.patient = found.plan.patient = patient
    return found
