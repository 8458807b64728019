"""Elastics: what can be worn by whom, and allergies read from the history."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charting.rules import elastics
from charting.rules.allergies import Allergen, named_in
from charting.rules.elastics import Diameter, Force, Pattern, Prescription, check_prescription
from core.errors import Refused

CLASS_TWO = Prescription(Pattern.CLASS_II, ("13", "46"), Diameter.THREE_SIXTEENTHS, Decimal(6), 24, latex=True)


@pytest.mark.parametrize(
    ("ounces", "grams"), [("2", 57), ("3.5", 99), ("4", 113), ("4.5", 128), ("6", 170), ("8", 227)]
)
def test_ounces_are_stored_and_grams_shown(ounces, grams):
    assert elastics.grams(Decimal(ounces)) == grams


@pytest.mark.parametrize(
    ("ounces", "force"),
    [
        ("2", Force.LIGHT),
        ("3.5", Force.LIGHT),
        ("3.6", Force.MEDIUM),
        ("4.5", Force.MEDIUM),
        ("4.6", Force.HEAVY),
        ("6", Force.HEAVY),
        ("6.5", Force.EXTRA),
    ],
)
def test_names_of_forces(ounces, force):
    assert elastics.force(Decimal(ounces)) == force


@pytest.mark.parametrize(
    ("pattern", "teeth"),
    [
        ("class_1", "13 16"),
        ("class_2", "13 46"),
        ("class_2", "36 23"),
        ("short_2", "13 45"),
        ("class_3", "16 43"),
        ("crossbite", "16 46"),
        ("crossbite", "16 47"),
        ("box", "12 22 42 32"),
        ("triangle", "13 43 44"),
        ("diagonal", "13 33"),
        ("diagonal", "14 34"),
        ("rainbow", "13 23 42 32"),
    ],
)
def test_patterns_that_can_be_worn(pattern, teeth):
    check_prescription(replace(CLASS_TWO, pattern=Pattern(pattern), teeth=tuple(teeth.split())))


@pytest.mark.parametrize(
    ("pattern", "teeth"),
    [
        ("class_1", "13 46"),
        ("class_1", "13 23"),
        ("class_2", "16 43"),
        ("class_2", "13 36"),
        ("class_2", "13 16"),
        ("class_2", "13"),
        ("class_2", "13 43"),
        ("class_3", "13 46"),
        ("class_3", "13 43"),
        ("crossbite", "16 44"),
        ("box", "12 22 42"),
        ("box", "13 12 11 21"),
        ("triangle", "13 43"),
        ("triangle", "13 13 43"),
        ("diagonal", "13 43"),
        ("diagonal", "15 35"),
    ],
)
def test_patterns_these_teeth_do_not_make(pattern, teeth):
    with pytest.raises(Refused) as caught:
        check_prescription(replace(CLASS_TWO, pattern=Pattern(pattern), teeth=tuple(teeth.split())))
    assert (caught.value.code, caught.value.field) == ("pattern_impossible", "teeth")


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"hours": 0}, "out_of_range", "hours"),
        ({"hours": 25}, "out_of_range", "hours"),
        ({"ounces": Decimal("0.5")}, "out_of_range", "ounces"),
        ({"ounces": Decimal(17)}, "out_of_range", "ounces"),
        ({"ounces": Decimal("3.55")}, "out_of_range", "ounces"),
        ({"teeth": ("13", "19")}, "tooth_unknown", "teeth"),
        ({"teeth": ("14", "46")}, "tooth_absent", "teeth"),
        ({"teeth": ("23", "36"), "both_sides": True}, "tooth_absent", "teeth"),
    ],
)
def test_what_is_refused(wrong, code, field):
    with pytest.raises(Refused, check=lambda error: (error.code, error.field) == (code, field)):
        check_prescription(replace(CLASS_TWO, **wrong), absent={"14", "13"} if "both_sides" in wrong else {"14"})


@pytest.mark.parametrize("right", [{"hours": 1}, {"ounces": Decimal(1)}, {"ounces": Decimal(16)}])
def test_both_ends_of_a_range(right):
    check_prescription(replace(CLASS_TWO, **right))


def test_a_latex_allergy_refuses_latex_and_nothing_else():
    with pytest.raises(Refused) as caught:
        check_prescription(CLASS_TWO, {Allergen.LATEX})
    assert (caught.value.code, caught.value.field) == ("latex_allergy", "latex")
    assert str(caught.value) == "The patient is allergic to latex. Choose elastics without latex."
    check_prescription(replace(CLASS_TWO, latex=False), {Allergen.LATEX})
    check_prescription(CLASS_TWO, {Allergen.NICKEL})


def test_both_sides():
    assert replace(CLASS_TWO, both_sides=True).worn_on == ("13", "46", "23", "36")
    assert CLASS_TWO.worn_on == ("13", "46")


def test_every_pattern_has_its_rule_and_products_their_size():
    assert set(elastics.PATTERNS) == set(Pattern)
    assert {product.name: str(product.diameter) for product in elastics.PRODUCTS}["Ram"] == "1/4"


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        (["Latex"], {"latex"}),
        (["LATEX allergy (severe)", "Penicillin"], {"latex"}),
        (["Látex", "alergia al níquel"], {"latex", "nickel"}),
        (["Nickelallergie"], {"nickel"}),
        (["latex-nickel 🥜"], {"latex", "nickel"}),
        (["No latex allergy"], {"latex"}),
        (["Peanuts", "Nicotine", ""], set()),
        ([], set()),
    ],
)
def test_allergies_named_in_the_history(texts, named):
    assert {allergen.value for allergen in named_in(texts)} == named


@given(around=st.text(st.characters(categories=("Zs", "Po")), max_size=5))
def test_whatever_stands_around_it(around):
    assert Allergen.LATEX in named_in([f"{around}Latex{around}"])
