"""A working day for the tests of the board: noon today, visits as the desk would have left them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from typing import Any

import time_machine

from accounts.models import User
from appointments.models import Appointment, AppointmentType, Chair, Location, StatusEvent
from appointments.rules import Status
from core import clock
from patients.models import Guardian, Patient, Relationship

# What came before each status on an ordinary day.
_WAY = [Status.BOOKED, Status.ARRIVED, Status.SEATED, Status.NEEDS_DOCTOR, Status.WITH_DOCTOR, Status.CHECKOUT]


@contextmanager
def noon() -> Iterator[None]:
    """Inside it is noon today, so that no test knows midnight; the clock goes on."""
    with time_machine.travel(clock.at(clock.today(), time(12)), tick=True):
        yield


def visit_today(
    patient: Patient, doctor: User, *, minutes: int = 0, status: str = "booked", chair: int = 1, **fields: Any
) -> Appointment:
    """A visit that begins so many minutes from now; its steps were taken a minute apart, the last one just now."""
    place = Chair.objects.get(position=chair)
    kind = AppointmentType.objects.get(code="ADJ")
    start = clock.now().replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    if status in _WAY[2:]:
        fields.setdefault("seated_in", place)
    visit = Appointment.objects.create(
        patient=patient,
        doctor=doctor,
        location=place.location,
        chair=place,
        type=kind,
        start=start,
        minutes=kind.minutes,
        pattern=kind.pattern,
        status=status,
        **fields,
    )
    way = _WAY[: _WAY.index(Status(status)) + 1] if status in _WAY else [Status.BOOKED, Status(status)]
    for place_in_row, step in enumerate(way):
        StatusEvent.objects.create(
            appointment=visit,
            at=clock.now() - timedelta(minutes=len(way) - place_in_row - 1),
            kind="status" if place_in_row else "booked",
            from_status=way[place_in_row - 1] if place_in_row else "",
            to_status=step,
        )
    return visit


def family_of(location: Location, *children: Patient) -> Guardian:
    """One adult at home with these children."""
    adult = Guardian.objects.create(given_name="Gus", family_name=children[0].family_name)
    for child in children:
        Relationship.objects.create(guardian=adult, patient=child, kind="father")
    return adult
