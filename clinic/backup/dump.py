"""Makes a backup: the tables as they were at one moment, then the uploaded files."""

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.db import DatabaseError

from clinic.backup import BackupError, archive, media, schema, snapshot, tables, target
from clinic.backup.archive import Summary, Writer
from clinic.backup.progress import Report
from core import audit, clock
from core.actions import in_transaction
from core.crypto import Undecipherable

EVENT = "backup.made"
_STEP = "Copying the records"
_FILES = "Copying the uploaded files"


@dataclass(frozen=True)
class Made:
    """What a backup holds; `vanished` files were deleted while it was made."""

    parts: list[Summary]
    size: int
    vanished: int

    @property
    def rows(self) -> int:
        """Records of all tables."""
        return sum(part.rows for part in self.parts)

    @property
    def files(self) -> int:
        """Uploaded files."""
        return sum(part.kind == archive.FILE for part in self.parts)


def default_name() -> str:
    """`clinic-20261123T031500Z.backup`, of this instant."""
    return f"clinic-{clock.now():%Y%m%dT%H%M%SZ}.backup"


def make(path: Path, secret: str, report: Report) -> Made:
    """Write a backup to `path`, whole or not at all, and record it in the audit. Raises BackupError."""
    target.check_migrated()
    if target.is_incomplete():
        raise BackupError(target.INCOMPLETE)
    try:
        with _finished(path) as file:
            writer = Writer(file, secret)
            with snapshot.one_moment():
                _tables(writer, report)
            vanished = _files(writer, report)
            writer.close()
            made = Made(writer.parts, file.tell(), vanished)
            in_transaction(lambda _attempt: _record(made))
    except Undecipherable as error:
        raise BackupError(
            f"An encrypted text of {error.model} does not open: its key is missing in FIELD_KEYS."
        ) from error
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror or type(error).__name__}.") from error
    except DatabaseError as error:
        raise BackupError(f"The database cannot be read. {target.sentence(error)}") from error
    return made


def _tables(writer: Writer, report: Report) -> None:
    kept = tables.kept_tables()
    total = sum(model._base_manager.count() for model in kept)
    done = 0

    def passed(rows: int) -> None:
        nonlocal done
        done += rows
        report(_STEP, done, total)

    report(_STEP, 0, total)
    writer.add(archive.ABOUT, "", iter([json.dumps(schema.about()).encode()]))
    for model in kept:
        # Closed at once if the disk is full: an open cursor would complain after the connection has gone.
        with closing(tables.lines(model, passed)) as lines:
            writer.add(archive.ROWS, model._meta.label, lines, tables.columns(model))


def _files(writer: Writer, report: Report) -> int:
    found = media.names()
    vanished = 0
    for done, name in enumerate(found, 1):
        file = media.opened(name)
        if file is None:  # its patient has another photo by now
            vanished += 1
            continue
        with file:
            writer.add(archive.FILE, name, media.pieces(file))
        report(_FILES, done, len(found))
    return vanished


def _record(made: Made) -> None:
    audit.record(None, EVENT, "backup", changes={"rows": made.rows, "files": made.files, "bytes": made.size})


@contextmanager
def _finished(path: Path) -> Iterator[IO[bytes]]:
    """A file of the owner's only that bears its name not before all of it is on the disk."""
    if path.exists():
        raise BackupError(f"{path} is there already; choose another name.")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    handle = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        _sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            unfinished.unlink()
        raise


def _sync_folder(folder: Path) -> None:
    # The new name is on the disk too then.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
