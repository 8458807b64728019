"""Booking and moving: the form, the patients that it offers, the free times that it offers."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow, me
from accounts.models import User
from accounts.permissions import Permission
from appointments import actions, offers
from appointments.forms import BookForm, MoveForm, PlaceFields, typed, wall_initial
from appointments.models import Appointment
from appointments.views.fetch import appointment_or_404
from core import clock
from core.errors import NotFound, Refused
from core.ids import is_id
from patients import shown
from patients.models import Patient
from patients.search.finding import find

_MOST_PATIENTS = 8
# Refusals that another time would answer.
_OTHER_TIME = frozenset({"slot_taken", "outside_hours", "in_the_past", "no_such_time"})
_OVERRIDABLE = frozenset({"slot_taken", "outside_hours", "in_the_past", "reason_required"})

# What a link to the booking form may know already, besides patient and start.
_CARRIED = ("doctor", "chair", "type", "day", "time", "walk_in")


@allow(Permission.APPOINTMENT_BOOK)
def appointment_new(request: HttpRequest) -> HttpResponse:
    """Book a visit. `step` says which button was pressed: find a patient, find free times, or book."""
    by = me(request)
    if request.method != "POST":
        return _book_page(request, BookForm(user=by, initial=_initial(by, request.GET)))
    values = typed(request.POST)
    if _step(values) != "book":
        return _book_page(request, BookForm(user=by, initial=values))
    form = BookForm(values, user=by)
    booked = form.submit(lambda data: _book(by, form, data))
    if booked:
        messages.success(request, _("Booked for %(when)s.") % {"when": _when(booked)})
        return redirect("appointments:appointment-detail", booked.pk)
    return _book_page(request, form)


def _book(by: User, form: BookForm, data: Mapping[str, Any]) -> Appointment:
    patient = _patient(by, data["patient"])
    if patient is None:
        raise NotFound
    place = form.place()
    place["doctor"] = place["doctor"] or _doctor_for(form, patient, place)
    more = {"type": data["type"], "reason": data["reason"], "walk_in": data["walk_in"]}
    return actions.book(by=by, patient=patient, **place, **more)


def _doctor_for(form: BookForm, patient: Patient, place: Mapping[str, Any]) -> User:
    """Whoever is free then, the patient's own doctor first."""
    search = _search(form, form.type_pattern(), patient)
    found = search.doctor_at(place["start"], place["chair"].location_id if place["chair"] else "")
    if found is None:
        raise Refused(_("The clinic has no doctor yet."), code="no_doctor", field="doctor")
    return found


@allow(Permission.APPOINTMENT_BOOK)
def appointment_move(request: HttpRequest, pk: str) -> HttpResponse:
    """Another time for the same visit."""
    by = me(request)
    appointment = appointment_or_404(by, pk)
    if request.method != "POST":
        place = {"doctor": appointment.doctor_id, "chair": appointment.chair_id, "minutes": appointment.minutes}
        return _move_page(request, MoveForm(initial=wall_initial(appointment.start) | place), appointment)
    values = typed(request.POST)
    if _step(values) != "book":
        return _move_page(request, MoveForm(initial=values), appointment)
    form = MoveForm(values)
    moved = form.submit(lambda data: actions.move(by=by, appointment=appointment, **form.place()))
    if moved:
        messages.success(request, _("Moved to %(when)s.") % {"when": _when(moved)})
        return redirect("appointments:appointment-detail", pk)
    return _move_page(request, form, appointment)


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def patient_pick(request: HttpRequest) -> HttpResponse:
    """Patients that fit what has been typed so far, as choices."""
    context = _patient_choices(me(request), request.POST.get("patient_query", ""), "")
    return render(request, "appointments/_patient_choices.html", context)


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def slot_pick(request: HttpRequest) -> HttpResponse:
    """Free times for what has been chosen so far, as choices."""
    by, pk = me(request), request.POST.get("appointment", "")
    moving = appointment_or_404(by, pk) if is_id(pk) else None
    form = MoveForm(initial=typed(request.POST)) if moving else BookForm(user=by, initial=typed(request.POST))
    return render(request, "appointments/_free_times.html", _free_times(request, form, moving))


def _step(values: Mapping[str, Any]) -> str:
    """What was meant: Enter books once the patient is chosen whom the words in the search box found."""
    if "times_from" in values:
        return "times"
    step = values.get("step", "book")
    if step != "enter":
        return str(step)
    settled = values.get("patient_query", "") == values.get("patient_shown", "")
    return "book" if values.get("patient") and settled else "find"


def _book_page(request: HttpRequest, form: BookForm) -> HttpResponse:
    by = me(request)
    context = {
        "form": form,
        "may_overbook": by.may(Permission.APPOINTMENT_OVERBOOK),
        "overridable": form.code in _OVERRIDABLE or form.raw("overbook") or form.raw("override_reason"),
        "new_patient_url": _new_patient_url(form) if by.may(Permission.PATIENT_ADD) else "",
        "has_time": bool(form.raw("time")),
    }
    context |= _patient_choices(by, form.raw("patient_query"), form.raw("patient"))
    context |= _offered(request, form, None)
    return render(request, "appointments/appointment_new.html", context, status=form.status)


def _move_page(request: HttpRequest, form: MoveForm, appointment: Appointment) -> HttpResponse:
    context = {
        "form": form,
        "appointment": appointment,
        "may_overbook": me(request).may(Permission.APPOINTMENT_OVERBOOK),
        "overridable": form.code in _OVERRIDABLE or form.raw("overbook") or form.raw("override_reason"),
    }
    context |= _offered(request, form, appointment)
    return render(request, "appointments/appointment_move.html", context, status=form.status)


def _initial(by: User, asked: Mapping[str, str]) -> dict[str, Any]:
    """What the link that led here already knows: patient, doctor, chair, type, start."""
    initial: dict[str, Any] = {"day": clock.today().isoformat()}
    patient = _patient(by, asked.get("patient", ""))
    if patient:
        initial |= {"patient": patient.pk, "patient_query": patient.name, "doctor": patient.treating_doctor_id or ""}
    chosen = offers.read(asked.get("start", "").replace(" ", "+"))
    if chosen:
        initial |= wall_initial(chosen[0])
    return initial | {name: asked[name] for name in _CARRIED if asked.get(name)}


def _new_patient_url(form: BookForm) -> str:
    """The page for a new patient, which leads back here."""
    kept = {name: form.raw(name) for name in _CARRIED}
    back = f"{reverse('appointments:appointment-new')}?{urlencode({n: v for n, v in kept.items() if v})}"
    return f"{reverse('patients:patient-create')}?{urlencode({'next': back})}"


def _patient(by: User, pk: str) -> Patient | None:
    return Patient.objects.visible_to(by).filter(pk=pk).first() if is_id(pk) else None


def _patient_choices(by: User, query: str, chosen_id: str) -> dict[str, Any]:
    query = query.strip()
    chosen = _patient(by, chosen_id)
    found: list[Patient] = []
    if query and (chosen is None or query != chosen.name):
        hits = find(query, by=by, limit=_MOST_PATIENTS, archived=False)
        found = [hit.patient for hit in hits]
        shown.note(by, found)
    if chosen and chosen not in found:
        found.insert(0, chosen)
    selected = chosen.pk if chosen else (found[0].pk if len(found) == 1 else "")
    return {"patients": found, "selected": selected, "query": query}


def _offered(request: HttpRequest, form: PlaceFields, moving: Appointment | None) -> dict[str, Any]:
    """Free times on the page: when asked for, or when the wish was refused."""
    if request.method == "POST":
        wanted = _step(request.POST) == "times" or form.code in _OTHER_TIME
    else:
        wanted = moving is not None or (bool(form.raw("patient")) and not form.raw("time"))
    return _free_times(request, form, moving) if wanted else {}


def _free_times(request: HttpRequest, form: PlaceFields, moving: Appointment | None) -> dict[str, Any]:
    first = _later_day(request.POST.get("times_from", "")) or form.wanted_day()
    if isinstance(form, BookForm):
        search = _search(form, form.type_pattern(), _patient(me(request), form.raw("patient")))
    else:
        assert moving is not None
        search = _search(form, moving.pattern, moving.patient)
        search.leaving, search.preferred = moving.pk, moving.doctor_id
    days = search.from_day(first)
    return {
        "days": days,
        "searched_days": True,
        "several_doctors": len(search.doctors) > 1,
        "later": days[-1].day + timedelta(days=1) if days else None,
    }


def _search(form: PlaceFields, pattern: str, patient: Patient | None) -> offers.Search:
    return offers.Search(
        doctors=form.wanted_doctors(),
        pattern=form.wanted_pattern(pattern),
        patient_id=patient.pk if patient else "",
        preferred=(patient.treating_doctor_id or "") if patient else "",
    )


def _later_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _when(appointment: Appointment) -> str:
    moment = clock.wall(appointment.start)
    return f"{date_format(moment, 'l')} {date_format(moment, 'DATE_FORMAT')}, {moment:%H:%M}"
