"""An admin invites somebody; the mail brings them to a page where they choose a password."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail

from accounts.models import User
from accounts.rules import Event
from accounts.tests.conftest import NEW_PASSWORD, link_in_mail
from core import clock
from core.models import AuditEvent

pytestmark = pytest.mark.django_db

TYPED = {
    "title": "Dr.",
    "name": "Mei Tanaka",
    "email": "Mei@Clinic.example",
    "role": "doctor",
    "colour": "#336699",
    "registration_number": "R-77",
    "check_lanes": "1",
}


@pytest.fixture
def invite(browser_of, ada, commit):
    browser = browser_of(ada)

    def send(**changes):
        with commit():
            return browser.post("/staff/invite/", TYPED | changes)

    return send


def choose(client, link, password=NEW_PASSWORD):
    return client.post(link, {"password": password, "repeat": password})


def test_makes_an_account_that_nobody_can_use_yet(invite):
    assert invite().status_code == 302
    user = User.objects.get(email="mei@clinic.example")
    profile = user.profile
    assert (user.display_name, user.role, user.is_invited) == ("Dr. Mei Tanaka", "doctor", True)
    assert (profile.colour, profile.registration_number, profile.check_lanes) == ("#336699", "R-77", 1)


def test_the_mail_leads_to_the_first_password(invite, client):
    invite()
    assert mail.outbox[0].to == ["mei@clinic.example"]
    assert "Welcome, Mei Tanaka" in client.get(link_in_mail()).content.decode()
    choose(client, link_in_mail())
    assert client.post("/sign-in/", {"email": TYPED["email"], "password": NEW_PASSWORD}).status_code == 302


def test_the_link_dies_once_used(invite, client):
    invite()
    choose(client, link_in_mail())
    assert choose(client, link_in_mail()).status_code == 410


def test_the_link_lasts_a_week(invite, client):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        invite()
        traveller.shift(timedelta(days=6, hours=23))
        assert client.get(link_in_mail()).status_code == 200
        traveller.shift(timedelta(hours=2))
        assert client.get(link_in_mail()).status_code == 410


def test_audited(invite, ada):
    invite()
    event = AuditEvent.objects.get(event=Event.USER_INVITED)
    assert (event.actor_id, event.changes["role"]) == (ada.pk, [None, "doctor"])


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"email": "RITA@test.example"}, 409, "email_taken"),
        ({"email": "no address"}, 400, "invalid"),
        ({"email": ""}, 400, "invalid"),
        ({"name": ""}, 400, "invalid"),
        ({"name": "x" * 10_000}, 400, "invalid"),
        ({"role": "patient"}, 400, "invalid"),
        ({"role": "root"}, 400, "invalid"),
        ({"colour": "red; x"}, 400, "invalid"),
        ({"check_lanes": "0"}, 400, "invalid"),
        ({"check_lanes": "-1"}, 400, "invalid"),
        ({"title": "x" * 41}, 400, "invalid"),
    ],
)
def test_refusals_keep_what_was_typed(invite, rita, changes, status, code):
    answer = invite(**changes)
    page = answer.content.decode()
    assert answer.status_code == status
    assert f'data-code="{code}"' in page
    assert "R-77" in page
    assert not mail.outbox


class TestSendingAgain:
    def test_another_mail(self, invite, browser_of, ada, commit):
        invite()
        user = User.objects.get(email="mei@clinic.example")
        with commit():
            browser_of(ada).post(f"/staff/{user.pk}/invitation/")
        assert len(mail.outbox) == 2

    def test_not_to_somebody_who_has_a_password(self, browser_of, ada, rita):
        answer = browser_of(ada).post(f"/staff/{rita.pk}/invitation/")
        assert answer.status_code == 422
        assert 'data-code="already_accepted"' in answer.content.decode()
