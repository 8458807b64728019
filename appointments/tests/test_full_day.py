"""A full day of a large clinic against a quiet one: what the page asks of the database, and how much it sends."""

import gzip

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.tests.browser import web
from appointments.tests.desk import monday
from appointments.tests.full_day import CHAIRS, VISITS, fill
from core import clock

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(reason="about the page's size; the statements are the same everywhere"),
]

MOST_BYTES = 60_000
# Session, person, groups, rights; whether rooms and hours have changed; visits with their people and types; alerts,
# consents. The first look after a change reads rooms and hours anew: locations, chairs, hours, closures, blocks.
STATEMENTS = 8


def read(rita, query=""):
    browser, address = web(rita), f"/schedule/{clock.wall(monday()).date()}/{query}"
    browser.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(address)
    size = len(gzip.compress(answer.content))
    print(f"{len(queries)} statements, {size} bytes compressed")
    return len(queries), size, answer.content.decode().count('class="visit"')


@pytest.mark.parametrize("count", [10, CHAIRS * VISITS])
def test_a_day_of_ten_chairs(count, rita, practice, dana, omar):
    fill(practice, (dana, omar), count)

    statements, size, blocks = read(rita)

    assert blocks == count
    assert statements == STATEMENTS
    assert size <= MOST_BYTES


def test_chairs_and_doctors_in_rows_of_five_minutes(rita, practice, dana, omar):
    fill(practice, (dana, omar), CHAIRS * VISITS)

    statements, size, blocks = read(rita, "?by=both&rows=5")

    assert blocks == 2 * CHAIRS * VISITS
    # And all doctors, also those without visits: their group, who is in it, their names.
    assert statements == STATEMENTS + 3
    assert size <= MOST_BYTES
