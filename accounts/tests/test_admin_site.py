"""Django admin: our sign-in, our actions, our audit."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.auth.models import Permission as DjangoPermission

from accounts.models import StaffProfile, User
from accounts.permissions import ROLES, Permission
from accounts.rules import Event
from conftest import PASSWORD
from core.admin import AuditedModelAdmin
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(browser_of, ada):
    return browser_of(ada)


def test_signing_in_happens_on_our_page(client, ada):
    first = client.get("/admin/")
    assert first.headers["Location"] == "/admin/login/?next=/admin/"
    second = client.get(first.headers["Location"])
    assert second.headers["Location"] == "/sign-in/?next=%2Fadmin%2F"
    data = {"email": ada.email, "password": PASSWORD, "next": "/admin/"}
    assert client.post("/sign-in/", data).headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_its_own_sign_in_form_takes_no_password(client, ada):
    answer = client.post("/admin/login/", {"username": ada.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("who", ["rita", "nina", "dana"])
def test_not_for_others(browser_of, request, who):
    assert browser_of(request.getfixturevalue(who)).get("/admin/", follow=True).status_code == 403


def test_passwords_are_changed_on_our_page(browser):
    assert browser.get("/admin/password_change/").headers["Location"] == "/account/password/"


def test_signing_out_is_ours(browser, ada):
    browser.post("/admin/logout/")
    assert AuditEvent.objects.filter(event=Event.SIGNED_OUT).count() == 1
    assert browser.get("/admin/").status_code == 302


def test_every_page_goes_through_actions():
    assert all(isinstance(page, AuditedModelAdmin) for page in admin.site._registry.values())


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=str))
def test_every_list_opens(browser, model):
    options: Any = model._meta
    assert browser.get(f"/admin/{options.app_label}/{options.model_name}/").status_code == 200


class TestUsers:
    def save(self, browser, user, **changes):
        data = {"name": user.name, "role": user.role, "is_active": "on"} | changes
        return browser.post(f"/admin/accounts/user/{user.pk}/change/", data)

    def test_changed_by_the_action(self, browser, ada, rita):
        assert self.save(browser, rita, name="Rita Alvarez", role="assistant").status_code == 302
        fresh = User.objects.get(pk=rita.pk)
        assert (fresh.name, fresh.role) == ("Rita Alvarez", "assistant")
        events = AuditEvent.objects.filter(object_id=rita.pk, source="admin", actor_id=ada.pk)
        assert {event.event for event in events} == {Event.USER_ROLE_CHANGED, Event.USER_CHANGED}
        assert not LogEntry.objects.exists()

    def test_shut(self, browser, api_of, rita):
        app = api_of(rita)
        browser.post(f"/admin/accounts/user/{rita.pk}/change/", {"name": "Rita", "role": "receptionist"})
        assert not User.objects.get(pk=rita.pk).is_active
        assert app.get("auth/me").status_code == 401

    def test_a_refusal_is_an_error_of_the_form_and_undoes_everything(self, browser, ada):
        answer = self.save(browser, ada, name="Somebody Else", role="doctor")
        assert answer.status_code == 200
        assert "This is the last active admin." in answer.content.decode()
        fresh = User.objects.get(pk=ada.pk)
        assert (fresh.name, fresh.role) == ("Ada", "admin")

    def test_adding_somebody_invites_them(self, browser, commit, mailoutbox):
        data = {"name": "Mei", "email": "mei@clinic.example", "role": "doctor"}
        with commit():
            assert browser.post("/admin/accounts/user/add/", data).status_code == 302
        assert User.objects.get(email="mei@clinic.example").is_invited
        assert mailoutbox[0].to == ["mei@clinic.example"]

    def test_an_email_in_use(self, browser, rita):
        data = {"name": "Rita", "email": "RITA@test.example", "role": "doctor"}
        answer = browser.post("/admin/accounts/user/add/", data)
        assert "There is an account with this e-mail already." in answer.content.decode()

    def test_nothing_else_of_the_body_is_stored(self, browser, rita):
        self.save(browser, rita, is_superuser="on", password="x", email="other@test.example", groups="1", id="0" * 24)
        fresh = User.objects.get(pk=rita.pk)
        assert (fresh.email, fresh.is_superuser, fresh.role) == ("rita@test.example", False, "receptionist")
        assert fresh.check_password(PASSWORD)

    def test_nobody_is_deleted(self, browser, rita):
        assert browser.post(f"/admin/accounts/user/{rita.pk}/delete/", {"post": "yes"}).status_code == 403
        data = {"action": "delete_selected", "_selected_action": rita.pk, "post": "yes"}
        browser.post("/admin/accounts/user/", data)
        assert User.objects.filter(pk=rita.pk).exists()

    def test_the_history_is_the_audit(self, browser, rita):
        answer = browser.get(f"/admin/accounts/user/{rita.pk}/history/")
        assert answer.headers["Location"] == f"/audit/?object_id={rita.pk}"


class TestGroups:
    def save(self, browser, name, rights, **changes):
        group = Group.objects.get(name=name)
        rows = DjangoPermission.objects.filter(codename__in=list(rights), content_type__app_label="accounts")
        data = {"name": name, "permissions": list(rows.values_list("pk", flat=True))} | changes
        return browser.post(f"/admin/auth/group/{group.pk}/change/", data)

    def test_rights_change_at_once_and_are_audited(self, browser, browser_of, rita):
        hers = browser_of(rita)
        assert self.save(browser, "receptionist", [Permission.STAFF_MANAGE]).status_code == 302
        assert hers.get("/staff/").status_code == 200
        assert AuditEvent.objects.filter(event=Event.GROUP_CHANGED, source="admin").count() == 1

    def test_a_refusal_leaves_the_rights(self, browser):
        answer = self.save(browser, "admin", [Permission.ADMIN_SITE])
        assert "This is the last active admin." in answer.content.decode()
        assert set(Group.objects.get(name="admin").permissions.values_list("codename", flat=True)) == ROLES["admin"]

    def test_only_our_rights_are_offered(self, browser):
        foreign = DjangoPermission.objects.exclude(content_type__app_label="accounts").first()
        assert self.save(browser, "doctor", [], permissions=[foreign.pk]).status_code == 200
        assert set(Group.objects.get(name="doctor").permissions.values_list("codename", flat=True)) == ROLES["doctor"]

    def test_a_new_one(self, browser):
        assert browser.post("/admin/auth/group/add/", {"name": "finance"}).status_code == 302
        assert AuditEvent.objects.filter(event=Event.GROUP_CREATED).count() == 1

    def test_none_is_deleted(self, browser):
        group = Group.objects.get(name="doctor")
        assert browser.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"}).status_code == 403


def test_profiles(browser, dana):
    profile = StaffProfile.objects.get(user=dana)
    data = {"title": "Prof.", "colour": "#123456", "registration_number": "R-1", "check_lanes": "1"}
    browser.post(f"/admin/accounts/staffprofile/{profile.pk}/change/", data)
    assert StaffProfile.objects.get(user=dana).title == "Prof."
    assert AuditEvent.objects.filter(event=Event.USER_CHANGED).exists()


@pytest.mark.parametrize("address", ["core/auditevent", "accounts/apisession"])
def test_some_are_looked_at_only(browser, api_of, rita, address):
    api_of(rita)
    _app, name = address.split("/")
    model = next(model for model in admin.site._registry if model._meta.model_name == name)
    row = model.objects.first()
    assert browser.get(f"/admin/{address}/{row.pk}/change/").status_code == 200
    assert browser.post(f"/admin/{address}/{row.pk}/change/", {"event": "x"}).status_code == 403
    assert browser.post(f"/admin/{address}/add/", {}).status_code == 403
    assert browser.post(f"/admin/{address}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
