"""The frame of every action: one transaction, retried when the database asks for it, never without an audit row."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import DatabaseError, IntegrityError, connection, models, transaction

from core import audit, metrics
from core.errors import Refused

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 100
SECONDS = 20  # a fail-over of MongoDB takes about ten, and what a killed process held there is free after fifteen
_RETRY_STATES = {"40001", "40P01"}  # PostgreSQL: serialization failure, deadlock


class Contention(Exception):
    """Two people changed the same thing at the same instant: try again with fresh eyes."""


def audited(action: Callable[P, R]) -> Callable[P, R]:
    """Run the action in a transaction and refuse to end without an audit row.

    The outermost action retries when the database reports contention; before each new try it fetches its records
    again. A Refused leaves nothing behind but what its `after` writes once the transaction has been rolled back.
    """

    @wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return in_transaction(lambda attempt: _checked(action, args, _fresh(kwargs) if attempt else kwargs))

    run.is_audited = True  # type: ignore[attr-defined]
    return run


def in_transaction(work: Callable[[int], R]) -> R:
    """Run `work(attempt)` in one transaction with retries; inside a running one just take part in it."""
    if connection.in_atomic_block and not _in_test_transaction():
        return work(0)
    deadline = time.monotonic() + SECONDS
    for attempt in range(ATTEMPTS):
        try:
            with transaction.atomic():
                return work(attempt)
        except Refused as refusal:
            refusal.settle()
            raise
        except (DatabaseError, Contention) as error:
            if not _is_contention(error) or attempt == ATTEMPTS - 1 or time.monotonic() > deadline:
                raise
            # MongoDB lets nobody wait for a row: whoever meets another writer fails at once and comes back later.
            time.sleep(random.uniform(0, min(0.5, 0.01 * 2**attempt)))  # noqa: S311 - spreads the tries, guards nothing
    raise AssertionError("unreachable")


def _in_test_transaction() -> bool:
    # Tests wrap each case in a transaction of their own; the action inside it is still the outermost one.
    marks = [getattr(block, "_from_testcase", False) for block in connection.atomic_blocks]
    return bool(marks) and all(marks)


def _checked(action: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
    token = audit.written.set(0)
    try:
        result = action(*args, **kwargs)
        count = audit.written.get() or 0
    except Refused as refusal:
        metrics.count_action(_name(action), refusal.code)
        raise
    finally:
        audit.written.reset(token)
    if not count:
        raise RuntimeError(f"{action.__module__}.{action.__qualname__} ended without an audit row")
    metrics.count_action(_name(action), "done")
    outer = audit.written.get()
    if outer is not None:
        audit.written.set(outer + count)
    return result


def _name(action: Callable[..., Any]) -> str:
    return f"{action.__module__.partition('.')[0]}.{action.__name__}"


def _fresh(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {name: _again(value) for name, value in kwargs.items()}


def _again(value: Any) -> Any:
    if isinstance(value, models.Model) and not value._state.adding:
        return value.__class__._base_manager.get(pk=value.pk)  # __class__: request.user is a lazy proxy
    return value


def _is_contention(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, Contention | IntegrityError):
            # A unique key said no: somebody inserted first. The next try sees their row and decides by the rules.
            return True
        if getattr(error, "sqlstate", None) in _RETRY_STATES or "database is locked" in str(error):
            return True
        labelled = getattr(error, "has_error_label", None)  # MongoDB: write conflict, fail-over
        if labelled and labelled("TransientTransactionError"):
            return True
        error = error.__cause__
    return False
