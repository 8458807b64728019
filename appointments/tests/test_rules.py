"""The decisions of booking, without a database: patterns, cells, lanes, transitions."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments import rules
from appointments.rules import MOST_CHECKS, TRANSITIONS, Clash, Need, Status
from appointments.tests.desk import refusal
from core.errors import Refused

PATTERNS = st.text("AdD", min_size=1, max_size=24)
LANES = st.integers(1, MOST_CHECKS)
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@given(pattern=PATTERNS, more=st.integers(0, 24))
def test_more_minutes_add_the_assistants(pattern: str, more: int) -> None:
    minutes = 5 * (len(pattern) + more)
    assert rules.fit_pattern(pattern, minutes) == pattern + "A" * more


@given(pattern=PATTERNS, cut=st.integers(0, 30))
def test_fewer_minutes_never_cut_the_doctor(pattern: str, cut: int) -> None:
    minutes = 5 * max(1, len(pattern) - cut)
    try:
        fitted = rules.fit_pattern(pattern, minutes)
    except Refused as refused:
        assert refused.code == "pattern_cut"
        assert pattern[minutes // 5 :].strip("A")
    else:
        assert fitted == pattern[: minutes // 5]
        assert fitted.count("d") + fitted.count("D") == pattern.count("d") + pattern.count("D")


@given(minutes=st.integers(-1000, 1000))
def test_lengths(minutes: int) -> None:
    if 0 < minutes <= 480 and minutes % 5 == 0:
        assert len(rules.fit_pattern("A", minutes)) == minutes // 5
    else:
        with refusal("invalid"):
            rules.fit_pattern("A", minutes)


@given(seconds=st.integers(0, 86400))
def test_the_grid(seconds: int) -> None:
    start = NOON + timedelta(seconds=seconds)
    if seconds % 300 == 0:
        rules.check_on_grid(start)
        assert rules.cell_from(start) == rules.cell_of(start)
    else:
        with refusal("off_grid"):
            rules.check_on_grid(start)
        assert rules.cell_from(start) == rules.cell_of(start) + 1


@given(pattern=PATTERNS, lanes=LANES)
def test_what_a_visit_needs(pattern: str, lanes: int) -> None:
    wanted = rules.needs(start=NOON, pattern=pattern, patient="p", doctor="d", chair="c", lanes=lanes)
    cells = defaultdict(list)
    for need in wanted:
        cells[need.resource].append(need.cell - rules.cell_of(NOON))
    assert cells["patient:p"] == cells["chair:c"] == list(range(len(pattern)))
    assert cells["doctor:d"] == [n for n, unit in enumerate(pattern) if unit in "dD"]


VISITS = st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["dA", "DD", "AdD", "Ad", "DAd"])), max_size=14)


@given(visits=VISITS, lanes=LANES, overbooked=st.sets(st.integers(0, 13)))
def test_lanes_keep_their_promise(visits: list[tuple[int, str]], lanes: int, overbooked: set[int]) -> None:
    """Whatever comes in whatever order: ordinary visits never share more of the doctor than is allowed."""
    taken: dict[tuple[str, int], set[int]] = defaultdict(set)
    ordinary: dict[int, list[str]] = defaultdict(list)
    for number, (at, pattern) in enumerate(visits):
        start = NOON + timedelta(minutes=5 * at)
        wanted = rules.needs(start=start, pattern=pattern, patient=str(number), doctor="d", chair=None, lanes=lanes)
        try:
            chosen = rules.decide(wanted, taken, overbook=number in overbooked)
        except Clash:
            assert number not in overbooked
            continue
        for need, lane in chosen:
            assert lane not in taken[need.resource, need.cell], "the unique key would refuse this"
            taken[need.resource, need.cell].add(lane)
        if number not in overbooked:
            for need in wanted:
                if need.resource == "doctor:d":
                    ordinary[need.cell].append("D" if need.whole else "d")
    for units in ordinary.values():
        assert units == ["D"] or (len(units) <= lanes and "D" not in units)


@pytest.mark.parametrize(
    ("whole", "used", "lanes"),
    [
        (False, {0, 1}, []),
        (False, {1}, [0]),
        (False, {0}, [1]),
        (False, {MOST_CHECKS}, []),
        (True, {1}, []),
        (True, set(), list(range(MOST_CHECKS))),
    ],
)
def test_ordinary_lanes_of_a_doctor(whole: bool, used: set[int], lanes: list[int]) -> None:
    need = Need("doctor:d", 1, 2, whole)
    if lanes:
        assert rules.decide([need], {("doctor:d", 1): used}, overbook=False) == [(need, lane) for lane in lanes]
    else:
        with pytest.raises(Clash):
            rules.decide([need], {("doctor:d", 1): used}, overbook=False)


def test_every_status_has_its_place_in_the_table() -> None:
    assert set(TRANSITIONS) == set(Status)
    ends = {status for status, following in TRANSITIONS.items() if not following}
    assert ends == {Status.COMPLETED, Status.CANCELLED, Status.LEFT_UNSEEN, Status.ENTERED_IN_ERROR}
