"""Score sheets begin with what the exam and the tooth chart say, and no more."""

from dataclasses import asdict
from decimal import Decimal

import pytest

from charting.rules import iotn, par, prefill
from charting.rules.iotn import ScoreSheet

EXAM = {
    "overjet": Decimal(5),
    "overbite": Decimal(4),
    "open_bite": Decimal(0),
    "overbite_contact": "tooth",
    "overbite_trauma": False,
    "overbite_coverage": "two_thirds",
    "lip_competence": "incompetent",
    "crossbites": [],
    "contact_displacement": Decimal("1.5"),
    "molar_right": "II",
    "molar_right_unit": "0.5",
    "molar_left": "I",
}


def test_an_exam_becomes_a_sheet_that_only_misses_what_an_exam_does_not_say():
    sheet = prefill.iotn_sheet(EXAM, {"11": "present", "22": "peg"})
    result = iotn.dental(sheet)
    assert result.code == "3a"
    assert list(result.missing) == ["craniofacial", "submerged_primary", "tipped_and_impacted"]
    iotn.check_sheet(sheet)


def test_nothing_noted_is_nothing_assessed():
    assert prefill.iotn_sheet({}, {}) == ScoreSheet()
    assert prefill.par_sheet({}) == par.ScoreSheet()


@pytest.mark.parametrize(
    ("facts", "name", "value"),
    [
        ({"crossbites": ["lingual"]}, "lingual_crossbite", None),
        ({"crossbites": ["lingual"]}, "crossbite", False),
        ({"crossbites": ["posterior"]}, "crossbite", True),
        ({"overbite": Decimal(-3), "open_bite": Decimal(0)}, "open_bite", Decimal(3)),
        ({"overbite": Decimal(2), "open_bite": Decimal(4)}, "open_bite", Decimal(4)),
        ({"overbite": Decimal(2)}, "open_bite", None),
        ({"overbite_contact": "gingiva"}, "overbite_to_gingiva", True),
        ({"lip_competence": "competent"}, "lips_competent", True),
        ({"molar_right": "I", "molar_left": "I"}, "pre_or_post_normal", False),
        ({"molar_right": "II", "molar_right_unit": "1", "molar_left": "I"}, "pre_or_post_normal", None),
        ({"molar_right": "II", "molar_left": "I"}, "pre_or_post_normal", None),
        ({"molar_right": "I"}, "pre_or_post_normal", None),
    ],
)
def test_one_fact_at_a_time(facts, name, value):
    assert asdict(prefill.iotn_sheet(facts, {}))[name] == value


@pytest.mark.parametrize(
    ("states", "missing", "extra", "impeded"),
    [
        ({"12": "missing_congenital", "15": "missing_congenital", "22": "missing_congenital"}, 2, False, False),
        ({"18": "missing_congenital", "14": "extracted", "55": "missing_congenital"}, 0, False, False),
        ({"11": "supernumerary"}, 0, True, False),
        ({"23": "impacted"}, 0, False, None),
        ({"38": "impacted"}, 0, False, False),
    ],
)
def test_what_the_tooth_chart_says(states, missing, extra, impeded):
    sheet = prefill.iotn_sheet({}, states)
    assert (sheet.missing_in_a_quadrant, sheet.supernumerary, sheet.impeded_eruption) == (missing, extra, impeded)


@pytest.mark.parametrize(("unit", "score"), [("0.25", "1"), ("0.5", "2"), ("0.75", "1"), ("1", "0"), ("", "")])
def test_interdigitation_of_a_class_two(unit, score):
    sheet = prefill.par_sheet({"molar_right": "II", "molar_right_unit": unit, "molar_left": "I"})
    assert (sheet.right.anteroposterior, sheet.left.anteroposterior) == (score, "0")


def test_models_of_an_exam():
    sheet = prefill.par_sheet(EXAM)
    assert (sheet.overjet, sheet.cover, sheet.open_bite) == (Decimal(5), "1", Decimal(0))
    assert prefill.par_sheet({"overbite": Decimal(-2), "overbite_coverage": "open"}).open_bite == Decimal(2)
    par.check_sheet(sheet)
