"""Which passwords are allowed, and how they are kept."""

import pytest
from django.contrib.auth.hashers import identify_hasher, make_password

from accounts.hashers import ClinicArgon2Hasher
from accounts.models import User
from accounts.passwords import prepare
from core.errors import Refused

RITA = User(email="rita.alvarez@clinic.example", name="Rita Alvarez")


@pytest.mark.parametrize(
    "password",
    [
        "SecurePass123",
        "correct horse battery staple",
        "ein langer Satz über Zähne",
        "пароль из нескольких слов",
        "w" * 3 + "orthodox umbrella kitchen",
        "some words " * 20,
        "   blanks around   ",
    ],
)
def test_allowed(password):
    assert prepare(password, RITA)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "elevenchars",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "password1234",
        "Password123456!",
        "qwertyuiop123",
        "orthodontics2026",
        "demo orthodontics 1",
        "rita.alvarez1",
        "RitaAlvarez123",
        "x" * 257,
    ],
)
def test_refused_at_the_field(password):
    with pytest.raises(Refused) as refusal:
        prepare(password, RITA)
    assert (refusal.value.code, refusal.value.field) == ("invalid", "password")


def test_argon2id_at_the_figures_we_state(settings):
    settings.PASSWORD_HASHERS = ["accounts.hashers.ClinicArgon2Hasher"]
    stored = make_password("correct horse battery staple")
    hasher = identify_hasher(stored)
    assert isinstance(hasher, ClinicArgon2Hasher)
    assert stored.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
