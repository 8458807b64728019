"""Diagnosis and plan: one page, and a form for each thing that is decided."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from charting.actions import plans as actions
from charting.forms.plans import OptionForm, PhaseForm, PlanForm, VersionedForm
from charting.models import ChartSettings, Plan, PlanOption
from charting.plan.reading import PlanPage, written
from charting.views.shell import chart_or_404, chart_page
from core import clock
from core.errors import NotFound, Refused, Text
from core.forms import Form
from patients.models import Patient


@allow(Permission.CHART_READ)
@require_safe
def plan(request: HttpRequest, pk: str) -> HttpResponse:
    """The present plan."""
    return plan_page(request, chart_or_404(request, pk))


@allow(Permission.CHART_READ)
@require_safe
def plan_earlier(request: HttpRequest, pk: str, plan: str) -> HttpResponse:
    """One that was replaced, to be read."""
    patient = chart_or_404(request, pk)
    return plan_page(request, patient, plan_or_404(request, patient, plan))


@allow(Permission.CHART_DRAFT)
def plan_new(request: HttpRequest, pk: str) -> HttpResponse:
    """Write a plan; the present one becomes an earlier one."""
    patient = chart_or_404(request, pk)
    form = PlanForm(posted(request), notation=ChartSettings.present().notation)

    def work(data: dict[str, Any]) -> Plan:
        return actions.add_plan(by=me(request), patient=patient, **form.typed(data))

    return form_page(request, patient, form, _("New plan"), work)


@allow(Permission.CHART_DRAFT)
def plan_edit(request: HttpRequest, pk: str, plan: str) -> HttpResponse:
    """Correct the plan; the first estimate stays beside the present one."""
    patient = chart_or_404(request, pk)
    found, notation = plan_or_404(request, patient, plan), ChartSettings.present().notation
    initial = {name: getattr(found, name) for name in (*actions.PLAN_FIELDS, "version")}
    initial["extractions"] = ", ".join(written(found.extractions, notation))
    form = PlanForm(posted(request), notation=notation, initial=initial)

    def work(data: dict[str, Any]) -> Plan:
        return actions.change_plan(by=me(request), plan=found, version=form.seen, **form.typed(data))

    return form_page(request, patient, form, _("Change the plan"), work)


@allow(Permission.CHART_DRAFT)
def option_new(request: HttpRequest, pk: str, plan: str) -> HttpResponse:
    """Present an option."""
    patient = chart_or_404(request, pk)
    found = plan_or_404(request, patient, plan)
    form = OptionForm(posted(request))

    def work(data: dict[str, Any]) -> PlanOption:
        return actions.add_option(by=me(request), plan=found, **form.typed(data))

    return form_page(request, patient, form, _("New option"), work)


@allow(Permission.CHART_DRAFT)
def option_edit(request: HttpRequest, pk: str, option: str) -> HttpResponse:
    """Correct an option."""
    patient = chart_or_404(request, pk)
    found = _option(request, patient, option)
    initial = {name: getattr(found, name) for name in (*actions.OPTION_FIELDS, "version")}
    form = OptionForm(posted(request), initial=initial)

    def work(data: dict[str, Any]) -> PlanOption:
        return actions.change_option(by=me(request), option=found, version=form.seen, **form.typed(data))

    return form_page(request, patient, form, _("Change the option"), work)


@allow(Permission.CHART_SIGN)
@require_POST
def option_choose(request: HttpRequest, pk: str, option: str) -> HttpResponse:
    """Take this option."""
    patient = chart_or_404(request, pk)
    found = _option(request, patient, option)
    form = VersionedForm(request.POST)

    def work(data: dict[str, Any]) -> PlanOption:
        return actions.choose_option(by=me(request), option=found, version=form.seen)

    return step(request, patient, form, work, _("Chosen: %(option)s") % {"option": found.title})


def plan_page(
    request: HttpRequest, patient: Patient, plan: Plan | None = None, *, status: int = 200, refusal: str = ""
) -> HttpResponse:
    """The tab; `refusal` says why a step was not taken."""
    by = me(request)
    page = PlanPage(patient, ChartSettings.present().notation, plan.pk if plan else "")
    writes = page.plan is not None and page.plan.is_current and not patient.is_archived
    context = {
        "page": page,
        "plan": page.plan,
        "phase_form": PhaseForm(),
        "today": clock.today(),
        "may_change": writes and by.may(Permission.CHART_DRAFT),
        "may_decide": writes and by.may(Permission.CHART_SIGN),
        "refusal": refusal,
    }
    return chart_page(request, patient, "plan", "charting/plan/plan.html", context, status=status)


def plan_or_404(request: HttpRequest, patient: Patient, pk: str) -> Plan:
    """One plan of this chart. Raises NotFound for unknown and foreign ids alike."""
    found: Plan | None = Plan.objects.visible_to(me(request)).of(patient).filter(pk=pk).first()
    if found is None:
        raise NotFound
    found.patient = patient
    return found


def posted(request: HttpRequest) -> Any:
    """What a form is bound to; None shows it empty."""
    return request.POST if request.method == "POST" else None


def form_page(request: HttpRequest, patient: Patient, form: Form, title: Text, work: Any) -> HttpResponse:
    """A form of the plan: shown, or done and back to the plan."""
    if request.method == "POST" and form.submit(work) is not None:
        messages.success(request, _("Saved."))
        return redirect("charting:plan", patient.pk)
    context = {"form": form, "form_title": title}
    return chart_page(request, patient, "plan", "charting/plan/form.html", context, status=form.status)


def step(request: HttpRequest, patient: Patient, form: VersionedForm, work: Any, done: str) -> HttpResponse:
    """A step that a button takes; a refusal is said above the plan, with the status that it has."""
    try:
        if not form.is_valid():
            raise Refused(_("This step is not known."), code="invalid")
        work(form.cleaned_data)
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        # read-scope: the patient is known to be visible; the step may have been tried on an old copy
        present = Patient.objects.get(pk=patient.pk)
        return plan_page(request, present, status=refusal.status, refusal=str(refusal))
    messages.success(request, done)
    return redirect("charting:plan", patient.pk)


def _option(request: HttpRequest, patient: Patient, pk: str) -> PlanOption:
    rows = PlanOption.objects.visible_to(me(request)).of(patient).filter(pk=pk)
    found: PlanOption | None = rows.select_related("plan").first()
    if found is None:
        raise NotFound
    found.plan.patient = patient
    return found
