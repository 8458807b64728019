"""The clinic's side, in a process of its own: makes a full day and sessions for the screens, later says what happened.

`python -m scripts.desk_load.clinic fill <visits> <screens>` or `... history <iso instant>`; answers with JSON.
"""

import json
import sys
from datetime import datetime, time, timedelta
from typing import Any

import django


def fill(visits: int, screens: int) -> dict[str, Any]:
    """The demo clinic with so many more visits today at its first location, and a signed-in session for each screen."""
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client

    from accounts.models import User
    from appointments.models import Location

    call_command("migrate", verbosity=0, stdout=sys.stderr)
    call_command("demo", patients=max(400, 3 * visits), stdout=sys.stderr)
    location = Location.objects.order_by("name", "id")[0]
    _crowd(location, visits)
    settings.ALLOWED_HOSTS = ["*"]
    cookies = []
    desk = list(User.objects.filter(is_person_of_staff=True).order_by("email"))
    for number in range(screens):
        browser = Client()
        browser.force_login(desk[number % len(desk)])
        cookies.append({name: cookie.value for name, cookie in browser.cookies.items()})
    return {"location": location.pk, "cookies": cookies}


def _crowd(location: Any, wanted: int) -> None:
    from appointments.models import Appointment, AppointmentType, Chair
    from core import clock
    from patients.models import Patient

    for number in range(Chair.objects.filter(location=location).count(), 10):
        Chair.objects.create(location=location, name=f"Chair {number + 1}", position=number + 1)
    chairs = list(Chair.objects.filter(location=location))
    today = Appointment.objects.for_day(clock.today())
    there = list(today.filter(location=location))
    busy = set(today.values_list("patient_id", flat=True))
    kind, doctor = AppointmentType.objects.get(code="ADJ"), there[0].doctor
    people = Patient.objects.filter(archived_at=None, sensitive=False).exclude(pk__in=busy).order_by("id")
    opens = clock.at(clock.today(), time(8))
    rows = [
        Appointment(
            patient=patient,
            doctor=doctor,
            location=location,
            chair=chairs[number % len(chairs)],
            type=kind,
            start=opens + timedelta(minutes=5 * (number // len(chairs) * 3 % 120)),
            minutes=kind.minutes,
            pattern=kind.pattern,
        )
        for number, patient in enumerate(people[:wanted])
    ]
    Appointment.objects.bulk_create(rows)


def history(since: str) -> list[tuple[str, str, str]]:
    """Every step since then: when, which visit, to which status."""
    from appointments.models import StatusEvent

    steps = StatusEvent.objects.filter(at__gte=datetime.fromisoformat(since)).order_by("at", "id")
    return [(step.at.isoformat(), step.appointment_id, step.to_status) for step in steps]


if __name__ == "__main__":
    django.setup()
    task, *facts = sys.argv[1:]
    answer: Any = history(facts[0]) if task == "history" else fill(int(facts[0]), int(facts[1]))
    print(json.dumps(answer))
