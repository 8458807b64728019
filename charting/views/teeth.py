"""The tooth chart of a day, and the form for a finding."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from charting.actions.teeth import note_findings
from charting.forms.teeth import FindingForm
from charting.models import ChartSettings
from charting.rules.notation import Notation
from charting.tooth_chart.reading import TeethOn
from charting.views.shell import chart_or_404, chart_page
from patients.models import Patient


@allow(Permission.CHART_READ)
@require_safe
def teeth(request: HttpRequest, pk: str) -> HttpResponse:
    """The teeth on `?on=`, or on the `?n=`th day on which something changed."""
    patient = chart_or_404(request, pk)
    form = FindingForm(notation=_notation(request), initial={"teeth": request.GET.get("tooth", "")[:10]})
    return _chart(request, patient, form)


@allow(Permission.CHART_DRAFT)
@require_POST
def teeth_note(request: HttpRequest, pk: str) -> HttpResponse:
    """Note a finding at one tooth or several, typed in `?notation=`."""
    patient, notation = chart_or_404(request, pk), _notation(request)
    form = FindingForm(request.POST, notation=notation)
    made = form.submit(lambda data: _note(request, patient, form, data))
    if made is None:
        return _chart(request, patient, form)
    said = ngettext("Noted at %(n)s tooth.", "Noted at %(n)s teeth.", len(made)) % {"n": len(made)}
    messages.success(request, said)
    return redirect(f"{reverse('charting:teeth', args=[patient.pk])}?notation={notation}")


def _chart(request: HttpRequest, patient: Patient, form: FindingForm) -> HttpResponse:
    notation = _notation(request)
    page = _page(request, patient, notation)
    context = {
        "page": page,
        "form": form,
        "notation": notation,
        "notations": Notation.choices,
        "last": len(page.days) - 1,
    }
    return chart_page(request, patient, "teeth", "charting/teeth/chart.html", context, status=form.status)


def _note(request: HttpRequest, patient: Patient, form: FindingForm, data: dict[str, Any]) -> Any:
    said = data | {"teeth": form.chosen(data["teeth"])}
    return note_findings(by=me(request), patient=patient, **said)


def _notation(request: HttpRequest) -> Notation:
    asked = request.GET.get("notation", "")
    return Notation(asked if asked in Notation.values else ChartSettings.present().notation)


def _page(request: HttpRequest, patient: Patient, notation: Notation) -> TeethOn:
    page = TeethOn(patient, _day(request.GET.get("on", "")), notation)
    place = request.GET.get("n", "")
    if place.isascii() and place.isdigit() and len(place) < 6 and int(place) < len(page.days):
        page.day = page.days[int(place)]
    return page


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
