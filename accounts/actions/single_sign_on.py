"""What a sign-in through the provider does to accounts. Whether to believe the provider has been decided before."""

from django.conf import settings
from django.utils.translation import gettext as _

from accounts import roles, rules
from accounts.actions.registration import _new_user
from accounts.actions.sessions import _end_everything
from accounts.models import User
from accounts.oidc import links
from accounts.oidc.errors import SignInFailed
from accounts.oidc.links import Identity
from accounts.rules import Event
from core import audit
from core.actions import audited
from core.errors import NotFound, Refused

_REASON = "single sign-on"


@audited
def admit_newcomer(*, by: None, who: Identity, role: str, password_hash: str) -> User:
    """Somebody comes for the first time: a new member of the staff, or one who has an account and is linked to it.

    `password_hash` is of a password that nobody knows: the provider is the only door of a linked account.
    Raises SignInFailed (`email_not_verified`, `account_exists`, `last_admin`), Refused (`invalid`, `role_not_allowed`).
    """
    if not who.is_email_verified:
        raise SignInFailed("email_not_verified")
    _check_role(role)
    user: User | None = User.objects.by_email(rules.clean_email(who.email))
    if user is None:
        user = _new_user(who.name, who.email, password_hash, role)
        audit.record(None, Event.USER_CREATED, user, changes={"role": [None, role]}, reason=_REASON)
    else:
        _check_may_be_linked(user)
        _close_other_doors(user, password_hash)
        _give(user, role)
        audit.record(None, Event.USER_LINKED, user, reason=_REASON)
    links.make(user, who.subject, who.as_of)
    return user


@audited
def refresh_role(*, by: None, user: User, role: str, subject: str, as_of: int) -> User:
    """The role that the groups give now, of somebody who is linked. Raises SignInFailed, Refused."""
    _check_role(role)
    link = links.find(subject)
    if link is None or link.user_id != user.pk:
        raise NotFound
    if not _give(user, role):
        audit.no_change(None, Event.USER_ROLE_CHANGED, user)
    links.note_told(link, as_of)
    return user


@audited
def lock_out(*, by: None, user: User, subject: str, as_of: int) -> None:
    """No group of the person gives a role any more: the role, every session and every token of ours are gone."""
    before = user.role
    roles.take_away(user)
    _end_everything(user)
    link = links.find(subject)
    if link:
        links.note_told(link, as_of)
    audit.record(None, Event.USER_LOCKED_OUT, user, changes={"role": [before, user.role]}, reason=_REASON)


@audited
def link_account(*, by: None, email: str, subject: str, password_hash: str) -> User:
    """From the command line: this account belongs to that subject. Raises Refused."""
    user = _existing(email)
    if not _is_only_staff(user):
        message = _("Only accounts of the staff that are nobody's patient or parent can be linked.")
        raise Refused(message, code="account_not_staff")
    if links.is_linked(user) or links.find(subject):
        raise Refused(_("The account or the subject is linked already."), code="linked_already")
    _close_other_doors(user, password_hash)
    links.make(user, subject)
    audit.record(None, Event.USER_LINKED, user, reason="command line")
    return user


@audited
def unlink_account(*, by: None, email: str) -> User:
    """From the command line: the account is entered by a password again. Raises Refused."""
    user = _existing(email)
    if not links.remove(user):
        raise Refused(_("The account is not linked."), code="not_linked")
    _end_everything(user)
    audit.record(None, Event.USER_UNLINKED, user, reason="command line")
    return user


def _existing(email: str) -> User:
    user: User | None = User.objects.by_email(rules.clean_email(email))
    if user is None:
        raise Refused(_("There is no account with this e-mail."), code="not_found")
    return user


def _check_role(role: str) -> None:
    if role not in roles.offered():
        raise SignInFailed("no_role", "OIDC_GROUPS names a role that the clinic does not have")


def _check_may_be_linked(user: User) -> None:
    trusted = settings.OIDC_TRUST_EMAIL and user.is_active and _is_only_staff(user)
    if not trusted or links.is_linked(user):
        raise SignInFailed("account_exists")


def _is_only_staff(user: User) -> bool:
    return user.works_here and roles.PATIENT not in user.group_names


def _close_other_doors(user: User, password_hash: str) -> None:
    """What was opened or could be opened by the old password is shut."""
    user.change(password=password_hash)
    _end_everything(user)


def _give(user: User, role: str) -> bool:
    """Make `role` the only role of the staff; whether that changed anything. Raises SignInFailed (`last_admin`)."""
    if user.group_names - {roles.PATIENT} == {role}:
        return False
    before = user.role
    if role != roles.ADMIN:
        _check_admin_remains(user)
    roles.give(user, role)
    audit.record(None, Event.USER_ROLE_CHANGED, user, changes={"role": [before, role]}, reason=_REASON)
    return True


def _check_admin_remains(user: User) -> None:
    try:
        roles.check_admin_remains(user)
    except Refused as refusal:
        raise SignInFailed("last_admin") from refusal
