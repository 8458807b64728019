"""Consent: read, changed if need be, signed on screen; afterwards shown and printed, never changed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments.paper import pdf
from appointments.paper.answers import saved
from appointments.schedule.reading import with_profile
from charting.actions import consents as actions
from charting.forms.plans import ConsentForm
from charting.models import ChartSettings, SignedConsent
from charting.plan.reading import PlanPage, is_intact
from charting.plan.words import consent_words
from charting.rules import signatures
from charting.views.plans import plan_or_404, posted
from charting.views.shell import chart_or_404, chart_page
from core.errors import NotFound
from patients.models import Patient


@allow(Permission.CHART_DRAFT)
def consent_sign(request: HttpRequest, pk: str, plan: str) -> HttpResponse:
    """Let the patient or a parent sign; the words begin with the option that was chosen."""
    patient = chart_or_404(request, pk)
    found = plan_or_404(request, patient, plan)
    page = PlanPage(patient, ChartSettings.present().notation, found.pk)
    option, by = page.chosen, me(request)
    if option is None:
        messages.warning(request, _("Choose an option first: that is what is agreed to."))
        return redirect("charting:plan", patient.pk)
    words = consent_words(patient.name, found, option, page.extractions)
    form = ConsentForm(posted(request), initial={"text": words, "version": found.version})

    def work(data: dict[str, Any]) -> SignedConsent:
        return actions.sign_consent(by=by, plan=found, version=form.seen, **form.typed(data))

    made = form.submit(work) if request.method == "POST" else None
    if made is not None:
        messages.success(request, _("The consent is signed."))
        return redirect("charting:consent", patient.pk, made.pk)
    context = {"form": form, "width": signatures.WIDTH, "height": signatures.HEIGHT}
    return chart_page(request, patient, "plan", "charting/plan/consent.html", context, status=form.status)


@allow(Permission.CHART_READ)
@require_safe
def consent(request: HttpRequest, pk: str, consent: str) -> HttpResponse:
    """What was signed, ready to be printed."""
    patient = chart_or_404(request, pk)
    context = _signed(request, patient, consent) | {"has_pdf": pdf.is_possible()}
    return chart_page(request, patient, "plan", "charting/plan/signed.html", context)


@allow(Permission.CHART_READ)
@require_safe
def consent_pdf(request: HttpRequest, pk: str, consent: str) -> HttpResponse:
    """The same as a file to be handed out; without Pango the page that prints."""
    patient = chart_or_404(request, pk)
    values = _signed(request, patient, consent) | {"patient": patient}
    page = pdf.document("charting/plan/_signed.html", title=_("Consent to treatment"), **values)
    try:
        return saved(pdf.make(page), pdf.TYPE, "consent.pdf")
    except pdf.NoPdf:
        return redirect("charting:consent", patient.pk, consent)


def _signed(request: HttpRequest, patient: Patient, pk: str) -> dict[str, Any]:
    """What the paper says. Raises NotFound for unknown and foreign ids alike."""
    rows = SignedConsent.objects.visible_to(me(request)).of(patient).filter(pk=pk)
    signed = rows.select_related("consent", "by__profile").first()
    if signed is None:
        raise NotFound
    with_profile(signed.by)
    box = {"width": signatures.WIDTH, "height": signatures.HEIGHT}
    return {"signed": signed, "is_intact": is_intact(signed)} | box
