"""What this package adds to the shell and to the patient page, registered once at the start."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User, with_profiles
from accounts.permissions import Permission
from appointments import exports, glance
from appointments.desk_lists import keeping
from appointments.imports import Visits
from appointments.merging import DUE, VISITS, WISHES
from appointments.models import Appointment, AppointmentType, Chair, NextVisit
from appointments.recalls import RECALL
from appointments.rules import Event
from core import clock, navigation
from core.errors import Refused, Text
from core.navigation import NavItem
from patients import panels
from patients.imports import kinds as imports
from patients.imports.parts import parts
from patients.models import Patient

_PAST_SHOWN = 20

_TIMELINE: dict[str, Text] = {
    Event.BOOKED: _("Visit booked"),
    Event.MOVED: _("Visit moved"),
    Event.CANCELLED: _("Visit cancelled"),
    Event.CONFIRMED: _("Visit confirmed"),
    Event.STATUS_CHANGED: _("Visit: next step"),
    Event.STATUS_UNDONE: _("Visit: step taken back"),
    Event.BROUGHT_OVER: _("Visit brought over"),
    Event.NEXT_VISIT_NOTED: _("Visit due"),
    Event.NEXT_VISIT_SETTLED: _("Visit due: settled"),
    Event.CHECKED_OUT: _("Checked out"),
    Event.CALL_LOGGED: _("Called"),
    Event.ROW_PUT_ASIDE: _("Put aside on a list of the desk"),
}


def register() -> None:
    """Navigation, the patient page's visits and its button, and the guard on archiving."""
    navigation.register(
        NavItem(10, _("Schedule"), "appointments:day-today", "calendar", "/schedule", _may(Permission.APPOINTMENT_READ))
    )
    navigation.register(
        NavItem(15, _("Board"), "appointments:board", "chair", "/board", _may(Permission.APPOINTMENT_READ))
    )
    navigation.register(NavItem(17, _("My day"), "appointments:my-day", "clock", "/my-day", _treats))
    navigation.register(
        NavItem(25, _("Lists"), "appointments:desk-lists", "report", "/lists", _may(Permission.APPOINTMENT_BOOK))
    )
    navigation.register(
        NavItem(30, _("Wait list"), "appointments:wait-list", "clock", "/wait-list", _may(Permission.APPOINTMENT_BOOK))
    )
    navigation.register(
        NavItem(60, _("Setup"), "appointments:setup", "settings", "/setup", _may(Permission.CLINIC_SETUP))
    )
    panels.panels.append(panels.PatientPanel(10, "visits", _("Visits"), "appointments/_patient_visits.html", visits_of))
    panels.buttons.append(
        panels.PatientButton(
            10,
            _("Book a visit"),
            "appointments:appointment-new",
            "calendar",
            _may(Permission.APPOINTMENT_BOOK),
            short=_("Book"),
        )
    )
    panels.buttons.append(
        panels.PatientButton(40, _("Wait list"), "appointments:wish-new", "clock", _may(Permission.APPOINTMENT_BOOK))
    )
    panels.patients_of_today.append(glance.patients_of_today)
    panels.visit_notes.append(glance.visit_notes)
    panels.archive_guards.append(refuse_while_visits_stand)
    panels.movers["visits"] = VISITS
    panels.movers["due"] = DUE
    panels.movers["wishes"] = WISHES
    panels.event_words.update(_TIMELINE)
    exports.register()
    keeping.register()
    imports.register(Visits())
    parts.append(RECALL)


def visits_of(user: User, patient: Patient) -> dict[str, Any] | None:
    """Upcoming and past visits of one patient, with their types and doctors, in a constant number of queries."""
    if not user.may(Permission.APPOINTMENT_READ):
        return None
    rows = Appointment.objects.visible_to(user).filter(patient_id=patient.pk)
    now = clock.now()
    upcoming = list(rows.filter(start__gte=now).order_by("start", "id"))
    past = list(rows.filter(start__lt=now).order_by("-start", "-id")[:_PAST_SHOWN])
    _name(patient, [*upcoming, *past])
    due = list(NextVisit.objects.visible_to(user).filter(patient_id=patient.pk).open().select_related("type"))
    may_book = user.may(Permission.APPOINTMENT_BOOK)
    return {"upcoming": upcoming, "past": past, "due": due, "patient": patient, "may_book": may_book}


def _name(patient: Patient, rows: list[Appointment]) -> None:
    """Give the rows their types, doctors and chairs, read once per kind."""
    types = AppointmentType.objects.in_bulk({row.type_id for row in rows})
    doctors = {user.pk: user for user in with_profiles(User.objects.filter(pk__in={row.doctor_id for row in rows}))}
    chairs = Chair.objects.in_bulk({row.chair_id for row in rows if row.chair_id})
    for row in rows:
        row.patient, row.type, row.doctor = patient, types[row.type_id], doctors[row.doctor_id]
        row.chair = chairs[row.chair_id] if row.chair_id else None


def refuse_while_visits_stand(patient: Patient) -> None:
    """Raises Refused (`has_appointments`) while future visits of the patient stand."""
    if Appointment.objects.filter(patient_id=patient.pk).upcoming().exists():
        message = _("This patient has future appointments. Cancel or move them first.")
        raise Refused(message, code="has_appointments")


def _treats(user: Any) -> bool:
    return user.may(Permission.APPOINTMENT_READ) and not user.group_names.isdisjoint({"doctor", "assistant"})


def _may(permission: Permission) -> Any:
    return lambda user: user.may(permission)
