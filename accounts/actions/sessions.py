"""Signing in and out. Whether a password is right has been decided before: hashing is too slow for a transaction."""

from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import ApiSession, User
from accounts.permissions import Permission, require
from accounts.rules import Event
from core import audit, clock, context
from core.actions import audited
from core.errors import NotPermitted, Refused
from core.ids import new_id


@audited
def note_failed_sign_in(*, by: None, user: User | None, reason: str = "") -> None:
    """Remember a refused sign-in; what was typed is not kept, it may be a password."""
    audit.record(by, Event.SIGN_IN_FAILED, user or "accounts.User", outcome="failure", reason=reason)


@audited
def sign_in(*, by: User) -> None:
    """A browser session begins."""
    audit.record(by, Event.SIGNED_IN, by)


@audited
def sign_out(*, by: User) -> None:
    """A browser session ends."""
    audit.record(by, Event.SIGNED_OUT, by)


@audited
def time_out(*, by: User) -> None:
    """A browser session ends because nobody used it, or because the working day is over."""
    audit.record(by, Event.SESSION_TIMED_OUT, by)


@audited
def open_api_session(*, by: User) -> ApiSession:
    """An app signs in: a new family of refresh tokens."""
    session = ApiSession.objects.create(
        user=by,
        refresh_id=new_id(),
        expires_at=clock.now().replace(microsecond=0) + timedelta(days=settings.REFRESH_TOKEN_DAYS),
        address=context.current().address,
    )
    audit.record(by, Event.SIGNED_IN, session)
    return session


@audited
def rotate_api_session(*, by: None, session_id: str, refresh_id: str) -> ApiSession:
    """Use up a refresh token. Raises Refused (`token_not_valid`); a token used twice ends its whole family."""
    session = ApiSession.objects.open().select_related("user").filter(pk=session_id).first()
    if session is None or not session.user.is_active:
        raise _not_valid()
    fresh = new_id()
    # Compare and swap: of two that come with the same token, one gets through.
    if ApiSession.objects.filter(pk=session_id, refresh_id=refresh_id, ended_at=None).update(refresh_id=fresh) != 1:
        refusal = _not_valid()
        refusal.after = lambda: end_reused_family(by=None, session=session)
        raise refusal
    session.refresh_id = fresh
    audit.record(session.user, Event.TOKEN_REFRESHED, session)
    return session


@audited
def end_reused_family(*, by: None, session: ApiSession) -> None:
    """A refresh token came a second time: somebody has a copy, so nobody keeps the session."""
    ApiSession.objects.filter(pk=session.pk, ended_at=None).update(ended_at=clock.now())
    audit.record(by, Event.TOKEN_REUSED, session, outcome="failure")


@audited
def end_api_session(*, by: User, session: ApiSession) -> None:
    """The app signs out; its access token is dead at once. Raises NotPermitted for somebody else's session."""
    if session.user_id != by.pk:
        raise NotPermitted
    ApiSession.objects.filter(pk=session.pk, ended_at=None).update(ended_at=clock.now())
    audit.record(by, Event.SIGNED_OUT, session)


@audited
def end_all_sessions(*, by: User, user: User) -> User:
    """End every browser and API session of the person: one's own, or anybody's with the right to manage staff."""
    if by.pk != user.pk:
        require(by, Permission.STAFF_MANAGE)
    _end_everything(user)
    audit.record(by, Event.SESSIONS_ENDED, user)
    return user


@audited
def end_sessions_of_former_record(*, by: User, user: User) -> None:
    """The sign-in opens a record no longer: whatever is open ends at once. Whoever unlinks it has checked the right."""
    _end_everything(user)
    audit.record(by, Event.SESSIONS_ENDED, user)


def _end_everything(user: User) -> None:
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.session_epoch += 1
    ApiSession.objects.filter(user_id=user.pk, ended_at=None).update(ended_at=clock.now())


def _not_valid() -> Refused:
    return Refused(_("The token is not valid any more. Sign in again."), code="token_not_valid")
