"""What can be refused, in one place: a sentence for the person, a code for the program, a status for HTTP."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text: TypeAlias = str | Promise

# Every code that is not answered with 422 (the request is understood, a rule says no).
STATUS: Mapping[str, int] = {
    "invalid": 400,
    "role_not_allowed": 400,
    "range_too_long": 400,
    "invalid_credentials": 401,
    "not_authenticated": 401,
    "token_not_valid": 401,
    "permission_denied": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "email_taken": 409,
    "slot_taken": 409,
    "offer_gone": 409,
    "not_waiting": 409,
    "status_conflict": 409,
    "signed": 409,
    "has_appointments": 409,
    "in_use": 409,
    "merged": 409,
    "visits_overlap": 409,
    "cannot_undo": 409,
    "last_admin": 409,
    "stale": 412,
    "too_large": 413,
    "unsupported_media_type": 415,
    "precondition_required": 428,
    "too_many_attempts": 429,
    "too_many_requests": 429,
    "busy": 503,
    "key_missing": 503,
}


class Refused(Exception):
    """A rule said no.

    `message` is a sentence for a person, `code` is stable for programs, `field` names the input (snake case).
    `extra` is added to the answer. `after` runs once the transaction has been rolled back; what it returns is
    added to `extra`: use it for what a refusal must leave behind or must look up afterwards.
    """

    def __init__(
        self,
        message: Text,
        *,
        code: str,
        field: str | None = None,
        extra: dict[str, Any] | None = None,
        after: Callable[[], dict[str, Any] | None] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.extra = extra or {}
        self.after = after

    def __str__(self) -> str:
        return str(self.message)

    @property
    def status(self) -> int:
        """The HTTP status that both doors answer with."""
        return STATUS.get(self.code, 422)

    def settle(self) -> None:
        """Run `after`, once; called by the outermost transaction when it has been rolled back."""
        after, self.after = self.after, None
        if after:
            self.extra |= after() or {}


class NotPermitted(Refused):
    """This person may not do this."""

    def __init__(self, message: Text = _("You do not have the right to do this."), **kwargs: Any) -> None:
        super().__init__(message, **({"code": "permission_denied"} | kwargs))


class NotFound(Refused):
    """Unknown, or not for this person to know: the two are never told apart."""

    def __init__(self, message: Text = _("Not found."), *, field: str | None = None) -> None:
        super().__init__(message, code="not_found", field=field)


class Moved(Refused):
    """The record lives on under another id. Whoever only reads is led there (`path_from`); a change is refused."""

    def __init__(self, message: Text, *, old: str, new: str, extra: dict[str, Any] | None = None) -> None:
        super().__init__(message, code="merged", extra=extra)
        self.old, self.new = old, new

    def path_from(self, path: str) -> str:
        """The same address with the id that holds today."""
        return path.replace(self.old, self.new)


class Stale(Refused):
    """Somebody else changed the record first."""

    def __init__(self) -> None:
        message = _("Somebody else changed this in the meantime. Look at the present state and try again.")
        super().__init__(message, code="stale")


class PreconditionRequired(Refused):
    """The call must say which version it changes."""

    def __init__(self) -> None:
        message = _("Send If-Match with the ETag of the version that you want to change.")
        super().__init__(message, code="precondition_required")


class TooMany(Refused):
    """Too many attempts; `seconds` until it makes sense to try again."""

    def __init__(self, seconds: int, message: Text = _("Too many attempts. Try again later."), **kwargs: Any) -> None:
        super().__init__(message, **({"code": "too_many_attempts"} | kwargs))
        self.seconds = max(1, seconds)
