"""The draft that is being written: saved as it grows, and who else has it open."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from accounts.access import allow, me
from accounts.permissions import Permission
from charting.actions import entries as actions
from charting.card.cautions import warnings_of
from charting.card.head import wires_in_mouth
from charting.card.presence import is_closed, is_open
from charting.forms.entry import EntryForm
from charting.models import Visit
from charting.views.card import entry_or_404
from charting.views.shell import chart_or_404, settings_for
from core.errors import Refused


@allow(Permission.CHART_DRAFT)
@require_POST
def entry_save(request: HttpRequest, pk: str, entry: str) -> HttpResponse:
    """What stands in the form so far. Answers with the new version, or with what cannot be kept as it is."""
    patient = chart_or_404(request, pk)
    visit, by = entry_or_404(request, patient, entry), me(request)
    form = EntryForm(request.POST, settings=settings_for(request))
    before = wires_in_mouth(patient, besides=visit.pk)
    warnings: list[str] = []

    def work(data: dict[str, Any]) -> Visit:
        written = form.entry(data, before)
        warnings.extend(warnings_of(patient, written))
        return actions.write_entry(by=by, visit=visit, entry=written, version=data["version"])

    saved = form.submit(work)
    if saved is None:
        message = next(str(error) for errors in form.errors.values() for error in errors)
        return JsonResponse({"message": message, "code": form.code}, status=form.status)
    return JsonResponse({"version": saved.version, "others": is_open(by, visit), "warnings": warnings})


@allow(Permission.CHART_DRAFT)
@require_POST
def entry_presence(request: HttpRequest, pk: str, entry: str) -> HttpResponse:
    """The page is still open, or (`left`) has been left."""
    visit, by = entry_or_404(request, chart_or_404(request, pk), entry), me(request)
    if visit.is_locked:
        raise Refused("", code="signed")
    if request.POST.get("left"):
        is_closed(by, visit)
        return HttpResponse(status=204)
    return JsonResponse({"version": visit.version, "others": is_open(by, visit)})
