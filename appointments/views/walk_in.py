"""Somebody stands at the desk whom nobody expected: two taps."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments import actions
from appointments.actions.arrivals import EMERGENCY
from appointments.board.walk_ins import doctor_for, found_today
from appointments.models import AppointmentType, Location
from appointments.views.board import asked_location
from core.errors import NotFound, Refused
from core.ids import is_id
from patients import shown
from patients.models import Patient
from patients.search.finding import find

_MOST = 8


@allow(Permission.APPOINTMENT_BOOK)
def walk_in(request: HttpRequest) -> HttpResponse:
    """Find the patient; the tap on one of those found is the check-in. htmx gets the choices alone."""
    locations = list(Location.objects.filter(is_active=True))  # read-scope: locations are no person's
    if not locations:
        raise NotFound
    location = asked_location(request, locations)
    types = AppointmentType.objects.visible_to(me(request))
    context: dict[str, Any] = {"location": location, "types": types, "emergency": EMERGENCY}
    chosen = request.POST.get("patient", "") or request.GET.get("patient", "")
    patient = Patient.objects.visible_to(me(request)).current().filter(pk=chosen).first() if is_id(chosen) else None
    if request.method == "POST" and patient:
        try:
            return _arrived(request, patient, location)
        except Refused as refusal:
            if refusal.status in {403, 404}:
                raise
            context["refusal"] = refusal
    query = request.POST.get("patient_query", "").strip()
    people = _found(request, query) if query else [patient] if patient else []
    back = f"{request.path}?{urlencode({'location': location.pk})}"
    context |= {
        "query": query,
        "found": found_today(me(request), people),
        "wanted_type": request.POST.get("type", ""),
        "new_patient": f"{reverse('patients:patient-create')}?{urlencode({'next': back})}"
        if me(request).may(Permission.PATIENT_ADD)
        else "",
    }
    part = "_walk_in_choices" if "HX-Request" in request.headers else "walk_in"
    status = context["refusal"].status if "refusal" in context else 200
    return render(request, f"appointments/board/{part}.html", context, status=status)


def _arrived(request: HttpRequest, patient: Patient, location: Location) -> HttpResponse:
    types = AppointmentType.objects.visible_to(me(request))
    asked = request.POST.get("type", "")
    kind = (types.filter(pk=asked).first() if is_id(asked) else None) or types.filter(code=EMERGENCY).first()
    kind = kind or types.first()
    if kind is None:
        raise Refused(_("The clinic has no type of visit in use."), code="invalid", field="type")
    doctor = doctor_for(patient, kind, location)
    made = actions.walk_in(by=me(request), patient=patient, doctor=doctor, type=kind, location=location)
    words = _("%(patient)s is here, over other visits.") if made.overbooked else _("%(patient)s is here.")
    messages.success(request, words % {"patient": patient.name})
    return redirect(f"{reverse('appointments:board')}?location={location.pk}")


def _found(request: HttpRequest, query: str) -> list[Patient]:
    people = [hit.patient for hit in find(query, by=me(request), limit=_MOST, archived=False)]
    shown.note(me(request), people)
    return people
