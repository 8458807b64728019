"""The first page: everybody the person looks after, and the next visit of each."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import allow
from accounts.permissions import Permission
from accounts.views.answers import me
from appointments.models import Location
from patients.rules import readable_phone
from portal import visits
from portal.people import Card, called, people_of
from portal.views.offers import offers_for


@allow(Permission.OWN_RECORD)
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One card a person."""
    user = me(request)
    people = people_of(user)
    upcoming = visits.show(people, visits.of_people(user, people).upcoming())
    next_of = {shown.patient.pk: shown for shown in reversed(upcoming)}
    may_book = user.may(Permission.APPOINTMENT_BOOK_OWN)
    cards = [Card(patient, patient.user_id == user.pk, next_of.get(patient.pk), may_book) for patient in people]
    own = next((card.patient for card in cards if card.is_own), None)
    greeting = called(own) if own else user.name.split(" ")[0]
    context = {
        "people": cards,
        "greeting": greeting,
        "locations": clinic_locations(),
        "offers": offers_for(user, people),
    }
    return render(request, "portal/home.html", context)


def clinic_locations() -> list[dict[str, str]]:
    """Where to call."""
    # read-scope: names, addresses and phones of the clinic are for everybody
    places = Location.objects.filter(is_active=True)
    return [
        {"name": row.name, "address": row.address, "phone": row.phone, "readable": readable_phone(row.phone)}
        for row in places
    ]
