"""Test isolation on MongoDB; loaded by the tests only (scripts.pytest_databases).

Django wraps a test in a transaction and relies on savepoints inside. MongoDB has none: the first refusal in a test
would end the test's own transaction. So tests commit for real, on every level, and afterwards the collections that
they wrote to are put back as the migrations left them.
"""

from typing import Any

from django.db import connection
from django.test import TestCase, TransactionTestCase
from pymongo import monitoring

from core.mongodb import sequences

_WRITES = {"insert", "update", "delete", "findAndModify", "create", "drop", "createIndexes", "dropIndexes"}


class _Writes(monitoring.CommandListener):
    """Notes the collections that this process writes to."""

    def __init__(self) -> None:
        self.collections: set[str] = set()

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if event.command_name in _WRITES:
            self.collections.add(str(event.command[event.command_name]))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


class _Contents:
    """What the migrations left in each collection."""

    def __init__(self) -> None:
        self.writes = _Writes()
        self.documents: dict[str, list[dict[str, Any]]] | None = None

    def keep(self) -> None:
        """Remember the contents before the first test."""
        if self.documents is None:
            database = _database()
            self.documents = {name: list(database[name].find()) for name in database.list_collection_names()}
            self.writes.collections.clear()

    def put_back(self, *, everything: bool) -> None:
        """Undo what the test did; everything, where another process may have written."""
        assert self.documents is not None
        database = _database()
        touched = set(database.list_collection_names()) if everything else set(self.writes.collections)
        for name in touched - {sequences.COLLECTION}:
            if name not in self.documents:
                database.drop_collection(name)
                continue
            database[name].delete_many({})
            if documents := self.documents[name]:
                database[name].insert_many(documents)
        self.writes.collections.clear()


def _database() -> Any:
    return connection.database  # type: ignore[attr-defined]  # upstream's


def install() -> None:
    """Let Django's test cases, which pytest-django uses too, isolate tests in this way."""
    contents = _Contents()
    monitoring.register(contents.writes)

    def _fixture_setup(cls: type[TransactionTestCase]) -> None:
        contents.keep()

    def _fixture_teardown(self: TransactionTestCase) -> None:
        connection.close()
        contents.put_back(everything=not isinstance(self, TestCase))

    def _databases_support_transactions(cls: type[TestCase]) -> bool:
        return False

    # Django has no public place for this.
    _replace(TransactionTestCase, _fixture_setup=classmethod(_fixture_setup), _fixture_teardown=_fixture_teardown)
    _replace(TestCase, _databases_support_transactions=classmethod(_databases_support_transactions))


def _replace(kind: type, **methods: Any) -> None:
    for name, method in methods.items():
        setattr(kind, name, method)
