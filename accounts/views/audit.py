"""Who did what: for those who may read the audit."""

from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts import audit_csv, audit_search
from accounts.access import allow
from accounts.actions.audit_log import note_export
from accounts.audit_search import AuditQuery
from accounts.forms import AuditFilterForm
from accounts.permissions import Permission
from accounts.views.answers import me, show
from core import clock
from core.errors import Refused
from core.models import AuditEvent, AuditQuerySet

_HEADS = {
    "at": gettext_lazy("When"),
    "actor_id": gettext_lazy("Who"),
    "event": gettext_lazy("What"),
    "object_type": gettext_lazy("Kind of record"),
    "object_id": gettext_lazy("Record"),
    "patient_id": gettext_lazy("Patient"),
    "source": gettext_lazy("Source"),
    "address": gettext_lazy("From"),
    "outcome": gettext_lazy("Outcome"),
}


@allow(Permission.AUDIT_READ)
@require_safe
def audit_list(request: HttpRequest) -> HttpResponse:
    """Rows with filters, sorted by any column, page by page."""
    form = AuditFilterForm(request.GET)
    sort = audit_search.order_of(request.GET.get("sort", ""))
    rows = form.submit(lambda data: _rows(request, data))
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = audit_search.page(rows, sort=sort, after=after, before=before)
    names = audit_search.names_of(page.rows)
    values = {
        "rows": [{"row": row, "who": names.get(row.actor_id, ""), "changes": _changes(row)} for row in page.rows],
        "heads": [_head(request, name, sort) for name in _HEADS],
        "previous_url": _address(request, before=page.before) if page.before else "",
        "next_url": _address(request, after=page.after) if page.after else "",
        "query": urlencode([(name, request.GET[name]) for name in form.fields if request.GET.get(name)]),
        "events": audit_search.known_events(),
    }
    return show(request, "accounts/audit_list.html", form, **values)


@allow(Permission.AUDIT_READ)
@require_safe
def audit_export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """The rows of the filters as CSV; taking them away is audited."""
    form = AuditFilterForm(request.GET)
    rows = form.submit(lambda data: _counted(request, data))
    if rows is None:
        raise Refused("; ".join(str(error) for errors in form.errors.values() for error in errors), code=form.code)
    response = StreamingHttpResponse(audit_csv.lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{clock.today().isoformat()}.csv"'
    return response


def _rows(request: HttpRequest, data: dict[str, Any]) -> AuditQuerySet:
    return audit_search.rows_of(_query(data), by=me(request))


def _counted(request: HttpRequest, data: dict[str, Any]) -> AuditQuerySet:
    rows = _rows(request, data)
    count = rows.count()
    if count > audit_csv.MOST_ROWS:
        message = _("These are more than %(most)s rows. Choose a shorter period.") % {"most": audit_csv.MOST_ROWS}
        raise Refused(message, code="export_too_large")
    # What happens from now on, this export's own row among it, is not part of the file.
    rows = rows.filter(at__lt=clock.now())
    note_export(by=me(request), filters=_query(data).facts(), rows=count)
    return rows


def _query(data: dict[str, Any]) -> AuditQuery:
    kept = {name: data[name] for name in ("event", "patient_id", "object_id", "source", "outcome")}
    person = audit_search.person_id(data["person"])
    return AuditQuery(day_from=data["date_from"], day_to=data["date_to"], actor_id=person, **kept)


def _changes(row: AuditEvent) -> list[dict[str, Any]]:
    """Field, before and after; a fact without a before stands in `after` alone."""
    lines = []
    for field, value in row.changes.items():
        is_pair = isinstance(value, list) and len(value) == 2
        before, after = value if is_pair else ("", value)
        lines.append({"field": field, "is_pair": is_pair, "before": before, "after": after})
    return lines


def _head(request: HttpRequest, name: str, sort: str) -> dict[str, Any]:
    is_current = sort.removeprefix("-") == name
    turned = name if sort.startswith("-") else f"-{name}"
    fresh = "-at" if name == "at" else name
    return {
        "label": _HEADS[name],
        "url": _address(request, sort=turned if is_current else fresh),
        "aria": ("descending" if sort.startswith("-") else "ascending") if is_current else "",
    }


def _address(request: HttpRequest, **changes: str) -> str:
    kept = {name: str(value) for name, value in request.GET.items() if name not in {"after", "before"} and value}
    return f"?{urlencode(kept | changes)}"
