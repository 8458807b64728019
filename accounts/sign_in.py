"""The one check of an e-mail and a password, for pages and API alike, and the one way a browser session begins."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.actions import sessions
from accounts.models import User
from accounts.oidc import links
from accounts.rules import normalise_email
from core import context, throttle
from core.errors import Refused

BACKEND = "django.contrib.auth.backends.ModelBackend"
_ACCOUNT, _ADDRESS = "sign-in account", "sign-in address"


def check_credentials(*, email: str, password: str) -> User:
    """The active person with this e-mail and password.

    Raises Refused (`invalid_credentials`), the same and after the same time for a wrong password, an unknown e-mail,
    an inactive account and one that signs in through the provider, and TooMany once the account or the address has
    used up its failures, also for the right password. Runs outside a transaction: the counts stay, and nobody waits
    for a slow hash.
    """
    account, address = normalise_email(email), context.current().address
    throttle.check(_ADDRESS, address, limit=settings.SIGN_IN_FAILURES_PER_ADDRESS, window_seconds=settings.HOUR)
    _count_attempt(account)
    user = User.objects.by_email(account)
    if not _is_right(user, password):
        throttle.count(_ADDRESS, address, window_seconds=settings.HOUR)
        sessions.note_failed_sign_in(by=None, user=user)
        raise Refused(_("E-mail or password is wrong."), code="invalid_credentials")
    assert user
    throttle.clear(_ACCOUNT, account)
    return user


def begin_session(request: HttpRequest, user: User) -> None:
    """The person is who they say: the browser gets a session under a new key, and the audit a row."""
    sessions.sign_in(by=user)
    login(request, user, backend=BACKEND)


def confirm_password(user: User, password: str) -> None:
    """The person at the screen is still the one who signed in. Raises Refused (`wrong_password`), TooMany."""
    _count_attempt(user.email)
    if not user.check_password(password):
        sessions.note_failed_sign_in(by=None, user=user, reason="confirmation")
        raise Refused(_("This is not your present password."), code="wrong_password", field="current")
    throttle.clear(_ACCOUNT, user.email)


def forgive(user: User) -> None:
    """Forget the failures of an account whose owner has just proved to read its mail."""
    throttle.clear(_ACCOUNT, user.email)


def _count_attempt(account: str) -> None:
    # Counted before the password is looked at, so that many at the same instant get no extra tries.
    limit, window = settings.SIGN_IN_FAILURES_PER_ACCOUNT, settings.SIGN_IN_ACCOUNT_WINDOW
    throttle.count(_ACCOUNT, account, window_seconds=window)
    throttle.check(_ACCOUNT, account, limit=limit + 1, window_seconds=window)


def _is_right(user: User | None, password: str) -> bool:
    if user is None:
        make_password(password)  # takes as long as checking one
        return False
    return user.check_password(password) and user.is_active and not links.is_linked(user)
