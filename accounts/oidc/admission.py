"""Who comes in by the provider's word, and as what."""

import secrets

from django.contrib.auth.hashers import make_password

from accounts import first_run
from accounts.actions import sessions, single_sign_on
from accounts.models import User
from accounts.oidc import links, roles
from accounts.oidc.errors import SignInFailed
from accounts.oidc.links import Identity


def admit(who: Identity) -> User:
    """The active member of the staff that this is, with the role of today. Raises Refused, and remembers it."""
    if first_run.is_open():
        # The first admin is made with the code that the terminal shows, and keeps a way in without the provider.
        raise SignInFailed("no_first_admin")
    link = links.find(who.subject)
    role = roles.role_for(who.groups)
    if link is None:
        return _newcomer(who, role)
    user = link.user
    if not role:
        if user.works_here:
            single_sign_on.lock_out(by=None, user=user, subject=who.subject, as_of=who.as_of)
        raise SignInFailed("no_role")
    if not user.is_active:
        raise SignInFailed("account_inactive")
    return single_sign_on.refresh_role(by=None, user=user, role=role, subject=who.subject, as_of=who.as_of)


def nobodys_password() -> str:
    """The hash of a password that nobody knows."""
    return make_password(secrets.token_urlsafe(32))


def note_refusal(who: Identity | None, code: str) -> None:
    """Keep in the audit that somebody was not let in, and who if that is known."""
    link = links.find(who.subject) if who else None
    sessions.note_failed_sign_in(by=None, user=link.user if link else None, reason=f"single sign-on: {code}")


def _newcomer(who: Identity, role: str) -> User:
    if not role:
        raise SignInFailed("no_role")
    return single_sign_on.admit_newcomer(by=None, who=who, role=role, password_hash=nobodys_password())
