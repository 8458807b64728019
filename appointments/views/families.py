"""A family in one go: who comes, what for, the times at which all of them fit in; one tap books everybody."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments import actions
from appointments.finding_times.families import read
from appointments.finding_times.family_form import FamilyForm
from appointments.finding_times.households import household_of
from appointments.finding_times.offering import days_offered
from appointments.finding_times.openings import patient_of
from appointments.forms import typed
from appointments.models import Appointment
from appointments.views.booking import when
from core import clock
from core.errors import Refused
from patients.models import Patient
from patients.moved import missing


@allow(Permission.APPOINTMENT_BOOK)
def family_new(request: HttpRequest) -> HttpResponse:
    """Free times for several of one family; htmx gets the times alone."""
    asked = (request.POST if request.method == "POST" else request.GET).get("patient", "")
    patient = patient_of(me(request), asked)
    if patient is None:
        raise missing(me(request), asked)
    family = [patient, *household_of(me(request), patient)]
    if request.method != "POST":
        return _page(request, FamilyForm(user=me(request), family=family, initial=_first_wishes()), patient)
    values = _typed(request, family)
    if "slot" not in request.POST:
        return _page(request, FamilyForm(user=me(request), family=family, initial=values), patient)
    form = FamilyForm(values, user=me(request), family=family)
    booked = form.submit(lambda _data: _book(request, form))
    if booked:
        names = ", ".join(f"{row.patient.given_name} {clock.wall(row.start):%H:%M}" for row in booked)
        messages.success(request, _("Booked for %(when)s: %(names)s.") % {"when": when(booked[0]), "names": names})
        day = reverse("appointments:day-detail", args=[clock.wall(booked[0].start).date()])
        return redirect(f"{day}?location={booked[0].location_id}")
    return _page(request, form, patient)


def _book(request: HttpRequest, form: FamilyForm) -> list[Appointment]:
    seats = read(request.POST.get("slot", ""))
    if not form.agrees(seats):
        message = _("Who comes, or what for, is not what this time was offered for. Choose a time anew.")
        raise Refused(message, code="slot_taken")
    return actions.book_together(by=me(request), seats=seats, dues=form.settled())


def _first_wishes() -> dict[str, Any]:
    return {"day": clock.today().isoformat()}


def _typed(request: HttpRequest, family: list[Patient]) -> dict[str, Any]:
    """What was sent; a box that was not ticked is not sent, and that is an answer too."""
    values = {name: value for name, value in typed(request.POST).items() if name != "instant"}
    boxes = [f"{kind}-{patient.pk}" for patient in family for kind in ("comes", "due")]
    return dict.fromkeys(boxes, "") | values


def _page(request: HttpRequest, form: FamilyForm, patient: Patient) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "patient": patient, "rows": form.rows()}
    if len(form.members()) > 1:
        context |= days_offered(form.search(), form, request.POST)
    part = "_family_times" if "HX-Request" in request.headers else "family"
    return render(request, f"appointments/finding_times/{part}.html", context, status=form.status)
