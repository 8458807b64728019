"""What is done on the grid by hand: the card of a visit, moving it, the holding tray."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import polling
from accounts.access import allow, me
from accounts.models import User
from accounts.permissions import Permission
from appointments import actions
from appointments.models import Appointment, Chair, NextVisit
from appointments.rules import TRANSITIONS, Status
from appointments.schedule.forms import PlaceOnGridForm
from appointments.schedule.marks import marks_of
from appointments.schedule.refusals import told
from appointments.views.fetch import appointment_or_404
from core import clock
from core.errors import NotFound, Refused
from core.pages import TAP_HEADER
from patients.models import MedicalEntry

# Steps that end a visit wrongly if tapped by mistake: its page asks before it takes them.
_ON_ITS_PAGE = {Status.CANCELLED, Status.NO_SHOW, Status.LEFT_UNSEEN, Status.ENTERED_IN_ERROR}


@allow(Permission.APPOINTMENT_READ)
@require_safe
def visit_card(request: HttpRequest, pk: str) -> HttpResponse:
    """What a receptionist needs of a visit without leaving the day."""
    return render(request, "appointments/schedule/card.html", _glance(request, pk))


@allow(Permission.APPOINTMENT_READ)
@require_safe
def visit_panel(request: HttpRequest, pk: str) -> HttpResponse:
    """The same beside the day, with every step that may come next."""
    context = _glance(request, pk)
    visit = context["visit"]
    possible = TRANSITIONS[Status(visit.status)]
    elsewhere = _ON_ITS_PAGE | ({Status.COMPLETED} if context["may_book"] else set())  # checking out is a page
    steps = [status for status in Status if status in possible - elsewhere]
    context |= {
        "steps": steps if visit_day(visit) <= clock.today() else [],
        "seat": visit.seated_in_id or visit.chair_id,
        "may_cancel": Status.CANCELLED in possible,
    }
    return render(request, "appointments/schedule/panel.html", context)


def _glance(request: HttpRequest, pk: str) -> dict[str, Any]:
    by = me(request)
    visit = appointment_or_404(by, pk)
    patient, day = visit.patient, visit_day(visit)
    rows = Appointment.objects.visible_to(by).filter(patient_id=patient.pk).standing().select_related("type")
    due = NextVisit.objects.visible_to(by).filter(patient_id=patient.pk).open().select_related("type")
    alerts = MedicalEntry.objects.visible_to(by).critical().running().filter(patient_id=patient.pk)
    return {
        "visit": visit,
        "patient": patient,
        "marks": marks_of(by, {patient.pk: patient}, day)[patient.pk],
        "alerts": [*(entry.description for entry in alerts), *patient.alerts],
        "last": rows.filter(start__lt=visit.start).order_by("-start", "-id").first(),
        "next": rows.filter(start__gt=visit.start).order_by("start", "id").first(),
        "due": due.first(),
        "is_today": day == clock.today(),
        "may_book": by.may(Permission.APPOINTMENT_BOOK),
    }


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def visit_place(request: HttpRequest, pk: str) -> HttpResponse:
    """Where somebody dropped a visit: a day and a time on the clinic's wall, a column, perhaps another length."""
    visit = appointment_or_404(me(request), pk)
    form = PlaceOnGridForm(request.POST)
    if not form.is_valid():
        raise Refused(_("This is no time at which a visit can stand."), code="invalid", field="time")
    wish = form.cleaned_data | _column(form.cleaned_data["column"])

    def work() -> Appointment:
        place: dict[str, Any] = {name: wish[name] for name in ("chair", "doctor") if name in wish}
        place |= {"start": clock.at(wish["day"], wish["time"]), "minutes": wish["minutes"]}
        return actions.move_as_seen(by=me(request), appointment=visit, version=wish["version"], **place)

    return _answer(request, wish["day"], work, lambda refusal: told(refusal, me(request), visit, wish))


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def visit_park(request: HttpRequest, pk: str) -> HttpResponse:
    """Onto the holding tray, while one looks for another time."""
    visit = appointment_or_404(me(request), pk)
    return _answer(request, visit_day(visit), lambda: actions.park(by=me(request), appointment=visit))


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def visit_unpark(request: HttpRequest, pk: str) -> HttpResponse:
    """Off the tray: it stays where it is booked."""
    visit = appointment_or_404(me(request), pk)
    return _answer(request, visit_day(visit), lambda: actions.unpark(by=me(request), appointment=visit))


def visit_day(visit: Appointment) -> date:
    """The clinic's day on which it starts."""
    return clock.wall(visit.start).date()


def _column(text: str) -> dict[str, Any]:
    """The chair or the doctor of a column; no column keeps both as they are."""
    kind, _equals, pk = text.partition("=")
    if kind == "chair":
        chair = Chair.objects.filter(pk=pk).first()  # read-scope: chairs are no person's
        if chair is None:
            raise NotFound(_("No such chair."), field="chair")
        return {"chair": chair}
    if kind == "doctor":
        doctor = User.objects.doctors().filter(pk=pk).first()  # read-scope: doctors are known to the staff
        if doctor is None:
            raise NotFound(_("No such doctor."), field="doctor")
        return {"doctor": doctor}
    return {}


def _answer(
    request: HttpRequest, day: date, work: Callable[[], Any], words: Callable[[Refused], Refused] | None = None
) -> HttpResponse:
    try:
        work()
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        answer = words(refusal) if words else refusal
        if TAP_HEADER in request.headers:
            raise answer from refusal
        messages.warning(request, str(answer))
    return polling.tapped(request, reverse("appointments:day-detail", args=[day]))
