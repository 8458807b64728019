"""Weekly hours on the wall clock, claims in UTC: right on the days on which the clocks change, in any zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import User
from appointments import slots
from appointments.models import Appointment, Claim, Location, WorkingHours
from appointments.tests.browser import text_of, web
from appointments.tests.desk import book, check_claims, kind, monday, refusal
from core import clock
from core.errors import Refused
from patients.models import Patient

pytestmark = pytest.mark.django_db

SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)  # Sundays in Europe/Zurich


@pytest.fixture
def zurich(settings: Any, practice: Location) -> Iterator[Location]:
    """A practice that is open through the night of Sunday, as a hospital would be."""
    settings.TIME_ZONE = "Europe/Zurich"
    doctors = [None, *{row.doctor for row in WorkingHours.objects.exclude(doctor=None).select_related("doctor")}]
    for doctor in doctors:
        WorkingHours.objects.create(location=practice, doctor=doctor, weekday=6, opens=time(0), closes=time(6))
    with time_machine.travel(datetime(2027, 2, 1, 12, tzinfo=UTC), tick=True):
        yield practice


def walls(doctor: User, day: date) -> list[str]:
    found = slots.free_slots(doctors=[doctor], first_day=day, last_day=day, pattern=kind("ADJ").pattern)
    return [clock.wall(slot.start).strftime("%H:%M") for slot in found]


def test_the_hour_that_is_skipped(zurich: Location, dana: User) -> None:
    found = walls(dana, SPRING)
    assert not [wall for wall in found if wall.startswith("02")]
    assert {"01:45", "03:00", "05:30"} <= set(found)
    assert len(found) == len(set(found)) == 4 * 5 - 1


def test_the_hour_that_comes_twice(zurich: Location, dana: User) -> None:
    found = walls(dana, AUTUMN)
    assert [found.count(f"02:{minute:02}") for minute in (0, 15, 30, 45)] == [2, 2, 2, 2]
    assert len(found) == 4 * 7 - 1


def test_a_time_in_the_gap_does_not_exist(zurich: Location) -> None:
    with pytest.raises(Refused) as caught:
        clock.at(SPRING, time(2, 30))
    assert caught.value.code == "no_such_time"


def test_both_of_the_two_hours_can_be_booked(
    zurich: Location, rita: User, dana: User, pia: Patient, make_patient: Any
) -> None:
    first = clock.at(AUTUMN, time(2))
    book(rita, pia, dana, first)
    book(rita, pia, dana, first + timedelta(hours=1))
    with refusal("slot_taken"):
        book(rita, make_patient(), dana, first + timedelta(hours=1))
    assert clock.wall(first).time() == clock.wall(first + timedelta(hours=1)).time() == time(2)
    check_claims()


def test_a_visit_over_the_gap(zurich: Location, rita: User, dana: User, pia: Patient) -> None:
    made = book(rita, pia, dana, clock.at(SPRING, time(1, 45)))
    assert clock.wall(made.end).time() == time(3, 15)
    assert Claim.objects.filter(appointment=made, resource=f"patient:{pia.pk}").count() == 6


@pytest.mark.parametrize("day", [date(2027, 3, 26), date(2027, 3, 29), date(2027, 10, 29), date(2027, 11, 1)])
def test_the_working_day_keeps_its_wall_clock(
    day: date, zurich: Location, rita: User, dana: User, pia: Patient, make_patient: Any
) -> None:
    assert walls(dana, day)[0] == "08:00"
    book(rita, pia, dana, clock.at(day, time(8)))
    book(rita, make_patient(), dana, clock.at(day, time(17, 30)))
    with refusal("outside_hours"):
        book(rita, make_patient(), dana, clock.at(day, time(17, 35)))
    with refusal("outside_hours"):
        book(rita, make_patient(), dana, clock.at(day, time(7, 55)))


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Kiritimati"])
def test_every_free_time_of_a_week_can_be_booked(
    zone: str, practice: Location, rita: User, dana: User, make_patient: Any, settings: Any
) -> None:
    settings.TIME_ZONE = zone
    with time_machine.travel(datetime(2027, 4, 1, 12, tzinfo=UTC), tick=True):  # Lord Howe: by half an hour
        first = clock.today() + timedelta(days=1)
        found = slots.free_slots(
            doctors=[dana], first_day=first, last_day=first + timedelta(days=6), pattern=kind("NPE").pattern
        )
        for slot in found[::37]:
            assert book(rita, make_patient(), dana, slot.start, "NPE").chair_id == slot.chair_id
    check_claims()


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_moved_by_hand_on_a_day_of_another_length(
    zurich: Location, rita: User, dana: User, pia: Patient, day: date, hours: int
) -> None:
    begins, ends = clock.day_bounds(day)
    assert ends - begins == timedelta(hours=hours)
    visit = book(rita, pia, dana, clock.at(day, time(0, 30)), "ADJ")
    browser, wish = web(rita), {"day": day, "time": "05:00", "version": visit.version}

    assert browser.post(f"/appointments/{visit.pk}/place/", wish, headers={"X-Clinic-Tap": "1"}).status_code == 204

    visit.refresh_from_db()
    assert clock.wall(visit.start).time() == time(5)
    assert 'data-at="05:00"' in text_of(browser.get(f"/schedule/{day}/"))
    check_claims()


def test_dropped_into_the_gap(zurich: Location, rita: User, dana: User, pia: Patient) -> None:
    visit = book(rita, pia, dana, clock.at(SPRING, time(1)), "ADJ")
    wish = {"day": SPRING, "time": "02:30", "version": visit.version}

    answer = web(rita).post(f"/appointments/{visit.pk}/place/", wish, headers={"X-Clinic-Tap": "1"})

    assert answer.json()["code"] == "no_such_time"


def test_a_zone_of_half_an_hour(settings: Any, practice: Location, rita: User, dana: User, pia: Patient) -> None:
    settings.TIME_ZONE = "Asia/Kolkata"
    day = monday().date()
    visit = book(rita, pia, dana, clock.at(day, time(9)), "ADJ")
    assert (visit.start.hour, visit.start.minute) == (3, 30)
    wish = {"day": day, "time": "10:15", "version": visit.version}

    web(rita).post(f"/appointments/{visit.pk}/place/", wish, headers={"X-Clinic-Tap": "1"})

    assert Appointment.objects.get().start == datetime.combine(day, time(4, 45), tzinfo=UTC)
    assert 'data-at="10:15"' in text_of(web(rita).get(f"/schedule/{day}/"))
