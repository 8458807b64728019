"""The chart on paper: a summary that prints, and the same as a PDF."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments.paper import pdf
from appointments.paper.answers import saved
from charting.card.head import ChartHead
from charting.card.recent import Recent
from charting.card.rows import rows_of
from charting.card.wear import Wear
from charting.rules.visits import RowState
from charting.views.shell import chart_or_404, chart_page
from core import clock
from patients.models import Patient


@allow(Permission.CHART_READ)
@require_safe
def summary(request: HttpRequest, pk: str) -> HttpResponse:
    """Where the patient stands and what was done lately, ready to be printed."""
    patient = chart_or_404(request, pk)
    context = _summary(request, patient) | {"has_pdf": pdf.is_possible()}
    return chart_page(request, patient, "card", "charting/paper/summary.html", context)


@allow(Permission.CHART_READ)
@require_safe
def summary_pdf(request: HttpRequest, pk: str) -> HttpResponse:
    """The same as a file; without Pango the page that prints."""
    patient = chart_or_404(request, pk)
    page = pdf.document("charting/paper/_summary.html", title=_("Summary of the chart"), **_summary(request, patient))
    try:
        return saved(pdf.make(page), pdf.TYPE, "chart.pdf")
    except pdf.NoPdf:
        return redirect("charting:summary", patient.pk)


def _summary(request: HttpRequest, patient: Patient) -> dict[str, Any]:
    recent = Recent.page(me(request), patient)
    rows = [row for row in rows_of(recent) if row.visit.state != RowState.DRAFT]
    head = ChartHead(me(request), patient, recent)
    values = {"patient": patient, "rows": rows, "more": recent.more, "head": head}
    return values | {"wear": Wear(patient), "today": clock.today()}
