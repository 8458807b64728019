"""Encrypted text opens with its key, at its place, unaltered; and in no other case."""

import base64
import secrets

import pytest

from core import crypto

PLACE = "patients.MedicalEntry/description/0123456789abcdef01234567"


def key():
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.fixture
def use_keys(settings):
    def use(text):
        settings.FIELD_KEYS = text
        crypto._keys.cache_clear()

    yield use
    crypto._keys.cache_clear()


@pytest.mark.parametrize("text", ["", "Latex: swelling", "Ärzte 王 🦷", "x" * 100_000, "v1:k1:x"])
def test_there_and_back(text):
    sealed = crypto.encrypt(text, place=PLACE)
    assert crypto.decrypt(sealed, place=PLACE) == text
    if len(text) > 3:
        assert text not in sealed


def test_the_same_text_never_looks_the_same():
    assert crypto.encrypt("latex", place=PLACE) != crypto.encrypt("latex", place=PLACE)


def test_it_opens_nowhere_else():
    sealed = crypto.encrypt("latex", place=PLACE)
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt(sealed, place=PLACE.replace("0", "1"))


def test_an_altered_value_does_not_open():
    head, _, body = crypto.encrypt("latex", place=PLACE).rpartition(":")
    raw = bytearray(base64.b64decode(body))
    raw[-1] ^= 1
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt(f"{head}:{base64.b64encode(raw).decode()}", place=PLACE)


@pytest.mark.parametrize("value", ["", "latex", "v1:", "v1:zz:AAAA", "v1:k1:%%%", "v1:k1:"])
def test_what_is_no_ciphertext(value):
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt(value, place=PLACE)


def test_the_refusal_tells_nothing_about_the_row():
    with pytest.raises(crypto.Undecipherable) as error:
        crypto.decrypt("v1:zz:AAAA", place=PLACE)
    assert error.value.model == "patients.MedicalEntry"
    assert PLACE.split("/")[-1] not in str(error.value)


def test_keys_are_rotated(use_keys):
    old, new = key(), key()
    use_keys(f"k1:{old}")
    sealed = crypto.encrypt("latex", place=PLACE)
    use_keys(f"k2:{new},k1:{old}")
    assert crypto.decrypt(sealed, place=PLACE) == "latex"
    assert crypto.encrypt("latex", place=PLACE).startswith("v1:k2:")
    use_keys(f"k2:{new}")
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt(sealed, place=PLACE)


@pytest.mark.parametrize(
    "text",
    ["", "k1", "k1:short", "k-1:" + base64.b64encode(b"x" * 32).decode(), "k1:" + base64.b64encode(b"x" * 31).decode()],
)
def test_keys_that_are_none(text):
    with pytest.raises(ValueError):
        crypto.parse_keys(text)
