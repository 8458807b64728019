"""Access tokens of the provider at the API: checked in every point, and only for people who are linked."""

import time

import pytest
from allauth.socialaccount.models import SocialAccount

from accounts.models import User
from accounts.oidc import links, signed
from accounts.oidc import provider as published
from accounts.rules import Event
from accounts.tests.conftest import Api
from accounts.tests.oidc_provider import CLIENT_ID
from accounts.tests.single_sign_on import API_AUDIENCE, configure, make
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(staffed, settings, make_user):
    """`issue(**claims)` is a token for Dora, a doctor who is linked; None leaves a claim out."""
    settings.OIDC_API_AUDIENCE = API_AUDIENCE
    make(make_user("Dora", "doctor"), "dora")

    def make_token(algorithm="RS256", with_key="now", header=None, **claims):
        now = int(time.time())
        true = {
            "iss": staffed.issuer,
            "aud": API_AUDIENCE,
            "sub": "dora",
            "iat": now,
            "exp": now + 300,
            "scp": ["openid", "clinic"],
        }
        told = {name: value for name, value in (true | claims).items() if value is not None}
        return staffed.sign(told, algorithm, with_key, **(header or {}))

    return make_token


def me(token):
    return Api().get("auth/me", Authorization=f"Bearer {token}")


def test_a_good_token_is_the_person(issue):
    answer = me(issue())
    assert (answer.status_code, answer.json()["email"], answer.json()["role"]) == (200, "dora@test.example", "doctor")


def test_ours_work_beside_it(issue, rita, api_of):
    assert api_of(rita).get("auth/me").json()["email"] == "rita@test.example"


@pytest.mark.parametrize("scopes", [{"scp": None, "scope": "openid clinic"}, {"scp": ["clinic"]}, {"scp": "clinic"}])
def test_scopes_in_either_spelling(issue, scopes):
    assert me(issue(**scopes)).status_code == 200


@pytest.mark.parametrize(
    ("uid", "status"), [("dora", 200), ("stranger", 401), (None, 401), (7, 401), ({"$ne": ""}, 401)]
)
def test_another_claim_may_name_the_person(issue, settings, uid, status):
    settings.OIDC_API_SUBJECT_CLAIM = "uid"
    assert me(issue(sub="dora@test.example", uid=uid)).status_code == status


def test_with_a_curve(issue):
    assert me(issue("ES256")).status_code == 200


NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-api"},
        {"aud": CLIENT_ID},
        {"aud": None},
        {"aud": [API_AUDIENCE, "another-api"]},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": NOW - 3600},
        {"exp": None},
        {"exp": "never"},
        {"iat": None},
        {"iat": NOW + 7200},
        {"nbf": NOW + 7200},
        {"scp": ["openid"]},
        {"scp": None},
        {"scp": "clinics"},
        {"scp": {"clinic": 1}},
        {"sub": "stranger"},
        {"sub": "dora@test.example"},
        {"sub": None},
        {"sub": ""},
        {"sub": {"$ne": ""}},
    ],
)
def test_a_token_that_is_wrong_in_one_point_is_no_token(issue, claims):
    answer = me(issue(**claims))
    assert answer.status_code == 401
    assert answer.json() == {
        "message": "The token is not valid any more. Sign in again.",
        "code": "token_not_valid",
        "errors": {},
    }
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "made",
    [
        {"algorithm": "none"},
        {"algorithm": "HS256"},
        {"algorithm": "RS512"},
        {"with_key": "stranger"},
        {"header": {"kid": "unknown"}},
        {"header": {"kid": ""}},
    ],
)
def test_a_signature_that_is_not_the_providers_counts_for_nothing(issue, made):
    assert me(issue(**made)).status_code == 401


@pytest.mark.parametrize("raw", ["x", "a.b.c", "..", "é", "eyJhbGciOiJSUzI1NiJ9.e30.", "x" * 20_000])
def test_nonsense_is_no_token(issue, raw):
    assert me(raw).status_code in {400, 401}


def test_the_public_key_is_no_secret(issue, staffed):
    """A token signed with HMAC under the published key, which a careless check would accept."""
    import base64
    import hashlib
    import hmac
    import json

    def part(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    published.current().configuration()
    now = int(time.time())
    body = {"iss": staffed.issuer, "aud": API_AUDIENCE, "sub": "dora", "iat": now, "exp": now + 60, "scp": ["clinic"]}
    text = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(body)}"
    key = json.dumps(published.current().configuration()).encode()
    digest = hmac.new(key, text.encode(), hashlib.sha256).digest()
    assert me(f"{text}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}").status_code == 401


def test_a_minute_of_clock_skew_is_stood(issue):
    now = int(time.time())
    assert me(issue(iat=now + 40, nbf=now + 40)).status_code == 200
    assert me(issue(iat=now - 400, exp=now - 40)).status_code == 200
    assert me(issue(iat=now - 400, exp=now - 80)).status_code == 401
    assert signed.LEEWAY_SECONDS == 60


def test_not_where_nobody_switched_it_on(issue, settings):
    settings.OIDC_API_AUDIENCE = ""
    assert me(issue()).status_code == 401


def test_a_deactivated_account_stays_out(issue):
    User.objects.filter(email="dora@test.example").update(is_active=False)
    assert me(issue()).status_code == 401


def test_one_without_a_role_stays_out(issue):
    from accounts import roles

    roles.take_away(User.objects.get(email="dora@test.example"))
    assert me(issue()).status_code == 401


class TestGroups:
    def dora(self):
        return User.objects.get(email="dora@test.example")

    def test_change_the_role(self, issue):
        assert me(issue(groups=["clinic-desk"])).json()["role"] == "receptionist"
        assert self.dora().role == "receptionist"
        assert AuditEvent.objects.filter(event=Event.USER_ROLE_CHANGED).count() == 1

    @pytest.mark.parametrize("groups", [[], ["strangers"], "x", {"clinic-admins": 1}, [None]])
    def test_none_of_ours_is_no_right(self, issue, groups):
        answer = me(issue(groups=groups))
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
        assert answer.json()["message"] == "Your account has no role in this clinic. Ask the admin."
        assert self.dora().role == "doctor"

    def test_of_an_old_token_do_not_bring_an_old_role_back(self, issue):
        now = int(time.time())
        admin = issue(groups=["clinic-admins"], iat=now - 30)
        links.note_told(SocialAccount.objects.get(), now)
        assert me(admin).status_code == 401
        assert self.dora().role == "doctor"

    def test_do_not_take_the_role_from_the_last_admin(self, issue, ada):
        make(ada, "ada")
        assert me(issue(sub="ada", groups=["clinic-desk"])).status_code == 403
        assert User.objects.get(pk=ada.pk).role == "admin"

    def test_that_changed_nothing_write_nothing(self, issue, django_assert_num_queries):
        token = issue(groups=["clinic-doctors"])
        assert me(token).status_code == 200
        before = AuditEvent.objects.count()
        with django_assert_num_queries(2):  # the link with its person, the groups
            assert me(token).status_code == 200
        assert AuditEvent.objects.count() == before


class TestKeys:
    def test_are_fetched_once(self, issue, staffed):
        token = issue()
        staffed.set(counts={})
        for _call in range(5):
            assert me(token).status_code == 200
        assert staffed.told()["counts"].get("/keys", 0) == 1

    def test_new_ones_are_found_by_the_first_token_that_uses_them(self, issue, staffed, monkeypatch):
        old = issue()
        assert me(old).status_code == 200
        monkeypatch.setattr(published, "PAUSE_SECONDS", -1)
        staffed.set(rotate=True)
        assert me(issue()).status_code == 200
        assert me(old).status_code == 401

    def test_unknown_ones_do_not_make_us_ask_all_the_time(self, issue, staffed):
        me(issue())
        staffed.set(counts={})
        for _call in range(5):
            assert me(issue(header={"kid": "unknown"})).status_code == 401
        assert staffed.told()["counts"].get("/keys", 0) == 0

    def test_nobody_is_asked_about_a_token_that_is_not_for_us(self, issue, staffed):
        published.forget()
        staffed.set(counts={})
        me(issue(iss="https://evil.example"))
        me("x.y.z")
        assert not {"/keys", "/.well-known/openid-configuration"} & staffed.told()["counts"].keys()

    def test_are_used_on_while_the_provider_is_away(self, issue, staffed, monkeypatch):
        token = issue()
        assert me(token).status_code == 200
        monkeypatch.setattr(published, "PAUSE_SECONDS", -1)
        monkeypatch.setattr(published, "KEPT_SECONDS", -1)
        staffed.set(answers={"/keys": [503, "text/plain", ""]})
        assert me(token).status_code == 200
        monkeypatch.setattr(published, "STALE_SECONDS", -1)
        assert me(token).status_code == 503

    def test_without_any_the_answer_is_later(self, issue, settings, staffed):
        configure(settings, "http://127.0.0.1:9")
        answer = me(issue(iss="http://127.0.0.1:9"))
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert "Retry-After" in answer.headers


def test_signing_out_is_the_providers_business(issue):
    answer = Api().post("auth/logout", {"refresh": "x"}, Authorization=f"Bearer {issue()}")
    assert answer.status_code == 401
