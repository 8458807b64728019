"""What this package adds to the shell and to the patient page, registered once at the start."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from appointments.models import Appointment
from core import clock, navigation
from core.errors import Refused
from core.navigation import NavItem
from patients import panels
from patients.models import Patient

_PAST_SHOWN = 20


def register() -> None:
    """Navigation, the patient page's visits and its button, and the guard on archiving."""
    navigation.register(
        NavItem(10, _("Schedule"), "appointments:day-today", "calendar", "/schedule", _may(Permission.APPOINTMENT_READ))
    )
    navigation.register(
        NavItem(60, _("Setup"), "appointments:setup", "settings", "/setup", _may(Permission.CLINIC_SETUP))
    )
    panels.panels.append(panels.PatientPanel(10, "visits", _("Visits"), "appointments/_patient_visits.html", visits_of))
    panels.buttons.append(
        panels.PatientButton(
            10, _("Book a visit"), "appointments:appointment-new", "calendar", _may(Permission.APPOINTMENT_BOOK)
        )
    )
    panels.archive_guards.append(refuse_while_visits_stand)


def visits_of(user: User, patient: Patient) -> dict[str, Any] | None:
    """Upcoming and past visits of one patient, with their types and doctors, in a constant number of queries."""
    if not user.may(Permission.APPOINTMENT_READ):
        return None
    rows = Appointment.objects.visible_to(user).filter(patient_id=patient.pk).select_related("type", "doctor", "chair")
    now = clock.now()
    upcoming = list(rows.filter(start__gte=now).order_by("start", "id"))
    past = list(rows.filter(start__lt=now).order_by("-start", "-id")[:_PAST_SHOWN])
    return {"upcoming": upcoming, "past": past, "patient": patient, "may_book": user.may(Permission.APPOINTMENT_BOOK)}


def refuse_while_visits_stand(patient: Patient) -> None:
    """Raises Refused (`has_appointments`) while future visits of the patient stand."""
    if Appointment.objects.filter(patient_id=patient.pk).upcoming().exists():
        message = _("This patient has future appointments. Cancel or move them first.")
        raise Refused(message, code="has_appointments")


def _may(permission: Permission) -> Any:
    return lambda user: user.may(permission)
