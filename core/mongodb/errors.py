"""pymongo's errors as Django's, with a sentence, the original as the cause and its labels with it."""

import re
import time
from typing import Any

from bson.errors import BSONError
from django.db import DatabaseError, DataError, IntegrityError, OperationalError
from pymongo.errors import BulkWriteError, ConnectionFailure, OperationFailure, PyMongoError

TRANSIENT = "TransientTransactionError"
UNKNOWN_COMMIT = "UnknownTransactionCommitResult"
# The server's default for transactionLifetimeLimitSeconds.
LONGEST_TRANSACTION_SECONDS = 60

_DUPLICATE_KEY = 11000
_ABORTED = {251, 290}  # NoSuchTransaction, TransactionExceededLifetimeLimitSeconds
_TOO_LARGE = {257, 334, 388, 10334}  # TransactionTooLarge (old), ExceededMemoryLimit, TransactionTooLargeForCache, BSON
_NOT_NOW = {50, 89, 91, 189, 262, 11600, 11602}  # timeouts, shutdown, no primary, interrupted
_NOT_ALLOWED = 13


class translated:  # noqa: N801 - reads like a word in `with translated(connection):`
    """Raise Django's error for pymongo's, and mark a running transaction as broken.

    The server aborts a transaction at the first error in it. Without the mark the next statement would be answered
    with "transaction aborted", labelled transient, and a helper would try again what can never work.
    """

    def __init__(self, connection: Any) -> None:
        self.connection = connection

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        found = _of_driver(error)
        if found is None:
            return
        if self.connection.in_atomic_block:
            self.connection.needs_rollback = True
            self.connection.rollback_exc = found
        if _outlived(found, self.connection):
            # Not chained: its label would have the whole transaction tried again, for another minute.
            raise OperationalError(
                f"The transaction was open for more than {LONGEST_TRANSACTION_SECONDS} seconds and MongoDB ended it."
            ) from None
        raise as_django_error(found) from found


def _of_driver(error: BaseException | None) -> PyMongoError | BSONError | None:
    if isinstance(error, PyMongoError | BSONError):
        return error
    cause = error.__cause__ if isinstance(error, DatabaseError) else None
    return cause if isinstance(cause, PyMongoError) else None


def _outlived(error: Exception, connection: Any) -> bool:
    began = getattr(connection, "transaction_began", None)
    code = getattr(error, "code", None)
    return code in _ABORTED and began is not None and time.monotonic() - began >= LONGEST_TRANSACTION_SECONDS


def as_django_error(error: PyMongoError | BSONError) -> DatabaseError:
    """The error that Django's and our own code expect; contents of documents stay out of the text."""
    details = _details(error)
    code = details.get("code", getattr(error, "code", None))
    if code == _DUPLICATE_KEY:
        return IntegrityError(_duplicate(details))
    if isinstance(error, BSONError) or code in _TOO_LARGE:
        return DataError(f"MongoDB cannot store this in one document or transaction ({type(error).__name__}).")
    if _is_unavailable(error) or code in _NOT_NOW:
        return OperationalError(f"MongoDB could not finish this now ({_name(error, details)}).")
    if code == _NOT_ALLOWED:
        return OperationalError("MongoDB does not allow this to the user of MONGO_URI.")
    return DatabaseError(f"{_name(error, details)}: {str(error)[:300]}")


def _is_unavailable(error: Exception) -> bool:
    labelled = isinstance(error, PyMongoError) and any(map(error.has_error_label, (TRANSIENT, UNKNOWN_COMMIT)))
    return labelled or isinstance(error, ConnectionFailure)


def _details(error: Exception) -> dict[str, Any]:
    details = dict(getattr(error, "details", None) or {})
    if isinstance(error, BulkWriteError) and details.get("writeErrors"):
        return dict(details["writeErrors"][0])
    return details


def _name(error: Exception, details: dict[str, Any]) -> str:
    return str(details.get("codeName") or type(error).__name__)


def _duplicate(details: dict[str, Any]) -> str:
    # The server's own message ends with the values, which may be somebody's e-mail.
    found = re.search(r"collection: \S+?\.(\S+) index: (\S+)", details.get("errmsg", ""))
    where = f"{found[1]}, index {found[2]}" if found else "a collection"
    return f"duplicate key in {where} ({', '.join(details.get('keyPattern', {}))})"


def has_label(error: BaseException | None, label: str) -> bool:
    """Whether this error or one of its causes carries a label of MongoDB's."""
    while error is not None:
        if isinstance(error, OperationFailure | PyMongoError) and error.has_error_label(label):
            return True
        error = error.__cause__
    return False
