"""Links in mails: signed, for one purpose, and dead once a password has been chosen or the account has changed."""

from collections.abc import Callable, Mapping
from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

_SALT = "accounts.links"
_DAY = 24 * 60 * 60


class Purpose(StrEnum):
    """What the link is for."""

    RESET = "reset"
    INVITATION = "invitation"


_SECONDS: Mapping[Purpose, Callable[[], int]] = {
    Purpose.RESET: lambda: settings.PASSWORD_RESET_TIMEOUT,
    Purpose.INVITATION: lambda: settings.INVITATION_DAYS * _DAY,
}


def token_for(user: User, purpose: Purpose) -> str:
    """A token that proves to have been sent to this person."""
    return signing.dumps([purpose, user.pk, _state(user)], salt=_SALT)


def address_for(user: User, purpose: Purpose) -> str:
    """The whole address; its host comes from the settings, never from a request."""
    base = settings.PUBLIC_URL or f"http://localhost:{settings.PORT}"
    return base + reverse("accounts:password-choose", args=[token_for(user, purpose)])


def read(token: str) -> tuple[User, Purpose] | None:
    """Whose link this is; None for a forged, expired or used one."""
    try:
        name, user_id, state = signing.loads(token, salt=_SALT)
        purpose = Purpose(name)
        signing.loads(token, salt=_SALT, max_age=_SECONDS[purpose]())
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.active().filter(pk=user_id).first()
    if user is None or not constant_time_compare(state, _state(user)):
        return None
    return user, purpose


def _state(user: User) -> str:
    return salted_hmac(_SALT, f"{user.password}/{user.session_epoch}/{user.email}").hexdigest()[:32]
