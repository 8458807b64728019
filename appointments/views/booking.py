"""Booking and moving: the form, the patients that it offers, the free times that it offers."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments import actions, slots
from appointments.forms import BookForm, MoveForm, PlaceFields, read_slot, wall_initial
from appointments.models import Appointment
from appointments.rules import fit_pattern
from appointments.views.fetch import appointment_or_404
from core import clock
from core.errors import NotFound, Refused
from core.ids import is_id
from patients.models import Patient

_MOST_PATIENTS = 8
_SEARCH_DAYS = 14
_MOST_SLOTS = 40


@allow(Permission.APPOINTMENT_BOOK)
def appointment_new(request: HttpRequest) -> HttpResponse:
    """Book a visit. `step` says which button was pressed: find, times or book."""
    if request.method != "POST":
        form = BookForm(user=me(request), initial=_initial(request))
        return _book_page(request, form, patient_id=request.GET.get("patient", ""))
    form = BookForm(request.POST, user=me(request))
    if request.POST.get("step") in {"find", "times"}:
        return _book_page(request, _unbound(request, form), patient_id=request.POST.get("patient", ""))
    booked = form.submit(lambda data: _book(request, form, data))
    if booked:
        messages.success(request, _("Booked for %(when)s.") % {"when": _when(booked)})
        return redirect("appointments:appointment-detail", booked.pk)
    return _book_page(request, form, patient_id=request.POST.get("patient", ""))


def _book(request: HttpRequest, form: BookForm, data: dict[str, Any]) -> Appointment:
    patient = _patient(request, data["patient"])
    if patient is None:
        raise NotFound
    more = {"type": data["type"], "reason": data["reason"], "walk_in": data["walk_in"]}
    return actions.book(by=me(request), patient=patient, **form.place(), **more)


@allow(Permission.APPOINTMENT_BOOK)
def appointment_move(request: HttpRequest, pk: str) -> HttpResponse:
    """Another time for the same visit."""
    appointment = appointment_or_404(me(request), pk)
    initial = wall_initial(appointment.start) | {
        "doctor": appointment.doctor_id,
        "chair": appointment.chair_id or "",
        "minutes": appointment.minutes,
    }
    if request.method != "POST":
        return _move_page(request, MoveForm(initial=initial), appointment)
    form = MoveForm(request.POST)
    if request.POST.get("step") == "times":
        return _move_page(request, _unbound(request, form), appointment)
    if form.submit(lambda data: actions.move(by=me(request), appointment=appointment, **form.place())):
        messages.success(request, _("Moved to %(when)s.") % {"when": _when(appointment_or_404(me(request), pk))})
        return redirect("appointments:appointment-detail", pk)
    return _move_page(request, form, appointment)


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def patient_pick(request: HttpRequest) -> HttpResponse:
    """Patients that fit what has been typed so far, as choices."""
    context = _patient_choices(request, request.POST.get("patient_query", ""), "")
    return render(request, "appointments/_patient_choices.html", context)


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def slot_pick(request: HttpRequest) -> HttpResponse:
    """Free times for what has been chosen so far, as choices."""
    form = BookForm(request.POST, user=me(request)) if "type" in request.POST else MoveForm(request.POST)
    form.is_valid()
    return render(request, "appointments/_free_times.html", {"days": _free_times(request, form, _moving(request))})


def _book_page(request: HttpRequest, form: BookForm, *, patient_id: str) -> HttpResponse:
    query = str(form["patient_query"].value() or "")
    context = {
        "form": form,
        "days": _offered(request, form, None),
        "may_overbook": me(request).may(Permission.APPOINTMENT_OVERBOOK),
        "new_patient_url": reverse("patients:patient-create") if me(request).may(Permission.PATIENT_ADD) else "",
    }
    context |= _patient_choices(request, query, patient_id)
    return render(request, "appointments/appointment_new.html", context, status=form.status)


def _move_page(request: HttpRequest, form: MoveForm, appointment: Appointment) -> HttpResponse:
    context = {
        "form": form,
        "appointment": appointment,
        "days": _offered(request, form, appointment),
        "may_overbook": me(request).may(Permission.APPOINTMENT_OVERBOOK),
    }
    return render(request, "appointments/appointment_move.html", context, status=form.status)


def _initial(request: HttpRequest) -> dict[str, Any]:
    """What the link that led here already knows: patient, doctor, chair, type, start."""
    asked = request.GET
    initial: dict[str, Any] = {"day": clock.today()}
    patient = _patient(request, asked.get("patient", ""))
    if patient:
        initial |= {"patient": patient.pk, "patient_query": patient.name, "doctor": patient.treating_doctor_id or ""}
    chosen = read_slot(asked.get("start", "").replace(" ", "+"))
    if chosen:
        initial |= wall_initial(chosen[0])
    return initial | {name: asked[name] for name in ("doctor", "chair", "type") if asked.get(name)}


def _unbound(request: HttpRequest, form: Any) -> Any:
    """The same form with what was typed, without complaints: nothing has been sent off yet."""
    typed = {name: request.POST.get(name, "") for name in form.fields}
    kwargs = {"user": me(request)} if isinstance(form, BookForm) else {}
    return type(form)(initial=typed, **kwargs)


def _patient(request: HttpRequest, pk: str) -> Patient | None:
    return Patient.objects.visible_to(me(request)).current().filter(pk=pk).first() if is_id(pk) else None


def _patient_choices(request: HttpRequest, query: str, chosen_id: str) -> dict[str, Any]:
    chosen = _patient(request, chosen_id)
    found: list[Patient] = []
    if query.strip() and (chosen is None or query.strip() != chosen.name):
        rows = Patient.objects.visible_to(me(request)).current().search(query).by_name()
        found = list(rows[:_MOST_PATIENTS])
    if chosen and chosen not in found:
        found.insert(0, chosen)
    selected = chosen_id if chosen else (found[0].pk if len(found) == 1 else "")
    return {"patients": found, "selected": selected, "searched": bool(query.strip())}


def _moving(request: HttpRequest) -> Appointment | None:
    pk = request.POST.get("appointment", "")
    return appointment_or_404(me(request), pk) if is_id(pk) else None


def _offered(request: HttpRequest, form: PlaceFields, moving: Appointment | None) -> list[dict[str, Any]]:
    """Free times on the page: when asked for, or when the wish was refused."""
    if request.POST.get("step") == "times":
        return _free_times(request, form, moving)
    return _by_day([_from_json(slot) for slot in getattr(form, "extra", {}).get("nextFree", [])], form)


def _free_times(request: HttpRequest, form: PlaceFields, moving: Appointment | None) -> list[dict[str, Any]]:
    def value(name: str) -> str:
        return str(request.POST.get(name, ""))

    first = form.fields["day"].clean(value("day")) if value("day") else clock.today()
    first = max(first, clock.today())
    doctors = [form.doctors[value("doctor")]] if value("doctor") in form.doctors else list(form.doctors.values())
    try:
        pattern = _pattern(form, moving, value("type"), value("minutes"))
    except Refused:
        return []
    found = slots.free_slots(
        doctors=doctors,
        first_day=first,
        last_day=first + timedelta(days=_SEARCH_DAYS - 1),
        pattern=pattern,
        patient_id=moving.patient_id if moving else value("patient"),
    )
    return _by_day([(slot.start, slot.doctor_id, slot.chair_id or "") for slot in found[:_MOST_SLOTS]], form)


def _pattern(form: PlaceFields, moving: Appointment | None, type_code: str, minutes: str) -> str:
    length = int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 5 else None
    if moving:
        return fit_pattern(moving.pattern, length)
    types = getattr(form, "types", {})
    return fit_pattern(types[type_code].pattern if type_code in types else "A", length)


def _from_json(slot: dict[str, str]) -> tuple[Any, str, str]:
    chosen = read_slot(f"{slot['start']}|{slot['doctorId']}|{slot['chairId'] or ''}")
    assert chosen
    return chosen


def _by_day(found: list[tuple[Any, str, str]], form: PlaceFields) -> list[dict[str, Any]]:
    days: dict[Any, list[dict[str, Any]]] = {}
    for start, doctor_id, chair_id in found:
        doctor = form.doctors.get(doctor_id)
        choice = {
            "value": f"{clock.iso(start)}|{doctor_id}|{chair_id}",
            "start": start,
            "doctor": doctor.display_name if doctor else "",
        }
        days.setdefault(clock.wall(start).date(), []).append(choice)
    return [{"day": day, "times": times} for day, times in days.items()]


def _when(appointment: Appointment) -> str:
    moment = clock.wall(appointment.start)
    return f"{moment:%A} {moment.day} {moment:%b}, {moment:%H:%M}"
