"""Somebody who has gone away is signed out, by the server."""

from datetime import timedelta

import pytest
import time_machine

from accounts.rules import Event
from core import clock
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def traveller():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        yield traveller


def is_in(browser, **headers):
    return browser.get("/account/", headers=headers).status_code == 200


def test_after_half_an_hour_of_nothing(browser_of, rita, traveller):
    browser = browser_of(rita)
    assert is_in(browser)
    traveller.shift(timedelta(minutes=29))
    assert is_in(browser)
    traveller.shift(timedelta(minutes=29))
    assert is_in(browser)
    traveller.shift(timedelta(minutes=31))
    assert not is_in(browser)
    assert AuditEvent.objects.filter(event=Event.SESSION_TIMED_OUT, actor_id=rita.pk).count() == 1


def test_a_page_that_refreshes_itself_does_not_put_it_off(browser_of, rita, traveller):
    browser = browser_of(rita)
    is_in(browser)
    for _ in range(5):
        traveller.shift(timedelta(minutes=5))
        assert is_in(browser, **{"X-Clinic-Poll": "1"})
    traveller.shift(timedelta(minutes=6))
    assert not is_in(browser, **{"X-Clinic-Poll": "1"})


def test_after_a_working_day_in_any_case(browser_of, rita, traveller):
    browser = browser_of(rita)
    for _ in range(12 * 3):
        assert is_in(browser)
        traveller.shift(timedelta(minutes=20))
    traveller.shift(timedelta(minutes=1))
    assert not is_in(browser)


def test_signing_in_again_starts_afresh(browser_of, rita, traveller):
    browser = browser_of(rita)
    traveller.shift(timedelta(hours=13))
    assert not is_in(browser)
    assert is_in(browser_of(rita))
