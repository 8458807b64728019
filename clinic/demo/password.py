"""The demo people's password: given, kept from the last time, or made; no default one exists."""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from accounts.actions.passwords import change_password
from accounts.models import User
from clinic.demo.cast import PEOPLE
from core.actions import in_transaction

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_WORDS, _SYLLABLES = 5, 2


def settle() -> str:
    """The password of today, kept in the file; people who are there already are given it if it changed.

    Raises CommandError for a `DEMO_PASSWORD` that breaks the rules.
    """
    kept = _read()
    password = os.environ.get("DEMO_PASSWORD") or kept or _made()
    try:
        validate_password(password)
    except ValidationError as error:
        raise CommandError(f"DEMO_PASSWORD cannot be used: {' '.join(error.messages)}") from None
    if password != kept:
        in_transaction(lambda _attempt: _give(password))
        _keep(password)
    return password


def _keep(password: str) -> None:
    """Written so that only the owner can read it from its first instant."""
    path = _path()
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(password)
    fresh.replace(path)


def _give(password: str) -> None:
    for user in User.objects.filter(email__in=[person.email for person in PEOPLE]):
        if not user.check_password(password):
            change_password(by=user, password_hash=make_password(password))


def _path() -> Path:
    return Path(settings.DATA_DIR) / "demo_password"


def _read() -> str:
    path = _path()
    return path.read_text().strip() if path.exists() else ""


def _made() -> str:
    """Five words that can be spoken and typed on a phone; 60 bits."""
    words = ("".join(_syllable() for _place in range(_SYLLABLES)) for _word in range(_WORDS))
    return "-".join(words)


def _syllable() -> str:
    return secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS)
