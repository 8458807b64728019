"""Rooms, hours and closures are read again as soon as any of them has changed, and not before."""

from datetime import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.models import Chair, Closure, Location, WorkingHours
from appointments.schedule.premises import premises_of
from appointments.tests.desk import monday
from core import clock

pytestmark = pytest.mark.django_db


def look():
    return premises_of(clock.wall(monday()).date())


@pytest.mark.not_on("mongodb", reason="has no union inside a transaction: there it is five small ones")
def test_one_query_while_nothing_changes(practice):
    first = look()

    with CaptureQueriesContext(connection) as queries:
        again = look()

    assert again is first
    assert len(queries) == 1
    assert [row.pk for row in again.locations] == [practice.pk]


def test_every_change_is_seen(practice):
    day = clock.wall(monday()).date()
    chair = Chair.objects.filter(location=practice).first()
    look()

    chair.change(name="By the window")
    assert "By the window" in [row.name for row in look().chairs_at(practice.pk, set())]

    Chair.objects.create(location=practice, name="One more", position=99)
    assert "One more" in [row.name for row in look().chairs_at(practice.pk, set())]

    closed = Closure.objects.create(starts_on=day, ends_on=day, reason="Painters")
    assert [row.reason for row in look().closures] == ["Painters"]
    closed.delete()
    assert not look().closures

    hours = look().hours
    WorkingHours.objects.create(location=practice, weekday=day.weekday(), opens=time(20), closes=time(21))
    assert len(look().hours) == len(hours) + 1

    practice.change(is_active=False)
    assert not look().locations


def test_of_another_location_only_what_somebody_sits_in(practice):
    other = Location.objects.create(name="Hillside")
    elsewhere = Chair.objects.create(location=other, name="Upstairs")

    assert elsewhere not in look().chairs_at(practice.pk, set())
    assert look().chairs_at(practice.pk, {elsewhere.pk})[-1] == elsewhere
