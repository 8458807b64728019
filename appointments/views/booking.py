"""Booking and moving: one form that finds the patient, offers the free times, and books."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.access import allow, me
from accounts.models import User
from accounts.permissions import Permission
from appointments import actions
from appointments.finding_times.offering import EARLIER, LATER, doctor_for, free_times, times_to_move
from appointments.finding_times.openings import initial_of, new_patient_url, patient_of
from appointments.forms import BookForm, MoveForm, PlaceFields, typed, wall_initial
from appointments.models import Appointment, NextVisit
from appointments.views.checkout import leave_with
from appointments.views.fetch import appointment_or_404
from appointments.views.free_times import patient_choices, settled
from core import clock
from core.errors import NotFound, Refused
from core.ids import is_id

# Refusals that another time would answer.
_OTHER_TIME = frozenset({"slot_taken", "outside_hours", "time_blocked", "time_of_day", "in_the_past", "no_such_time"})
_OVERRIDABLE = (_OTHER_TIME - {"no_such_time"}) | {"reason_required"}

# What a link to the form for moving may know already: where somebody dropped the visit on the grid.
_ASKED = ("day", "time", "doctor", "chair", "minutes", "overbook")


@allow(Permission.APPOINTMENT_BOOK)
def appointment_new(request: HttpRequest) -> HttpResponse:
    """Book a visit. `step` says which button was pressed: find a patient, find free times, or book."""
    by = me(request)
    if request.method != "POST":
        return _book_page(request, BookForm(user=by, initial=initial_of(by, request.GET)))
    values = typed(request.POST)
    if _step(values) != "book":
        return _book_page(request, BookForm(user=by, initial=values))
    form = BookForm(values, user=by)
    booked = form.submit(lambda data: _book(by, form, data))
    if booked:
        messages.success(request, _("Booked for %(when)s.") % {"when": when(booked)})
        leave_with(request, form.cleaned_data["checkout"], booked)
        return redirect("appointments:appointment-detail", booked.pk)
    return _book_page(request, form)


def _book(by: User, form: BookForm, data: Mapping[str, Any]) -> Appointment:
    patient = patient_of(by, data["patient"])
    if patient is None:
        raise NotFound
    place = form.place()
    place["doctor"] = place["doctor"] or doctor_for(form, patient, place)
    if place["doctor"] is None:
        raise Refused(_("The clinic has no doctor yet."), code="no_doctor", field="doctor")
    more = {"type": data["type"], "reason": data["reason"], "walk_in": data["walk_in"], "due": _due(by, data["due"])}
    return actions.book(by=by, patient=patient, **place, **more)


def _due(by: User, pk: str) -> NextVisit | None:
    if not pk:
        return None
    due = NextVisit.objects.visible_to(by).filter(pk=pk).first() if is_id(pk) else None
    if due is None:
        raise NotFound(field="due")
    return due


@allow(Permission.APPOINTMENT_BOOK)
def appointment_move(request: HttpRequest, pk: str) -> HttpResponse:
    """Another time for the same visit."""
    by = me(request)
    appointment = appointment_or_404(by, pk)
    if request.method != "POST":
        place = {"doctor": appointment.doctor_id, "minutes": appointment.minutes}
        asked = {name: request.GET[name] for name in _ASKED if request.GET.get(name)}
        return _move_page(request, MoveForm(initial=wall_initial(appointment.start) | place | asked), appointment)
    values = typed(request.POST)
    if _step(values) != "book":
        return _move_page(request, MoveForm(initial=values), appointment)
    form = MoveForm(values)
    moved = form.submit(lambda data: actions.move(by=by, appointment=appointment, **form.place()))
    if moved:
        messages.success(request, _("Moved to %(when)s.") % {"when": when(moved)})
        return redirect("appointments:appointment-detail", pk)
    return _move_page(request, form, appointment)


def _step(values: Mapping[str, Any]) -> str:
    """What was meant. Enter goes on: it finds the patient, then the times, and books once both are chosen."""
    if LATER in values or EARLIER in values:
        return "times"
    step = values.get("step", "book")
    if step == "book" and not settled(values):
        return "find"  # somebody else's name stands in the box by now
    if step != "enter":
        return str(step)
    # In the box Enter finds, also where the choices came while one typed: the type is still to be chosen.
    if not (values.get("patient") and settled(values) and values["patient"] == values.get("patient_known")):
        return "find"
    return "book" if values.get("time") or values.get("walk_in") else "times"


def _book_page(request: HttpRequest, form: BookForm) -> HttpResponse:
    by = me(request)
    context = _overriding(by, form) | patient_choices(by, form)
    context |= {
        "form": form,
        "new_patient_url": new_patient_url(form) if by.may(Permission.PATIENT_ADD) else "",
    }
    patient = patient_of(by, context["selected"])
    if _wants_times(request, form, at_once=patient is not None and not form.raw("time")):
        context |= free_times(form, request.POST, patient=patient)
    context["focus"] = _focus(request, form, context)
    return render(request, "appointments/appointment_new.html", context, status=form.status)


def _move_page(request: HttpRequest, form: MoveForm, appointment: Appointment) -> HttpResponse:
    context = _overriding(me(request), form) | {"form": form, "appointment": appointment}
    if _wants_times(request, form, at_once=True):
        context |= times_to_move(form, request.POST, appointment)
    return render(request, "appointments/appointment_move.html", context, status=form.status)


def _overriding(by: User, form: PlaceFields) -> dict[str, Any]:
    return {
        "may_overbook": by.may(Permission.APPOINTMENT_OVERBOOK),
        "overridable": form.code in _OVERRIDABLE or form.raw("overbook") or form.raw("override_reason"),
    }


def _wants_times(request: HttpRequest, form: PlaceFields, *, at_once: bool) -> bool:
    """Whether free times stand on the page: when asked for, when the wish was refused, or at once."""
    if request.method != "POST":
        return at_once
    step = _step(typed(request.POST))
    return step == "times" or form.code in _OTHER_TIME or (step == "find" and at_once)


def _focus(request: HttpRequest, form: BookForm, context: Mapping[str, Any]) -> str:
    """Where the keyboard goes on: to the patient, then to the type, then to the first free time."""
    if form.code:
        return ""
    if not context["selected"]:
        return "patient"
    asked_for_times = request.method == "POST" and _step(typed(request.POST)) == "times"
    return "times" if asked_for_times and context.get("days") else "type"


def when(appointment: Appointment) -> str:
    """Weekday, day and time."""
    moment = clock.wall(appointment.start)
    return f"{date_format(moment, 'l')} {date_format(moment, 'DATE_FORMAT')}, {moment:%H:%M}"
