"""The audit through the API."""

import pytest

from accounts.tests.events import make_event, make_events
from core.ids import is_id

pytestmark = pytest.mark.django_db

KEYS = {
    "_id",
    "at",
    "event",
    "outcome",
    "actorId",
    "actorName",
    "actorRole",
    "source",
    "address",
    "requestId",
    "objectType",
    "objectId",
    "patientId",
    "reason",
    "changes",
}


def test_an_array_the_newest_first(api_of, ada):
    make_events(2, source="job")
    rows = api_of(ada).get("audit?source=job").json()
    assert [row["objectId"] for row in rows] == ["00001", "00000"]
    assert set(rows[0]) == KEYS
    assert rows[0]["at"] == "2026-03-02T09:01:00Z"


@pytest.mark.parametrize("who", ["rita", "nina", "dana"])
def test_not_for_others(api_of, request, who):
    answer = api_of(request.getfixturevalue(who)).get("audit")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


def test_not_without_a_token(api):
    assert api.get("audit").status_code == 401


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("event=patient", 3),
        ("event=patient.changed&objectId=00001", 1),
        ("patientId=" + "1" * 24, 1),
        ("from=2026-03-02&to=2026-03-02", 4),
        ("to=2026-03-01", 0),
        ("person=nobody@test.example", 0),
    ],
)
def test_filters(api_of, ada, query, count):
    make_events(3)
    make_event(event="user.changed", patient_id="1" * 24)
    assert len(api_of(ada).get(f"audit?{query}").json()) == count


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-02-30", "from"),
        ("to=tomorrow", "to"),
        ("from=9999-12-31", "from"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("page=-1", "page"),
        ("after=x", "after"),
        ("after=" + "0" * 24, "after"),
        ("event=" + "x" * 65, "event"),
        ("objectId=%0a", "objectId"),
    ],
)
def test_bad_queries_name_the_field(api_of, ada, query, field):
    answer = api_of(ada).get(f"audit?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert list(answer.json()["errors"]) == [field]


def test_keyset_pages(api_of, ada):
    make_events(5, source="job")
    app, seen, query = api_of(ada), [], "audit?source=job&limit=2"
    while True:
        rows = app.get(query).json()
        if not rows:
            break
        seen += [row["objectId"] for row in rows]
        assert is_id(rows[-1]["_id"])
        query = f"audit?source=job&limit=2&after={rows[-1]['_id']}"
    assert seen == ["00004", "00003", "00002", "00001", "00000"]


def test_links_and_count(api_of, ada):
    make_events(5, source="job")
    answer = api_of(ada).get("audit?source=job&limit=2&page=2&count=true")
    assert answer.headers["X-Total-Count"] == "5"
    assert 'page=3>; rel="next"' in answer.headers["Link"]
    assert 'page=1>; rel="prev"' in answer.headers["Link"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_it_cannot_be_written(api_of, ada, method):
    assert api_of(ada).call(method, "audit").status_code == 405
