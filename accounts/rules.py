"""Rules about people and their names; no queries here."""

import unicodedata
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Refused

ALREADY_ACCEPTED = gettext_lazy("This person has chosen a password already: they can ask for a new one themselves.")

LONGEST_EMAIL = 254
LONGEST_NAME = 200


class Event(StrEnum):
    """What the audit calls the events of this package."""

    USER_REGISTERED = "user.registered"
    USER_CREATED = "user.created"
    USER_INVITED = "user.invited"
    INVITATION_SENT = "user.invitation_sent"
    USER_CHANGED = "user.changed"
    USER_ROLE_CHANGED = "user.role_changed"
    USER_DEACTIVATED = "user.deactivated"
    USER_REACTIVATED = "user.reactivated"
    USER_LINKED = "user.linked"
    USER_UNLINKED = "user.unlinked"
    USER_LOCKED_OUT = "user.locked_out"
    ROLE_REFUSED = "user.role_refused"
    SIGNED_IN = "session.signed_in"
    SIGN_IN_FAILED = "session.sign_in_failed"
    SIGNED_OUT = "session.signed_out"
    SESSION_TIMED_OUT = "session.timed_out"
    SESSIONS_ENDED = "session.all_ended"
    TOKEN_REUSED = "session.token_reused"  # noqa: S105 - the name of an event
    TOKEN_REFRESHED = "session.token_refreshed"  # noqa: S105
    PASSWORD_CHANGED = "password.changed"  # noqa: S105
    PASSWORD_RESET_ASKED = "password.reset_asked"  # noqa: S105
    FIRST_ADMIN_CREATED = "user.first_admin_created"
    ADMIN_RECOVERED = "user.admin_recovered"
    GROUP_CREATED = "group.created"
    GROUP_CHANGED = "group.changed"
    AUDIT_EXPORTED = "audit.exported"


def normalise_email(email: str) -> str:
    """One spelling for one mailbox: NFKC, case folded, no blanks around it."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def clean_email(email: str) -> str:
    """The one spelling of a possible address. Raises Refused (`invalid`); normalising may have made it longer."""
    spelling = normalise_email(email)
    try:
        validate_email(spelling)
    except ValidationError as error:
        raise Refused(_("Enter a valid e-mail address."), code="invalid", field="email") from error
    if len(spelling) > LONGEST_EMAIL:
        raise Refused(_("This e-mail address is too long."), code="invalid", field="email")
    return spelling


def clean_name(name: str) -> str:
    """The name on one line, without control characters. Raises Refused (`invalid`)."""
    words = " ".join(name.split())
    clean = "".join(char for char in words if unicodedata.category(char) != "Cc")
    if not clean:
        raise Refused(_("Give a name."), code="invalid", field="name")
    if len(clean) > LONGEST_NAME:
        message = _("Use at most %(n)s characters.") % {"n": LONGEST_NAME}
        raise Refused(message, code="invalid", field="name")
    return clean


def check_not_oneself(by_id: str, user_id: str) -> None:
    """Nobody closes the door behind themselves. Raises Refused."""
    if by_id == user_id:
        raise Refused(_("You cannot deactivate your own account."), code="own_account")


def check_admin_remains(others: int) -> None:
    """`others`: active admins besides the one who would stop being one. Raises Refused."""
    if others < 1:
        message = _("This is the last active admin. Make somebody else an admin first.")
        raise Refused(message, code="last_admin")
