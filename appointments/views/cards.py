"""What a patient takes home of one visit: the appointment card, and the visit for the own calendar."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments.paper import calendar_file, card, pdf
from appointments.paper.answers import saved
from appointments.views.fetch import appointment_or_404


@allow(Permission.APPOINTMENT_READ)
@require_safe
def appointment_card(request: HttpRequest, pk: str) -> HttpResponse:
    """The card as a page that prints, and as text to copy."""
    visit = appointment_or_404(me(request), pk)
    context = {"visit": visit, "card": card.of(visit, visit.patient, visit.location)}
    return render(request, "appointments/paper/appointment_card.html", context)


@allow(Permission.APPOINTMENT_READ)
@require_safe
def appointment_card_pdf(request: HttpRequest, pk: str) -> HttpResponse:
    """The card as a file."""
    visit = appointment_or_404(me(request), pk)
    page = pdf.document("appointments/paper/_card.html", card=card.of(visit, visit.patient, visit.location))
    try:
        return saved(pdf.make(page), pdf.TYPE, "appointment.pdf")
    except pdf.NoPdf:
        messages.warning(request, _("This computer cannot make PDFs. Print this page instead."))
        return redirect("appointments:appointment-card", pk)


@allow(Permission.APPOINTMENT_READ)
@require_safe
def appointment_calendar(request: HttpRequest, pk: str) -> HttpResponse:
    """The visit for a calendar."""
    visit = appointment_or_404(me(request), pk)
    return saved(calendar_file.make(visit, visit.location), calendar_file.TYPE, "appointment.ics")
