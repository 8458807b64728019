"""Whether a backup fits the tables of this clinic: made by the same version of them, whatever the database."""

from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from clinic.backup import BackupError, tables
from core import clock


def about() -> dict[str, Any]:
    """What a backup says of itself."""
    return {
        "made_at": clock.now().isoformat(timespec="seconds"),
        "version": settings.SPECTACULAR_SETTINGS["VERSION"],
        "database": connection.display_name,
        "migrations": sorted(_migrations()),
    }


def check_same(told: dict[str, Any]) -> None:
    """Raise BackupError unless the backup's tables are ours."""
    theirs, ours = set(told["migrations"]), _migrations()
    if theirs - ours:
        raise BackupError(
            f"The backup was made by a newer version of the clinic ({told['version']}): restore it with that one."
        )
    if ours - theirs:
        raise BackupError(
            f"The backup is older than {len(ours - theirs)} changes of the tables here: restore it with the version "
            f"that made it ({told['version']}, {told['made_at'][:10]}), then upgrade that one."
        )


def check_tables(columns: dict[str, list[str]]) -> None:
    """Raise BackupError for a table that we do not have, or not with these columns."""
    here = {model._meta.label: set(tables.columns(model)) for model in tables.kept_tables()}
    for label, found in columns.items():
        if here.get(label) != set(found):
            raise BackupError(f"The backup's table {label} does not fit this version of the clinic.")


def _migrations() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()}
