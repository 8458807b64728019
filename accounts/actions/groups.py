"""Groups carry the rights; a clinic may change them and add its own."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.auth.models import Permission as DjangoPermission
from django.utils.translation import gettext as _

from accounts import rules
from accounts.models import User
from accounts.permissions import ROLES, Permission, require
from accounts.rules import Event
from core import audit
from core.actions import audited
from core.errors import Refused

# Without these nobody could give the rights back.
_KEYS = (Permission.STAFF_MANAGE, Permission.ADMIN_SITE)


@audited
def create_group(*, by: User, name: str, rights: Iterable[Permission]) -> Group:
    """A role of the clinic's own. Raises Refused (`name_taken`)."""
    require(by, Permission.STAFF_MANAGE)
    clean = rules.clean_name(name)
    if Group.objects.filter(name=clean).exists():
        raise Refused(_("There is a group with this name already."), code="name_taken", field="name")
    group = Group.objects.create(name=clean)
    added = _set(group, rights)
    audit.record(by, Event.GROUP_CREATED, group, changes={"name": [None, clean], "permissions": [[], added]})
    return group


@audited
def change_group(*, by: User, group: Group, rights: Iterable[Permission], name: str = "") -> Group:
    """Other rights, and another name for a group of the clinic's own. They count from the next request.

    Raises Refused (`default_group`, `last_admin`).
    """
    require(by, Permission.STAFF_MANAGE)
    changes: dict[str, list[Any]] = _rename(group, rules.clean_name(name)) if name else {}
    before = _codenames(group)
    after = _set(group, rights)
    _check_keys_remain()
    if before != after:
        changes["permissions"] = [before, after]
    if changes:
        audit.record(by, Event.GROUP_CHANGED, group, changes=changes)
    else:
        audit.no_change(by, Event.GROUP_CHANGED, group)
    return group


def _rename(group: Group, name: str) -> dict[str, list[Any]]:
    before = group.name
    if name == before:
        return {}
    if before in ROLES:
        message = _("The groups that come with the clinic keep their names.")
        raise Refused(message, code="default_group", field="name")
    if Group.objects.filter(name=name).exists():
        raise Refused(_("There is a group with this name already."), code="name_taken", field="name")
    group.name = name
    group.save(update_fields=["name"])
    return {"name": [before, name]}


def _codenames(group: Group) -> list[str]:
    return sorted(group.permissions.values_list("codename", flat=True))


def _set(group: Group, rights: Iterable[Permission]) -> list[str]:
    wanted = sorted(right.value for right in rights)
    rows = DjangoPermission.objects.filter(content_type__app_label="accounts", codename__in=wanted)
    group.permissions.set(list(rows))
    return wanted


def _check_keys_remain() -> None:
    # One active person must be left who can sign in to the administration and give the rights back.
    holders = [{*User.objects.active().in_group(*_groups_with(key)).values_list("pk", flat=True)} for key in _KEYS]
    rules.check_admin_remains(len(set.intersection(*holders)))


def _groups_with(right: Permission) -> list[str]:
    rows = Group.permissions.through.objects.filter(permission__codename=right.value)
    return list(
        Group.objects.filter(pk__in=list(rows.values_list("group_id", flat=True))).values_list("name", flat=True)
    )
