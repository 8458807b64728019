"""A page that refreshes itself: next to nothing while nothing changes, and never more than the person may see."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.tests import polled
from core import clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("accounts.tests.polled")]

POLL = {"X-Clinic-Poll": "1"}


@pytest.fixture
def screen(rita: User) -> Client:
    """Rita's browser, just signed in."""
    polled.shown.update(number=1, reads=0)
    browser = Client()
    browser.force_login(rita)
    browser.get("/account/")
    return browser


def poll(browser: Client, tag: str = "", **headers: str) -> Any:
    return browser.get("/number/", headers={**POLL, **({"If-None-Match": tag} if tag else {}), **headers})


def test_unchanged_is_304_with_one_query_besides_the_stamp(screen: Client, django_assert_num_queries: Any) -> None:
    tag = poll(screen)["ETag"]

    with django_assert_num_queries(1):  # the browser session; this page's stamp asks nothing
        answer = poll(screen, tag)

    assert (answer.status_code, answer.content, polled.shown["reads"]) == (304, b"", 1)


def test_a_proxy_that_compresses_changes_nothing(screen: Client) -> None:
    assert poll(screen, f"W/{poll(screen)['ETag']}").status_code == 304


def test_a_change_is_told(screen: Client) -> None:
    tag = poll(screen)["ETag"]
    polled.shown["number"] = 2

    answer = poll(screen, tag)

    assert (answer.status_code, answer.content) == (200, b"2")
    assert poll(screen, answer["ETag"]).status_code == 304


def test_once_a_minute_the_whole_way_is_gone(screen: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = poll(screen)["ETag"]
    later = clock.now() + timedelta(seconds=61)
    monkeypatch.setattr(clock, "now", lambda: later)

    assert poll(screen, tag).status_code == 200


@pytest.mark.parametrize("tag", ['"1-x"', '"x"', "x", '""', f'"{"9" * 400}-a"', '"²-a"', "*"])
def test_a_tag_of_somebody_elses_making_is_no_tag(screen: Client, tag: str) -> None:
    assert poll(screen, tag).status_code == 200


def test_a_tag_is_good_in_its_own_browser_only(screen: Client, dana: User) -> None:
    tag = poll(screen)["ETag"]
    other = Client()
    other.force_login(dana)

    assert poll(other, tag).status_code == 200


def test_without_a_session_it_says_so_and_nothing_else(screen: Client) -> None:
    tag = poll(screen)["ETag"]
    screen.logout()

    answer = poll(screen, tag)

    assert (answer.status_code, answer.content) == (401, b"")
    assert screen.get("/number/").status_code == 302


def test_polling_never_keeps_a_session_alive(screen: Client, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tag, began = poll(screen)["ETag"], clock.now()
    for minute in range(1, settings.IDLE_MINUTES):
        monkeypatch.setattr(clock, "now", lambda then=began + timedelta(minutes=minute): then)
        answer = poll(screen, tag)
        assert answer.status_code == 200
        tag = answer["ETag"]
    late = began + timedelta(minutes=settings.IDLE_MINUTES, seconds=40)
    monkeypatch.setattr(clock, "now", lambda: late)

    assert poll(screen, tag).status_code == 401


def test_a_tap_needs_no_page(screen: Client) -> None:
    assert screen.post("/tap/", headers={"X-Clinic-Tap": "1"}).status_code == 204
    assert screen.post("/tap/").status_code == 302


def test_a_refused_tap_is_a_sentence(screen: Client) -> None:
    answer = screen.post("/tap/", {"refuse": "1"}, headers={"X-Clinic-Tap": "1"})

    assert answer.status_code == 409
    assert answer.json() == {"message": "Not from there.", "code": "status_conflict", "status": "seated", "errors": {}}


def test_who_signs_in_again_learns_what_forms_must_carry(screen: Client, rita: User) -> None:
    answer = screen.get("/session/").json()

    assert answer["user"] == rita.pk
    assert len(answer["csrf"]) == 64
    assert Client().get("/session/", headers=POLL).status_code == 401
