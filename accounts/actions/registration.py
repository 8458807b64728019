"""How accounts come into being."""

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from accounts import first_run, mail, roles, rules
from accounts.models import User
from accounts.oidc import links
from accounts.permissions import Permission, require
from accounts.registration import after_registration
from accounts.rules import Event
from core import audit
from core.actions import audited
from core.errors import Refused


@audited
def register(*, by: None, name: str, email: str, password_hash: str) -> User:
    """A patient or parent makes an account. Raises Refused (`email_taken`)."""
    user = _new_user(name, email, password_hash, roles.PATIENT)
    audit.record(user, Event.USER_REGISTERED, user)
    for work in after_registration:
        work(user)
    return user


@audited
def refuse_role(*, by: User | None, wanted: str) -> None:
    """Somebody tried to register with a role that is not given away."""
    audit.record(by, Event.ROLE_REFUSED, "accounts.User", outcome="failure", changes={"role": [None, wanted[:100]]})


@audited
def create_staff(*, by: User, name: str, email: str, password_hash: str, role: str) -> User:
    """An admin makes an account with a password that is known to both. Raises Refused."""
    require(by, Permission.STAFF_MANAGE)
    _check_staff_role(role)
    user = _new_user(name, email, password_hash, role)
    audit.record(by, Event.USER_CREATED, user, changes={"role": [None, role]})
    return user


@audited
def invite(*, by: User, name: str, email: str, role: str, **profile: object) -> User:
    """Make an account without a password and mail its owner a link to choose one. Raises Refused.

    `profile`: title, colour, registration_number, check_lanes.
    """
    require(by, Permission.STAFF_MANAGE)
    _check_staff_role(role)
    user = _new_user(name, email, make_password(None), role)
    staff_profile = user.profile_or_none
    assert staff_profile
    staff_profile.change(**profile)
    taken = audit.snapshot(staff_profile, *profile)
    audit.record(by, Event.USER_INVITED, user, changes={"role": [None, role], **taken})
    mail.after_commit(mail.send_invitation, user.pk)
    return user


@audited
def invite_patient(*, by: User, name: str, email: str) -> User:
    """The same for a patient or parent, at the desk; whose record it opens is said by the caller. Raises Refused."""
    require(by, Permission.PATIENT_EDIT)
    user = _new_user(name, email, make_password(None), roles.PATIENT)
    audit.record(by, Event.USER_INVITED, user, changes={"role": [None, roles.PATIENT]})
    mail.after_commit(mail.send_invitation, user.pk)
    return user


@audited
def create_first_admin(*, by: None, one_time_code: str, name: str, email: str, password_hash: str) -> User:
    """The first person of a new clinic, by the code that the terminal shows. Raises Refused (`code_not_valid`)."""
    if not first_run.use_up(one_time_code):
        raise Refused(_("This is not the code that the terminal shows."), code="code_not_valid", field="one_time_code")
    user = _new_user(name, email, password_hash, roles.ADMIN)
    audit.record(by, Event.FIRST_ADMIN_CREATED, user)
    return user


@audited
def recover_admin(*, by: None, email: str, name: str) -> User:
    """Make or bring back an admin from the command line; every session of the account ends. Raises Refused.

    The account is entered by a password from now on, also if it belonged to somebody of the sign-in provider.
    """
    user: User | None = User.objects.by_email(rules.clean_email(email))
    if user is None:
        user = _new_user(name, email, make_password(None), roles.ADMIN)
    else:
        user.change(is_active=True, session_epoch=user.session_epoch + 1)
        roles.give(user, roles.ADMIN)
        links.remove(user)
    audit.record(by, Event.ADMIN_RECOVERED, user)
    return user


def _new_user(name: str, email: str, password_hash: str, role: str) -> User:
    spelling = rules.clean_email(email)
    if User.objects.by_email(spelling):
        raise Refused(_("There is an account with this e-mail already."), code="email_taken", field="email")
    user: User = User.objects.create(email=spelling, name=rules.clean_name(name), password=password_hash)
    roles.give(user, role)
    return user


def _check_staff_role(role: str) -> None:
    if role not in roles.offered():
        raise Refused(_("There is no such role."), code="role_not_allowed", field="role")
