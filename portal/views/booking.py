"""Choosing a time, for a new visit or for one that moves."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import allow
from accounts.models import User
from accounts.permissions import Permission
from accounts.views.answers import me, show
from appointments import actions, hours
from appointments.models import Appointment, Location
from core import clock
from patients.models import Patient
from portal import booking, times, visits
from portal.booking import Choice
from portal.forms import BookForm, TimeForm, WishForm
from portal.people import people_of, person
from portal.views.home import clinic_locations
from portal.visits import Shown


@allow(Permission.APPOINTMENT_BOOK_OWN)
@require_http_methods(["GET", "HEAD", "POST"])
def visit_create(request: HttpRequest) -> HttpResponse:
    """Who and what, then a time, then yes."""
    user = me(request)
    people = people_of(user)
    if not people:
        return redirect("portal:home")
    if request.method == "POST":
        return _book(request, user)
    chosen = person(user, request.GET["patient"]) if request.GET.get("patient") else people[0]
    if request.GET.get("start"):
        return _confirm(request, user, BookForm(request.GET))
    return _choose(request, user, people, chosen)


def _choose(request: HttpRequest, user: User, people: list[Patient], chosen: Patient) -> HttpResponse:
    doctors = booking.doctors(user, chosen.treating_doctor_id)
    types = booking.types_online(user)
    start = {"patient": chosen.pk, "doctor": chosen.treating_doctor_id or ""}
    asked = {**start, **request.GET.dict()} if request.GET.get("type") else None
    form = WishForm(asked, initial=start, people=people, types=types, doctors=doctors)
    context: dict[str, Any] = {"chosen_name": chosen.name, "locations": clinic_locations()}
    if asked and form.submit(lambda wish: wish):
        wish = form.cleaned_data
        pattern = next(kind.pattern for kind in types if kind.code == wish["type"])
        query = {name: wish[name] for name in ("patient", "type", "doctor")}
        context |= _times(
            request.GET, query, booking.preferred(wish["doctor"], doctors), (wish["type"], pattern), chosen
        )
    return show(request, "portal/visit_create.html", form, **context)


def _times(
    asked: QueryDict, query: dict[str, str], doctors: list[User], kind: tuple[str, str], patient: Patient
) -> dict[str, Any]:
    """The open day and the days around it, as portal/_times.html wants them; `kind` is a type's code and pattern."""
    span = times.window(asked.get("from"))
    days = times.free(doctors, *kind, patient, span)
    wanted = _day(asked.get("day"))
    opened = next((item for item in days if item.date == wanted), days[0] if days else None)
    carried = {**query, **({"from": asked["from"]} if asked.get("from") else {})}
    return {
        "searched": True,
        "day": opened,
        "other_days": [item for item in days if item is not opened],
        "earlier": span.earlier,
        "later": span.later,
        "query": urlencode(carried),
        "choices": urlencode(query),
    }


def _day(text: str | None) -> Any:
    try:
        return parse_date(text or "")
    except ValueError:
        return None


def _confirm(request: HttpRequest, user: User, form: BookForm) -> HttpResponse:
    if form.submit(lambda data: data) is None:
        messages.error(request, _("Please choose a time again."))
        return redirect("portal:visit-create")
    return _ask(request, user, form, form.cleaned_data)


def _ask(request: HttpRequest, user: User, form: BookForm, data: dict[str, Any], **values: Any) -> HttpResponse:
    patient = person(user, data["patient"])
    doctor = booking.one_doctor(user, data["doctor"])
    choice = Choice(patient, booking.one_type(data["type"]), doctor, data["start"])
    query = urlencode({name: data[name] for name in ("patient", "type", "doctor")})
    address = reverse("portal:visit-create")
    values |= {"choice": choice, "action": address, "back": f"{address}?{query}", "query": query}
    values["notice"] = _notice(choice.start)
    return show(request, "portal/visit_confirm.html", form, **values)


def _book(request: HttpRequest, user: User) -> HttpResponse:
    person(user, request.POST.get("patient", ""))
    form = BookForm(request.POST)
    chosen = dict(form.cleaned_data) if form.is_valid() else {}
    booked = form.submit(lambda data: _booked(user, data))
    if booked:
        messages.success(request, _("The visit is booked: %(when)s.") % {"when": visits.in_words(booked.start)})
        return redirect("portal:visit-detail", booked.pk)
    if form.code == "invalid":
        # Nothing that a person typed: somebody changed the hidden fields.
        return show(request, "portal/visit_refused.html", form)
    return _ask(request, user, form, chosen, next_free=booking.next_free(form.extra))


def _booked(user: User, data: dict[str, Any]) -> Appointment:
    return actions.book(
        by=user,
        patient=person(user, data["patient"]),
        doctor=booking.one_doctor(user, data["doctor"]),
        type=booking.one_type(data["type"]),
        start=data["start"],
    )


@allow(Permission.APPOINTMENT_BOOK_OWN)
@require_http_methods(["GET", "HEAD", "POST"])
def visit_move(request: HttpRequest, pk: str) -> HttpResponse:
    """Another time for a visit, with the same orthodontist."""
    user = me(request)
    people = people_of(user)
    visit = visits.show(people, [visits.one(user, people, pk)])[0]
    if request.method == "POST":
        return _move(request, user, visit)
    if not visit.may_change:
        messages.error(request, visit.why_fixed or _("This visit can no longer be changed here."))
        return redirect("portal:visit-detail", pk)
    if request.GET.get("start"):
        form = TimeForm(request.GET)
        if form.submit(lambda data: data):
            return _ask_to_move(request, visit, form)
    return _choose_time(request, user, visit)


def _choose_time(request: HttpRequest, user: User, visit: Shown) -> HttpResponse:
    doctors = booking.preferred(visit.appointment.doctor_id, booking.doctors(user))
    kind = (visit.appointment.type.code, visit.appointment.pattern)
    found = _times(request.GET, {}, doctors, kind, visit.patient)
    return render(request, "portal/visit_move.html", {"visit": visit, "locations": clinic_locations(), **found})


def _ask_to_move(request: HttpRequest, visit: Shown, form: TimeForm, **values: Any) -> HttpResponse:
    address = reverse("portal:visit-move", args=[visit.appointment.pk])
    start = form.cleaned_data["start"]
    choice = {
        "patient": visit.patient,
        "what": visit.what,
        "start": start,
        "when": visits.in_words(start),
        "where": visits.address_of(_location(visit.appointment, start)),
    }
    values |= {"visit": visit, "choice": choice, "action": address, "back": address, "notice": _notice(start)}
    return show(request, "portal/visit_confirm.html", form, **values)


def _move(request: HttpRequest, user: User, visit: Shown) -> HttpResponse:
    form = TimeForm(request.POST)
    moved = form.submit(lambda data: _moved(user, visit.appointment, data["start"]))
    if moved:
        messages.success(request, _("The visit is moved: %(when)s.") % {"when": visits.in_words(moved.start)})
        return redirect("portal:visit-detail", moved.pk)
    if form.code == "invalid":
        return show(request, "portal/visit_refused.html", form)
    return _ask_to_move(request, visit, form, next_free=booking.next_free(form.extra))


def _moved(user: User, appointment: Appointment, start: datetime) -> Appointment:
    return actions.move(by=user, appointment=appointment, start=start, location=_location(appointment, start))


def _location(appointment: Appointment, start: datetime) -> Location:
    # A doctor may work elsewhere on another day: the visit goes where the doctor is.
    return hours.find_location(appointment.doctor, start, appointment.pattern)


def _notice(start: datetime) -> str:
    values = {"hours": settings.CANCEL_NOTICE_HOURS}
    if start - clock.now() < timedelta(**values):
        return (
            _("This is less than %(hours)s hours away: please call the clinic if you cannot come after all.") % values
        )
    return _("You can move or cancel it here until %(hours)s hours before.") % values
