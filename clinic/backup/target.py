"""The database that a restore writes to: is it ready and empty, and how does it change as one whole?

SQLite and PostgreSQL take everything in one transaction: a restore that fails, or whose power is cut, has changed
nothing. MongoDB ends a transaction after 60 seconds, so there a mark in the audit stands from before the first change
until all is done; a clinic that bears it is not whole (`is_incomplete`).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

from django.core.management.color import no_style
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from clinic.backup import BackupError, tables
from core import audit
from core.actions import in_transaction
from core.models import AuditEvent

BEGAN, RESTORED = "backup.restore_began", "backup.restored"
INCOMPLETE = "A restore into this database did not finish: run manage.py restore FILE --replace again."
UNCHANGED = "Nothing has been changed."
_EMPTIED = "What was written has been deleted again; the database is empty. Run it again with --replace."
_LEFT = "What was written could not be deleted. Run it again with --replace."


def check_migrated() -> None:
    """Raise BackupError unless the database answers and has all tables."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise BackupError(f"The database cannot be used. {sentence(error)}") from error
    if missing:
        raise BackupError("The database is not migrated: run manage.py migrate first.")


def is_incomplete() -> bool:
    """Whether a restore on MongoDB was cut off, so that nobody may work with what is here."""
    last = AuditEvent.objects.filter(event__in=[BEGAN, RESTORED]).order_by("-at", "-id").first()
    return last is not None and last.event == BEGAN


def in_use() -> bool:
    """Whether there is more here than the migrations made."""
    kept = (model for model in tables.kept_tables() if model._meta.label not in tables.FILLED_BY_MIGRATIONS)
    return any(model._base_manager.exists() for model in kept)


def changing(undo: Callable[[], None]) -> AbstractContextManager[AuditEvent | None]:
    """A block that empties the database at its begin and counts as a whole; `undo` is called if it fails."""
    return _mongodb(undo) if connection.vendor == "mongodb" else _whole(undo)


@contextmanager
def _whole(undo: Callable[[], None]) -> Iterator[AuditEvent | None]:
    try:
        with transaction.atomic():
            _keep_others_out()
            _empty(None)
            yield None
    except BaseException as error:
        undo()
        _tell(error, UNCHANGED)
        raise


@contextmanager
def _mongodb(undo: Callable[[], None]) -> Iterator[AuditEvent | None]:
    try:
        mark = in_transaction(lambda _attempt: audit.record(None, BEGAN, "backup"))
    except DatabaseError as error:
        _tell(error, UNCHANGED)
        raise
    try:
        _empty(mark)
        yield mark
    except BaseException as error:
        undo()
        outcome = _LEFT
        with suppress(DatabaseError):
            _empty(mark)
            outcome = _EMPTIED
        _tell(error, outcome)
        raise


def _tell(error: BaseException, outcome: str) -> None:
    """Raise the failure as one sentence with what has become of the database, unless it is a defect of ours."""
    if isinstance(error, KeyboardInterrupt):
        raise BackupError(f"Stopped. {outcome}") from error
    if isinstance(error, BackupError):
        raise BackupError(f"{error} {outcome}") from error
    if isinstance(error, DatabaseError):
        raise BackupError(f"The database refuses. {sentence(error)} {outcome}") from error
    if isinstance(error, OSError):
        raise BackupError(f"The restore failed: {error.strerror or type(error).__name__}. {outcome}") from error


def sentence(error: DatabaseError) -> str:
    """What a database says, without the values that it may quote."""
    if isinstance(error, IntegrityError | DataError):
        return "Rows of the backup point to others that are not in it."
    if isinstance(error, OperationalError) and str(error).strip():
        return f"It says: {str(error).strip().splitlines()[0].rstrip('.')}."
    return f"It says: {type(error).__name__}."


def _keep_others_out() -> None:
    # SQLite lets one writer in anyway.
    if connection.vendor == "postgresql":
        quoted = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in tables.every_table())
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {quoted} IN EXCLUSIVE MODE")


def _empty(mark: AuditEvent | None) -> None:
    """Delete all rows but the mark: also of what a backup leaves out, which belongs to people who go."""
    for model in reversed(tables.every_table()):
        rows = model._base_manager.all()
        if mark is not None and model is AuditEvent:
            rows = rows.exclude(pk=mark.pk)
        # One statement a table. The audit's own manager deletes nothing.
        rows._raw_delete(connection.alias)  # Django's own cascades use it


def set_counters_right() -> None:
    """Let the next integer key follow the greatest; SQLite and MongoDB moved on with every row."""
    statements = connection.ops.sequence_reset_sql(no_style(), tables.every_table())
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
