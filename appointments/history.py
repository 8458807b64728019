"""The append-only history of an appointment."""

from collections.abc import Iterable
from datetime import datetime
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
    rows = StatusEvent.objects.filter(appointment_id=appointment.pk, at__gte=midnight).order_by("at", "id")
    return step_to_undo(rows, appointment.status)


def step_to_undo(steps_of_today: Iterable[StatusEvent], status: str) -> StatusEvent | None:
    """The same from steps already read, oldest first."""
    steps: list[StatusEvent] = []
    for event in steps_of_today:
        if event.kind == "status":
            steps.append(event)
        elif event.kind == "undone":
            del steps[-1:]
        else:
            steps.clear()  # since then the patient was told another time, or agreed to this one
    return steps[-1] if steps and steps[-1].to_status == status else None


def stage_began(steps: Iterable[StatusEvent], status: str) -> datetime | None:
    """When the patient came to the present stage: a step taken back never happened."""
    stages: list[tuple[str, datetime]] = []
    for event in steps:
        if event.kind == "undone" and len(stages) > 1 and stages[-2][0] == event.to_status:
            stages.pop()
        elif event.to_status:
            stages.append((event.to_status, event.at))
    return stages[-1][1] if stages and stages[-1][0] == status else None
