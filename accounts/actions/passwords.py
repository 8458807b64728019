"""New passwords. Each ends every session: whoever knew the old one is out."""

from django.utils.translation import gettext as _

from accounts.actions.sessions import _end_everything
from accounts.links import read
from accounts.models import User
from accounts.rules import Event
from core import audit
from core.actions import audited
from core.errors import Refused
from core.models import CHANGED


@audited
def change_password(*, by: User, password_hash: str) -> User:
    """One's own, by a person who has just proved to know the old one."""
    return _set(by, by, password_hash)


@audited
def choose_password(*, by: None, token: str, password_hash: str) -> User:
    """By the link of a mail, which is used up. Raises Refused (`link_not_valid`)."""
    found = read(token)
    if found is None:
        raise Refused(_("This link is not valid any more. Ask for a new one."), code="link_not_valid")
    user, _purpose = found
    return _set(user, user, password_hash)


@audited
def note_reset_asked(*, by: None, user: User) -> None:
    """Somebody asked for a link to choose a new password."""
    audit.record(by, Event.PASSWORD_RESET_ASKED, user)


def _set(by: User, user: User, password_hash: str) -> User:
    user.change(password=password_hash)
    _end_everything(user)
    audit.record(by, Event.PASSWORD_CHANGED, user, changes={"password": CHANGED})
    return user
