"""Pages of a list, by number and by key."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from core.api.paging import page
from core.errors import Refused
from core.models import AuditEvent

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, tzinfo=UTC)


def make(count, step=1):
    for number in range(count):
        at = START + timedelta(minutes=number // step)
        AuditEvent.objects.create(at=at, event="e", source="web", object_type="t", object_id=str(number))


def ask(query="", sort="at"):
    return page(RequestFactory().get(f"/api/x?{query}"), AuditEvent.objects.all(), sort=sort)


def shown(found):
    return [row.object_id for row in found.rows]


def test_fifty_unless_asked_otherwise():
    make(51)
    assert len(ask().rows) == 50
    assert len(ask("limit=7").rows) == 7


def test_by_number():
    make(5)
    second = ask("limit=2&page=2")
    assert shown(second) == ["2", "3"]
    assert second.headers["Link"] == (
        '<http://testserver/api/x?limit=2&page=3>; rel="next", <http://testserver/api/x?limit=2&page=1>; rel="prev"'
    )
    assert "next" not in ask("limit=2&page=3").headers["Link"]
    assert ask("limit=2&page=9").rows == []


@pytest.mark.parametrize("sort", ["at", "-at"])
@pytest.mark.parametrize("step", [1, 3, 100])
def test_by_key_every_row_comes_once(sort, step):
    make(10, step)
    seen, query = [], "limit=3"
    while True:
        found = ask(query, sort)
        seen += shown(found)
        if not found.rows or len(found.rows) < 3:
            break
        query = f"limit=3&after={found.rows[-1].pk}"
    numbers = [str(number) for number in range(10)]
    assert seen == (numbers if sort == "at" else numbers[::-1])


def test_the_link_goes_on_by_key():
    make(5)
    first = ask("limit=2").rows
    third = ask(f"limit=2&after={first[-1].pk}")
    assert f"after={third.rows[-1].pk}>" in third.headers["Link"]
    assert "page=" not in third.headers["Link"]


def test_the_count_only_when_asked():
    make(3)
    assert "X-Total-Count" not in ask().headers
    assert ask("count=true&limit=1").headers["X-Total-Count"] == "3"


def test_other_parts_of_the_query_stay():
    make(3)
    assert "search=a%26b" in ask("limit=1&search=a%26b").headers["Link"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=1.5",
        "limit=x",
        "limit=%D9%A3",
        "limit=99999999999999999999",
        "page=0",
        "page=x",
        "page=100001",
        "after=",
        "after=x",
        "after=" + "0" * 24,
    ],
)
def test_what_makes_no_sense_names_the_field(query):
    make(1)
    with pytest.raises(Refused) as refusal:
        ask(query)
    assert (refusal.value.code, refusal.value.field) == ("invalid", query.split("=")[0])
