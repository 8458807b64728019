"""A provider that is away, lies or answers nonsense: one clear page, no session, and nothing of a token in the log."""

import time

import pytest
from django.test import Client

from accounts.models import User
from accounts.oidc import provider as published
from accounts.rules import Event
from accounts.tests.oidc_provider import TestProvider
from accounts.tests.single_sign_on import code_of, configure, go, is_signed_in, leave
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _dora(request):
    if "staffed" in request.fixturenames:
        request.getfixturevalue("staffed").is_about("dora", "clinic-doctors")


def check_refused(client, answer, status, code):
    page = answer.content.decode()
    assert (answer.status_code, code_of(answer)) == (status, code)
    assert "Back to sign-in" in page
    assert "Traceback" not in page
    assert not is_signed_in(client)
    assert not User.objects.filter(email="dora@test.example").exists()


class TestState:
    def test_is_good_for_once(self, staffed, client):
        back = leave(client)
        assert client.get(back).status_code == 302
        fresh = Client()
        check = fresh.get(back)
        assert (check.status_code, code_of(check)) == (400, "sign_in_expired")
        client.post("/sign-out/")
        again = client.get(back)
        assert (again.status_code, code_of(again)) == (400, "sign_in_expired")
        assert not is_signed_in(client)

    def test_belongs_to_one_browser(self, staffed, client):
        back = leave(Client())
        check_refused(client, client.get(back), 400, "sign_in_expired")

    @pytest.mark.parametrize("query", ["", "code=x", "state=x", "code=x&state=", "error=access_denied", "state[]=x"])
    def test_cannot_be_missing_or_made_up(self, staffed, client, query):
        check_refused(client, client.get(f"/sign-in/oidc/callback/?{query}"), 400, "sign_in_expired")

    def test_ends_after_ten_minutes(self, staffed, client, monkeypatch):
        back = leave(client)
        monkeypatch.setattr("allauth.socialaccount.internal.statekit.STATE_TTL", -1)
        check_refused(client, client.get(back), 400, "sign_in_expired")

    def test_an_answer_of_another_provider_is_not_taken(self, staffed, client):
        back = leave(client)
        check_refused(client, client.get(f"{back}&iss=https://evil.example"), 502, "provider_answer_wrong")

    def test_only_a_link_leads_here(self, staffed, client):
        assert client.post("/sign-in/oidc/callback/").status_code == 405
        assert client.post("/sign-in/oidc/").status_code == 405


class TestThePerson:
    def test_may_break_off(self, staffed, client):
        staffed.set(denies="access_denied")
        check_refused(client, go(client), 400, "sign_in_cancelled")

    def test_may_be_refused_there(self, staffed, client):
        staffed.set(denies="temporarily_unavailable")
        check_refused(client, go(client), 502, "provider_refused")

    def test_cannot_use_somebody_elses_code(self, staffed, client):
        mine, stolen = leave(client), leave(Client())
        state = mine.partition("state=")[2].partition("&")[0]
        code = stolen.partition("code=")[2].partition("&")[0]
        check_refused(client, client.get(f"/sign-in/oidc/callback/?code={code}&state={state}"), 502, "provider_refused")


NOW = int(time.time())


class TestTheIdToken:
    @pytest.mark.parametrize(
        ("claims", "code"),
        [
            ({"aud": "another-client"}, "provider_answer_wrong"),
            ({"aud": ["clinic-web", "another-client"]}, "provider_answer_wrong"),
            ({"aud": None}, "provider_answer_wrong"),
            ({"iss": "https://evil.example"}, "provider_answer_wrong"),
            ({"iss": None}, "provider_answer_wrong"),
            ({"nonce": "another"}, "provider_answer_wrong"),
            ({"nonce": None}, "provider_answer_wrong"),
            ({"sub": None}, "provider_answer_wrong"),
            ({"sub": ""}, "provider_answer_wrong"),
            ({"sub": 7}, "provider_answer_wrong"),
            ({"sub": "x" * 200}, "provider_answer_wrong"),
            ({"exp": None}, "provider_answer_wrong"),
            ({"exp": "soon"}, "provider_answer_wrong"),
            ({"iat": None}, "provider_answer_wrong"),
            ({"exp": NOW - 3600}, "clocks_differ"),
            ({"iat": NOW + 7200, "exp": NOW + 7500}, "clocks_differ"),
            ({"nbf": NOW + 7200}, "clocks_differ"),
        ],
    )
    def test_must_be_of_the_provider_for_us_and_for_now(self, staffed, client, claims, code):
        staffed.set(id_token=claims)
        check_refused(client, go(client), 502, code)
        assert AuditEvent.objects.get(event=Event.SIGN_IN_FAILED).reason == f"single sign-on: {code}"

    def test_stands_clocks_that_differ_a_little(self, staffed, client):
        now = int(time.time())
        staffed.set(id_token={"iat": now + 40, "nbf": now + 40})
        assert go(client).status_code == 302

    def test_may_be_for_several_if_we_asked(self, staffed, client):
        staffed.set(id_token={"aud": ["clinic-web", "x"], "azp": "clinic-web"})
        assert go(client).status_code == 302

    def test_may_be_signed_with_a_curve(self, staffed, client):
        staffed.set(algorithm="ES256")
        assert go(client).status_code == 302

    @pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512"])
    def test_other_algorithms_count_for_nothing(self, staffed, client, algorithm):
        staffed.set(algorithm=algorithm)
        check_refused(client, go(client), 502, "provider_answer_wrong")

    def test_a_strangers_signature_counts_for_nothing(self, staffed, client):
        staffed.set(signs_with="stranger")
        check_refused(client, go(client), 502, "provider_answer_wrong")

    def test_new_keys_are_fetched_when_they_are_used(self, staffed, client, monkeypatch):
        monkeypatch.setattr(published, "PAUSE_SECONDS", -1)
        go(client)
        staffed.set(rotate=True)
        assert go(Client()).status_code == 302

    def test_userinfo_must_be_about_the_same_person(self, staffed, client):
        staffed.set(id_token={"groups": None}, userinfo={"sub": "somebody-else", "groups": ["clinic-admins"]})
        check_refused(client, go(client), 502, "provider_answer_wrong")


NONSENSE = [
    [200, "text/html", "<h1>Hello</h1>"],
    [200, "application/json", "[]"],
    [200, "application/json", "null"],
    [200, "application/json", "{}"],
    [200, "application/json", '"access_token"'],
    [404, "application/json", "{}"],
    [302, "text/plain", ""],
]


class TestNonsense:
    @pytest.mark.parametrize("answer", NONSENSE)
    def test_for_discovery(self, staffed, client, answer):
        staffed.set(answers={"/.well-known/openid-configuration": answer})
        check_refused(client, client.get("/sign-in/oidc/"), 502, "provider_answer_wrong")

    @pytest.mark.parametrize(
        "entries",
        [
            {"issuer": "https://evil.example"},
            {"issuer": None},
            {"token_endpoint": None},
            {"authorization_endpoint": "javascript:alert(1)"},
            {"jwks_uri": 7},
            {"userinfo_endpoint": "file:///etc/passwd"},
            {"token_endpoint": "http://[::"},
        ],
    )
    def test_in_discovery(self, staffed, client, entries):
        staffed.set(discovery=entries)
        check_refused(client, client.get("/sign-in/oidc/"), 502, "provider_answer_wrong")

    @pytest.mark.parametrize("answer", NONSENSE)
    def test_for_tokens(self, staffed, client, answer):
        back = leave(client)
        staffed.set(answers={"/token": answer})
        got = client.get(back)
        assert code_of(got) in {"provider_answer_wrong", "provider_refused"}
        check_refused(client, got, 502, code_of(got))

    @pytest.mark.parametrize("token", ["", "x.y.z", "7", "null", '"a.b"', "[]", '{"x": 1}'])
    def test_for_the_id_token(self, staffed, client, token):
        back = leave(client)
        body = '{"access_token": "secret-access", "id_token": %s}' % (token or '""')
        staffed.set(answers={"/token": [200, "application/json", body]})
        got = client.get(back)
        check_refused(client, got, 502, code_of(got))

    @pytest.mark.parametrize("answer", NONSENSE)
    def test_for_keys(self, staffed, client, answer):
        staffed.set(answers={"/keys": answer})
        check_refused(client, go(client), 502, "provider_answer_wrong")

    @pytest.mark.parametrize("answer", NONSENSE)
    def test_for_userinfo(self, staffed, client, answer):
        staffed.set(id_token={"groups": None}, answers={"/userinfo": answer})
        check_refused(client, go(client), 502, "provider_answer_wrong")


class TestAway:
    @pytest.mark.parametrize("path", ["/token", "/keys", "/userinfo"])
    def test_in_the_middle(self, staffed, client, path):
        staffed.set(id_token={"groups": None})
        back = leave(client)
        staffed.set(answers={path: [503, "text/plain", "busy"]})
        answer = client.get(back)
        assert answer.status_code in {502, 503}
        check_refused(client, answer, answer.status_code, code_of(answer))

    def test_from_the_start(self, settings, client, ada):
        configure(settings, "http://127.0.0.1:9")
        answer = client.get("/sign-in/oidc/")
        check_refused(client, answer, 503, "provider_unreachable")
        assert "or sign in with a password" in answer.content.decode()

    def test_and_back(self, settings, client, ada, monkeypatch):
        monkeypatch.setattr(published, "PAUSE_SECONDS", -1)
        later = TestProvider()
        configure(settings, later.issuer)
        assert client.get("/sign-in/oidc/").status_code == 503
        with later:
            later.is_about("dora", "clinic-doctors")
            assert go(client).status_code == 302

    def test_is_not_asked_by_every_request(self, staffed, client):
        staffed.set(answers={"/.well-known/openid-configuration": [503, "text/plain", ""]}, counts={})
        for _try in range(5):
            assert client.get("/sign-in/oidc/").status_code == 503
        assert staffed.told()["counts"]["/.well-known/openid-configuration"] == 1


def test_the_log_and_the_audit_hold_no_token(staffed, client, caplog):
    staffed.set(id_token={"aud": "another-client", "secret_claim": "do-not-log"})
    caplog.set_level("DEBUG")
    back = leave(client)
    client.get(back)
    code = back.partition("code=")[2].partition("&")[0]
    # What drivers say at DEBUG is theirs: addresses they ask, documents they send.
    lines = [record.getMessage() for record in caplog.records if not record.name.startswith(("urllib3", "pymongo"))]
    own = "\n".join(lines) + str(list(AuditEvent.objects.values()))
    assert "sign-in failed" in own
    for secret in ("opaque-access", "do-not-log", "a secret of the tests only", "eyJ", code):
        assert secret not in own


def test_many_failures_from_one_address_are_stopped(staffed, client, settings):
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 3
    for _try in range(3):
        assert client.get("/sign-in/oidc/callback/?code=x&state=y").status_code == 400
    assert client.get("/sign-in/oidc/callback/?code=x&state=y").status_code == 429
