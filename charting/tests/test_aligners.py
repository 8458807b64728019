"""Aligner series: trays there are, the tray worn today, the day it ends."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charting.rules import aligners
from charting.rules.aligners import Series, TrayState
from core.errors import Refused

DAY = date(2027, 3, 1)
SERIES = Series(upper=24, lower=18, days_per_tray=10, started_on=DAY)


def worn(*, verified=4, after=0, delivered=8, series=SERIES):
    today = DAY + timedelta(days=after)
    return aligners.worn_now(series, verified=verified, verified_on=DAY, delivered=delivered, today=today)


@pytest.mark.parametrize(("arch", "tray"), [("upper", 25), ("lower", 19), ("upper", 0), ("upper", -1)])
def test_a_tray_beyond_the_series_is_refused(arch, tray):
    with pytest.raises(Refused) as caught:
        aligners.check_tray(SERIES, arch, tray)
    assert (caught.value.code, caught.value.field) == ("tray_beyond_series", "tray")
    assert f"{arch} aligners 1 to {SERIES.trays(arch)}; there is no {tray}." in str(caught.value)


def test_trays_of_the_series():
    aligners.check_tray(SERIES, "upper", 24)
    aligners.check_tray(SERIES, "lower", 1)
    with pytest.raises(Refused, match="no lower aligners"):
        aligners.check_tray(replace(SERIES, lower=0), "lower", 1)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"upper": 81}, "upper"),
        ({"lower": -1}, "lower"),
        ({"upper": 0, "lower": 0}, "upper"),
        ({"days_per_tray": 2}, "days_per_tray"),
        ({"days_per_tray": 43}, "days_per_tray"),
        ({"refinement": 4}, "refinement"),
    ],
)
def test_series_that_cannot_be(wrong, field):
    for right in ({}, {"upper": 80, "lower": 0}, {"days_per_tray": 3}, {"days_per_tray": 42}, {"refinement": 3}):
        aligners.check_series(replace(SERIES, **right))
    with pytest.raises(Refused, check=lambda error: error.field == field):
        aligners.check_series(replace(SERIES, **wrong))


@pytest.mark.parametrize(
    ("after", "tray", "since", "next_after", "waits"),
    [
        (0, 4, 0, 10, False),
        (9, 4, 0, 10, False),
        (10, 5, 10, 20, False),
        (45, 8, 40, 50, False),
        (50, 8, 40, None, True),
        (400, 8, 40, None, True),
        (-3, 4, 0, 10, False),
    ],
)
def test_the_tray_worn_today(after, tray, since, next_after, waits):
    found = worn(after=after)
    assert (found.tray, (found.since - DAY).days, found.is_waiting) == (tray, since, waits)
    assert (found.next_on - DAY).days == next_after if next_after else found.next_on is None


def test_the_last_tray_has_no_next():
    found = worn(verified=23, after=40, delivered=24)
    assert (found.tray, found.next_on, found.is_waiting) == (24, None, False)


def test_none_verified_yet_begins_with_the_first():
    assert [worn(verified=0, after=days, delivered=3).tray for days in (0, 10, 20, 30)] == [1, 2, 3, 3]


def test_when_it_ends():
    assert aligners.planned_end(SERIES) == DAY + timedelta(days=240)
    assert aligners.projected_end(SERIES, worn(verified=1), DAY) == DAY + timedelta(days=240)
    assert aligners.projected_end(SERIES, worn(verified=4), DAY) == DAY + timedelta(days=210)
    late = DAY + timedelta(days=60)
    waiting = worn(after=60)
    assert aligners.projected_end(SERIES, waiting, late) == late + timedelta(days=1 + 16 * 10)
    assert aligners.trays_behind(SERIES, waiting, late) == -1
    assert aligners.trays_behind(SERIES, waiting, late + timedelta(days=40)) == 3
    assert aligners.trays_behind(SERIES, waiting, late + timedelta(days=900)) == 16


def test_states_of_trays():
    states = [aligners.state_of(tray, delivered=3, verified=2) for tray in (1, 2, 3, 4)]
    assert states == [TrayState.VERIFIED, TrayState.VERIFIED, TrayState.DELIVERED, TrayState.PLANNED]


@given(verified=st.integers(0, 24), delivered=st.integers(0, 24), after=st.integers(0, 600))
def test_the_tray_is_never_beyond_what_was_delivered_and_time_does_not_go_back(verified, delivered, after):
    now, later = (worn(verified=verified, delivered=delivered, after=days) for days in (after, after + 1))
    assert max(verified, 1) <= now.tray <= max(delivered, verified, 1)
    assert now.tray <= later.tray <= SERIES.last
    assert now.since <= DAY + timedelta(days=after)
    assert now.next_on is None or now.next_on > DAY + timedelta(days=after)
