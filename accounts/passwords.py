"""Password rules beyond Django's own: long ones are welcome, the clinic's and the product's words are not enough."""

import unicodedata
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.errors import Refused

if TYPE_CHECKING:
    from accounts.models import User

LONGEST = 256
_WORDS = ("orthodontics", "orthodontist", "password", "patientmanagement", "receptionist", "welcome", "clinic")


class LongestPasswordValidator:
    """A bound far above 64 characters, so that hashing stays cheap."""

    def validate(self, password: str, user: "User | None" = None) -> None:
        if len(password) > LONGEST:
            raise ValidationError(_("Use at most %(n)s characters.") % {"n": LONGEST}, code="password_too_long")

    def get_help_text(self) -> str:
        return _("Long passwords, blanks and every kind of letter are welcome.")


class BlocklistValidator:
    """Refuses repeated characters and the words that everybody here would try first, with digits around them."""

    def validate(self, password: str, user: "User | None" = None) -> None:
        plain = unicodedata.normalize("NFKC", password).casefold()
        core = plain.strip("0123456789!?.-_ ")
        words = {*_WORDS, "".join(settings.CLINIC_NAME.casefold().split())}
        if len(set(plain)) < 4 or "".join(core.split()) in words:
            raise ValidationError(_("This password is easy to guess. Use several unrelated words."), code="easy")

    def get_help_text(self) -> str:
        return _("Several unrelated words make a good password.")


def prepare(password: str, user: "User", *, field: str = "password") -> str:
    """The hash to store. Raises Refused (`invalid`) for a password that the rules do not allow.

    Hashing is slow on purpose: call this before a transaction, not in it.
    """
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused(" ".join(error.messages), code="invalid", field=field) from error
    return make_password(password)
