"""Django's transactions on MongoDB's: atomic(), on_commit() and rollback are real."""

import time
from contextlib import suppress
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import debug_transaction
from django_mongodb_backend.base import DatabaseWrapper as Upstream
from pymongo import ReadPreference, WriteConcern
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from core.mongodb.errors import UNKNOWN_COMMIT, translated

COMMIT_SECONDS = 15
_MAJORITY = WriteConcern("majority", wtimeout=10_000)


class TransactionalWrapper(Upstream):
    """5.2.4 makes `django.db.transaction.atomic` a silent no-op: nothing is rolled back, `on_commit` runs at once. Its
    own `atomic` is real, but no Django, admin or third-party code calls it.

    May go when `django_mongodb_backend.features.DatabaseFeatures.supports_transactions` is True and
    test_transactions.py passes without it. There are no savepoints: an inner block that fails ends the outer one.
    """

    session: Any
    run_commit_hooks_on_set_autocommit_on: bool
    transaction_began: float | None = None

    # Upstream's waits for its own atomic().
    on_commit = BaseDatabaseWrapper.on_commit

    def set_autocommit(self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False) -> None:
        """Begin a transaction, or leave the one that has ended."""
        self.validate_no_atomic_block()
        self.ensure_connection()
        if not autocommit:
            with debug_transaction(self, "BEGIN"):
                self._begin()
        elif self.session is not None:
            self._abandon()
        self.autocommit = autocommit
        if autocommit and self.run_commit_hooks_on_set_autocommit_on:
            self.run_and_clear_commit_hooks()
            self.run_commit_hooks_on_set_autocommit_on = False

    def _begin(self) -> None:
        if self.session is not None:
            return
        with translated(self):
            self.session = self.connection.start_session()
            # Whatever MONGO_URI says: a transaction reads one state of the primary, and what it says is saved stays.
            self.session.start_transaction(
                read_concern=ReadConcern("snapshot"),
                write_concern=_MAJORITY,
                read_preference=ReadPreference.PRIMARY,
            )
        self.transaction_began = time.monotonic()

    def _commit(self) -> None:
        """Commit; raises OperationalError where pymongo's errors would leave Django's atomic() in the dark."""
        if self.session is None:
            return
        try:
            with translated(self), debug_transaction(self, "COMMIT"):
                _commit_until_known(self.session)
        finally:
            self._end_session()

    def _rollback(self) -> None:
        if self.session is not None:
            with debug_transaction(self, "ROLLBACK"):
                self._abandon()

    def _abandon(self) -> None:
        with suppress(PyMongoError):  # the server ends it by itself
            if self.session.in_transaction:
                self.session.abort_transaction()
        self._end_session()

    def _end_session(self) -> None:
        super()._end_session()
        self.transaction_began = None

    def close(self) -> None:
        """Give a running transaction up, as closing a connection does elsewhere; the pool stays open (upstream's way).

        5.2.4 leaves the session open: its locks would stay for up to a minute. May go when
        test_stock_leaves_a_transaction_open_when_it_closes fails.
        """
        super().close()
        self.run_on_commit: list[Any] = []
        if self.session is None:
            return
        self._abandon()
        if self.in_atomic_block:
            self.closed_in_transaction = True
            self.needs_rollback = True

    def get_collection(self, name: str, **options: Any) -> Any:
        """Refuse statements in a broken transaction, as Django's cursors do.

        Otherwise a swallowed error in an inner block would be followed by a silent rollback of the outer one: 5.2.4
        goes on. May go when test_a_swallowed_duplicate_ends_the_block passes without it.
        """
        self.ensure_connection()
        self.validate_no_broken_transaction()
        if not self.autocommit and self.session is None:
            self._begin()
        return super().get_collection(name, **options)


def _commit_until_known(session: Any) -> None:
    # A fail-over can swallow the answer to a commit. Asking again is safe: the server knows the transaction's number.
    deadline = time.monotonic() + COMMIT_SECONDS
    while True:
        try:
            session.commit_transaction()
        except PyMongoError as error:
            if not error.has_error_label(UNKNOWN_COMMIT) or time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
