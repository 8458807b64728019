"""The day on paper: sheets and routing slips, as a page that prints and as a PDF."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments.actions.paper import disclose_sheet
from appointments.forms import FIRST_DAY, LAST_DAY
from appointments.models import Location
from appointments.paper import day as paper
from appointments.paper import pdf
from appointments.paper.answers import saved
from appointments.views.fetch import appointment_or_404
from core import clock
from core.errors import NotFound
from core.ids import is_id

SIZES = ("a5", "a4")


@allow(Permission.APPOINTMENT_READ)
@require_safe
def day_sheet(request: HttpRequest, day: date) -> HttpResponse:
    """The day at one location by chair, doctor or time, ready to be printed."""
    context = _sheet(request, day)
    _account(request, context, "sheet.page")
    return render(request, "appointments/paper/day_sheet.html", context)


@allow(Permission.APPOINTMENT_READ)
@require_safe
def day_sheet_pdf(request: HttpRequest, day: date) -> HttpResponse:
    """The same as a file."""
    context = _sheet(request, day)
    page = pdf.document("appointments/paper/_sheet.html", title=_("Day sheet"), **context)
    return _file(request, context, page, "sheet", "appointments:day-sheet")


@allow(Permission.APPOINTMENT_READ)
@require_safe
def day_slips(request: HttpRequest, day: date) -> HttpResponse:
    """A routing slip for every visit of the day."""
    context = _slips(request, day)
    _account(request, context, "slips.page")
    return render(request, "appointments/paper/day_slips.html", context)


@allow(Permission.APPOINTMENT_READ)
@require_safe
def day_slips_pdf(request: HttpRequest, day: date) -> HttpResponse:
    """The same as a file."""
    context = _slips(request, day)
    page = pdf.document("appointments/paper/_slips.html", title=_("Routing slips"), **context)
    return _file(request, context, page, "slips", "appointments:day-slips")


@allow(Permission.APPOINTMENT_READ)
@require_safe
def appointment_slip(request: HttpRequest, pk: str) -> HttpResponse:
    """The routing slip of one visit, such as a walk-in's."""
    visit = appointment_or_404(me(request), pk)
    day = clock.wall(visit.start).date()
    lines = paper.lines_of([visit], me(request))
    context = _context(visit.location, day, lines) | {"slips": paper.slips(lines), "size": "a5", "visit": visit}
    _account(request, context, "slip.page")
    return render(request, "appointments/paper/day_slips.html", context)


def _sheet(request: HttpRequest, day: date) -> dict[str, Any]:
    location = _location(request, day)
    order = request.GET.get("by", "")
    order = order if order in paper.ORDERS else "chair"
    lines = paper.read(location, day, me(request))
    return _context(location, day, lines) | {"groups": paper.grouped(lines, order), "order": order}


def _slips(request: HttpRequest, day: date) -> dict[str, Any]:
    location = _location(request, day)
    lines = paper.read(location, day, me(request))
    size = request.GET.get("size", "")
    return _context(location, day, lines) | {"slips": paper.slips(lines), "size": size if size in SIZES else "a5"}


def _context(location: Location, day: date, lines: list[paper.Line]) -> dict[str, Any]:
    return {
        "location": location,
        "day": day,
        "count": len(lines),
        "named": list(dict.fromkeys(line.visit.patient_id for line in lines if line.patient)),
        "printed_at": clock.now(),
    }


def _location(request: HttpRequest, day: date) -> Location:
    """The location asked for, else the first one. Raises NotFound for none, or for a day out of all bounds."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise NotFound
    locations = list(Location.objects.filter(is_active=True))  # read-scope: locations are no person's
    asked = request.GET.get("location", "")
    chosen = next((row for row in locations if is_id(asked) and row.pk == asked), next(iter(locations), None))
    if chosen is None:
        raise NotFound
    return chosen


def _account(request: HttpRequest, context: dict[str, Any], form: str) -> None:
    disclose_sheet(
        by=me(request), location=context["location"], day=context["day"], patient_ids=context["named"], form=form
    )


def _file(request: HttpRequest, context: dict[str, Any], page: str, stem: str, otherwise: str) -> HttpResponse:
    try:
        content = pdf.make(page)
    except pdf.NoPdf:
        messages.warning(request, _("This computer cannot make PDFs. Print this page instead."))
        return redirect(f"{reverse(otherwise, args=[context['day']])}?{request.GET.urlencode()}")
    _account(request, context, f"{stem}.pdf")
    return saved(content, pdf.TYPE, f"{stem}-{context['day']}.pdf")
