"""The clinic's wall clock, on both sides of the date line and on the days when clocks change."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core import clock
from core.errors import Refused

ZONES = [
    "Pacific/Honolulu",
    "America/New_York",
    "America/St_Johns",
    "UTC",
    "Europe/Zurich",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
]


@pytest.fixture
def zone(settings):
    def use(name):
        settings.TIME_ZONE = name

    return use


@pytest.mark.parametrize("name", ZONES)
def test_a_wall_clock_time_comes_back_as_it_went(zone, name):
    zone(name)
    for month in range(1, 13):
        instant = clock.at(date(2026, month, 15), time(9, 5))
        assert instant.tzinfo is UTC
        assert clock.wall(instant).strftime("%Y-%m-%d %H:%M") == f"2026-{month:02d}-15 09:05"


@pytest.mark.parametrize("name", ZONES)
def test_every_instant_lies_in_exactly_one_day(zone, name):
    zone(name)
    day = date(2026, 1, 1)
    end = clock.day_bounds(day)[0]
    while day.year == 2026:
        start, following = clock.day_bounds(day)
        assert start == end
        assert clock.wall(start).date() == day
        assert timedelta(hours=23) <= following - start <= timedelta(hours=25)
        day, end = day + timedelta(days=1), following


@pytest.mark.parametrize(
    ("name", "instant", "day"),
    [
        ("Pacific/Honolulu", datetime(2026, 3, 2, 9, 59, tzinfo=UTC), date(2026, 3, 1)),
        ("Pacific/Honolulu", datetime(2026, 3, 2, 10, 0, tzinfo=UTC), date(2026, 3, 2)),
        ("Pacific/Kiritimati", datetime(2026, 3, 1, 10, 0, tzinfo=UTC), date(2026, 3, 2)),
        ("UTC", datetime(2026, 3, 2, tzinfo=UTC), date(2026, 3, 2)),
    ],
)
def test_today_is_the_clinics(zone, name, instant, day):
    zone(name)
    with time_machine.travel(instant, tick=False):
        assert clock.today() == day


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        ("Europe/Zurich", date(2026, 3, 29), 23),
        ("Europe/Zurich", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("America/Santiago", date(2026, 9, 6), 23),  # at midnight
        ("UTC", date(2026, 3, 29), 24),
    ],
)
def test_length_of_a_day(zone, name, day, hours):
    zone(name)
    start, end = clock.day_bounds(day)
    assert end - start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("name", "day", "hour"),
    [("Europe/Zurich", date(2026, 3, 29), 2), ("America/New_York", date(2026, 3, 8), 2)],
)
def test_a_time_that_the_clock_skips(zone, name, day, hour):
    zone(name)
    with pytest.raises(Refused) as refusal:
        clock.at(day, time(hour, 30))
    assert (refusal.value.code, refusal.value.status) == ("no_such_time", 422)
    assert clock.at(day, time(hour + 1, 0)) == clock.at(day, time(hour - 1, 59)) + timedelta(minutes=1)


def test_a_time_that_comes_twice_means_the_first(zone):
    zone("Europe/Zurich")
    assert clock.at(date(2026, 10, 25), time(2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert clock.at(date(2026, 10, 25), time(2, 30, fold=1)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_nine_in_the_morning_stays_nine_across_the_change(zone):
    zone("Europe/Zurich")
    before, after = clock.at(date(2026, 3, 28), time(9)), clock.at(date(2026, 3, 30), time(9))
    assert after - before == timedelta(hours=47)


@hypothesis_settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(ZONES), day=st.dates(date(1990, 1, 1), date(2100, 1, 1)), clock_time=st.times())
def test_any_time_comes_back_or_does_not_exist(settings, name, day, clock_time):
    settings.TIME_ZONE = name
    try:
        instant = clock.at(day, clock_time)
    except Refused:
        return
    assert clock.wall(instant).replace(tzinfo=None) == datetime.combine(day, clock_time)


def test_the_api_writes_utc(zone):
    zone("Europe/Zurich")
    assert clock.iso(clock.at(date(2025, 2, 10), time(11))) == "2025-02-10T10:00:00Z"
