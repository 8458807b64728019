"""Visits that are due, on the patient's page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import allow, me
from accounts.permissions import Permission
from appointments.actions import next_visits
from appointments.models import NextVisit
from core.errors import NotFound


@allow(Permission.APPOINTMENT_BOOK)
@require_POST
def next_visit_settle(request: HttpRequest, pk: str) -> HttpResponse:
    """It is booked, or not needed any more."""
    due = NextVisit.objects.visible_to(me(request)).filter(pk=pk).first()
    if due is None:
        raise NotFound
    next_visits.settle_next_visit(by=me(request), due=due)
    messages.success(request, _("Settled."))
    return redirect("patients:patient-detail", due.patient_id)
