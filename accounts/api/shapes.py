"""Shapes of the bodies about accounts, for checking and for the schema."""

from typing import Any

from rest_framework import serializers

from accounts.passwords import LONGEST
from accounts.permissions import STAFF_ROLES
from accounts.rules import LONGEST_EMAIL, LONGEST_NAME

_ROLES = ("patient", *STAFF_ROLES)


class _Password(serializers.CharField):
    """Taken exactly as typed, blanks at the ends too."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST, trim_whitespace=False, **kwargs)


class RegisterBody(serializers.Serializer[Any]):
    """Who registers. `role` is decided before this is read: only "patient" is given away."""

    name = serializers.CharField(max_length=LONGEST_NAME)
    email = serializers.CharField(max_length=LONGEST_EMAIL)
    password = _Password()


class RegisterRequest(RegisterBody):
    """As the schema shows it."""

    role = serializers.ChoiceField(
        choices=_ROLES, required=False, help_text='Absent or "patient"; an admin\'s token may create staff.'
    )


class Registered(serializers.Serializer[Any]):
    """The answer to a registration."""

    message = serializers.CharField()
    userId = serializers.CharField()


class LoginBody(serializers.Serializer[Any]):
    """E-mail and password."""

    email = serializers.CharField(max_length=LONGEST_EMAIL)
    password = _Password()


class RefreshBody(serializers.Serializer[Any]):
    """The refresh token of the last answer."""

    refresh = serializers.CharField(max_length=4096)


class LoggedIn(serializers.Serializer[Any]):
    """Tokens, and the role to choose the screens by."""

    token = serializers.CharField()
    role = serializers.CharField()
    refresh = serializers.CharField()


class Tokens(serializers.Serializer[Any]):
    """A fresh pair."""

    token = serializers.CharField()
    refresh = serializers.CharField()


class Me(serializers.Serializer[Any]):
    """The person of the token."""

    _id = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.CharField()


class Doctor(serializers.Serializer[Any]):
    """A doctor to book with; `_id` is the `doctorId` of every other call."""

    _id = serializers.CharField()
    name = serializers.CharField()
    title = serializers.CharField()
    colour = serializers.CharField()


class AuditRow(serializers.Serializer[Any]):
    """Who did what to which record, when and from where."""

    _id = serializers.CharField()
    at = serializers.DateTimeField()
    event = serializers.CharField()
    outcome = serializers.CharField()
    actorId = serializers.CharField()
    actorName = serializers.CharField()
    actorRole = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    address = serializers.CharField()
    requestId = serializers.CharField()
    objectType = serializers.CharField()
    objectId = serializers.CharField()
    patientId = serializers.CharField()
    reason = serializers.CharField()
    changes = serializers.JSONField()
