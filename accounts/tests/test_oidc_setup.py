"""The variables, the command that links by hand, the lines of the doctor and the way back in."""

import pytest
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.oidc import check, roles
from accounts.oidc import provider as published
from accounts.rules import Event
from accounts.tests.conftest import link_in_mail
from accounts.tests.single_sign_on import code_of, configure, go, is_signed_in, make
from conftest import PASSWORD
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


class TestRoles:
    @pytest.mark.parametrize(
        ("groups", "role"),
        [
            (["a", "b"], "doctor"),
            (["b"], "receptionist"),
            (["B"], ""),
            ([], ""),
            (["admin", "doctor"], ""),
        ],
    )
    def test_come_from_the_configuration_only(self, settings, groups, role):
        settings.OIDC_GROUPS = {"a": "doctor", "b": "receptionist"}
        assert roles.role_for(groups) == role

    @pytest.mark.parametrize(
        ("claims", "groups"),
        [
            ({}, None),
            ({"groups": ["a", 7, None]}, {"a"}),
            ({"groups": "a"}, {"a"}),
            ({"groups": None}, set()),
            ({"groups": {"a": 1}}, set()),
        ],
    )
    def test_nonsense_is_no_group(self, claims, groups):
        assert roles.groups_of(claims) == groups


class TestLinkingByHand:
    def test_ties_an_account_to_a_subject(self, staffed, client, rita, browser_of, capsys):
        elsewhere = browser_of(rita)
        call_command("link_sign_in", "RITA@test.example", "--subject", "00u1")
        assert "signs in through Okta from now on" in capsys.readouterr().out
        assert not is_signed_in(elsewhere)
        event = AuditEvent.objects.get(event=Event.USER_LINKED)
        assert (event.object_id, event.source) == (rita.pk, "command")
        staffed.is_about("00u1", "clinic-desk", email="whatever@test.example")
        go(client)
        assert client.get("/account/").context["user"] == rita

    @pytest.mark.parametrize("subject", ["", "x" * 200])
    def test_needs_a_possible_subject(self, staffed, rita, subject):
        with pytest.raises(CommandError, match="1 to 191"):
            call_command("link_sign_in", rita.email, "--subject", subject)

    def test_not_a_patients(self, staffed, pia):
        with pytest.raises(CommandError, match="Only accounts of the staff"):
            call_command("link_sign_in", pia.user.email, "--subject", "00u1")

    def test_not_twice(self, staffed, rita, dana):
        make(rita, "00u1")
        for user, subject in ((rita, "00u2"), (dana, "00u1")):
            with pytest.raises(CommandError, match="linked already"):
                call_command("link_sign_in", user.email, "--subject", subject)

    def test_not_an_unknown_one(self, staffed):
        with pytest.raises(CommandError, match="no account"):
            call_command("link_sign_in", "nobody@test.example", "--subject", "00u1")

    def test_not_without_a_provider(self, rita):
        with pytest.raises(CommandError, match="OIDC_ISSUER"):
            call_command("link_sign_in", rita.email, "--subject", "00u1")

    def test_can_be_undone(self, staffed, rita, client):
        make(rita, "00u1")
        call_command("link_sign_in", rita.email, "--remove")
        assert not SocialAccount.objects.exists()
        assert AuditEvent.objects.filter(event=Event.USER_UNLINKED).count() == 1
        staffed.is_about("00u1", "clinic-desk", email=rita.email)
        assert code_of(go(client)) == "account_exists"
        with pytest.raises(CommandError, match="not linked"):
            call_command("link_sign_in", rita.email, "--remove")


def test_a_recovered_admin_signs_in_by_password(staffed, ada, client, capsys):
    make(ada, "ada")
    assert client.post("/sign-in/", {"email": ada.email, "password": PASSWORD}).status_code == 401
    call_command("recover_admin", ada.email)
    assert not SocialAccount.objects.exists()
    assert client.post("/sign-in/", {"email": ada.email, "password": PASSWORD}).status_code == 302


def test_a_new_password_by_mail_opens_no_linked_account(staffed, rita, client, commit):
    make(rita, "rita")
    client.post("/password/reset/", {"email": rita.email})
    words = "four unrelated words please"
    client.post(link_in_mail(), {"password": words, "repeat": words})
    assert User.objects.get(pk=rita.pk).check_password(words)
    assert client.post("/sign-in/", {"email": rita.email, "password": words}).status_code == 401


def test_the_administration_shows_nothing_of_allauth():
    assert not {SocialAccount, SocialApp, SocialToken} & set(admin.site._registry)
    assert {model._meta.app_label for model in admin.site._registry} & {"account", "socialaccount"} == set()


class TestTheDoctor:
    def told(self):
        return list(check.examine())

    def test_without_a_provider(self):
        assert [state for state, _text in self.told()] == [check.OK]

    def test_with_one_in_order(self, staffed, settings):
        settings.PUBLIC_URL = "https://clinic.example"
        assert {state for state, _text in self.told()} == {check.OK}
        assert any("signatures with: 2" in text for _state, text in self.told())

    def test_with_one_that_is_away(self, settings):
        configure(settings, "http://127.0.0.1:9")
        assert any(state == check.PROBLEM and "reachable: no" in text for state, text in self.told())

    @pytest.mark.parametrize(
        ("said", "word"),
        [
            ({"discovery": {"issuer": "https://other.example"}}, "another issuer"),
            ({"answers": {"/keys": [200, "application/json", '{"keys": []}']}}, "no key"),
            ({"discovery": {"code_challenge_methods_supported": ["plain"]}}, "PKCE"),
        ],
    )
    def test_with_one_that_is_wrong(self, staffed, said, word):
        staffed.set(**said)
        published.forget()
        assert any(state != check.OK and word in text for state, text in self.told())

    def test_with_a_role_that_is_not_there(self, staffed, settings):
        settings.OIDC_GROUPS = {"x": "astronaut"}
        assert any(state == check.PROBLEM and "astronaut" in text for state, text in self.told())
