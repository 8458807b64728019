"""The desk's lists: who must be called, and what came of it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from accounts.views.answers import show
from appointments import actions
from appointments.actions import desk_lists as desk
from appointments.desk_lists import handing_out
from appointments.desk_lists.counts import days_to_close, tiles_of
from appointments.desk_lists.dressing import dress
from appointments.desk_lists.forms import AsideForm, CallForm, FilterForm
from appointments.desk_lists.lists import MOST_PAGES, DeskList, page
from appointments.desk_lists.rules import CallOutcome
from appointments.desk_lists.to_review import to_review
from appointments.models import Appointment, NextVisit, PutAside
from appointments.views.fetch import appointment_or_404
from core import clock
from core.errors import NotFound, Refused
from core.ids import is_id
from patients.exports.download import table_file
from patients.exports.forms import ListForm
from patients.models import Patient


@allow(Permission.APPOINTMENT_BOOK)
@require_safe
def desk_lists(request: HttpRequest) -> HttpResponse:
    """All lists, and how long each is."""
    return render(request, "appointments/lists/index.html", {"tiles": tiles_of(me(request))})


@allow(Permission.APPOINTMENT_BOOK)
@require_safe
def desk_list_counts(request: HttpRequest) -> HttpResponse:
    """The same as a part of the home page, which does not wait for it."""
    by = me(request)
    context = {"tiles": tiles_of(by), "days": days_to_close(clock.today()), "review": to_review(by)}
    return render(request, "appointments/lists/_home_tiles.html", context)


@allow(Permission.APPOINTMENT_BOOK)
@require_safe
def desk_list(request: HttpRequest, name: DeskList) -> HttpResponse:
    """One list, a page of it."""
    form = FilterForm(request.GET)
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1
    number = min(max(number, 1), MOST_PAGES)
    rows, more = page(me(request), name, form.filters, number)
    context = _context(request, name, form) | {
        "lines": dress(me(request), rows),
        "number": number,
        "previous_url": _page_url(request, number - 1) if number > 1 else "",
        "next_url": _page_url(request, number + 1) if more else "",
    }
    return render(request, "appointments/lists/list.html", context)


@allow(Permission.APPOINTMENT_BOOK)
@require_safe
def desk_list_print(request: HttpRequest, name: DeskList) -> HttpResponse:
    """The list on paper, with room to write."""
    form = FilterForm(request.GET)
    rows, cut = handing_out.for_paper(me(request), name, form.filters)
    context = _context(request, name, form) | {"lines": dress(me(request), rows), "cut": cut}
    return render(request, "appointments/lists/print.html", context)


@allow(Permission.PATIENT_EXPORT, also=Permission.APPOINTMENT_BOOK)
@require_http_methods(["GET", "HEAD", "POST"])
def desk_list_export(request: HttpRequest, name: DeskList) -> HttpResponseBase:
    """The list as a file, with the filters that the page had."""
    filters = FilterForm(request.GET).filters
    form = ListForm(request.POST if request.method == "POST" else None, initial={"format": "csv"})
    if request.method == "POST":
        table = form.submit(
            lambda data: handing_out.hand_out(me(request), name, filters, form.kind_of_file, form.purpose)
        )
        if table:
            return table_file(table, form.kind_of_file, name.slug)
    words = {
        "title": _("Save to a file: %(list)s") % {"list": name.title},
        "lead": name.lead,
        "hint": _("Names, phones and notes for the desk; no medical history."),
        "back": _address(request, name),
    }
    return show(request, "patients/export_form.html", form, **words)


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def desk_list_call(request: HttpRequest, name: DeskList, pk: str) -> HttpResponse:
    """Note a call to this patient or family."""
    patient, form = _patient(request, pk), CallForm(request.POST)
    if not form.is_valid():
        return _back(request, name, Refused(_("Say how the call ended, in at most 300 characters."), code="invalid"))
    values = {"patient": patient, "desk_list": name.slug, **form.cleaned_data}
    return _do(request, name, lambda: desk.log_call(by=me(request), **values), _("The call is noted."))


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def desk_list_aside(request: HttpRequest, name: DeskList, pk: str) -> HttpResponse:
    """Take a row off the list until a day; one of a visit or an order also for good."""
    patient, form = _patient(request, pk), AsideForm(request.POST)
    if not form.is_valid():
        return _back(request, name, Refused(_("Say why, and until which day."), code="invalid"))
    subject, until, reason = request.POST.get("subject", ""), form.cleaned_data["until"], form.cleaned_data["reason"]
    order = _check_subject(request, patient, subject)
    told = {"by": me(request), "desk_list": name.slug, "reason": reason}

    def work() -> None:
        if order is not None and until is None:
            desk.drop_order(order=order, **told)
        else:
            desk.put_aside(patient=patient, subject=subject, until=until, for_good=bool(subject), **told)

    return _do(request, name, work, _("The row is off the list."))


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def desk_list_back(request: HttpRequest, name: DeskList, pk: str) -> HttpResponse:
    """Put a row onto the list again."""
    row = PutAside.objects.visible_to(me(request)).filter(pk=pk, desk_list=name.slug).first()
    if row is None:
        raise NotFound
    return _do(request, name, lambda: desk.bring_back(by=me(request), row=row), _("The row is on the list again."))


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def visit_confirm(request: HttpRequest, name: DeskList, pk: str) -> HttpResponse:
    """The patient said yes to this time."""
    visit = appointment_or_404(me(request), pk)
    said = _("Confirmed: %(who)s.") % {"who": visit.patient}
    return _do(request, name, lambda: actions.confirm(by=me(request), appointment=visit), said)


def _patient(request: HttpRequest, pk: str) -> Patient:
    patient = Patient.objects.visible_to(me(request)).filter(pk=pk).first()
    if patient is None:
        raise NotFound
    return patient


def _check_subject(request: HttpRequest, patient: Patient, subject: str) -> NextVisit | None:
    """The order that is meant, if it is one. Raises NotFound for anything that is not this patient's."""
    if not subject:
        return None
    if is_id(subject):
        mine = {"pk": subject, "patient_id": patient.pk}
        order = NextVisit.objects.visible_to(me(request)).filter(**mine).first()
        if order is not None or Appointment.objects.visible_to(me(request)).filter(**mine).exists():
            return order
    raise NotFound


def _context(request: HttpRequest, name: DeskList, form: FilterForm) -> dict[str, Any]:
    return {
        "desk_list": name,
        "form": form,
        "query": request.GET.urlencode(),
        "outcomes": CallOutcome.choices,
        "may_export": me(request).may(Permission.PATIENT_EXPORT),
    }


def _page_url(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


def _address(request: HttpRequest, name: DeskList) -> str:
    query = request.GET.urlencode()
    return reverse("appointments:desk-list", args=[name]) + (f"?{query}" if query else "")


def _do(request: HttpRequest, name: DeskList, work: Callable[[], Any], said: str) -> HttpResponse:
    try:
        work()
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        return _back(request, name, refusal)
    messages.success(request, said)
    return redirect(_address(request, name))


def _back(request: HttpRequest, name: DeskList, refusal: Refused) -> HttpResponse:
    messages.warning(request, str(refusal))
    return redirect(_address(request, name))
