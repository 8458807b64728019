"""People at the door: families who come together, and those whom nobody expected."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from appointments.actions.booking import book
from appointments.actions.flow import set_status
from appointments.board.walk_ins import next_start
from appointments.models import Appointment, AppointmentType, Location
from appointments.rules import HOLDING, Status
from core import clock
from core.actions import audited
from core.errors import NotFound, Refused
from patients.models import Patient

EMERGENCY = "EMG"


@audited
def check_in_together(*, by: User, appointment_ids: Sequence[str]) -> list[Appointment]:
    """Check in everybody of a family, or nobody: who is not expected any more is said. Raises Refused, NotFound."""
    require(by, Permission.APPOINTMENT_READ)
    rows = list(Appointment.objects.visible_to(by).filter(pk__in=list(appointment_ids)).order_by("start", "id"))
    if not rows or len(rows) != len(set(appointment_ids)):
        raise NotFound
    return [set_status(by=by, appointment=row, status=Status.ARRIVED, expected=Status.BOOKED) for row in rows]


@audited
def walk_in(*, by: User, patient: Patient, doctor: User, type: AppointmentType, location: Location) -> Appointment:
    """Somebody stands at the desk: a visit that begins now, arrived, over others where nothing is free.

    Who may not overbook takes a free time. Raises Refused (`already_here`) for a patient who is in the clinic.
    """
    # read-scope: whether this patient, whom the person sees, is here
    today = Appointment.objects.for_day(clock.today()).filter(patient_id=patient.pk, status__in=HOLDING)
    if today.exclude(status=Status.BOOKED).exists():
        raise Refused(_("This patient is here already."), code="already_here", field="patient")
    reason = _("Emergency") if type.code == EMERGENCY else _("Walk-in")
    may_overbook = by.may(Permission.APPOINTMENT_OVERBOOK)
    return book(
        by=by,
        patient=patient,
        doctor=doctor,
        type=type,
        location=location,
        start=next_start(),
        walk_in=True,
        overbook=may_overbook,
        override_reason=reason if may_overbook else "",
    )
