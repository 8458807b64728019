"""Photos of appliances: files are served by this view only, to those who may read the chart."""

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from charting.actions.appliance_photos import remove_appliance_photo
from charting.models import ApplianceEvent
from charting.views.shell import chart_or_404, chart_page
from core.errors import NotFound
from core.forms import ReasonForm


@allow(Permission.CHART_READ)
@require_safe
def photo(request: HttpRequest, pk: str, event: str) -> HttpResponse:
    """The picture itself; that the chart was opened is noted by the page that shows it."""
    found = _event(request, pk, event)
    if not default_storage.exists(found.photo):
        raise NotFound
    with default_storage.open(found.photo) as file:
        return HttpResponse(file.read(), content_type="image/jpeg")


@allow(Permission.CHART_DRAFT)
def photo_remove(request: HttpRequest, pk: str, event: str) -> HttpResponse:
    """It shows somebody else, or nothing: ask why, then delete it."""
    patient = chart_or_404(request, pk)
    found = _event(request, pk, event)
    form = ReasonForm(request.POST if request.method == "POST" else None)

    def remove(data: dict[str, str]) -> ApplianceEvent:
        removed: ApplianceEvent = remove_appliance_photo(by=me(request), event=found, reason=data["reason"])
        return removed

    if request.method == "POST" and form.submit(remove) is not None:
        return redirect("charting:appliances", patient.pk)
    context = {"form": form, "form_title": _("Remove the photo"), "photo": found, "danger": _("Remove")}
    return chart_page(request, patient, "appliances", "charting/appliances/form.html", context, status=form.status)


def _event(request: HttpRequest, pk: str, event: str) -> ApplianceEvent:
    """The row with the photo. Raises NotFound for unknown and foreign ids, and for a row without one."""
    rows = ApplianceEvent.objects.visible_to(me(request)).filter(patient_id=pk, pk=event)
    found = rows.select_related("appliance").first()
    if found is None or not found.photo:
        raise NotFound
    return found
