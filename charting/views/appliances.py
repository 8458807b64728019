"""Appliances, aligners and retention: one page, and a small form for each thing that is noted."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from charting.actions import appliances as actions
from charting.card.wear import Wear
from charting.forms.appliances import (
    KINDS,
    ApplianceForm,
    CheckForm,
    DeliveryForm,
    EventForm,
    RemovalForm,
    RetentionForm,
    SeriesForm,
    SeriesPlanForm,
    VerificationForm,
    planned,
)
from charting.models import AlignerSeries, Appliance, ApplianceEvent, ChartSettings, RetentionCheck
from charting.views.shell import chart_or_404, chart_page
from core.errors import NotFound, Text
from core.forms import Form
from patients.models import Patient


@allow(Permission.CHART_READ)
@require_safe
def appliance_list(request: HttpRequest, pk: str) -> HttpResponse:
    """What the patient wears beside wires, and wore."""
    patient = chart_or_404(request, pk)
    return chart_page(request, patient, "appliances", "charting/appliances/list.html", {"wear": Wear(patient)})


@allow(Permission.CHART_DRAFT)
def appliance_new(request: HttpRequest, pk: str) -> HttpResponse:
    """Put one in."""
    patient = chart_or_404(request, pk)
    form = ApplianceForm(_posted(request), notation=ChartSettings.present().notation)
    more = {"kinds": KINDS}
    return _form(
        request,
        patient,
        form,
        _("New appliance"),
        lambda data: actions.place_appliance(by=me(request), patient=patient, **data),
        more,
    )


@allow(Permission.CHART_DRAFT)
def appliance_out(request: HttpRequest, pk: str, row: str) -> HttpResponse:
    """Take it out."""
    patient = chart_or_404(request, pk)
    found = _row(request, patient, Appliance, row)
    form = RemovalForm(_posted(request))
    return _form(
        request,
        patient,
        form,
        _("%(what)s is out") % {"what": found},
        lambda data: actions.remove_appliance(by=me(request), appliance=found, **data),
    )


@allow(Permission.CHART_DRAFT)
def appliance_note(request: HttpRequest, pk: str, row: str) -> HttpResponse:
    """An activation, a repair, a loss."""
    patient = chart_or_404(request, pk)
    found = _row(request, patient, Appliance, row)
    form = EventForm(_posted(request), request.FILES or None)

    def note(data: dict[str, Any]) -> ApplianceEvent:
        return actions.note_appliance_event(by=me(request), appliance=found, **data | {"photo": form.read()})

    return _form(request, patient, form, str(found), note)


@allow(Permission.CHART_DRAFT)
def series_new(request: HttpRequest, pk: str) -> HttpResponse:
    """Start a series of aligners; one that runs ends."""
    patient = chart_or_404(request, pk)
    form = SeriesForm(_posted(request), notation=ChartSettings.present().notation)
    return _form(
        request,
        patient,
        form,
        _("New aligner series"),
        lambda data: actions.start_series(by=me(request), patient=patient, **data),
    )


@allow(Permission.CHART_DRAFT)
def series_plan(request: HttpRequest, pk: str, row: str) -> HttpResponse:
    """Attachments, stripping and instructions of a series that runs."""
    patient = chart_or_404(request, pk)
    series, notation = _row(request, patient, AlignerSeries, row), ChartSettings.present().notation
    form = SeriesPlanForm(_posted(request), notation=notation, initial=planned(series, notation))

    def write(data: dict[str, Any]) -> AlignerSeries:
        seen = data.pop("version") or series.version
        return actions.plan_series(by=me(request), series=series, version=seen, **data)

    return _form(request, patient, form, _("Attachments and IPR"), write)


@allow(Permission.CHART_DRAFT)
def series_deliver(request: HttpRequest, pk: str, row: str) -> HttpResponse:
    """Hand aligners out."""
    patient = chart_or_404(request, pk)
    series = _row(request, patient, AlignerSeries, row)
    form = DeliveryForm(_posted(request), initial={"delivered": series.as_series().last})
    return _form(
        request,
        patient,
        form,
        _("Aligners delivered"),
        lambda data: actions.hand_out_aligners(by=me(request), series=series, **data),
    )


@allow(Permission.CHART_DRAFT)
def series_verify(request: HttpRequest, pk: str, row: str) -> HttpResponse:
    """Say which aligner fits."""
    patient = chart_or_404(request, pk)
    series = _row(request, patient, AlignerSeries, row)
    form = VerificationForm(_posted(request), initial={"tray": series.verified + 1, "tracking": series.tracking})
    return _form(
        request,
        patient,
        form,
        _("Aligner verified"),
        lambda data: actions.verify_aligner(by=me(request), series=series, **data),
    )


@allow(Permission.CHART_DRAFT)
def series_end(request: HttpRequest, pk: str, row: str) -> HttpResponse:
    """The series is over."""
    patient = chart_or_404(request, pk)
    series = _row(request, patient, AlignerSeries, row)
    form = RemovalForm(_posted(request))
    return _form(
        request,
        patient,
        form,
        _("End of the series"),
        lambda data: actions.end_series(by=me(request), series=series, ended_on=data["removed_on"]),
    )


@allow(Permission.CHART_DRAFT)
def retention_plan(request: HttpRequest, pk: str) -> HttpResponse:
    """Plan the checks after the debond."""
    patient = chart_or_404(request, pk)
    form = RetentionForm(_posted(request))
    return _form(
        request,
        patient,
        form,
        _("Plan the retention"),
        lambda data: actions.plan_retention(by=me(request), patient=patient, **data),
    )


@allow(Permission.CHART_DRAFT)
def retention_check(request: HttpRequest, pk: str, row: str) -> HttpResponse:
    """Note a check."""
    patient = chart_or_404(request, pk)
    check = _row(request, patient, RetentionCheck, row)
    form = CheckForm(_posted(request), initial={"note": check.note})
    return _form(
        request,
        patient,
        form,
        _("Retention check"),
        lambda data: actions.note_retention_check(by=me(request), check=check, **data),
    )


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _row(request: HttpRequest, patient: Patient, model: Any, pk: str) -> Any:
    """One row of this chart. Raises NotFound for unknown and foreign ids alike."""
    found = model.objects.visible_to(me(request)).of(patient).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _form(
    request: HttpRequest,
    patient: Patient,
    form: Form,
    title: Text,
    work: Callable[[dict[str, Any]], Any],
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    if request.method == "POST" and form.submit(work) is not None:
        return redirect("charting:appliances", patient.pk)
    context = {"form": form, "form_title": title} | (more or {})
    return chart_page(request, patient, "appliances", "charting/appliances/form.html", context, status=form.status)
