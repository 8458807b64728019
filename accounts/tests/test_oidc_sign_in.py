"""Signing in through a provider: who comes in, as what, and who does not. The provider is a process of its own."""

import time

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import ApiSession, User
from accounts.oidc import links
from accounts.rules import Event
from accounts.tests.single_sign_on import code_of, go, is_signed_in, leave, make
from conftest import PASSWORD
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def events(user):
    return set(AuditEvent.objects.filter(object_id=user.pk).values_list("event", flat=True))


class TestTheButton:
    def test_is_there_with_a_provider(self, staffed, client):
        page = client.get("/sign-in/?next=/account/").content.decode()
        assert "Sign in with Okta" in page
        assert "/sign-in/oidc/?next=/account/" in page

    def test_is_not_there_without(self, client, ada):
        assert "/sign-in/oidc/" not in client.get("/sign-in/").content.decode()

    @pytest.mark.parametrize("path", ["/sign-in/oidc/", "/sign-in/oidc/callback/?code=x&state=y"])
    def test_without_a_provider_there_is_no_door(self, client, ada, path):
        assert client.get(path).status_code == 404

    @pytest.mark.parametrize("path", ["accounts/login/", "accounts/signup/", "accounts/3rdparty/", "oidc/x/login/"])
    def test_nothing_else_of_allauth_is_reachable(self, staffed, client, path):
        assert client.get(f"/{path}").status_code in {302, 404}
        assert "/sign-in/" in client.get(f"/{path}").headers.get("Location", "/sign-in/")


class TestTheWayThere:
    def test_asks_with_pkce_a_nonce_and_a_state(self, staffed, client):
        staffed.is_about("dora", "clinic-doctors")
        leave(client)
        asked = staffed.told()["asked"]
        assert asked["code_challenge_method"] == "S256"
        assert len(asked["code_challenge"]) == 43
        assert len(asked["nonce"]) == 43
        assert len(asked["state"]) >= 16
        assert set(asked["scope"].split()) == {"openid", "profile", "email", "groups"}
        assert asked["redirect_uri"] == "http://testserver/sign-in/oidc/callback/"

    def test_comes_back_to_the_public_address(self, staffed, client, settings):
        settings.PUBLIC_URL = "https://clinic.example"
        leave(client)
        assert staffed.told()["asked"]["redirect_uri"] == "https://clinic.example/sign-in/oidc/callback/"

    def test_no_scope_that_the_provider_does_not_have(self, staffed, client):
        staffed.set(discovery={"scopes_supported": ["openid"]})
        leave(client)
        assert set(staffed.told()["asked"]["scope"].split()) == {"openid", "profile", "email"}

    def test_nothing_of_the_address_reaches_the_provider(self, staffed, client):
        leave(client, scope="admin", auth_params="prompt=none", process="connect")
        asked = staffed.told()["asked"]
        assert "admin" not in asked["scope"]
        assert "prompt" not in asked

    def test_somebody_signed_in_need_not_go(self, staffed, browser_of, ada):
        assert browser_of(ada).get("/sign-in/oidc/?next=/account/").headers["Location"] == "/account/"

    def test_nobody_can_keep_it_busy(self, staffed, client, monkeypatch):
        monkeypatch.setattr("accounts.views.single_sign_on.BEGUN_PER_MINUTE", 1)
        client.get("/sign-in/oidc/")
        assert client.get("/sign-in/oidc/").status_code == 429

    def test_a_new_clinic_makes_its_first_admin_first(self, okta, client):
        assert client.get("/sign-in/oidc/").headers["Location"] == "/first-run/"


class TestTheFirstTime:
    def test_makes_a_member_of_the_staff(self, staffed, client):
        staffed.is_about("dora", "other", "clinic-doctors", name="Dora Doctor")
        assert go(client).headers["Location"] == "/"
        user = User.objects.get(email="dora@test.example")
        assert (user.name, user.role, user.works_here, user.is_superuser) == ("Dora Doctor", "doctor", True, False)
        assert user.profile_or_none.title == "Dr."
        assert client.get("/account/").context["user"] == user
        assert events(user) == {Event.USER_CREATED, Event.SIGNED_IN}
        assert not user.is_invited

    def test_keeps_nothing_of_the_token(self, staffed, client):
        staffed.is_about("dora", "clinic-doctors")
        go(client)
        link = SocialAccount.objects.get()
        assert (link.provider, link.uid, list(link.extra_data)) == (staffed.issuer, "dora", ["as_of"])

    def test_makes_a_new_session_key(self, staffed, client):
        staffed.is_about("dora", "clinic-doctors")
        back = leave(client)
        before = client.session.session_key
        client.get(back)
        assert client.session.session_key != before

    def test_goes_on_to_where_one_wanted_to(self, staffed, client):
        staffed.is_about("dora", "clinic-doctors")
        assert go(client, next="/account/").headers["Location"] == "/account/"

    @pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
    def test_but_never_elsewhere(self, staffed, client, wanted):
        staffed.is_about("dora", "clinic-doctors")
        assert go(client, next=wanted).headers["Location"] == "/"

    def test_the_first_fitting_group_of_the_configuration_counts(self, staffed, client):
        staffed.is_about("dora", "clinic-desk", "clinic-doctors")
        go(client)
        assert User.objects.get(email="dora@test.example").role == "doctor"

    def test_an_admin_only_where_a_group_says_so(self, staffed, client, settings):
        settings.OIDC_GROUPS = {"clinic-doctors": "doctor"}
        staffed.is_about("dora", "clinic-admins", "admin")
        assert code_of(go(client)) == "no_role"
        assert User.objects.count() == 1

    @pytest.mark.parametrize("groups", [[], ["strangers"], "strangers", {"clinic-doctors": 1}, [["clinic-doctors"]], 7])
    def test_without_a_group_of_ours_there_is_no_account(self, staffed, client, groups):
        staffed.is_about("sam", groups=groups)
        answer = go(client)
        assert (answer.status_code, code_of(answer)) == (403, "no_role")
        assert "Your account has no role in this clinic. Ask the admin." in answer.content.decode()
        assert not is_signed_in(client)
        assert User.objects.count() == 1
        failure = AuditEvent.objects.get(event=Event.SIGN_IN_FAILED)
        assert (failure.outcome, failure.reason) == ("failure", "single sign-on: no_role")

    def test_groups_may_stand_in_userinfo_only(self, staffed, client):
        staffed.is_about("dora", "clinic-doctors")
        staffed.set(id_token={"groups": None, "email": None, "email_verified": None, "name": None})
        assert go(client).status_code == 302
        assert User.objects.get(email="dora@test.example").role == "doctor"

    def test_another_claim_may_hold_them(self, staffed, client, settings):
        settings.OIDC_GROUPS_CLAIM = "https://clinic.example/groups"
        staffed.is_about("dora", "clinic-admins", **{"https://clinic.example/groups": ["clinic-desk"]})
        go(client)
        assert User.objects.get(email="dora@test.example").role == "receptionist"

    def test_a_role_that_the_clinic_does_not_have_lets_nobody_in(self, staffed, client, settings):
        settings.OIDC_GROUPS = {"clinic-doctors": "astronaut"}
        staffed.is_about("dora", "clinic-doctors")
        assert code_of(go(client)) == "no_role"

    def test_a_linked_account_takes_no_password(self, staffed, client):
        staffed.is_about("dora", "clinic-doctors")
        go(client)
        user = User.objects.get(email="dora@test.example")
        user.set_password(PASSWORD)
        user.save()
        again = Client()
        assert again.post("/sign-in/", {"email": user.email, "password": PASSWORD}).status_code == 401
        assert not is_signed_in(again)

    def test_its_password_counts_again_when_the_provider_is_switched_off(self, staffed, client, settings, browser_of):
        staffed.is_about("dora", "clinic-doctors")
        go(client)
        user = User.objects.get(email="dora@test.example")
        user.set_password(PASSWORD)
        user.save()
        settings.OIDC_ISSUER = ""
        assert is_signed_in(browser_of(user))

    def test_the_link_holds_for_one_issuer(self, staffed, client):
        SocialAccount.objects.create(user=User.objects.get(), provider="https://other.example", uid="dora")
        staffed.is_about("dora", "clinic-doctors")
        go(client)
        assert client.get("/account/").context["user"].email == "dora@test.example"


class TestTheNextTime:
    @pytest.fixture
    def dora(self, staffed, make_user):
        user = make_user("Dora", "doctor")
        make(user, "dora")
        return user

    def test_the_role_follows_the_groups(self, staffed, client, dora):
        staffed.is_about("dora", "clinic-desk")
        assert go(client).status_code == 302
        assert User.objects.get(pk=dora.pk).role == "receptionist"
        change = AuditEvent.objects.get(event=Event.USER_ROLE_CHANGED)
        assert (change.changes, change.actor_role) == ({"role": ["doctor", "receptionist"]}, "system")

    def test_nothing_is_audited_that_did_not_change(self, staffed, client, dora):
        staffed.is_about("dora", "clinic-doctors")
        go(client)
        assert events(dora) == {Event.SIGNED_IN}

    def test_the_email_does_not_matter_any_more(self, staffed, client, dora):
        staffed.is_about("dora", "clinic-doctors", email="married@test.example", email_verified=False)
        go(client)
        assert client.get("/account/").context["user"] == dora

    @pytest.mark.parametrize("groups", [[], ["strangers"]])
    def test_whoever_lost_the_groups_is_locked_out(self, staffed, client, dora, api_of, settings, groups):
        settings.OIDC_ISSUER, issuer = "", settings.OIDC_ISSUER
        phone, elsewhere = api_of(dora), Client()
        elsewhere.force_login(dora)
        settings.OIDC_ISSUER = issuer
        assert is_signed_in(elsewhere)
        assert phone.get("auth/me").status_code == 200
        staffed.is_about("dora", *groups)
        assert code_of(go(client)) == "no_role"
        gone = User.objects.get(pk=dora.pk)
        assert (gone.role, gone.group_names, gone.works_here, gone.is_active) == ("", frozenset(), False, True)
        assert not is_signed_in(client)
        assert not is_signed_in(elsewhere)
        assert phone.get("auth/me").status_code == 401
        assert not ApiSession.objects.open().exists()
        out = AuditEvent.objects.get(event=Event.USER_LOCKED_OUT)
        assert (out.object_id, out.changes) == (dora.pk, {"role": ["doctor", ""]})

    def test_and_comes_back_with_a_group(self, staffed, client, dora):
        staffed.is_about("dora")
        go(client)
        go(client)
        assert AuditEvent.objects.filter(event=Event.USER_LOCKED_OUT).count() == 1
        staffed.is_about("dora", "clinic-desk")
        assert go(client).status_code == 302
        assert User.objects.get(pk=dora.pk).role == "receptionist"

    def test_a_deactivated_account_stays_out(self, staffed, client, dora):
        User.objects.filter(pk=dora.pk).update(is_active=False)
        staffed.is_about("dora", "clinic-doctors")
        answer = go(client)
        assert (answer.status_code, code_of(answer)) == (403, "account_inactive")
        assert not is_signed_in(client)

    def test_the_last_admin_is_not_made_less(self, staffed, client, ada):
        make(ada, "ada")
        staffed.is_about("ada", "clinic-desk")
        answer = go(client)
        assert (answer.status_code, code_of(answer)) == (409, "last_admin")
        assert User.objects.get(pk=ada.pk).role == "admin"
        assert not is_signed_in(client)

    def test_but_is_locked_out_without_any_group(self, staffed, client, ada):
        make(ada, "ada")
        staffed.is_about("ada")
        assert code_of(go(client)) == "no_role"
        assert User.objects.get(pk=ada.pk).role == ""

    def test_the_time_of_the_word_is_kept_and_never_goes_back(self, staffed, client, dora):
        later = int(time.time()) + 40
        links.note_told(SocialAccount.objects.get(), later)
        staffed.is_about("dora", "clinic-doctors")
        go(client)
        assert links.told_at(SocialAccount.objects.get()) == later


class TestAnAccountThatIsThereAlready:
    def refused(self, staffed, client, user, why, **claims):
        before = User.objects.get(pk=user.pk)
        staffed.is_about("new-subject", "clinic-desk", email=user.email, **claims)
        answer = go(client)
        assert (answer.status_code, code_of(answer)) == (403, why)
        assert not is_signed_in(client)
        after = User.objects.get(pk=user.pk)
        assert (after.password, after.role) == (before.password, before.role)
        assert not SocialAccount.objects.filter(uid="new-subject").exists()
        assert AuditEvent.objects.filter(event=Event.SIGN_IN_FAILED).count() == 1

    def test_is_not_taken_by_an_email_alone(self, staffed, client, rita):
        self.refused(staffed, client, rita, "account_exists")

    @pytest.mark.parametrize("word", [False, None, "true", 1])
    def test_nor_by_an_unverified_one(self, staffed, client, rita, settings, word):
        settings.OIDC_TRUST_EMAIL = True
        self.refused(staffed, client, rita, "email_not_verified", email_verified=word)

    def test_a_patients_never(self, staffed, client, pia, settings):
        settings.OIDC_TRUST_EMAIL = True
        self.refused(staffed, client, pia.user, "account_exists")
        assert User.objects.get(pk=pia.user.pk).group_names == {"patient"}

    def test_a_deactivated_one_neither(self, staffed, client, rita, settings):
        settings.OIDC_TRUST_EMAIL = True
        User.objects.filter(pk=rita.pk).update(is_active=False)
        self.refused(staffed, client, rita, "account_exists")

    def test_nor_one_that_is_linked_to_somebody_else(self, staffed, client, rita, settings):
        settings.OIDC_TRUST_EMAIL = True
        make(rita, "another")
        self.refused(staffed, client, rita, "account_exists")

    def test_is_linked_where_the_clinic_trusts_verified_emails(self, staffed, client, rita, settings, browser_of):
        elsewhere = browser_of(rita)
        settings.OIDC_TRUST_EMAIL = True
        staffed.is_about("rita-subject", "clinic-desk", email=" RITA@Test.example ")
        assert go(client).status_code == 302
        assert client.get("/account/").context["user"] == rita
        assert SocialAccount.objects.get().user_id == rita.pk
        assert Event.USER_LINKED in events(rita)
        assert not is_signed_in(elsewhere)
        assert not User.objects.get(pk=rita.pk).check_password(PASSWORD)

    def test_the_last_admin_is_not_linked_as_something_less(self, staffed, client, ada, settings):
        settings.OIDC_TRUST_EMAIL = True
        staffed.is_about("ada-subject", "clinic-desk", email=ada.email)
        assert code_of(go(client)) == "last_admin"
        assert User.objects.get(pk=ada.pk).check_password(PASSWORD)
        assert not SocialAccount.objects.exists()

    @pytest.mark.parametrize("email", [None, "", "no address", "a\x00b@test.example", "x" * 300 + "@test.example", 7])
    def test_no_account_without_an_email(self, staffed, client, email):
        staffed.is_about("sam", "clinic-desk", email=email)
        assert go(client).status_code in {400, 403}
        assert User.objects.count() == 1
