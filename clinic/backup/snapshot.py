"""Reading the database as it was at one moment, while the clinic goes on writing."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from django.db import DatabaseError, connection, transaction

from clinic.backup import BackupError

_TOO_OLD = {239, 246}  # SnapshotTooOld, SnapshotUnavailable


def one_moment() -> AbstractContextManager[None]:
    """All reads inside see one state; inside a running transaction they see its state. Nothing may be written."""
    if connection.in_atomic_block:
        return nullcontext()
    return {"sqlite": _sqlite, "postgresql": _postgresql, "mongodb": _mongodb}[connection.vendor]()


@contextmanager
def _sqlite() -> Iterator[None]:
    # Not atomic(): it begins IMMEDIATE here, and every booking would wait until the backup is made.
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


@contextmanager
def _postgresql() -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def _mongodb() -> Iterator[None]:
    # A transaction ends after 60 seconds. A snapshot session reads as far back as the server keeps old states.
    connection.ensure_connection()
    wrapper: Any = connection
    session = wrapper.connection.start_session(snapshot=True)
    wrapper.session = session
    try:
        yield
    except DatabaseError as error:
        if getattr(error.__cause__, "code", None) in _TOO_OLD:
            raise BackupError(
                "MongoDB forgot the state of the beginning before the backup was made: raise "
                "minSnapshotHistoryWindowInSeconds on the server (300 by default) and try again."
            ) from error
        raise
    finally:
        wrapper.session = None
        session.end_session()
