"""A refresh token works once; a copy of it ends the session for everybody."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import ApiSession, User
from accounts.rules import Event
from core import clock
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def refresh(api, token):
    return api.post("auth/refresh", {"refresh": token})


def test_a_fresh_pair(api, api_of, rita):
    app = api_of(rita)
    answer = refresh(api, app.refresh)
    assert answer.status_code == 200
    assert set(answer.json()) == {"token", "refresh"}
    assert answer.json()["refresh"] != app.refresh
    app.token = answer.json()["token"]
    assert app.get("auth/me").status_code == 200


def test_the_new_one_works_in_turn(api, api_of, rita):
    token = api_of(rita).refresh
    for _ in range(3):
        token = refresh(api, token).json()["refresh"]
    assert ApiSession.objects.count() == 1


def test_a_used_one_ends_the_whole_family(api, api_of, rita):
    app = api_of(rita)
    latest = refresh(api, app.refresh).json()
    answer = refresh(api, app.refresh)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_not_valid")
    assert refresh(api, latest["refresh"]).status_code == 401
    app.token = latest["token"]
    assert app.get("auth/me").status_code == 401
    event = AuditEvent.objects.get(event=Event.TOKEN_REUSED)
    assert (event.outcome, event.object_id) == ("failure", ApiSession.objects.get().pk)


def test_other_families_live_on(api, api_of, rita):
    one, two = api_of(rita), api_of(rita)
    refresh(api, one.refresh)
    refresh(api, one.refresh)
    assert refresh(api, two.refresh).status_code == 200


def test_an_access_token_does_not_refresh(api, api_of, rita):
    assert refresh(api, api_of(rita).token).json()["code"] == "token_not_valid"


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.e30"])
def test_garbage(api, token):
    assert refresh(api, token).status_code == 401


@pytest.mark.parametrize("data", [{}, {"refresh": ""}, {"refresh": None}, {"refresh": ["x"]}, {"refresh": "x" * 5000}])
def test_bad_shapes(api, data):
    assert api.post("auth/refresh", data).status_code == 400


def test_thirty_days_after_signing_in_it_is_over(api, rita):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        token = api.login(rita.email).json()["refresh"]
        traveller.shift(timedelta(days=29))
        token = refresh(api, token).json()["refresh"]
        traveller.shift(timedelta(days=2))
        assert refresh(api, token).status_code == 401


def test_not_for_somebody_inactive(api, api_of, rita):
    token = api_of(rita).refresh
    User.objects.filter(pk=rita.pk).update(is_active=False)
    assert refresh(api, token).status_code == 401
