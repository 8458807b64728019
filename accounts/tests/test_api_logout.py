"""Signing out kills the tokens at once."""

import pytest

from accounts.models import ApiSession
from accounts.rules import Event
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def logout(app, token=None):
    return app.post("auth/logout", {"refresh": token or app.refresh})


def test_access_and_refresh_are_dead(api_of, rita):
    app = api_of(rita)
    answer = logout(app)
    assert (answer.status_code, answer.content) == (204, b"")
    assert app.get("auth/me").status_code == 401
    assert app.post("auth/refresh", {"refresh": app.refresh}).status_code == 401
    assert AuditEvent.objects.filter(event=Event.SIGNED_OUT, actor_id=rita.pk).count() == 1


def test_other_apps_stay_signed_in(api_of, rita):
    one, two = api_of(rita), api_of(rita)
    logout(one)
    assert two.get("auth/me").status_code == 200


def test_naming_another_own_session_ends_both(api_of, rita):
    one, two = api_of(rita), api_of(rita)
    assert logout(one, two.refresh).status_code == 204
    assert not ApiSession.objects.filter(ended_at=None).exists()


def test_somebody_elses_session_is_out_of_reach(api_of, rita, dana):
    mine, theirs = api_of(rita), api_of(dana)
    assert logout(mine, theirs.refresh).status_code == 401
    assert theirs.get("auth/me").status_code == 200


@pytest.mark.parametrize("token", ["x", "a.b.c"])
def test_garbage(api_of, rita, token):
    app = api_of(rita)
    assert logout(app, token).status_code == 401
    assert app.get("auth/me").status_code == 200


def test_the_refresh_token_must_be_named(api_of, rita):
    assert api_of(rita).post("auth/logout", {}).status_code == 400


def test_needs_a_token(api, api_of, rita):
    assert logout(api, api_of(rita).refresh).status_code == 401
