"""Numbers and value sets of the exam: ranges, steps, bands, classes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charting.rules import classes, measures
from charting.rules.classes import Coverage
from charting.rules.measures import MEASURES, Against, Band
from core.errors import Refused

CODES = st.sampled_from(sorted(MEASURES))


def test_an_overjet_of_45_mm_is_refused_with_the_range():
    with pytest.raises(Refused) as caught:
        measures.check_measure("overjet", Decimal(45))
    error = caught.value
    assert (error.code, error.field) == ("out_of_range", "overjet")
    assert str(error) == "Overjet goes from -15 mm to 20 mm; 45 mm cannot be right."


@given(code=CODES, tenths=st.integers(-2000, 2000))
def test_the_range_is_taken_with_both_ends(code, tenths):
    value = Decimal(tenths) / 10
    measure = MEASURES[code]
    if measure.least <= value <= measure.most:
        measures.check_measure(code, value)
    else:
        with pytest.raises(Refused, match=str(measure.label)):
            measures.check_measure(code, value)


@pytest.mark.parametrize(
    ("value", "code"), [("3.55", "too_precise"), ("NaN", "out_of_range"), ("Infinity", "out_of_range")]
)
def test_nothing_is_rounded(value, code):
    with pytest.raises(Refused, check=lambda error: (error.code, error.field) == (code, "overjet")):
        measures.check_measure("overjet", Decimal(value))


@pytest.mark.parametrize("value", [None, Decimal("-15"), Decimal("20.00"), Decimal("3.50")])
def test_what_is_right_is_taken(value):
    measures.check_measure("overjet", value)


def test_every_measure_makes_sense():
    for measure in MEASURES.values():
        assert measure.least < measure.most
        assert measure.source
        if measure.normal:
            assert measure.least <= measure.normal[0] <= measure.normal[1] <= measure.most
    assert set(measures.CEPH) < set(MEASURES)


@pytest.mark.parametrize(
    ("value", "band"),
    [
        ("-0.1", Band.SPACED),
        ("0", Band.NONE),
        ("0.1", Band.MILD),
        ("4", Band.MILD),
        ("4.1", Band.MODERATE),
        ("8", Band.MODERATE),
        ("8.1", Band.SEVERE),
    ],
)
def test_bands_of_crowding(value, band):
    assert measures.crowding_band(Decimal(value)) == band


@pytest.mark.parametrize(
    ("value", "where"),
    [("77.9", Against.BELOW), ("78", Against.NORMAL), ("84", Against.NORMAL), ("84.1", Against.ABOVE)],
)
def test_beside_the_normal_range(value, where):
    assert measures.against_normal("sna", Decimal(value)) == where
    assert measures.MEASURES["sna"].shown(Decimal("82.0")) == "82°"


@pytest.mark.parametrize(("value", "side", "field"), [("2", "", "midline_upper_side"), ("0", "left", "midline_upper")])
def test_a_midline_has_millimetres_and_a_side(value, side, field):
    with pytest.raises(Refused, check=lambda error: error.field == field):
        measures.check_midline("midline_upper", Decimal(value), side)
    measures.check_midline("midline_upper", Decimal(2), "left")
    measures.check_midline("midline_upper", Decimal(0), "")
    measures.check_midline("midline_upper", None, "")


@pytest.mark.parametrize(
    ("right", "left", "division", "line"),
    [
        ("I", "I", "", "Class I"),
        ("II", "II", "1", "Class II division 1"),
        ("I", "II", "2", "Class II division 2 subdivision left"),
        ("II", "I", "", "Class II subdivision right"),
        ("III", "I", "1", "Class III subdivision right"),
        ("II", "III", "", "Class II right, class III left"),
        ("II", "", "", ""),
    ],
)
def test_angle_in_one_line(right, left, division, line):
    assert classes.summary(right, left, division) == line


def test_a_class_one_is_not_off():
    assert classes.relation("II", "0.5") == "Class II ½ unit"
    classes.check_relation("II", "0.5", field="molar_left")
    classes.check_relation("", "", field="molar_left")
    for angle, code in (("I", "unit_impossible"), ("", "class_missing")):
        with pytest.raises(Refused, check=lambda error, code=code: (error.code, error.field) == (code, "molar_left")):
            classes.check_relation(angle, "0.5", field="molar_left")


@pytest.mark.parametrize(
    ("overbite", "coverage"),
    [
        ("-0.1", Coverage.OPEN),
        ("0", Coverage.THIRD),
        ("3", Coverage.THIRD),
        ("3.1", Coverage.TWO_THIRDS),
        ("6", Coverage.TWO_THIRDS),
        ("6.1", Coverage.MORE),
        ("9", Coverage.FULL),
    ],
)
def test_how_much_of_an_incisor_is_covered(overbite, coverage):
    assert classes.coverage_of(Decimal(overbite), Decimal(9)) == coverage
