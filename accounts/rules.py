"""Rules about people and their names; no queries here."""

import unicodedata
from enum import StrEnum


class Event(StrEnum):
    """What the audit calls the events of this package."""

    USER_REGISTERED = "user.registered"
    USER_CREATED = "user.created"
    USER_INVITED = "user.invited"
    USER_CHANGED = "user.changed"
    USER_ROLE_CHANGED = "user.role_changed"
    USER_DEACTIVATED = "user.deactivated"
    USER_REACTIVATED = "user.reactivated"
    ROLE_REFUSED = "user.role_refused"
    SIGNED_IN = "session.signed_in"
    SIGN_IN_FAILED = "session.sign_in_failed"
    SIGNED_OUT = "session.signed_out"
    TOKEN_REUSED = "session.token_reused"  # noqa: S105 - the name of an event
    TOKEN_REFRESHED = "session.token_refreshed"  # noqa: S105
    PASSWORD_CHANGED = "password.changed"  # noqa: S105
    PASSWORD_RESET_ASKED = "password.reset_asked"  # noqa: S105
    FIRST_ADMIN_CREATED = "user.first_admin_created"
    ADMIN_RECOVERED = "user.admin_recovered"
    GROUP_CHANGED = "group.changed"
    AUDIT_EXPORTED = "audit.exported"


def normalise_email(email: str) -> str:
    """One spelling for one mailbox: NFKC, case folded, no blanks around it."""
    return unicodedata.normalize("NFKC", email).strip().casefold()
