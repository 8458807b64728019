"""Free times that suit: weekdays, times of day, in N weeks, what a type may be booked for; also when clocks change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import User
from appointments import actions, slots
from appointments.actions.day_parts import change_day_parts
from appointments.finding_times.wishes import Wish, days_around, in_words, lies_within, nearest
from appointments.models import AppointmentType, Chair, DayParts, Location, NextVisit, WorkingHours
from appointments.offers import FARTHEST, Search
from appointments.tests.desk import api_of, book, check_claims, kind, monday, refusal, wish
from core import clock
from patients.models import Patient

pytestmark = pytest.mark.django_db

MORNING_ONLY = (None, time(12))


def only(code: str, time_of_day: str) -> AppointmentType:
    AppointmentType.objects.filter(code=code).update(time_of_day=time_of_day)
    return kind(code)


def free(doctor: User, wanted: Wish, code: str = "ADJ", day: date | None = None, days: int = 7) -> list[str]:
    first = day or monday().date()
    found = slots.free_slots(
        doctors=[doctor],
        first_day=first,
        last_day=first + timedelta(days=days - 1),
        pattern=kind(code).pattern,
        type_code=code,
        wish=wanted,
    )
    return [f"{clock.wall(slot.start):%a %H:%M}" for slot in found]


# --- Wishes, pure


@pytest.mark.parametrize(
    ("window", "start", "minutes", "suits"),
    [
        (MORNING_ONLY, 11, 60, True),
        (MORNING_ONLY, 11, 65, False),
        (MORNING_ONLY, 12, 5, False),
        ((time(15), None), 15, 30, True),
        ((time(15), None), 14, 90, False),
        ((None, None), 3, 5, True),
    ],
)
def test_a_visit_lies_in_its_part_of_the_day(window: Any, start: int, minutes: int, suits: bool) -> None:
    begin = datetime(2027, 3, 1, start, tzinfo=UTC)
    assert lies_within(window, begin, begin + timedelta(minutes=minutes)) is suits


def test_the_nearest_days_come_first_and_none_of_the_past() -> None:
    today = date(2027, 3, 1)
    days = [today + timedelta(days=n) for n in (0, 5, 6, 8, 20)]
    assert nearest(days, today + timedelta(days=7), 3) == days[1:4]
    assert days_around(today + timedelta(weeks=1), 3, today) == (today, today + timedelta(weeks=4))
    assert days_around(today + timedelta(weeks=9), 99, today)[1] == today + timedelta(weeks=13)
    assert in_words((time(12), time(15))) == "12:00–15:00"
    assert in_words(MORNING_ONLY) == "until 12:00"


# --- Filters


def test_weekdays_times_and_a_chair(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    tuesdays = free(dana, Wish(weekdays=frozenset({1}), windows=((time(9), time(10)),)))
    assert tuesdays == ["Tue 09:00", "Tue 09:15", "Tue 09:30"]
    first, second = Chair.objects.order_by("position")[:2]
    book(rita, pia, dana, monday(9), "REC", chair=second)
    at_nine = Wish(windows=((time(9), time(9, 30)),))
    assert "Mon 09:00" in free(dana, at_nine)
    assert "Mon 09:00" not in free(dana, Wish(windows=at_nine.windows, chair_id=second.pk))
    found = slots.free_slots(
        doctors=[dana],
        first_day=monday().date(),
        last_day=monday().date(),
        pattern="AA",
        wish=Wish(chair_id=first.pk),
    )
    assert {slot.chair_id for slot in found} == {first.pk}
    assert not free(dana, Wish(chair_id="0" * 24)), "a chair that is gone is no chair"


def test_in_some_weeks_give_or_take(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    wanted = clock.today() + timedelta(weeks=6)
    search = Search([dana], kind("ADJ").pattern, wish=Wish(weekdays=frozenset({wanted.weekday(), 6} - {6})))
    found = search.around(wanted, 1)
    assert all(abs((row.day - wanted).days) <= 7 for row in found.days)
    later = search.from_day(found.later)
    earlier = search.until_day(found.earlier)
    assert later.days[0].day > found.days[-1].day
    assert earlier.days[-1].day < found.days[0].day


def test_going_on_is_bounded_on_both_sides(practice: Location, dana: User, django_assert_max_num_queries: Any) -> None:
    WorkingHours.objects.filter(doctor=dana).delete()
    search = Search([dana], kind("ADJ").pattern)
    with django_assert_max_num_queries(16):
        found = search.from_day(clock.today())
    assert not found.days
    assert found.earlier is None
    assert (found.later - clock.today()).days == 62
    assert search.from_day(clock.today() + FARTHEST + timedelta(days=1)).later is None
    assert search.until_day(clock.today() - timedelta(days=9)).days == []


# --- Types that keep to a part of the day


def test_a_type_for_the_morning_only(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    only("BOND", "morning")
    offered = free(dana, Wish(), "BOND", days=1)
    assert offered[0] == "Mon 08:00"
    assert offered[-1] == "Mon 10:30"
    with refusal("time_of_day") as caught:
        book(rita, pia, dana, monday(13), "BOND")
    assert str(caught.value.message) == "“Full bonding” is for the morning only, until 12:00."
    made = book(rita, pia, dana, monday(13), "BOND", override_reason="Comes from far away")
    assert made.override_reason
    with refusal("time_of_day"):
        actions.move(by=rita, appointment=made, start=monday(14))
    check_claims()


def test_the_hours_after_school_are_kept_for_short_visits(
    practice: Location, rita: User, dana: User, pia: Patient, ada: User
) -> None:
    only("REC", "not_after_school")
    assert free(dana, Wish(windows=((time(15), None),)), "REC", days=1) == []
    assert free(dana, Wish(), "REC", days=1)[-1] == "Mon 14:30"
    change_day_parts(by=ada, midday_from=time(11), after_school_from=time(16), version=0)
    assert DayParts.present().after_school_from == time(16)
    assert free(dana, Wish(), "REC", days=1)[-1] == "Mon 15:30"
    change_day_parts(by=ada, midday_from=time(11), after_school_from=time(16, 30), version=1)
    with refusal("stale"):
        change_day_parts(by=ada, midday_from=time(11), after_school_from=time(17), version=1)
    with refusal("ends_before_start"):
        change_day_parts(by=ada, midday_from=time(11), after_school_from=time(11))


def test_a_family_is_never_offered_it_and_cannot_override(
    practice: Location, gus: User, pia: Patient, dana: User
) -> None:
    only("CONS", "morning")
    day = monday().date()
    found = api_of(gus).get("/api/slots", {"from": day, "to": day, "type": "CONS"}).json()
    assert found
    assert max(row["start"] for row in found) == clock.iso(monday(11, 30))
    asked = api_of(gus).post("/api/appointments", wish(pia, dana, monday(15), type="CONS"), format="json")
    assert (asked.status_code, asked.json()["code"]) == (422, "time_of_day")


def test_who_is_here_already_is_seen_whatever_the_hour(
    practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    only("CONS", "morning")
    assert book(rita, pia, dana, monday(15), "CONS", walk_in=True).origin == "walk_in"


# --- Clocks that change


@pytest.fixture
def zurich(settings: Any, practice: Location) -> Iterator[Location]:
    settings.TIME_ZONE = "Europe/Zurich"
    for doctor in [None, *User.objects.doctors()]:
        WorkingHours.objects.create(location=practice, doctor=doctor, weekday=6, opens=time(0), closes=time(6))
    with time_machine.travel(datetime(2027, 2, 1, 12, tzinfo=UTC), tick=True):
        yield practice


def test_a_window_over_the_hour_that_is_skipped(zurich: Location, dana: User) -> None:
    day = date(2027, 3, 28)
    assert free(dana, Wish(windows=((time(1, 30), time(3, 30)),)), day=day, days=1) == [
        "Sun 01:30",
        "Sun 01:45",
        "Sun 03:00",
    ]
    assert free(dana, Wish(windows=((time(2), time(3)),)), day=day, days=1) == []
    assert free(dana, Wish(windows=((time(2, 30), time(3, 30)),)), day=day, days=1) == ["Sun 03:00"]


def test_a_window_over_the_hour_that_comes_twice(zurich: Location, dana: User) -> None:
    day = date(2027, 10, 31)
    found = free(dana, Wish(windows=((time(1, 30), time(3, 30)),)), day=day, days=1)
    assert found.count("Sun 02:00") == found.count("Sun 02:45") == 2
    assert found[0] == "Sun 01:30"
    assert found[-1] == "Sun 03:00"


def test_the_days_beside_them_keep_the_wall_clock(zurich: Location, dana: User) -> None:
    only("ADJ", "morning")
    for day in (date(2027, 3, 26), date(2027, 3, 29), date(2027, 10, 29), date(2027, 11, 1)):
        found = free(dana, Wish(), day=day, days=1)
        assert (found[0][4:], found[-1][4:]) == ("08:00", "11:30")


# --- A visit that is due


def test_booking_what_is_due_settles_it(
    practice: Location, rita: User, dana: User, pia: Patient, make_patient: Any
) -> None:
    due = NextVisit.objects.create(patient=pia, due_on=monday().date(), type=kind("ADJ"))
    with refusal("not_found"):
        book(rita, make_patient(), dana, monday(9), "ADJ", due=due)
    other = NextVisit.objects.create(patient=pia, due_on=monday().date())
    made = book(rita, pia, dana, monday(9), "ADJ", due=due)
    due.refresh_from_db()
    other.refresh_from_db()
    assert due.done_at is not None
    assert other.done_at is None
    with refusal("due_settled"):
        book(rita, pia, dana, monday(10), "ADJ", due=due)
    check_claims([made])


def test_nothing_is_settled_where_nothing_is_booked(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    due = NextVisit.objects.create(patient=pia, due_on=monday().date())
    book(rita, pia, dana, monday(9), "ADJ")
    with refusal("slot_taken"):
        book(rita, pia, dana, monday(9), "ADJ", due=due)
    due.refresh_from_db()
    assert due.done_at is None


# --- What is in the way


def test_what_is_in_the_way_is_said_in_one_sentence(
    practice: Location, rita: User, dana: User, omar: User, pia: Patient, make_patient: Any
) -> None:
    emma, first = make_patient("Emma", "Keller"), Chair.objects.order_by("position").first()
    book(rita, emma, omar, monday(10), "REC", chair=first)
    with refusal("slot_taken") as caught:
        book(rita, pia, dana, monday(10, 15), "ADJ", chair=first)
    assert str(caught.value) == "Chair 1 is taken by Emma K. until 10:30."
    assert caught.value.extra["nextFree"]
    with refusal("slot_taken") as caught:
        book(rita, emma, dana, monday(10, 15), "ADJ")
    assert str(caught.value) == "Emma K. has another visit from 10:00 to 10:30."
    emma.change(sensitive=True)
    with refusal("slot_taken") as caught:
        book(rita, pia, dana, monday(10, 15), "ADJ", chair=first)
    assert str(caught.value) == "Chair 1 is taken until 10:30."


def test_no_chair_is_free_and_a_doctor_is_with_two(
    practice: Location, rita: User, dana: User, omar: User, make_patient: Any
) -> None:
    for number, chair in enumerate(Chair.objects.order_by("position")):
        book(rita, make_patient(f"Ina{number}", "Brand"), omar, monday(9), "REC", chair=chair)
    with refusal("slot_taken") as caught:
        book(rita, make_patient(), omar, monday(9, 15), "ADJ")
    assert str(caught.value) == "No chair is free at this time: Chair 1 is taken by Ina0 B. until 09:30."
    for given in ("Max", "Lea"):
        book(rita, make_patient(given, "Roth"), dana, monday(11), "ALC")
    with refusal("slot_taken") as caught:
        book(rita, make_patient(), dana, monday(11), "ALC")
    assert str(caught.value) in {
        "Dr. Dana is taken by Max R. and Lea R. until 11:10.",
        "Dr. Dana is taken by Lea R. and Max R. until 11:10.",
    }


def test_families_hear_of_nobody(
    practice: Location, rita: User, gus: User, dana: User, pia: Patient, make_patient: Any
) -> None:
    book(rita, make_patient("Emma", "Keller"), dana, monday(10), "CONS")
    asked = api_of(gus).post("/api/appointments", wish(pia, dana, monday(10), type="CONS"), format="json")
    assert asked.json()["message"] == "The doctor is taken at this time."
    assert "Emma" not in asked.content.decode()
