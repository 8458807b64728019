"""Signing in and out in the browser."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.rules import Event
from conftest import PASSWORD
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def sign_in(client, email="rita@test.example", password=PASSWORD, **more):
    return client.post("/sign-in/", {"email": email, "password": password, **more})


@pytest.mark.parametrize("email", ["rita@test.example", "  RITA@Test.Example ", "Rita@test.example"])
def test_the_email_counts_in_any_spelling(client, rita, email):
    assert sign_in(client, email).status_code == 302
    assert client.get("/account/").context["user"] == rita


def test_signing_in_makes_a_new_session_key(client, rita):
    client.get("/sign-in/")
    client.session["planted"] = "x"
    session = client.session
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_signing_in_is_audited(client, rita):
    sign_in(client)
    event = AuditEvent.objects.get(event=Event.SIGNED_IN)
    assert (event.actor_id, event.source, event.address) == (rita.pk, "web", "127.0.0.1")


@pytest.mark.parametrize(
    ("email", "password"),
    [("rita@test.example", "wrong"), ("nobody@test.example", PASSWORD), ("no address", PASSWORD), ("x" * 254, "y")],
)
def test_a_wrong_email_and_a_wrong_password_look_alike(client, rita, email, password):
    answer = sign_in(client, email, password)
    assert answer.status_code == 401
    assert 'data-code="invalid_credentials"' in answer.content.decode()
    assert "E-mail or password is wrong." in answer.content.decode()


def test_an_inactive_account_looks_like_a_wrong_password(client, rita):
    User.objects.filter(pk=rita.pk).update(is_active=False)
    assert sign_in(client).status_code == 401


def test_what_was_typed_is_kept_but_the_password(client, rita):
    page = sign_in(client, password="a wrong one").content.decode()
    assert "rita@test.example" in page
    assert "a wrong one" not in page


def test_a_failure_is_audited_without_what_was_typed(client, rita):
    sign_in(client, "my-password-by-mistake", "secret")
    event = AuditEvent.objects.get()
    assert (event.event, event.outcome, event.object_id, event.changes) == (Event.SIGN_IN_FAILED, "failure", "", {})


@pytest.mark.parametrize(("data", "status"), [({}, 400), ({"email": "a\x00b", "password": "x"}, 400)])
def test_bad_shapes_are_refused(client, rita, data, status):
    assert client.post("/sign-in/", data).status_code == status


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ("/account/", "/account/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_next_leads_to_our_own_pages_only(client, rita, wanted, got):
    assert sign_in(client, next=wanted).headers["Location"] == got


def test_a_page_that_needs_a_sign_in_comes_back_to_itself(client, rita):
    answer = client.get("/account/")
    assert answer.headers["Location"] == "/sign-in/?next=/account/"


def test_somebody_signed_in_is_sent_on(browser_of, rita):
    assert browser_of(rita).get("/sign-in/?next=/account/").headers["Location"] == "/account/"


def test_the_form_needs_our_token(rita):
    strict = Client(enforce_csrf_checks=True)
    assert sign_in(strict).status_code == 403


class TestSigningOut:
    def test_ends_the_session_and_clears_the_browser(self, browser_of, rita):
        browser = browser_of(rita)
        answer = browser.post("/sign-out/")
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert browser.get("/account/").status_code == 302
        assert AuditEvent.objects.filter(event=Event.SIGNED_OUT, actor_id=rita.pk).count() == 1

    def test_not_by_a_link(self, browser_of, rita):
        browser = browser_of(rita)
        assert browser.get("/sign-out/").status_code == 405
        assert browser.get("/account/").status_code == 200
