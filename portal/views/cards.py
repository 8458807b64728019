"""What a family takes home of one of its visits: the card, and the visit for the own calendar."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import allow
from accounts.permissions import Permission
from accounts.views.answers import me
from appointments.paper import calendar_file, card, pdf
from appointments.paper.answers import saved
from portal import visits
from portal.people import people_of
from portal.visits import Shown


@allow(Permission.OWN_RECORD)
@require_safe
def visit_card(request: HttpRequest, pk: str) -> HttpResponse:
    """The card as a page that prints, and as text to copy."""
    visit = _own(request, pk)
    context = {"visit": visit, "card": card.of(visit.appointment, visit.patient, visit.location)}
    return render(request, "portal/visit_card.html", context)


@allow(Permission.OWN_RECORD)
@require_safe
def visit_card_pdf(request: HttpRequest, pk: str) -> HttpResponse:
    """The card as a file."""
    visit = _own(request, pk)
    made = card.of(visit.appointment, visit.patient, visit.location)
    try:
        return saved(pdf.make(pdf.document("appointments/paper/_card.html", card=made)), pdf.TYPE, "appointment.pdf")
    except pdf.NoPdf:
        messages.warning(request, _("This computer cannot make PDFs. Print this page instead."))
        return redirect("portal:visit-card", pk)


@allow(Permission.OWN_RECORD)
@require_safe
def visit_calendar(request: HttpRequest, pk: str) -> HttpResponse:
    """The visit for a calendar."""
    visit = _own(request, pk)
    return saved(calendar_file.make(visit.appointment, visit.location), calendar_file.TYPE, "appointment.ics")


def _own(request: HttpRequest, pk: str) -> Shown:
    """One of the family's visits. Raises NotFound for all others."""
    people = people_of(me(request))
    return visits.show(people, [visits.one(me(request), people, pk)])[0]
