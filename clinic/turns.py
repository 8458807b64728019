"""One at a time: of several processes that start at once one prepares the clinic, and the others find it prepared."""

import fcntl
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection, connections
from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError, PyMongoError

WAIT_SECONDS = 0.2
# Who holds the turn on MongoDB says so every few seconds; if it dies, the next one takes over after the lease.
LEASE_SECONDS = 20
_POSTGRES_LOCK = 0x636C696E  # any number that nobody else uses
_MONGO_LOCKS, _TURN = "start_turns", "prepare"


@contextmanager
def turn(data: Path) -> Iterator[None]:
    """Inside, nobody else prepares this data folder or this database, on whatever machine. Raises DatabaseError."""
    with _of_folder(data), _of_database():
        yield


@contextmanager
def _of_folder(data: Path) -> Iterator[None]:
    handle = os.open(data / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _of_database() -> Iterator[None]:
    if connection.vendor == "postgresql":
        with _of_postgres():
            yield
    elif connection.vendor == "mongodb":
        with _of_mongodb():
            yield
    else:
        yield  # a SQLite file lies in the folder


@contextmanager
def _of_postgres() -> Iterator[None]:
    # A connection of its own: the lock ends with it, also when the process is killed.
    keeper = connections.create_connection("default")
    try:
        with keeper.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_POSTGRES_LOCK])
        yield
    finally:
        keeper.close()


@contextmanager
def _of_mongodb() -> Iterator[None]:
    from core.mongodb.errors import translated

    lease = Lease(secrets.token_hex(8))
    with translated(connection):
        while not lease.take():
            time.sleep(WAIT_SECONDS)
    renewing = threading.Thread(target=lease.renew, daemon=True)
    renewing.start()
    try:
        yield
    finally:
        lease.ended.set()
        renewing.join()
        with suppress(PyMongoError):  # then it runs out by itself
            lease.give_back()


class Lease:
    """A document that says who has the turn and until when, by the server's clock."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.ended = threading.Event()
        connection.ensure_connection()
        self._rows: Any = connection.connection[str(connection.settings_dict["NAME"])][_MONGO_LOCKS]
        until = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": LEASE_SECONDS}}
        self._mine = [{"$set": {"owner": owner, "until": until}}]
        free = {"$lt": [{"$ifNull": ["$until", datetime.fromtimestamp(0, UTC)]}, "$$NOW"]}
        chosen = {"owner": {"$cond": [free, owner, "$owner"]}, "until": {"$cond": [free, until, "$until"]}}
        self._mine_if_free = [{"$set": chosen}]

    def take(self) -> bool:
        """Whether we have the turn now."""
        after = ReturnDocument.AFTER
        try:
            row = self._rows.find_one_and_update({"_id": _TURN}, self._mine_if_free, upsert=True, return_document=after)
        except DuplicateKeyError:  # two asked for the first time in the same instant
            return False
        return bool(row["owner"] == self.owner)

    def renew(self) -> None:
        """Keep it until `ended` is set."""
        while not self.ended.wait(LEASE_SECONDS / 4):
            with suppress(PyMongoError):
                self._rows.update_one({"_id": _TURN, "owner": self.owner}, self._mine)

    def give_back(self) -> None:
        """Let the next one begin at once."""
        self._rows.delete_one({"_id": _TURN, "owner": self.owner})
