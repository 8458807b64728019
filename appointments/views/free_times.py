"""Parts of the booking form that come while one types: patients that fit, free times."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts.access import allow, me
from accounts.models import User
from accounts.permissions import Permission
from appointments.finding_times.households import household_of
from appointments.finding_times.offering import free_times, times_to_move
from appointments.finding_times.openings import due_of, patient_of
from appointments.forms import BookForm, MoveForm, typed
from appointments.views.fetch import appointment_or_404
from core.ids import is_id
from patients import shown
from patients.models import Patient
from patients.search.finding import find

_MOST_PATIENTS = 8


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def patient_pick(request: HttpRequest) -> HttpResponse:
    """Patients that fit what has been typed so far, as choices."""
    by = me(request)
    form = BookForm(user=by, initial=typed(request.POST) | {"patient": ""})
    context = patient_choices(by, form)
    response = render(request, "appointments/_patient_choices.html", context)
    if context["selected"]:
        response["HX-Trigger-After-Settle"] = "patient-known"  # the free times are looked up for this patient
    return response


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def slot_pick(request: HttpRequest) -> HttpResponse:
    """Free times for what has been chosen so far, as choices."""
    by, pk = me(request), request.POST.get("appointment", "")
    values = typed(request.POST)
    if is_id(pk):
        context = times_to_move(MoveForm(initial=values), values, appointment_or_404(by, pk))
    else:
        form = BookForm(user=by, initial=values)
        context = free_times(form, values, patient=patient_of(by, form.raw("patient")))
    return render(request, "appointments/_free_times.html", context)


def settled(values: Mapping[str, Any]) -> bool:
    """Whether the patient who is chosen was found by the words that stand in the box now, or has been known before."""
    query = values.get("patient_query", "")
    return bool(query == values.get("patient_shown", query))


def patient_choices(by: User, form: BookForm) -> dict[str, Any]:
    """Who is meant, and of the one who is chosen what is due and who comes along."""
    query = form.raw("patient_query").strip()
    sent: Mapping[str, Any] = form.data or form.initial
    chosen = patient_of(by, form.raw("patient")) if settled(sent) else None
    found: list[Patient] = []
    if query and (chosen is None or query != chosen.name):
        hits = find(query, by=by, limit=_MOST_PATIENTS, archived=False)
        found = [hit.patient for hit in hits]
        shown.note(by, found)
    if chosen and chosen not in found:
        found.insert(0, chosen)
    selected = chosen or (found[0] if len(found) == 1 else None)
    due = due_of(by, selected, form.raw("due"))
    return {
        "patients": found,
        "selected": selected.pk if selected else "",
        "query": query,
        "due": due,
        "settles": due is not None and due.pk == form.raw("due"),
        "household": household_of(by, selected) if selected else [],
    }
