"""Giving roles: groups and what is kept beside them stay in step."""

from django.contrib.auth.models import Group
from django.utils.translation import gettext as _

from accounts import rules
from accounts.models import StaffProfile, User
from accounts.permissions import STAFF_ROLES
from core.errors import Refused

PATIENT = "patient"
ADMIN = "admin"


def offered() -> list[str]:
    """Roles of the staff: the default ones in order of precedence, after the clinic's own groups."""
    own = Group.objects.exclude(name__in=[*STAFF_ROLES, PATIENT])
    return [*sorted(own.values_list("name", flat=True), reverse=True), *STAFF_ROLES]


def give(user: User, role: str) -> None:
    """Make `role` the person's only role, beside being a patient or parent; staff get a profile. Raises Refused.

    Saves `is_person_of_staff` without a new version: the action that calls this writes the rest.
    """
    group = Group.objects.filter(name=role).first()
    if group is None:
        raise Refused(_("There is no such role."), code="role_not_allowed", field="role")
    _set(user, [group.pk], is_staff=role != PATIENT)
    if user.is_person_of_staff and user.profile_or_none is None:
        user.__dict__["profile_or_none"] = StaffProfile.objects.create(
            user=user, title="Dr." if role == "doctor" else ""
        )


def take_away(user: User) -> None:
    """Leave the person without any role of the staff, whatever else they are. Saves as `give` does."""
    _set(user, [], is_staff=False)


def _set(user: User, groups: list[int], *, is_staff: bool) -> None:
    kept = [key for key, name in user._groups.items() if name == PATIENT]
    user.groups.set([*groups, *kept])
    user.is_person_of_staff = is_staff
    user.save(update_fields=["is_person_of_staff"])
    for cached in ("_groups", "rights"):
        user.__dict__.pop(cached, None)


def check_admin_remains(leaving: User) -> None:
    """Raises Refused (`last_admin`) if nobody else is an active admin.

    Writing to the group's row first makes two who remove each other at the same instant queue up.
    """
    if ADMIN not in leaving.group_names or not leaving.is_active:
        return
    Group.objects.filter(name=ADMIN).update(name=ADMIN)
    rules.check_admin_remains(User.objects.admins().exclude(pk=leaving.pk).count())
