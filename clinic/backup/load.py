"""Reads a backup: checks all of it first, then writes it into this clinic's database and storage."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.db import DataError, IntegrityError, connection, models

from clinic.backup import BackupError, archive, media, schema, tables, target
from clinic.backup.archive import Part, Summary
from clinic.backup.progress import Report
from core import audit
from core.actions import in_transaction
from patients.search import outbox

CHUNK_ROWS = 500
CHUNK_BYTES = 2 * 1024 * 1024
_CHECKING = "Checking the backup"
_WRITING = "Writing the clinic"


@dataclass(frozen=True)
class Contents:
    """A backup that was found whole."""

    about: dict[str, Any]
    parts: list[Summary]
    columns: dict[str, list[str]]

    @property
    def tables(self) -> list[Summary]:
        """The parts that are tables."""
        return [part for part in self.parts if part.kind == archive.ROWS]

    @property
    def files(self) -> list[Summary]:
        """The parts that are uploaded files."""
        return [part for part in self.parts if part.kind == archive.FILE]


def opened(path: Path) -> IO[bytes]:
    """The file of a backup. Raises BackupError."""
    try:
        return path.open("rb")
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from error


def check(file: IO[bytes], secret: str, report: Report) -> Contents:
    """Decrypt everything and compare every hash; nothing is written. Raises BackupError."""
    size = file.seek(0, 2)
    about: dict[str, Any] = {}
    parts: list[Summary] = []
    columns: dict[str, list[str]] = {}
    for part in archive.read(file, secret):
        if part.kind == archive.ABOUT:
            about = part.document()
        if part.kind == archive.ROWS:
            _check_rows(part)
            columns[part.name] = part.columns
        parts.append(part.finish())
        report(_CHECKING, file.tell(), size)
    return Contents(about, parts, columns)


def _check_rows(part: Part) -> None:
    if any(len(values) != len(part.columns) for _, values in part.rows()):
        raise BackupError(f"A row of {part.name} does not have the columns that its table has.")


def check_fits(contents: Contents) -> None:
    """Raise BackupError unless this clinic's database can take the backup in."""
    target.check_migrated()
    schema.check_same(contents.about)
    schema.check_tables(contents.columns)


def restore(file: IO[bytes], secret: str, contents: Contents, report: Report) -> None:
    """Put the backup in place of all that is in the database. Raises BackupError, which says what is left then."""
    incoming = media.Incoming()
    total = sum(part.rows for part in contents.tables) + len(contents.files)
    with target.changing(incoming.undo) as mark:
        done = 0
        for part in archive.read(file, secret):
            for count in _take_in(part, incoming):
                done += count
                report(_WRITING, done, total)
        target.set_counters_right()
        _check_counts(contents, extra=mark is not None)
        in_transaction(lambda _attempt: _record(contents))


def _take_in(part: Part, incoming: media.Incoming) -> Iterator[int]:
    if part.kind == archive.FILE:
        incoming.put(part.name, part.data())
        yield 1
    elif part.kind == archive.ROWS:
        yield from _write_rows(part)


def _write_rows(part: Part) -> Iterator[int]:
    model = apps.get_model(part.name)
    for rows in _chunks(part, model):
        with tables.times_as_given(model):
            in_transaction(partial(_insert, model, rows))
        yield len(rows)


def _insert(model: tables.Model, rows: list[models.Model], _attempt: int) -> None:
    try:
        model._base_manager.bulk_create(rows)
    except (IntegrityError, DataError) as error:
        # Nobody else writes here: to try again would not help.
        raise BackupError(
            f"The rows of {model._meta.label} do not fit together here (a value is missing, doubled or too long)."
        ) from error


def _chunks(part: Part, model: tables.Model) -> Iterator[list[models.Model]]:
    """Few enough for one transaction on every database."""
    make = tables.maker(model, part.columns)
    rows: list[models.Model] = []
    size = 0
    for length, values in part.rows():
        rows.append(make(values))
        size += length
        if len(rows) == CHUNK_ROWS or size > CHUNK_BYTES:
            yield rows
            rows, size = [], 0
    if rows:
        yield rows


def _check_counts(contents: Contents, *, extra: bool) -> None:
    for part in contents.tables:
        expected = part.rows + (extra and part.name == "core.AuditEvent")
        if apps.get_model(part.name)._base_manager.count() != expected:
            raise BackupError(f"{part.name} does not have the rows that the backup has: is the clinic running?")


def _record(contents: Contents) -> None:
    changes = {
        "made_at": contents.about["made_at"],
        "database": [contents.about["database"], connection.display_name],
        "rows": sum(part.rows for part in contents.tables),
        "files": len(contents.files),
    }
    audit.record(None, target.RESTORED, "backup", changes=changes)
    # What Elasticsearch holds is of before; the job worker builds it anew.
    outbox.note_everybody()
