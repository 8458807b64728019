"""Somebody must always be left who can let the others in."""

import pytest
from django.contrib.auth.models import Group

from accounts.actions import groups, staff
from accounts.models import User
from accounts.permissions import ROLES, Permission
from core.errors import Refused

pytestmark = pytest.mark.django_db


def test_cannot_be_given_another_role(browser_of, ada):
    data = {"title": "", "name": "Ada", "role": "doctor", "colour": "#2f6f73", "check_lanes": "2"}
    answer = browser_of(ada).post(f"/staff/{ada.pk}/", data)
    assert answer.status_code == 409
    assert 'data-code="last_admin"' in answer.content.decode()
    assert User.objects.get(pk=ada.pk).role == "admin"


def test_cannot_be_shut_by_another_manager(ada, make_user):
    manager = make_user("Manager", "receptionist")
    groups.change_group(by=ada, group=Group.objects.get(name="receptionist"), rights=[Permission.STAFF_MANAGE])
    with pytest.raises(Refused) as refusal:
        staff.deactivate(by=User.objects.get(pk=manager.pk), user=ada)
    assert refusal.value.code == "last_admin"
    assert User.objects.get(pk=ada.pk).is_active


def test_an_inactive_admin_does_not_count(ada, make_user):
    other = make_user("Other", "admin")
    staff.deactivate(by=ada, user=other)
    with pytest.raises(Refused):
        staff.change_role(by=ada, user=ada, role="doctor")


def test_the_last_but_one_may_go(ada, make_user):
    other = make_user("Other", "admin")
    staff.change_role(by=ada, user=other, role="doctor")
    assert User.objects.get(pk=other.pk).role == "doctor"


@pytest.mark.parametrize("missing", [Permission.STAFF_MANAGE, Permission.ADMIN_SITE])
def test_the_rights_to_give_rights_back_cannot_be_lost(ada, missing):
    group = Group.objects.get(name="admin")
    with pytest.raises(Refused) as refusal:
        groups.change_group(by=ada, group=group, rights=ROLES["admin"] - {missing})
    assert refusal.value.code == "last_admin"
    assert User.objects.get(pk=ada.pk).may(missing)
