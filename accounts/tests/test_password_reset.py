"""A lost password: the answer tells nobody who has an account."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from accounts import links
from accounts.links import Purpose
from accounts.models import User
from accounts.rules import Event
from accounts.tests.conftest import NEW_PASSWORD, link_in_mail
from core import clock
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def ask(client, email="rita@test.example"):
    return client.post("/password/reset/", {"email": email}, follow=True)


def choose(client, link, password=NEW_PASSWORD):
    return client.post(link, {"password": password, "repeat": password})


@pytest.mark.parametrize("email", ["nobody@test.example", "no address", "OMAR@test.example"])
def test_the_same_answer_for_everybody(client, rita, email):
    User.objects.create(email="omar@test.example", name="Omar", is_active=False)
    known, other = ask(client), ask(client, email)
    assert (known.redirect_chain, known.content) == (other.redirect_chain, other.content)
    assert len(mail.outbox) == 1


def test_the_link_lets_choose_a_password(client, rita, api_of, browser_of):
    browser, app = browser_of(rita), api_of(rita)
    ask(client, " Rita@TEST.example")
    answer = choose(client, link_in_mail())
    assert answer.headers["Location"] == "/password/chosen/"
    assert User.objects.get(pk=rita.pk).check_password(NEW_PASSWORD)
    assert browser.get("/account/").status_code == 302
    assert app.get("auth/me").status_code == 401
    assert client.get("/password/chosen/").status_code == 200


def test_the_link_works_once(client, rita):
    ask(client)
    link = link_in_mail()
    choose(client, link)
    assert client.get(link).status_code == 410
    assert choose(client, link, "another long password").status_code == 410


def test_the_link_lasts_two_hours(client, rita):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        ask(client)
        traveller.shift(timedelta(hours=2, minutes=1))
        assert client.get(link_in_mail()).status_code == 410


@pytest.mark.parametrize("token", ["x", "a:b:c", "WyJyZXNldCIsIngiLCJ5Il0:1x:abc"])
def test_a_forged_link_opens_nothing(client, rita, token):
    assert client.get(f"/password/choose/{token}/").status_code == 410


def test_the_link_of_a_shut_account_is_dead(client, rita):
    link = links.token_for(rita, Purpose.RESET)
    User.objects.filter(pk=rita.pk).update(is_active=False)
    assert client.get(f"/password/choose/{link}/").status_code == 410


def test_a_weak_password_is_refused_and_the_link_lives_on(client, rita):
    ask(client)
    link = link_in_mail()
    assert choose(client, link, "password1234").status_code == 400
    assert choose(client, link).status_code == 302


def test_it_unlocks_an_account_that_was_guessed_at(client, rita):
    for _ in range(6):
        client.post("/sign-in/", {"email": rita.email, "password": "wrong"})
    ask(client)
    choose(client, link_in_mail())
    assert client.post("/sign-in/", {"email": rita.email, "password": NEW_PASSWORD}).status_code == 302


def test_the_link_does_not_come_from_the_host_header(client, rita, settings):
    settings.PUBLIC_URL = "https://clinic.example"
    client.post("/password/reset/", {"email": rita.email}, headers={"Host": "evil.example"})
    assert "https://clinic.example/password/choose/" in mail.outbox[0].body


def test_asking_is_audited(client, rita):
    ask(client)
    event = AuditEvent.objects.get(event=Event.PASSWORD_RESET_ASKED)
    assert (event.object_id, event.source, event.address) == (rita.pk, "job", "127.0.0.1")


def test_an_address_may_ask_so_often(client, rita, settings):
    settings.PASSWORD_RESETS_PER_ADDRESS = 2
    ask(client)
    ask(client)
    answer = ask(client)
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers


def test_one_mailbox_gets_a_few_an_hour(client, rita):
    for _ in range(8):
        assert ask(client).status_code == 200
    assert len(mail.outbox) == 5
