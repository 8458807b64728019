"""Guessing is stopped per account and per address, by counters that no cookie resets."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.rules import Event
from conftest import PASSWORD
from core import clock
from core.models import AuditEvent, ThrottleCounter

pytestmark = pytest.mark.django_db


def fail(times, email="rita@test.example", address="127.0.0.1"):
    for _ in range(times):
        answer = Client(REMOTE_ADDR=address).post("/sign-in/", {"email": email, "password": "wrong"})
        assert answer.status_code == 401


def attempt(email="rita@test.example", password=PASSWORD, address="127.0.0.1"):
    return Client(REMOTE_ADDR=address).post("/sign-in/", {"email": email, "password": password})


def test_the_right_password_waits_too_after_five_failures(rita):
    fail(5)
    answer = attempt()
    assert answer.status_code == 429
    assert 'data-code="too_many_attempts"' in answer.content.decode()
    assert 0 < int(answer.headers["Retry-After"]) <= 301


def test_four_failures_are_forgiven_by_the_right_password(rita):
    fail(4)
    assert attempt().status_code == 302
    fail(5)


def test_five_minutes_later_it_works_again(rita):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        fail(5)
        assert attempt().status_code == 429
        traveller.shift(timedelta(minutes=5, seconds=1))
        assert attempt().status_code == 302


def test_attempts_while_locked_do_not_prolong_it(rita):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        fail(5)
        traveller.shift(timedelta(minutes=4))
        assert attempt().status_code == 429
        traveller.shift(timedelta(minutes=1, seconds=1))
        assert attempt().status_code == 302


def test_unknown_accounts_lock_alike(rita):
    fail(5, "nobody@test.example")
    assert attempt("nobody@test.example").status_code == 429


def test_any_spelling_counts_for_the_same_account(rita):
    fail(3, "Rita@test.example")
    fail(2, "RITA@TEST.EXAMPLE")
    assert attempt().status_code == 429


def test_other_addresses_do_not_help(rita):
    fail(5, address="10.0.0.1")
    assert attempt(address="10.0.0.2").status_code == 429


def test_other_accounts_are_not_locked(rita, dana):
    fail(5)
    assert attempt("dana@test.example").status_code == 302


def test_page_and_api_count_together(rita, api):
    fail(5)
    answer = api.login(rita.email)
    assert answer.status_code == 429
    assert answer.json()["code"] == "too_many_attempts"
    assert int(answer.headers["Retry-After"]) > 0


def test_an_address_has_a_hundred_failures_an_hour(rita, settings):
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 7
    for number in range(7):
        fail(1, f"person{number}@test.example")
    assert attempt().status_code == 429
    assert attempt(address="10.0.0.9").status_code == 302


def test_locked_attempts_write_no_rows(rita):
    fail(5)
    before = AuditEvent.objects.count()
    attempt()
    assert AuditEvent.objects.filter(event=Event.SIGN_IN_FAILED).count() == before == 5


def test_the_counters_name_nobody(rita):
    fail(1)
    assert all("rita" not in row.key and "127" not in row.key[:4] for row in ThrottleCounter.objects.all())
