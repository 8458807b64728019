"""What tests of the desk's lists need: a Wednesday, and visits as they were left."""

import pytest
import time_machine

from appointments.models import Appointment, AppointmentType, Chair
from appointments.tests.desk import kind
from appointments.tests.desk_day import NOW


@pytest.fixture
def wednesday():
    """Today is that day."""
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def desk_visit(practice, dana):
    """`desk_visit(pia, start, "no_show")`: a row as the desk would have left it."""
    chair, adjustment = Chair.objects.first(), AppointmentType.objects.get(code="ADJ")

    def make(patient, start, status="booked", code="", **fields):
        type = kind(code) if code else adjustment
        place = {"doctor": dana, "location": practice, "chair": chair, "type": type, **fields}
        return Appointment.objects.create(
            patient=patient, start=start, status=status, minutes=type.minutes, pattern=type.pattern, **place
        )

    return make
