"""Compare-and-swap on an appointment: who comes second learns where it stands now."""

from typing import Any

from django.db.models import F

from appointments import rules
from appointments.models import Appointment
from core import clock
from core.errors import Stale


def change_while(appointment: Appointment, before: str, **fields: Any) -> dict[str, Any]:
    """Change the appointment as it was read. Raises Refused (`status_conflict`) if its status moved on, else Stale."""
    try:
        return appointment.change(**fields)
    except Stale:
        present = present_status(appointment)
        if present != before:
            raise rules.status_conflict(present) from None
        raise


def swap_status(appointment: Appointment, before: str, after: str, **extra: Any) -> None:
    """From one status to another, whatever else has changed. Raises Refused (`status_conflict`)."""
    rows = Appointment.objects.filter(pk=appointment.pk, status=before)
    if rows.update(status=after, version=F("version") + 1, updated_at=clock.now(), **extra) != 1:
        raise rules.status_conflict(present_status(appointment))
    appointment.refresh_from_db()


def present_status(appointment: Appointment) -> str:
    """The status as the database has it."""
    return Appointment.objects.get(pk=appointment.pk).status
