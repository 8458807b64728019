"""The append-only history of an appointment."""

from typing import Any

from accounts.models import User
from appointments.models import Appointment, StatusEvent


def note_step(appointment: Appointment, by: User | None, kind: str, **facts: Any) -> StatusEvent:
    """Add one step; nothing ever changes or removes it."""
    return StatusEvent.objects.create(appointment_id=appointment.pk, by=by, kind=kind, **facts)
