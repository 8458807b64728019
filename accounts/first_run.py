"""A new clinic has nobody yet: a one-time code, shown in the terminal, lets the first admin in."""

import secrets

from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import FirstRunCode, User

_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_GROUPS, _GROUP_LENGTH = 3, 4


def is_open() -> bool:
    """Whether the first admin is still to be made."""
    return not User.objects.exists()


def issue_code() -> str:
    """A new code; those issued before are void. Kept as a hash."""
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    FirstRunCode.objects.all().delete()
    FirstRunCode.objects.create(code_hash=_hash(code))
    return code


def use_up(code: str) -> bool:
    """Whether the code was right and nobody was faster; it works once, and only while nobody has an account."""
    row = FirstRunCode.objects.first()
    if not is_open() or row is None or not constant_time_compare(row.code_hash, _hash(code)):
        return False
    return FirstRunCode.objects.filter(pk=row.pk).delete()[0] == 1


def _hash(code: str) -> str:
    plain = "".join(char for char in code.upper() if char.isalnum())
    return salted_hmac("accounts.first_run", plain, algorithm="sha256").hexdigest()
