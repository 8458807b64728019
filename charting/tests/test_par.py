"""Peer assessment rating: bands, weights, worked cases, change, the nomogram, what is missing."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charting.rules import par, par_bands
from charting.rules.par import Buccal, Change, Outcome, ScoreSheet
from charting.rules.par_bands import IMPACTED, UNITED_KINGDOM, Component
from core.errors import Refused

D = Decimal

GOOD = Buccal("0", "0", "0")
ZEROS = (D(0),) * 5
IDEAL = ScoreSheet(
    upper_anterior=ZEROS,
    lower_anterior=ZEROS,
    right=GOOD,
    left=GOOD,
    overjet=D(2),
    crossbite="0",
    cover="0",
    open_bite=D(0),
    centreline="0",
)


def total(**found):
    return par.rate(replace(IDEAL, **found)).total


def steps(text):
    return {D(value): int(score) for value, score in (step.split(":") for step in text.split())}


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (par_bands.displacement_score, "0:0 1:0 1.1:1 2:1 2.1:2 4:2 4.1:3 8:3 8.1:4"),
        (par_bands.overjet_score, "-4:0 0:0 3:0 3.1:1 5:1 5.1:2 7:2 7.1:3 9:3 9.1:4"),
        (par_bands.open_bite_score, "0:0 0.1:1 1:1 1.1:2 2:2 2.1:3 3:3 3.1:3 3.9:3 4:4 9:4"),
    ],
)
def test_bands(score, expected):
    assert {value: score(value) for value in steps(expected)} == steps(expected)


def test_weights_and_their_source():
    weights = UNITED_KINGDOM.by_component
    assert [weights[component] for component in Component] == [1, 1, 1, 1, 6, 2, 4]
    assert "Richmond" in UNITED_KINGDOM.source
    assert par.rate(IDEAL).source == UNITED_KINGDOM.source


@pytest.mark.parametrize(
    ("found", "points"),
    [
        ({}, 0),
        ({"upper_anterior": (D(3), D(0), D(0), D(0), D(9))}, 2 + 4),
        ({"lower_anterior": (IMPACTED, D(0), D("1.5"), D(0), D(0))}, 5 + 1),
        ({"right": Buccal("2", "1", "4")}, 7),
        ({"left": Buccal("1", "0", "3")}, 4),
        ({"overjet": D("9.5")}, 4 * 6),
        ({"overjet": D(4), "crossbite": "3"}, (1 + 3) * 6),
        ({"overjet": D(-2), "crossbite": "4"}, 4 * 6),
        ({"cover": "3"}, 3 * 2),
        ({"cover": "", "open_bite": D(2)}, 2 * 2),
        ({"cover": "1", "open_bite": D(4)}, 4 * 2),
        ({"cover": "2", "open_bite": None}, 2 * 2),
        ({"centreline": "2"}, 2 * 4),
    ],
)
def test_one_thing_off(found, points):
    assert total(**found) == points


def test_a_worked_case():
    """A class II division 1: crowded upper front, half a unit on both sides, overjet 8 mm, deep, midline off."""
    start = replace(
        IDEAL,
        upper_anterior=(D("4.5"), D("2.5"), D("1.5"), D(3), D("0.5")),  # 3 + 2 + 1 + 2 + 0
        lower_anterior=(D(2), D(2), D(1), D("2.1"), D(0)),  # 1 + 1 + 0 + 2 + 0
        right=Buccal("2", "0", "0"),
        left=Buccal("2", "0", "1"),
        overjet=D(8),  # 3 x 6
        cover="2",  # 2 x 2
        centreline="1",  # 1 x 4
    )
    before = par.rate(start)
    assert [row.weighted for row in before.rows] == [8, 4, 2, 3, 18, 4, 4]
    assert before.total == 43
    finish = replace(IDEAL, upper_anterior=(D("1.2"), *ZEROS[1:]), right=Buccal("1", "0", "0"))
    change = Change(before.total, par.rate(finish).total)
    assert (change.after, change.points, round(change.percent)) == (2, 41, 95)
    assert change.outcome == Outcome.GREATLY_IMPROVED


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        (43, 21, Outcome.GREATLY_IMPROVED),
        (43, 22, Outcome.IMPROVED),
        (30, 21, Outcome.IMPROVED),
        (30, 22, Outcome.WORSE_OR_NO_DIFFERENT),
        (22, 0, Outcome.GREATLY_IMPROVED),
        (21, 0, Outcome.IMPROVED),
        (10, 7, Outcome.IMPROVED),
        (10, 8, Outcome.WORSE_OR_NO_DIFFERENT),
        (10, 30, Outcome.WORSE_OR_NO_DIFFERENT),
        (0, 0, Outcome.WORSE_OR_NO_DIFFERENT),
    ],
)
def test_outcomes(before, after, outcome):
    assert Change(before, after).outcome == outcome


def test_nothing_to_improve_has_no_percentage():
    assert Change(0, 4).percent is None


@pytest.mark.parametrize(
    ("found", "missing"),
    [
        ({"upper_anterior": (D(0), None, D(0), D(0), D(0))}, [Component.UPPER_ANTERIOR]),
        ({"right": Buccal("0", "0", "")}, [Component.BUCCAL_RIGHT]),
        ({"overjet": None}, [Component.OVERJET]),
        ({"crossbite": ""}, [Component.OVERJET]),
        ({"cover": "", "open_bite": None}, [Component.OVERBITE]),
        ({"cover": "", "open_bite": D(0)}, [Component.OVERBITE]),
        ({"centreline": ""}, [Component.CENTRELINE]),
    ],
)
def test_without_a_component_there_is_no_total(found, missing):
    rating = par.rate(replace(IDEAL, left=Buccal("2", "0", "0"), **found))
    assert (rating.total, list(rating.missing), rating.so_far) == (None, missing, 2)


def test_an_empty_sheet_misses_everything():
    assert par.rate(ScoreSheet()).missing == tuple(Component)


@pytest.mark.parametrize(("open_bite", "flagged"), [("3", 0), ("3.1", 1), ("3.9", 1), ("4", 0)])
def test_the_open_bite_without_a_band_is_flagged(open_bite, flagged):
    rating = par.rate(replace(IDEAL, open_bite=D(open_bite)))
    assert len(rating.flags) == flagged
    assert rating.total == (8 if open_bite == "4" else 6)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"upper_anterior": (D(0),)}, "upper_anterior"),
        ({"lower_anterior": (*ZEROS[1:], D(-1))}, "lower_anterior"),
        ({"lower_anterior": (*ZEROS[1:], "impcted")}, "lower_anterior"),
        ({"overjet": D(45)}, "overjet"),
        ({"open_bite": D("NaN")}, "open_bite"),
        ({"overjet": D(-2)}, "crossbite"),
    ],
)
def test_sheets_that_cannot_be(wrong, field):
    par.check_sheet(IDEAL)
    par.check_sheet(ScoreSheet())
    par.check_sheet(replace(IDEAL, overjet=D(0), open_bite=D(30)))
    with pytest.raises(Refused, check=lambda error: error.field == field):
        par.check_sheet(replace(IDEAL, **wrong))


CONTACTS = st.tuples(*[st.one_of(st.decimals(0, 12, places=1), st.just(IMPACTED))] * 5)
SIDES = st.builds(Buccal, st.sampled_from("012"), st.sampled_from("01"), st.sampled_from("01234"))
SHEETS = st.builds(
    ScoreSheet,
    upper_anterior=CONTACTS,
    lower_anterior=CONTACTS,
    right=SIDES,
    left=SIDES,
    overjet=st.decimals(-8, 14, places=1),
    crossbite=st.sampled_from("01234"),
    cover=st.sampled_from("0123"),
    open_bite=st.decimals(0, 8, places=1),
    centreline=st.sampled_from("012"),
)


@given(sheet=SHEETS)
def test_a_full_sheet_has_a_total_that_its_mirror_shares(sheet):
    """Left and right weigh the same, and a total is never negative nor beyond the worst sheet."""
    mirror = replace(sheet, left=sheet.right, right=sheet.left, upper_anterior=tuple(reversed(sheet.upper_anterior)))
    assert par.rate(sheet).total == par.rate(mirror).total
    assert 0 <= par.rate(sheet).total <= 25 + 25 + 7 + 7 + 8 * 6 + 4 * 2 + 2 * 4


@given(sheet=SHEETS, more=st.decimals("0.1", 4, places=1))
def test_more_overjet_never_scores_less(sheet, more):
    assert par.rate(replace(sheet, overjet=sheet.overjet + more)).total >= par.rate(sheet).total


TOTALS = st.integers(0, 60)


@given(before=TOTALS, after=TOTALS)
def test_the_plot_says_what_the_rule_says(before, after):
    inside = [one for one, corners in par.nomogram(60).items() if _contains(corners, D(before), D(after))]
    assert Change(before, after).outcome in inside
    strictly = after < par.greatly_improved_limit(before) or after > par.improved_limit(before) > 0
    if strictly and before < 60 and after > 0:
        assert inside == [Change(before, after).outcome]


@given(before=TOTALS, after=TOTALS, less=st.integers(0, 20))
def test_a_lower_total_afterwards_is_never_a_worse_outcome(before, after, less):
    ranked = list(Outcome)
    better = Change(before, max(after - less, 0)).outcome
    assert ranked.index(better) <= ranked.index(Change(before, after).outcome)


def test_a_caseload():
    assert par.mean_reduction([Change(40, 4), Change(20, 10), Change(0, 0)]) == 70
    assert par.mean_reduction([]) is None


def _contains(corners, x, y):
    """Inside or on the border of a convex polygon."""
    turns = [
        (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        for (ax, ay), (bx, by) in zip(corners, (*corners[1:], corners[0]), strict=True)
    ]
    return all(turn >= 0 for turn in turns) or all(turn <= 0 for turn in turns)
