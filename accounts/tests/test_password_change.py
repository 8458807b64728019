"""Changing one's own password ends what the old one opened."""

import pytest

from accounts.models import ApiSession, User
from accounts.rules import Event
from accounts.tests.conftest import NEW_PASSWORD
from conftest import PASSWORD
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def change(browser, **typed):
    data = {"current": PASSWORD, "password": NEW_PASSWORD, "repeat": NEW_PASSWORD} | typed
    return browser.post("/account/password/", data)


def test_the_new_one_works_and_the_old_one_does_not(browser_of, rita):
    assert change(browser_of(rita)).status_code == 302
    fresh = User.objects.get(pk=rita.pk)
    assert fresh.check_password(NEW_PASSWORD)
    assert not fresh.check_password(PASSWORD)


def test_every_other_session_ends_this_one_stays(browser_of, api_of, rita):
    here, elsewhere, app = browser_of(rita), browser_of(rita), api_of(rita)
    change(here)
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert app.get("auth/me").json()["code"] == "token_not_valid"
    assert not ApiSession.objects.filter(ended_at=None).exists()


def test_audited_without_the_hash(browser_of, rita):
    change(browser_of(rita))
    event = AuditEvent.objects.get(event=Event.PASSWORD_CHANGED)
    assert (event.actor_id, event.changes) == (rita.pk, {"password": "changed"})


@pytest.mark.parametrize(
    ("typed", "status", "text"),
    [
        ({"current": "not mine"}, 422, "This is not your present password."),
        ({"repeat": "another thing entirely"}, 400, "The two passwords differ."),
        ({"password": "short", "repeat": "short"}, 400, "at least 12 characters"),
        ({"password": "", "repeat": ""}, 400, "required"),
    ],
)
def test_refusals(browser_of, rita, typed, status, text):
    answer = change(browser_of(rita), **typed)
    assert answer.status_code == status
    assert text in answer.content.decode()
    assert User.objects.get(pk=rita.pk).check_password(PASSWORD)


def test_the_present_password_cannot_be_guessed_here(browser_of, rita):
    browser = browser_of(rita)
    for _ in range(5):
        assert change(browser, current="guess").status_code == 422
    answer = change(browser)
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers


def test_sign_out_everywhere_else(browser_of, api_of, rita):
    here, elsewhere, app = browser_of(rita), browser_of(rita), api_of(rita)
    assert here.post("/account/sessions/end/").status_code == 302
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert app.get("auth/me").status_code == 401
