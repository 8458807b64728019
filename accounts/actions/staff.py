"""The staff: who works here, as what, and who does not any more."""

from typing import Any

from accounts import mail, roles, rules
from accounts.actions.sessions import _end_everything
from accounts.models import User
from accounts.permissions import Permission, require
from accounts.rules import Event
from core import audit
from core.actions import audited
from core.errors import NotFound, Refused

_PROFILE = ("title", "colour", "registration_number", "check_lanes")


@audited
def edit_staff(*, by: User, user: User, name: str, role: str, **profile: Any) -> User:
    """Name, role and profile in one go. `profile`: title, colour, registration_number, check_lanes. Raises Refused."""
    require(by, Permission.STAFF_MANAGE)
    if role != user.role:
        change_role(by=by, user=user, role=role)
    changes = user.change(name=rules.clean_name(name))
    if user.profile_or_none:
        changes |= user.profile_or_none.change(**{key: profile[key] for key in _PROFILE if key in profile})
    if changes:
        audit.record(by, Event.USER_CHANGED, user, changes=changes)
    else:
        audit.no_change(by, Event.USER_CHANGED, user)
    return user


@audited
def change_role(*, by: User, user: User, role: str) -> User:
    """Give another role; it counts from the next request. Raises Refused (`last_admin`, `role_not_allowed`)."""
    require(by, Permission.STAFF_MANAGE)
    before = user.role
    if role == before:
        audit.no_change(by, Event.USER_ROLE_CHANGED, user)
        return user
    if role != roles.ADMIN:
        roles.check_admin_remains(user)
    roles.give(user, role)
    audit.record(by, Event.USER_ROLE_CHANGED, user, changes={"role": [before, role]})
    return user


@audited
def deactivate(*, by: User, user: User) -> User:
    """Shut the account; browser and API sessions end at once. Raises Refused (`own_account`, `last_admin`)."""
    require(by, Permission.STAFF_MANAGE)
    if not user.is_active:
        audit.no_change(by, Event.USER_DEACTIVATED, user)
        return user
    rules.check_not_oneself(by.pk, user.pk)
    roles.check_admin_remains(user)
    user.change(is_active=False)
    _end_everything(user)
    audit.record(by, Event.USER_DEACTIVATED, user)
    return user


@audited
def reactivate(*, by: User, user: User) -> User:
    """Open the account again, with the role and password it had."""
    require(by, Permission.STAFF_MANAGE)
    if user.is_active:
        audit.no_change(by, Event.USER_REACTIVATED, user)
        return user
    user.change(is_active=True)
    audit.record(by, Event.USER_REACTIVATED, user)
    return user


@audited
def resend_invitation(*, by: User, user: User) -> None:
    """Mail the link once more. Raises Refused (`already_accepted`)."""
    require(by, Permission.STAFF_MANAGE)
    if not user.is_active:
        raise NotFound
    if not user.is_invited:
        raise Refused(rules.ALREADY_ACCEPTED, code="already_accepted")
    audit.record(by, Event.INVITATION_SENT, user)
    mail.after_commit(mail.send_invitation, user.pk)


@audited
def administer(*, by: User, user: User, name: str, role: str, is_active: bool) -> User:
    """What the administration site changes at once. Raises Refused, and then nothing of it has happened."""
    require(by, Permission.STAFF_MANAGE)
    edit_staff(by=by, user=user, name=name, role=role)
    if is_active != user.is_active:
        (reactivate if is_active else deactivate)(by=by, user=user)
    else:
        audit.no_change(by, Event.USER_CHANGED, user)
    return user
