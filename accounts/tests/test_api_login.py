"""Signing in through the API, and who the token says one is."""

import pytest

from accounts.models import ApiSession, User
from accounts.rules import Event
from conftest import PASSWORD
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["rita", "nina", "dana", "ada"])
def test_token_role_and_refresh(api, request, who):
    user = request.getfixturevalue(who)
    answer = api.login(user.email)
    assert answer.status_code == 200
    assert set(answer.json()) == {"token", "role", "refresh"}
    assert answer.json()["role"] == user.role


def test_a_session_row_and_an_audit_row(api, rita):
    api.login(rita.email)
    session = ApiSession.objects.get()
    event = AuditEvent.objects.get()
    assert (session.user_id, session.address) == (rita.pk, "127.0.0.1")
    assert (event.event, event.object_id, event.source) == (Event.SIGNED_IN, session.pk, "api")


def test_unknown_wrong_and_inactive_get_the_same_answer(api, rita, dana):
    User.objects.filter(pk=dana.pk).update(is_active=False)
    answers = [api.login(rita.email, "wrong"), api.login("nobody@test.example"), api.login(dana.email), api.login("?")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
    assert answers[0].json()["code"] == "invalid_credentials"


def test_an_unknown_email_costs_a_hash_too(api, rita, monkeypatch):
    hashed = []
    monkeypatch.setattr("accounts.sign_in.make_password", hashed.append)
    api.login("nobody@test.example", "guess")
    assert hashed == ["guess"]


def test_somebody_invited_cannot_sign_in_yet(api):
    user = User(email="new@test.example", name="New")
    user.set_unusable_password()
    user.save()
    for password in ("", "!", user.password):
        assert api.login(user.email, password).status_code in {400, 401}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"email": "rita@test.example"},
        {"email": "rita@test.example", "password": {"$ne": ""}},
        {"email": {"$gt": ""}, "password": PASSWORD},
        {"email": ["rita@test.example"], "password": PASSWORD},
        {"email": "x" * 300, "password": PASSWORD},
        {"email": "rita@test.example", "password": "x" * 300},
    ],
)
def test_bad_shapes(api, rita, data):
    answer = api.post("auth/login", data)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_an_old_token_does_not_stand_in_the_way(api, rita):
    api.token = "expired-or-garbage"
    assert api.login(rita.email).status_code == 200


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_by_post_only(api, method):
    answer = api.call(method, "auth/login")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


def test_me(api_of, dana):
    answer = api_of(dana).get("auth/me")
    assert answer.json() == {"_id": dana.pk, "name": "Dana", "email": "dana@test.example", "role": "doctor"}


def test_me_needs_a_token(api):
    answer = api.get("auth/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_browsers_session_is_no_token(browser_of, rita):
    assert browser_of(rita).get("/api/auth/me").status_code == 401
