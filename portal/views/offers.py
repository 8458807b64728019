"""Times that the clinic offers to a family from its wait list."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import allow
from accounts.models import User
from accounts.permissions import Permission
from accounts.views.answers import me
from appointments.actions import wait_list as actions
from appointments.api.shapes import doctor_names
from appointments.models import WaitlistOffer
from core import clock
from core.errors import NotFound, Refused
from patients.models import Patient
from portal.people import people_of
from portal.visits import address_of, describe, in_words


@allow(Permission.OWN_RECORD)
@require_safe
def offer_list(request: HttpRequest) -> HttpResponse:
    """Offers that can still be answered."""
    context = {"offers": offers_for(me(request), people_of(me(request)))}
    return render(request, "portal/offer_list.html", context)


@allow(Permission.OWN_RECORD)
@require_POST
def offer_answer(request: HttpRequest, pk: str) -> HttpResponse:
    """Yes or no; the first who says yes has the time."""
    by = me(request)
    people = [patient.pk for patient in people_of(by)]
    offer = WaitlistOffer.objects.visible_to(by).filter(pk=pk, patient_id__in=people).select_related("entry").first()
    step = request.POST.get("step", "")
    if offer is None or step not in {"accept", "decline"}:
        raise NotFound
    try:
        if step == "accept":
            booked = actions.accept(by=by, offer=offer)
            messages.success(request, _("Booked: %(when)s.") % {"when": in_words(booked.start)})
            return redirect("portal:visit-detail", booked.pk)
        actions.decline(by=by, offer=offer)
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        messages.warning(request, str(refusal))
    return redirect("portal:home")


def offers_for(user: User, people: list[Patient]) -> list[dict[str, Any]]:
    """Offers for these people in words, the soonest to run out first."""
    rows = WaitlistOffer.objects.visible_to(user).filter(patient_id__in=[patient.pk for patient in people]).out()
    found = list(rows.select_related("entry__type", "entry__instead_of", "location"))
    doctors = doctor_names({row.doctor_id for row in found})
    names = {patient.pk: patient.name for patient in people}
    return [
        {
            "pk": row.pk,
            "who": names[row.patient_id],
            "when": in_words(row.start),
            "what": describe(row.entry.type.name, row.entry.type.minutes, doctors[row.doctor_id]),
            "where": address_of(row.location),
            "until": clock.wall(row.expires_at),
            "instead_of": in_words(row.entry.instead_of.start) if row.entry.instead_of else "",
        }
        for row in found
    ]
