"""pymongo's errors arrive as Django's, without what people typed."""

import pytest
from bson.errors import InvalidDocument
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, connection
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError, WriteError

from core.models import ThrottleCounter
from core.mongodb.errors import as_django_error

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (AutoReconnect("x"), OperationalError),
        (OperationFailure("x", 112, {"errorLabels": ["TransientTransactionError"]}), OperationalError),
        (OperationFailure("x", 50), OperationalError),
        (OperationFailure("x", 13), OperationalError),
        (OperationFailure("x", 388), DataError),
        (InvalidDocument("x"), DataError),
        (WriteError("x", 11000, {"code": 11000}), IntegrityError),
        (OperationFailure("x", 2), DatabaseError),
    ],
)
def test_each_kind(error, kind):
    assert type(as_django_error(error)) is kind


def test_a_duplicate_says_where_but_not_what(rita):
    with pytest.raises(IntegrityError) as caught:
        type(rita).objects.create(email=rita.email, name="x")
    assert "accounts_user" in str(caught.value)
    assert "email" in str(caught.value)
    assert rita.email not in str(caught.value)


def test_an_error_between_two_rows(monkeypatch):
    ThrottleCounter.objects.create(key="a", window_end="2030-01-01T00:00Z")

    def fail(self):
        raise AutoReconnect("gone")

    monkeypatch.setattr("pymongo.synchronous.command_cursor.CommandCursor.next", fail)
    monkeypatch.setattr("pymongo.synchronous.command_cursor.CommandCursor.__next__", fail)
    with pytest.raises(OperationalError):
        list(ThrottleCounter.objects.all())
    with pytest.raises(OperationalError):
        ThrottleCounter.objects.first()


def test_stock_lets_it_through(stock, monkeypatch):
    with stock.schema_editor() as editor:
        editor.create_model(ThrottleCounter)

    def fail(self):
        raise AutoReconnect("gone")

    monkeypatch.setattr("pymongo.synchronous.command_cursor.CommandCursor.next", fail)
    with pytest.raises(PyMongoError):
        ThrottleCounter.objects.using("stock").first()


def test_a_document_that_is_too_large():
    with pytest.raises(DataError):
        ThrottleCounter.objects.create(key="x" * 17_000_000, window_end="2030-01-01T00:00Z")


def test_a_dead_server_is_no_use(monkeypatch):
    assert connection.is_usable()

    def fail(*args, **options):
        raise AutoReconnect("gone")

    monkeypatch.setattr("pymongo.synchronous.database.Database.command", fail)
    assert not connection.is_usable()


def test_stock_cannot_tell(stock):
    with pytest.raises(NotImplementedError):
        stock.is_usable()
