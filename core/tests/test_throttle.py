"""Counters that every process shares."""

from datetime import timedelta

import pytest
import time_machine

from core import clock, throttle
from core.errors import TooMany
from core.models import ThrottleCounter

pytestmark = pytest.mark.django_db


def hit(key="a", limit=2):
    throttle.hit("test", key, limit=limit, window_seconds=60)


def test_so_often_and_no_more():
    hit()
    hit()
    with pytest.raises(TooMany) as refusal:
        hit()
    assert (refusal.value.code, refusal.value.status) == ("too_many_attempts", 429)
    assert 1 <= refusal.value.seconds <= 61


def test_each_key_and_scope_for_itself():
    hit("a", limit=1)
    hit("b", limit=1)
    throttle.hit("other", "a", limit=1, window_seconds=60)


def test_the_window_ends():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        hit(limit=1)
        with pytest.raises(TooMany):
            hit(limit=1)
        traveller.shift(timedelta(seconds=60))
        hit(limit=1)
        with pytest.raises(TooMany):
            hit(limit=1)


def test_checking_counts_nothing():
    for _ in range(3):
        throttle.check("test", "a", limit=1, window_seconds=60)
    hit(limit=1)


def test_clearing_forgets():
    hit(limit=1)
    throttle.clear("test", "a")
    hit(limit=1)


def test_the_table_names_nobody():
    hit("rita@clinic.example")
    assert "rita" not in ThrottleCounter.objects.get().key


def test_purging_keeps_what_still_counts():
    with time_machine.travel(clock.now(), tick=False) as traveller:
        hit("old")
        traveller.shift(timedelta(seconds=61))
        hit("new")
        assert throttle.purge() == 1
        assert ThrottleCounter.objects.count() == 1


def test_in_the_cache_so_many_a_minute():
    with time_machine.travel("2026-03-02T10:00:20Z", tick=False) as traveller:
        for _ in range(3):
            throttle.hit_in_cache("api", "a", limit=3)
        with pytest.raises(TooMany) as refusal:
            throttle.hit_in_cache("api", "a", limit=3)
        assert (refusal.value.code, refusal.value.seconds) == ("too_many_requests", 40)
        traveller.shift(40)
        throttle.hit_in_cache("api", "a", limit=3)
