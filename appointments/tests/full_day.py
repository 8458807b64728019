"""A large clinic's day: ten chairs with up to 36 visits each, on a Monday to come."""

from collections.abc import Sequence
from datetime import timedelta

from accounts.models import User
from appointments.models import Appointment, Chair, Location
from appointments.tests.desk import kind, monday
from core import clock
from patients.models import Patient
from patients.rules import CareStatus, sort_key

CHAIRS, VISITS = 10, 36


def fill(practice: Location, doctors: Sequence[User], count: int) -> None:
    """So many visits of a quarter of an hour, chair by chair; everybody is in treatment."""
    chairs = [Chair(location=practice, name=f"Room {number}", position=number + 10) for number in range(CHAIRS)]
    Chair.objects.all().update(is_active=False)
    Chair.objects.bulk_create(chairs)
    people = [
        Patient(
            chart_number=f"9{number:05}",
            given_name=f"Maximiliana {number}",
            family_name="Schmidt-Wolfenbuettel",
            sort_key=sort_key(f"Maximiliana {number}", "Schmidt-Wolfenbuettel"),
            birth_date=clock.today() - timedelta(days=5000 + number),
            care_status=CareStatus.ACTIVE,
        )
        for number in range(count)
    ]
    Patient.objects.bulk_create(people)
    Appointment.objects.bulk_create(
        Appointment(
            patient=patient,
            doctor=doctors[number % len(doctors)],
            location=practice,
            chair=chairs[number % CHAIRS],
            type=kind("ALC"),
            start=monday(8) + timedelta(minutes=15 * (number // CHAIRS)),
            minutes=15,
            pattern="AdA",
        )
        for number, patient in enumerate(people)
    )
