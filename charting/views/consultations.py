"""Consultations: the talk with a new patient, and the presentation of a case."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from charting.actions import consultations as actions
from charting.forms.consultations import ConsultationForm
from charting.models import Consultation
from charting.plan.consultations import rows_of
from charting.plan.reading import PlanPage
from charting.plan.words import fees_shown, options_presented
from charting.views.plans import posted
from charting.views.shell import chart_or_404, chart_page
from core.errors import NotFound
from patients.models import Patient


@allow(Permission.CHART_READ)
@require_safe
def consultation_list(request: HttpRequest, pk: str) -> HttpResponse:
    """All of them, newest first."""
    patient = chart_or_404(request, pk)
    context = {"rows": rows_of(patient)}
    return chart_page(request, patient, "consultations", "charting/consultations/list.html", context)


@allow(Permission.CHART_DRAFT)
def consultation_new(request: HttpRequest, pk: str) -> HttpResponse:
    """Note a consultation; `?case=1` presents the case: it begins with the options of the present plan."""
    patient = chart_or_404(request, pk)
    page = PlanPage(patient) if request.GET.get("case") else None
    plan = page.plan if page else None
    by = me(request)
    initial: dict[str, Any] = {"doctor": by.pk if by.may(Permission.CHART_SIGN) else patient.treating_doctor_id}
    if page:
        initial |= {"options": options_presented(page.options), "fee": fees_shown(page.options)}
    form = ConsultationForm(posted(request), initial=initial)

    def work(data: dict[str, Any]) -> Consultation:
        return actions.add_consultation(by=by, patient=patient, plan=plan, **form.typed(data))

    title = _("Case presentation") if plan else _("New consultation")
    return _form(request, patient, form, title, work)


@allow(Permission.CHART_DRAFT)
def consultation_edit(request: HttpRequest, pk: str, consultation: str) -> HttpResponse:
    """Correct a consultation."""
    patient = chart_or_404(request, pk)
    found = Consultation.objects.visible_to(me(request)).of(patient).filter(pk=consultation).first()
    if found is None:
        raise NotFound
    found.patient = patient
    initial = {name: getattr(found, name) for name in (*actions.FIELDS, "version") if name != "doctor"}
    initial["doctor"] = found.doctor_id
    form = ConsultationForm(posted(request), initial=initial, present_doctor=found.doctor_id)

    def work(data: dict[str, Any]) -> Consultation:
        return actions.change_consultation(by=me(request), consultation=found, version=form.seen, **form.typed(data))

    title = _("Case presentation") if found.plan_id else _("Consultation")
    return _form(request, patient, form, title, work)


def _form(request: HttpRequest, patient: Patient, form: ConsultationForm, title: str, work: Any) -> HttpResponse:
    if request.method == "POST" and form.submit(work) is not None:
        messages.success(request, _("Saved."))
        return redirect("charting:consultations", patient.pk)
    context = {"form": form, "form_title": title}
    return chart_page(
        request, patient, "consultations", "charting/consultations/form.html", context, status=form.status
    )
