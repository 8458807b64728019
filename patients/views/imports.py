"""Bringing records over from another system: upload, columns, trial run, the real one, and its report."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.access import allow
from accounts.permissions import Permission
from accounts.views.answers import me, show
from core.errors import NotFound, NotPermitted, Refused
from patients import actions
from patients.imports import report
from patients.imports.forms import ColumnsForm, StartForm, UploadForm
from patients.imports.kinds import kind_of
from patients.imports.states import ImportState
from patients.models import Import, ImportRow

_PAGE = 50


@allow(Permission.PATIENT_IMPORT)
def import_list(request: HttpRequest) -> HttpResponse:
    """What was brought over so far, and a form for the next file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form.is_bound = True
        imported = form.submit(lambda data: actions.upload_import(by=me(request), **data))
        if imported:
            return redirect("patients:import-detail", imported.pk)
    rows = Import.objects.visible_to(me(request)).select_related("by").order_by("-created_at", "-id")
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    for row in page:
        row.label = kind_of(row.kind).label  # type: ignore[attr-defined]
    sources = sorted({row.source for row in page})
    return show(request, "patients/import_list.html", form, page=page, sources=sources)


@allow(Permission.PATIENT_IMPORT)
@require_safe
def import_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """One file: whatever is to be done next, and the report."""
    return _page(request, _fetch(request, pk))


@allow(Permission.PATIENT_IMPORT)
@require_safe
def import_progress(request: HttpRequest, pk: str) -> HttpResponse:
    """The bar alone, asked for again and again; at the end the page reloads."""
    imported = _fetch(request, pk)
    response = render(request, "patients/_import_progress.html", {"imported": imported})
    if not imported.is_working:
        response["HX-Refresh"] = "true"
    return response


@allow(Permission.PATIENT_IMPORT)
@require_POST
def import_columns(request: HttpRequest, pk: str) -> HttpResponse:
    """What each column holds; then the trial run begins."""
    imported = _fetch(request, pk)
    form = ColumnsForm(request.POST, imported=imported)
    done = form.submit(
        lambda data: actions.set_import_columns(
            by=me(request), imported=imported, mapping=form.mapping, order=data.get("order", "")
        )
    )
    return redirect("patients:import-detail", pk) if done else _page(request, imported, columns=form)


@allow(Permission.PATIENT_IMPORT)
@require_POST
def import_start(request: HttpRequest, pk: str) -> HttpResponse:
    """Bring the rows over."""
    imported = _fetch(request, pk)
    form = StartForm(request.POST)
    done = form.submit(lambda data: actions.start_import(by=me(request), imported=imported, **data))
    return redirect("patients:import-detail", pk) if done else _page(request, imported, start=form)


@allow(Permission.PATIENT_IMPORT)
@require_POST
def import_stop(request: HttpRequest, pk: str) -> HttpResponse:
    """Stop the work; what is here stays."""
    return _do(request, pk, lambda imported: actions.stop_import(by=me(request), imported=imported))


@allow(Permission.PATIENT_IMPORT)
@require_POST
def import_again(request: HttpRequest, pk: str) -> HttpResponse:
    """Back to the columns."""
    return _do(request, pk, lambda imported: actions.reopen_import(by=me(request), imported=imported))


@allow(Permission.PATIENT_IMPORT)
@require_POST
def import_remove(request: HttpRequest, pk: str) -> HttpResponse:
    """Delete the file and its report."""
    actions.remove_import(by=me(request), imported=_fetch(request, pk))
    messages.success(request, _("The file and its report have been deleted."))
    return redirect("patients:import-list")


@allow(Permission.PATIENT_IMPORT)
@require_GET
def import_report(request: HttpRequest, pk: str) -> StreamingHttpResponse:
    """The report for a spreadsheet."""
    imported = _fetch(request, pk)
    response = StreamingHttpResponse(report.lines(imported), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="report-{imported.pk}.csv"'
    return response


def _fetch(request: HttpRequest, pk: str) -> Import:
    imported = Import.objects.visible_to(me(request)).filter(pk=pk).first()
    if imported is None:
        raise NotFound
    return imported


def _do(request: HttpRequest, pk: str, action: Callable[[Import], Any]) -> HttpResponse:
    try:
        action(_fetch(request, pk))
    except (NotFound, NotPermitted):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect("patients:import-detail", pk)


def _page(
    request: HttpRequest, imported: Import, *, columns: ColumnsForm | None = None, start: StartForm | None = None
) -> HttpResponse:
    kind = kind_of(imported.kind)
    values: dict[str, Any] = {"imported": imported, "kind": kind, "called": imported.get_state_display()}
    is_there = imported.removed_at is None
    form = columns or start
    if is_there and imported.state == ImportState.MAPPING:
        values["columns"] = form = columns or ColumnsForm(imported=imported)
    if is_there and imported.state in {ImportState.CHECKED, ImportState.STOPPED} and imported.counts:
        values["start"] = form = start or StartForm(has_duplicates=bool(imported.counts.get("duplicate")))
    if is_there and imported.counts and not imported.is_working:
        values |= _report(request, imported)
    return render(request, "patients/import_detail.html", values | {"form": form}, status=form.status if form else 200)


def _report(request: HttpRequest, imported: Import) -> Mapping[str, Any]:
    outcome, called = request.GET.get("outcome", ""), report.words(imported)
    page: Page[ImportRow] = Paginator(report.rows(imported, outcome), _PAGE).get_page(request.GET.get("page"))
    names = report.names(imported, [row.number for row in page])
    lines = [
        {
            "row": row,
            "name": names.get(row.number, ""),
            "called": called[row.outcome],
            "tone": report.TONES.get(row.outcome),
        }
        for row in page
    ]
    tabs = [(value, label, imported.counts[value]) for value, label in called.items() if imported.counts.get(value)]
    total = sum(imported.counts.values())
    return {"page": page, "lines": lines, "tabs": tabs, "outcome": outcome, "total": total}
