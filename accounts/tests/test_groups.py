"""Groups carry the rights; editing them counts at once and is audited."""

import pytest
from django.contrib.auth.models import Group

from accounts.actions import groups
from accounts.models import User
from accounts.permissions import ROLES, SENTENCES, Permission
from accounts.rules import Event
from core.errors import NotPermitted, Refused
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def rights_of(name):
    return set(Group.objects.get(name=name).permissions.values_list("codename", flat=True))


@pytest.mark.parametrize("role", ROLES)
def test_the_default_groups_carry_the_rights_of_the_table(role):
    assert rights_of(role) == ROLES[role]


def test_every_right_has_a_sentence():
    assert set(SENTENCES) == set(Permission)


def test_a_right_taken_away_is_gone_at_the_next_request(browser_of, ada, make_user):
    second = make_user("Second", "admin")
    browser = browser_of(second)
    assert browser.get("/audit/").status_code == 200
    groups.change_group(by=ada, group=Group.objects.get(name="admin"), rights=ROLES["admin"] - {Permission.AUDIT_READ})
    assert browser.get("/audit/").status_code == 403


def test_audited_with_before_and_after(ada):
    group = Group.objects.get(name="assistant")
    groups.change_group(by=ada, group=group, rights=[Permission.PATIENT_READ])
    event = AuditEvent.objects.get(event=Event.GROUP_CHANGED)
    before, after = event.changes["permissions"]
    assert set(before) == ROLES["assistant"]
    assert after == ["read_patients"]


def test_nothing_changed_nothing_audited(ada):
    groups.change_group(by=ada, group=Group.objects.get(name="doctor"), rights=ROLES["doctor"], name="doctor")
    assert not AuditEvent.objects.exists()


def test_a_group_of_the_clinics_own(ada, rita):
    group = groups.create_group(by=ada, name="finance", rights=[Permission.PATIENT_READ])
    rita.groups.set([group])
    fresh = User.objects.get(pk=rita.pk)
    assert (fresh.role, fresh.rights) == ("finance", {"read_patients"})


@pytest.mark.parametrize("name", ["doctor", "finance"])
def test_names_are_unique(ada, name):
    groups.create_group(by=ada, name="finance", rights=[])
    with pytest.raises(Refused) as refusal:
        groups.create_group(by=ada, name=name, rights=[])
    assert refusal.value.code == "name_taken"


def test_the_default_groups_keep_their_names(ada):
    with pytest.raises(Refused) as refusal:
        groups.change_group(by=ada, group=Group.objects.get(name="doctor"), rights=[], name="dentist")
    assert refusal.value.code == "default_group"


def test_a_group_of_the_clinics_own_can_be_renamed(ada):
    group = groups.create_group(by=ada, name="finance", rights=[])
    groups.change_group(by=ada, group=group, rights=[], name="accounts desk")
    assert Group.objects.filter(name="accounts desk").exists()


def test_only_by_those_who_manage_the_staff(dana):
    with pytest.raises(NotPermitted):
        groups.change_group(by=dana, group=Group.objects.get(name="doctor"), rights=list(Permission))
