"""The timeline and the medical history, below the chart's head."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from charting.card.history import history_of
from charting.models import Visit
from charting.views.shell import chart_or_404, chart_page
from patients import timeline as of_record
from patients.models import MedicalEntry
from patients.views.page import rights

_LOOKED_AT = 200  # entries back, at most, for the last time the history was checked


@allow(Permission.CHART_READ)
@require_safe
def timeline(request: HttpRequest, pk: str) -> HttpResponse:
    """What was found, planned and done; beside it what happened to the record."""
    patient = chart_or_404(request, pk)
    context = {"lines": history_of(patient), "timeline": of_record.of_patient(me(request), patient)}
    return chart_page(request, patient, "timeline", "charting/record/timeline.html", context)


@allow(Permission.CHART_READ)
@require_safe
def medical(request: HttpRequest, pk: str) -> HttpResponse:
    """The medical history, and when it was checked last."""
    patient = chart_or_404(request, pk)
    rows = MedicalEntry.objects.visible_to(me(request)).filter(patient_id=patient.pk)
    entries = sorted(rows, key=lambda entry: (not entry.is_running, not entry.critical))
    visits = Visit.objects.visible_to(me(request)).of(patient).latest_first().select_related("by__profile")
    checked = next((visit for visit in visits[:_LOOKED_AT] if visit.history_checked), None)
    context = {"entries": entries, "may": rights(me(request)), "checked": checked}
    return chart_page(request, patient, "medical", "charting/record/medical.html", context)
