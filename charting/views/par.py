"""PAR: the score sheets of start and finish, and what treatment changed."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from charting.actions.par import score_par
from charting.exams.nomogram import limits_of, nomogram_of
from charting.exams.par_sheets import ParPage, begun, read_par
from charting.forms.par import ParForm, initial_of
from charting.models import Index
from charting.rules import par as rules
from charting.rules.par_bands import UNITED_KINGDOM
from charting.views.shell import chart_or_404, chart_page, settings_for
from core.errors import NotFound
from patients.models import Patient


@allow(Permission.CHART_READ)
@require_safe
def par(request: HttpRequest, pk: str) -> HttpResponse:
    """Start and finish beside one another, the change and its outcome."""
    patient = _patient(request, pk)
    page = ParPage(patient)
    change = page.change
    context = {
        "sides": [
            (Index.PAR_START, page.start, "charting:par-start"),
            (Index.PAR_FINISH, page.finish, "charting:par-finish"),
        ],
        "change": change,
        "more_points": -change.points if change else 0,
        "nomogram": nomogram_of(change) if change else None,
        "limits": limits_of(change.before) if change else None,
        "source": UNITED_KINGDOM.source,
    }
    return chart_page(request, patient, "exams", "charting/exams/par.html", context)


@allow(Permission.CHART_READ)
@require_safe
def par_sheet(request: HttpRequest, pk: str, index: str) -> HttpResponse:
    """The score sheet: what was kept last, else filled in from the exam of that time."""
    patient = _patient(request, pk)
    kept = ParPage(patient).scored(index)
    if kept:
        said = {name: getattr(kept.row, name) for name in ("on", "judged", "reason")}
        form = ParForm(initial=initial_of(read_par(kept.row.facts)) | said)
        return _sheet(request, patient, index, form, rating=kept.rating, kept=kept.row)
    sheet, exam = begun(patient, index)
    form = ParForm(initial=initial_of(sheet) | ({"on": exam.on} if exam else {}))
    return _sheet(request, patient, index, form, rating=rules.rate(sheet), exam=exam)


@allow(Permission.CHART_DRAFT)
@require_POST
def par_keep(request: HttpRequest, pk: str, index: str) -> HttpResponse:
    """Keep the sheet with its weighted total, and a judgement beside it."""
    patient = _patient(request, pk)
    form = ParForm(request.POST)

    def work(data: dict[str, Any]) -> Any:
        said = {name: data[name] for name in ("on", "judged", "reason")}
        return score_par(by=me(request), patient=patient, index=index, sheet=form.sheet(data), **said)

    saved = form.submit(work)
    if saved is None:
        return _sheet(request, patient, index, form)
    if saved.score is None:
        messages.warning(request, _("The sheet is kept. A total takes the components that are still missing."))
    else:
        messages.success(request, _("The sheet is kept: %(total)s points.") % {"total": saved.score})
    return redirect("charting:par", patient.pk)


def _patient(request: HttpRequest, pk: str) -> Patient:
    """Raises NotFound in a clinic that does not score PAR."""
    if not settings_for(request).with_par:
        raise NotFound
    return chart_or_404(request, pk)


def _sheet(request: HttpRequest, patient: Patient, index: str, form: ParForm, **more: Any) -> HttpResponse:
    """`more`: the `rating` so far, the row that was `kept`, else the `exam` it was filled in from."""
    keep = "charting:par-start-keep" if index == Index.PAR_START else "charting:par-finish-keep"
    if patient.is_archived or not me(request).may(Permission.CHART_DRAFT):
        form.lock()
    context = {"form": form, "title": Index(index).label, "keep": keep, **more}
    return chart_page(request, patient, "exams", "charting/exams/par_sheet.html", context, status=form.status)
