"""Names and addresses as they are kept."""

import pytest

from accounts import rules
from core.errors import Refused


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Rita@Clinic.Example", "rita@clinic.example"),
        ("  rita@clinic.example\n", "rita@clinic.example"),
        ("ｒｉｔａ@clinic.example", "rita@clinic.example"),
        ("STRASSE@clinic.example", "strasse@clinic.example"),
        ("ﬁona@clinic.example", "fiona@clinic.example"),
    ],
)
def test_one_spelling_for_one_mailbox(typed, kept):
    assert rules.clean_email(typed) == kept


@pytest.mark.parametrize("typed", ["", "x", "a@b", "a@b@c.example", "a b@c.example", "x" * 250 + "@c.example", "@c.ex"])
def test_no_address(typed):
    with pytest.raises(Refused) as refusal:
        rules.clean_email(typed)
    assert (refusal.value.code, refusal.value.field) == ("invalid", "email")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Rita   Alvarez ", "Rita Alvarez"),
        ("Rita\nBcc: x", "Rita Bcc: x"),
        ("Ri\x07ta", "Rita"),
        ("O'Neil-Şahin", "O'Neil-Şahin"),
    ],
)
def test_a_name_is_one_line(typed, kept):
    assert rules.clean_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "  ", "\x01", "x" * 201])
def test_no_name(typed):
    with pytest.raises(Refused) as refusal:
        rules.clean_name(typed)
    assert refusal.value.field == "name"
