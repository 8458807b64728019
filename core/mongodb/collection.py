"""A collection whose every operation raises Django's errors and passes Django's execute wrappers."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from core.mongodb.errors import translated


class WatchedCollection:
    """Stands for a pymongo collection inside the compilers and the schema editor.

    Mends two defects of 5.2.4: errors during iteration over a result and during schema changes leave as pymongo's,
    which no `except DatabaseError` catches; and `connection.execute_wrapper` (our log counts queries and warns of slow
    ones with it) is never called. May go when upstream wraps both; test_errors.py and test_wrappers.py tell.
    """

    def __init__(self, connection: Any, collection: Any) -> None:
        self._connection = connection
        self._collection = collection

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._collection, name)
        return partial(self._run, found, name) if callable(found) and not name.startswith("_") else found

    def _run(self, operation: Callable[..., Any], name: str, *args: Any, **options: Any) -> Any:
        def execute(_text: str, _params: Any, _many: bool, _context: Any) -> Any:
            return operation(*args, **options)

        for wrapper in reversed(self._connection.execute_wrappers):
            execute = partial(wrapper, execute)
        with translated(self._connection):
            # Names only: values belong into no log.
            text = f"{name} {self._collection.name}"
            result = execute(text, None, False, {"connection": self._connection, "cursor": None})
        return WatchedCursor(self._connection, result) if name == "aggregate" else result


class WatchedCursor:
    """The rows of an aggregation; errors while fetching more of them become Django's."""

    def __init__(self, connection: Any, cursor: Any) -> None:
        self._connection = connection
        self._cursor = cursor

    def __iter__(self) -> Iterator[dict[str, Any]]:
        with translated(self._connection):
            yield from self._cursor

    def next(self) -> Any:
        """The next row; raises StopIteration after the last one."""
        with translated(self._connection):
            return self._cursor.next()
