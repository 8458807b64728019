"""Dates of birth and wall-clock times survive every door, in every zone, across both changes of the clocks."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from appointments.models import Appointment, Location
from clinic.tests.api import api_of
from core import clock
from patients.models import Patient

pytestmark = pytest.mark.django_db

ZONES = ["Pacific/Honolulu", "America/St_Johns", "Europe/Zurich", "Asia/Kolkata", "Pacific/Kiritimati"]
BIRTHDAYS = ["2012-02-29", "1999-12-31", "2011-01-01"]
# The working day before and after the clocks change in Europe/Zurich, spring and autumn.
DAYS = [date(2027, 3, 26), date(2027, 3, 29), date(2027, 10, 29), date(2027, 11, 1)]


@pytest.fixture(params=ZONES)
def zone(request: pytest.FixtureRequest, settings: Any) -> Iterator[str]:
    settings.TIME_ZONE = request.param
    yield request.param


@pytest.fixture
def in_february() -> Iterator[None]:
    with time_machine.travel(datetime(2027, 2, 1, 12, tzinfo=UTC), tick=True):
        yield


@pytest.mark.parametrize("born", BIRTHDAYS)
def test_a_birth_date_through_the_api(zone: str, born: str, dana: User) -> None:
    api = api_of(dana)
    made = api.post("/api/patients", {"name": "Ann Example", "birthDate": born}).json()["patientId"]
    assert api.get(f"/api/patients/{made}").json()["birthDate"] == born
    assert Patient.objects.get(pk=made).birth_date == date.fromisoformat(born)


@pytest.mark.parametrize("born", BIRTHDAYS)
def test_a_birth_date_through_the_page(zone: str, born: str, rita: User, client: Client) -> None:
    client.force_login(rita)
    client.post("/patients/new/", {"given_name": "Ann", "family_name": "Example", "birth_date": born, "sex": "female"})
    patient = Patient.objects.get(family_name="Example")
    assert patient.birth_date == date.fromisoformat(born)
    assert f'value="{born}"' in client.get(f"/patients/{patient.pk}/edit/").content.decode()


@pytest.mark.parametrize("day", DAYS)
def test_nine_on_the_wall_stays_nine(
    zone: str, day: date, in_february: None, practice: Location, dana: User, pia: Patient, client: Client
) -> None:
    start = clock.at(day, time(9))
    body = {"patientId": pia.pk, "doctorId": dana.pk, "date": clock.iso(start)}
    answer = api_of(dana).post("/api/appointments", body)
    assert answer.status_code == 201, answer.content
    made = Appointment.objects.get(pk=answer.json()["appointmentId"])
    assert clock.wall(made.start).time() == time(9)
    assert api_of(dana).get(f"/api/appointments/{made.pk}").json()["date"] == clock.iso(start)
    client.force_login(dana)
    page = client.get(f"/schedule/{day}/").content.decode()
    assert "09:00" in page
    assert pia.listed_name in page


def test_the_free_times_of_a_day_follow_its_clock(zone: str, in_february: None, practice: Location, dana: User) -> None:
    for day in DAYS:
        rows = api_of(dana).get(f"/api/slots?doctorId={dana.pk}&from={day}&to={day}&type=ADJ").json()
        first = datetime.fromisoformat(rows[0]["start"])
        assert clock.wall(first).replace(tzinfo=None) == datetime.combine(day, time(8))


def test_a_day_lasts_23_24_or_25_hours(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Zurich"
    hours = []
    for day in (date(2027, 3, 28), date(2027, 6, 1), date(2027, 10, 31)):
        start, end = clock.day_bounds(day)
        hours.append((end - start) / timedelta(hours=1))
    assert hours == [23, 24, 25]
