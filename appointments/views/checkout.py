"""Checkout: the next visit, an order for the desk, or a reason for none."""

import re
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import allow, me
from accounts.models import User
from accounts.permissions import Permission
from appointments.actions.checkout import check_out
from appointments.desk_lists import rules
from appointments.desk_lists.forms import CheckoutForm
from appointments.desk_lists.rules import Answer
from appointments.models import Appointment, Checkout, NextVisit
from appointments.rules import Status
from appointments.views.fetch import appointment_or_404
from core.errors import NotFound, Refused
from core.ids import is_id

_CLOSING = re.compile(r"close-(\d{4}-\d\d-\d\d)")
_SHOWN = 5


@allow(Permission.APPOINTMENT_BOOK)
def checkout(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask one of three; the answer completes the visit. `back` says where the page was opened from."""
    by = me(request)
    visit = appointment_or_404(by, pk)
    if request.method != "POST":
        return _page(request, visit, CheckoutForm(initial=_initial(by, visit)))
    form = CheckoutForm(request.POST)
    if form.submit(lambda data: _answer(by, visit, data)) is None:
        return _page(request, appointment_or_404(by, pk), form)
    messages.success(request, _("%(who)s is checked out.") % {"who": visit.patient})
    return redirect(_back(request.POST.get("back", ""), visit))


def asks_for_answer(by: User, visit: Appointment, status: str) -> bool:
    """Whether this step of a page is the one that checkout asks about; who may not book just takes it."""
    return (visit.status, status) == (Status.CHECKOUT, Status.COMPLETED) and by.may(Permission.APPOINTMENT_BOOK)


def leave_with(request: HttpRequest, visit_id: str, booked: Appointment) -> None:
    """The next visit has just been booked: with that the patient is checked out, if it was asked for at checkout."""
    if not is_id(visit_id):
        return
    visit = appointment_or_404(me(request), visit_id)
    try:
        check_out(by=me(request), appointment=visit, answer=Answer.BOOKED, following=booked)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, _("%(who)s is checked out.") % {"who": visit.patient})


def _answer(by: User, visit: Appointment, data: dict[str, Any]) -> Checkout:
    values = {"answer": data["answer"], "expected": data["expected"] or None}
    if data["answer"] == Answer.BOOKED:
        values["following"] = _following(by, data["following"])
    elif data["answer"] == Answer.ORDER:
        values |= {"type": data["type"], "weeks": data["weeks"], "note": data["todo"]}
    else:
        values |= {"why_none": data["why_none"], "note": data["note"]}
    return check_out(by=by, appointment=visit, **values)


def _following(by: User, pk: str) -> Appointment | None:
    if not pk:
        return None
    found = Appointment.objects.visible_to(by).filter(pk=pk).first() if is_id(pk) else None
    if found is None:
        raise NotFound(field="following")
    return found


def _initial(by: User, visit: Appointment) -> dict[str, Any]:
    """What was answered before, else what usually comes next."""
    given = Checkout.objects.visible_to(by).filter(appointment_id=visit.pk).select_related("order__type").first()
    usual = {"weeks": visit.type.next_visit_weeks, "type": ""}
    if given and given.order:
        usual["type"] = given.order.type.code if given.order.type else ""
        usual |= {"todo": given.order.note}
    if given and given.answer == Answer.NONE:
        usual |= {"why_none": given.why_none, "note": given.note}
    return usual


def _page(request: HttpRequest, visit: Appointment, form: CheckoutForm) -> HttpResponse:
    by = me(request)
    visits = Appointment.objects.visible_to(by).filter(patient_id=visit.patient_id).upcoming().exclude(pk=visit.pk)
    coming = list(visits.select_related("type", "doctor")[:_SHOWN])
    orders = NextVisit.objects.visible_to(by).filter(patient_id=visit.patient_id).open()
    due = list(orders.select_related("type")[:_SHOWN])
    given = Checkout.objects.visible_to(by).filter(appointment_id=visit.pk).select_related("by").first()
    kind = rules.follows(visit.type.code, form.types)
    if not form.is_bound and not form.initial.get("type"):
        form.initial["type"] = kind
    context = {
        "appointment": visit,
        "form": form,
        "coming": coming,
        "due": due,
        "given": given,
        "is_possible": rules.may_check_out(visit.status, visit.start),
        "is_done": not rules.may_check_out(visit.status, visit.start) or visit.status == "completed",
        "book_url": _book_url(visit, kind, due),
        "back": request.POST.get("back", request.GET.get("back", "")),
        "back_url": _back(request.POST.get("back", request.GET.get("back", "")), visit),
    }
    return render(request, "appointments/lists/checkout.html", context, status=form.status)


def _book_url(visit: Appointment, kind: str, due: list[NextVisit]) -> str:
    """The booking form: with the order that is open, else with what usually comes next."""
    known = {"checkout": visit.pk, "doctor": visit.doctor_id}
    if due:
        known["due"] = due[0].pk
    else:
        known |= {"patient": visit.patient_id, "type": kind, "weeks": str(visit.type.next_visit_weeks or "")}
    return f"{reverse('appointments:appointment-new')}?{urlencode({k: v for k, v in known.items() if v})}"


def _back(asked: str, visit: Appointment) -> str:
    """Where the page was opened from: the board, the closing of a day, else the visit."""
    if asked == "board":
        return f"{reverse('appointments:board')}?location={visit.location_id}"
    if found := _CLOSING.fullmatch(asked):
        try:
            return reverse("appointments:close-day", args=[date.fromisoformat(found[1])])
        except ValueError:
            pass
    return reverse("appointments:appointment-detail", args=[visit.pk])
