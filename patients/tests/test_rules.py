"""Pure rules: names, phones, dates."""

from datetime import date

import pytest

from core.errors import Refused
from patients import rules


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("+41 44 668 18 00", "+41446681800"),
        ("+1 (415) 555-0132", "+14155550132"),
        ("+1234567890", "+1234567890"),
        ("+1987654321", "+1987654321"),
        ("044 668 18 00", "044 668 18 00"),
        ("  044   668  ", "044 668"),
        ("+41 44 668 18 00 ext. 12", "+41 44 668 18 00 ext. 12"),
        ("ask at the school", "ask at the school"),
        ("", ""),
    ],
)
def test_phones_become_e164_when_possible(typed, stored):
    assert rules.normalise_phone(typed) == stored


def test_a_national_number_with_the_clinics_region():
    assert rules.normalise_phone("044 668 18 00", "CH") == "+41446681800"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Jane Doe", ("Jane", "Doe")),
        ("  Ludwig  van Beethoven ", ("Ludwig van", "Beethoven")),
        ("Madonna", ("", "Madonna")),
        ("", ("", "")),
    ],
)
def test_one_name_is_taken_apart(name, parts):
    assert rules.split_name(name) == parts


@pytest.mark.parametrize("born", [date(1899, 12, 31), date(2030, 1, 2), date(1, 1, 1)])
def test_impossible_birth_dates(born):
    with pytest.raises(Refused) as refusal:
        rules.check_birth_date(born, date(2030, 1, 1))
    assert refusal.value.code == "birth_date_impossible"
    assert refusal.value.field == "birth_date"


@pytest.mark.parametrize("born", [None, date(1900, 1, 1), date(2012, 2, 29), date(2030, 1, 1)])
def test_possible_birth_dates(born):
    rules.check_birth_date(born, date(2030, 1, 1))


def test_coming_of_age_on_29_february():
    assert rules.comes_of_age(date(2012, 2, 29), 18) == date(2030, 3, 1)
    assert rules.age_on(date(2012, 2, 29), date(2030, 2, 28)) == 17


def test_alerts_have_limits():
    rules.check_alerts(["Latex"] * rules.ALERTS_AT_MOST)
    with pytest.raises(Refused):
        rules.check_alerts(["Latex"] * (rules.ALERTS_AT_MOST + 1))
    with pytest.raises(Refused):
        rules.check_alerts(["x" * (rules.ALERT_LENGTH + 1)])
