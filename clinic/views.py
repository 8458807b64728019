"""Where everybody lands, and the page of the design's components."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.access import SIGNED_IN, allow, me
from accounts.permissions import Permission
from accounts.polling import polled
from appointments.views import home as desk
from clinic import design as design_samples


@allow(SIGNED_IN)
@polled(desk.stamp)
def home(request: HttpRequest) -> HttpResponse:
    """The page a person works from: the day for the staff, their own page for patients and parents."""
    user = me(request)
    if user.may(Permission.APPOINTMENT_READ):
        return desk.desk_home(request)
    if user.may(Permission.PATIENT_READ):
        return redirect("patients:patient-list")
    return redirect("portal:home") if user.may(Permission.OWN_RECORD) else redirect("accounts:account")


@allow(SIGNED_IN)
def design(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    return render(request, "clinic/design.html", design_samples.context(request))
