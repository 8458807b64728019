"""The append-only history of an appointment."""

from typing import Any

from accounts.models import User
from appointments.models import Appointment, StatusEvent
from core import clock


def note_step(appointment: Appointment, by: User | None, kind: str, **facts: Any) -> StatusEvent:
    """Add one step; nothing ever changes or removes it."""
    return StatusEvent.objects.create(appointment_id=appointment.pk, by=by, kind=kind, **facts)


def last_step(appointment: Appointment) -> StatusEvent | None:
    """The step of today that an undo would take back; several may be taken back, one after the other."""
    midnight = clock.day_bounds(clock.today())[0]
    steps: list[StatusEvent] = []
    for event in StatusEvent.objects.filter(appointment_id=appointment.pk, at__gte=midnight).order_by("at", "id"):
        if event.kind == "status":
            steps.append(event)
        elif event.kind == "undone":
            del steps[-1:]
        else:
            steps.clear()  # since then the patient was told another time, or agreed to this one
    return steps[-1] if steps and steps[-1].to_status == appointment.status else None
