"""The audit as a file: whole, harmless in a spreadsheet, and audited itself."""

import csv
import io

import pytest

from accounts import audit_csv, audit_search
from accounts.rules import Event
from accounts.tests.events import make_event, make_events
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def rows_of(answer):
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def browser(browser_of, ada):
    return browser_of(ada)


def test_all_columns(browser, rita):
    event = make_event(
        actor_id=rita.pk, object_id="a", changes={"name": [None, 'Zoë, the "first"']}, patient_id="1" * 24
    )
    answer = browser.get("/audit/export/?object_id=a")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit-')
    (row,) = rows_of(answer)
    assert row["at"] == "2026-03-02T09:00:00Z"
    assert (row["actor_id"], row["actor_name"], row["event"]) == (rita.pk, "Rita", event.event)
    assert row["changes"] == '{"name": [null, "Zoë, the \\"first\\""]}'


def test_more_rows_than_one_read(browser, monkeypatch):
    monkeypatch.setattr(audit_search, "_CHUNK", 4)
    make_events(10, source="api")
    rows = rows_of(browser.get("/audit/export/?source=api"))
    assert [row["object_id"] for row in rows] == [f"{number:05d}" for number in range(9, -1, -1)]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_nothing_runs_as_a_formula(browser, start):
    make_event(object_id="a", reason=f"{start}HYPERLINK()")
    (row,) = rows_of(browser.get("/audit/export/?object_id=a"))
    assert row["reason"].startswith("'")
    assert row["reason"][1:].strip() == f"{start}HYPERLINK()".strip()


def test_the_export_is_audited(browser, ada):
    make_events(3, source="api")
    rows_of(browser.get("/audit/export/?source=api"))
    event = AuditEvent.objects.get(event=Event.AUDIT_EXPORTED)
    assert event.actor_id == ada.pk
    assert event.changes == {"filters": {"source": "api"}, "rows": 3}


def test_a_limit(browser, monkeypatch):
    monkeypatch.setattr(audit_csv, "MOST_ROWS", 2)
    make_events(3)
    answer = browser.get("/audit/export/")
    assert answer.status_code == 422
    assert not AuditEvent.objects.filter(event=Event.AUDIT_EXPORTED).exists()


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_read_only(browser, method):
    assert getattr(browser, method)("/audit/export/").status_code == 405
