"""The index of need: every row, both sides of every border, MOCDO, what is missing, study casts, the NHS rule."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charting.rules import iotn
from charting.rules.iotn import Aesthetic, Need, ScoreSheet
from charting.rules.iotn_criteria import CRITERIA
from core.errors import Refused

D = Decimal

# Everything assessed, nothing found.
SOUND = ScoreSheet(
    impeded_eruption=False,
    missing_in_a_quadrant=0,
    hypodontia_need="none",
    craniofacial=False,
    submerged_primary=False,
    tipped_and_impacted=False,
    supernumerary=False,
    overjet=D("2.5"),
    lips_competent=True,
    difficulty=False,
    crossbite=False,
    rcp_icp=D(0),
    lingual_crossbite=False,
    contact_displacement=D("0.5"),
    open_bite=D(0),
    overbite=D(3),
    overbite_to_gingiva=False,
    overbite_trauma=False,
    pre_or_post_normal=False,
)


def graded(**found):
    return iotn.dental(replace(SOUND, **found)).code


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("5i", {"impeded_eruption": True}),
        ("5h", {"missing_in_a_quadrant": 2, "hypodontia_need": "pre_restorative"}),
        ("5a", {"overjet": D("9.1")}),
        ("5m", {"overjet": D("-3.6"), "difficulty": True}),
        ("5p", {"craniofacial": True}),
        ("5s", {"submerged_primary": True}),
        ("4h", {"missing_in_a_quadrant": 1, "hypodontia_need": "pre_restorative"}),
        ("4h", {"missing_in_a_quadrant": 1, "hypodontia_need": "space_closure"}),
        ("4h", {"missing_in_a_quadrant": 2, "hypodontia_need": "space_closure"}),
        ("4a", {"overjet": D(8)}),
        ("4b", {"overjet": D("-3.6")}),
        ("4m", {"overjet": D(-2), "difficulty": True}),
        ("4c", {"crossbite": True, "rcp_icp": D("2.1")}),
        ("4l", {"lingual_crossbite": True}),
        ("4d", {"contact_displacement": D("4.1")}),
        ("4e", {"open_bite": D("4.1")}),
        ("4f", {"overbite_to_gingiva": True, "overbite_trauma": True}),
        ("4t", {"tipped_and_impacted": True}),
        ("4x", {"supernumerary": True}),
        ("3a", {"overjet": D(5), "lips_competent": False}),
        ("3b", {"overjet": D(-2)}),
        ("3c", {"crossbite": True, "rcp_icp": D("1.5")}),
        ("3d", {"contact_displacement": D(3)}),
        ("3e", {"open_bite": D(3)}),
        ("3f", {"overbite_to_gingiva": True}),
        ("2a", {"overjet": D(5)}),
        ("2b", {"overjet": D("-0.5")}),
        ("2c", {"crossbite": True, "rcp_icp": D("0.5")}),
        ("2d", {"contact_displacement": D("1.5")}),
        ("2e", {"open_bite": D("1.5")}),
        ("2f", {"overbite": D(4)}),
        ("2g", {"pre_or_post_normal": True}),
        ("1", {}),
        ("1", {"contact_displacement": D("0.9")}),
        ("1", {"missing_in_a_quadrant": 2, "hypodontia_need": "none"}),
    ],
)
def test_every_row_alone(code, found):
    result = iotn.dental(replace(SOUND, **found))
    assert result.code == code
    assert result.is_final
    assert [met.code for met in result.met] == ([code] if code != "1" else [])


@pytest.mark.parametrize(
    ("name", "also", "steps"),
    [
        ("overjet", {"lips_competent": False}, "0:1 3.5:1 3.6:3a 6:3a 6.1:4a 9:4a 9.1:5a"),
        ("overjet", {"lips_competent": True}, "3.5:1 3.6:2a 6:2a 6.1:4a"),
        ("overjet", {"difficulty": False}, "-0.1:2b -1:2b -1.1:3b -3.5:3b -3.6:4b"),
        ("overjet", {"difficulty": True}, "-1:2b -1.1:4m -3.5:4m -3.6:5m"),
        ("rcp_icp", {"crossbite": True}, "0:2c 1:2c 1.1:3c 2:3c 2.1:4c"),
        ("rcp_icp", {"crossbite": False}, "2.1:1"),
        ("contact_displacement", {}, "0:1 1:1 1.1:2d 2:2d 2.1:3d 4:3d 4.1:4d"),
        ("open_bite", {}, "0:1 1:1 1.1:2e 2:2e 2.1:3e 4:3e 4.1:4e"),
        ("overbite", {}, "3.4:1 3.5:2f 3.6:2f 9:2f"),
        ("overbite", {"overbite_to_gingiva": True}, "3:3f 9:3f"),
        ("overbite", {"open_bite": D(0)}, "-4.1:4e -4:3e -2:2e -1:1"),
        ("missing_in_a_quadrant", {"hypodontia_need": "pre_restorative"}, "0:1 1:4h 2:5h"),
    ],
)
def test_both_sides_of_every_border(name, also, steps):
    expected = dict(step.split(":") for step in steps.split())
    assert {value: graded(**{name: D(value)}, **also) for value in expected} == expected


def test_every_letter_stands_in_the_table_once():
    assert len({criterion.code for criterion in CRITERIA}) == len(CRITERIA) == 30
    grades = [criterion.grade for criterion in CRITERIA]
    assert grades == sorted(grades, reverse=True)
    for grade in (5, 4, 3, 2):
        mocdo = ["MOCDB-".index(one.component) for one in CRITERIA if one.grade == grade]
        assert mocdo == sorted(mocdo)


@pytest.mark.parametrize(
    ("found", "order"),
    [
        ({"overjet": D(7), "contact_displacement": D(5), "missing_in_a_quadrant": 1}, "4h 4a 4d"),
        ({"open_bite": D(5), "contact_displacement": D(5), "crossbite": True, "rcp_icp": D(3)}, "4c 4d 4e"),
        ({"overjet": D(10), "impeded_eruption": True, "supernumerary": True}, "5i 5a 4x"),
        ({"overjet": D(5), "contact_displacement": D(3)}, "3d 2a"),
        ({"overbite": D(5), "pre_or_post_normal": True}, "2f"),
    ],
)
def test_the_worst_decides_and_mocdo_within_a_grade(found, order):
    result = iotn.dental(replace(SOUND, hypodontia_need="space_closure", **found))
    assert " ".join(met.code for met in result.met) == order
    assert result.code == order.split()[0]
    assert result.decides == result.met[0]


def test_the_reason_says_the_number():
    decides = iotn.dental(replace(SOUND, overjet=D("7.5"))).decides
    assert (decides.grade, decides.letter) == (4, "a")
    assert decides.reason == "Overjet more than 6 and up to 9 mm: 7.5 mm"


@pytest.mark.parametrize(
    ("found", "code", "missing"),
    [
        ({"overjet": D(5), "lips_competent": None}, "", ["lips_competent"]),
        ({"overjet": D(2), "lips_competent": None}, "1", []),
        ({"overjet": D(-3), "difficulty": None}, "", ["difficulty"]),
        ({"overjet": D("-0.5"), "difficulty": None}, "2b", []),
        ({"crossbite": True, "rcp_icp": None}, "", ["rcp_icp"]),
        ({"crossbite": None, "rcp_icp": None}, "", ["crossbite", "rcp_icp"]),
        ({"missing_in_a_quadrant": 2, "hypodontia_need": None}, "", ["hypodontia_need"]),
        ({"missing_in_a_quadrant": 0, "hypodontia_need": None}, "1", []),
        ({"overjet": D(10), "impeded_eruption": None, "contact_displacement": None}, "5a", ["impeded_eruption"]),
        ({"overjet": D(10), "contact_displacement": None}, "5a", []),
        ({"overbite_to_gingiva": None, "overbite_trauma": True}, "4f", []),
        ({"overbite": D(4), "overbite_to_gingiva": None}, "", ["overbite_to_gingiva"]),
        ({"overbite": D(-3), "open_bite": None}, "3e", ["open_bite"]),
        ({"overbite": D(-5), "open_bite": None}, "4e", []),
        ({"overbite": D(-1), "open_bite": None}, "", ["open_bite"]),
    ],
)
def test_what_is_missing_is_said_if_it_could_change_the_grade(found, code, missing):
    result = iotn.dental(replace(SOUND, **found))
    assert (result.code, list(result.missing)) == (code, missing)
    assert result.is_final == (not missing)


def test_an_empty_sheet_has_no_grade_and_misses_everything():
    result = iotn.dental(ScoreSheet())
    assert (result.grade, result.code, result.met, result.is_final) == (None, "", (), False)
    assert set(result.missing) == set(iotn.LABELS)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ({"overjet": D(5), "lips_competent": None}, "3a"),
        ({"overjet": D(5), "lips_competent": True}, "2a"),
        ({"crossbite": True, "rcp_icp": None}, "4c"),
        ({"crossbite": True, "rcp_icp": D(1)}, "2c"),
        ({"overjet": D(-2), "difficulty": None}, "4m"),
        ({"overjet": D(-4), "difficulty": None}, "5m"),
        ({"overjet": D(-4), "difficulty": False}, "4b"),
    ],
)
def test_study_casts_assume_only_what_was_not_assessed(found, code):
    result = iotn.dental(replace(SOUND, **found), study_casts=True)
    assert result.code == code
    assert ("study casts" in result.decides.reason) == (None in found.values())


MM = st.decimals(0, 12, places=1)
YES_NO = st.booleans()
SHEETS = st.builds(
    ScoreSheet,
    impeded_eruption=YES_NO,
    missing_in_a_quadrant=st.integers(0, 3),
    hypodontia_need=st.sampled_from(["none", "space_closure", "pre_restorative"]),
    craniofacial=YES_NO,
    submerged_primary=YES_NO,
    tipped_and_impacted=YES_NO,
    supernumerary=YES_NO,
    overjet=st.decimals(-12, 12, places=1),
    lips_competent=YES_NO,
    difficulty=YES_NO,
    crossbite=YES_NO,
    rcp_icp=MM,
    lingual_crossbite=YES_NO,
    contact_displacement=MM,
    open_bite=MM,
    overbite=st.decimals(-8, 12, places=1),
    overbite_to_gingiva=YES_NO,
    overbite_trauma=YES_NO,
    pre_or_post_normal=YES_NO,
)


@given(sheet=SHEETS)
def test_a_full_sheet_always_has_a_final_grade(sheet):
    result = iotn.dental(sheet)
    assert result.is_final
    assert result.grade == max([met.grade for met in result.met], default=1)


@given(sheet=SHEETS, gone=st.sets(st.sampled_from(sorted(iotn.LABELS))))
def test_leaving_something_out_never_makes_it_worse(sheet, gone):
    """What is known stays met; if the full grade is another one, what is missing says so."""
    whole, part = iotn.dental(sheet), iotn.dental(replace(sheet, **dict.fromkeys(gone)))
    assert (part.grade or 1) <= whole.grade
    assert set(part.missing) <= gone
    if part.is_final:
        assert part.grade == whole.grade


@given(sheet=SHEETS, more=st.decimals("0.1", 5, places=1))
def test_a_worse_measure_never_gives_a_better_grade(sheet, more):
    for name in ("contact_displacement", "open_bite", "rcp_icp"):
        worse = replace(sheet, **{name: getattr(sheet, name) + more})
        assert iotn.dental(worse).grade >= iotn.dental(sheet).grade


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"overjet": D(45)}, "overjet"),
        ({"open_bite": D(-1)}, "open_bite"),
        ({"missing_in_a_quadrant": 8}, "missing_in_a_quadrant"),
        ({"overbite_trauma": True, "overbite_to_gingiva": False}, "overbite_trauma"),
    ],
)
def test_sheets_that_cannot_be(wrong, field):
    iotn.check_sheet(SOUND)
    iotn.check_sheet(ScoreSheet())
    iotn.check_sheet(replace(SOUND, missing_in_a_quadrant=7))
    with pytest.raises(Refused, check=lambda error: error.field == field):
        iotn.check_sheet(replace(SOUND, **wrong))


def test_the_aesthetic_component():
    said = [iotn.aesthetic(component) for component in range(1, 11)]
    assert said == [Aesthetic.NONE] * 4 + [Aesthetic.BORDERLINE] * 3 + [Aesthetic.NEED] * 3
    for wrong in (0, 11):
        with pytest.raises(Refused, check=lambda error: error.field == "aesthetic"):
            iotn.check_aesthetic(wrong)
    for right in (None, 1, 10):
        iotn.check_aesthetic(right)


@pytest.mark.parametrize(
    ("grade", "component", "need"),
    [
        (5, None, Need.YES),
        (4, 1, Need.YES),
        (3, 6, Need.YES),
        (3, 5, Need.NO),
        (3, None, Need.OPEN),
        (2, 10, Need.NO),
        (1, 10, Need.NO),
        (None, 10, Need.OPEN),
    ],
)
def test_the_nhs_rule(grade, component, need):
    assert iotn.nhs(grade, component) == need


def test_a_grade_that_may_get_worse_is_no_refusal_yet():
    assert iotn.nhs(2, 3, is_final=False) == Need.OPEN
    assert iotn.nhs(4, 3, is_final=False) == Need.YES
