"""Uploaded files, wherever Django's storage keeps them."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from django.core.files import File
from django.core.files.storage import default_storage

from clinic.backup import BackupError

_PIECE = 256 * 1024
_IN_MEMORY = 4 * 1024 * 1024


@contextmanager
def _working() -> Iterator[None]:
    # Object storages raise errors of their own libraries.
    try:
        yield
    except (BackupError, FileNotFoundError):
        raise
    except Exception as error:
        why = getattr(error, "strerror", None) or type(error.__cause__ or error).__name__
        raise BackupError(f"The storage of uploaded files fails: {why}.") from error


def names() -> list[str]:
    """Every file in the storage. Raises BackupError."""
    with _working():
        return sorted(_below(""))


def opened(name: str) -> IO[bytes] | None:
    """A file of the storage; None if it is gone. Raises BackupError."""
    try:
        with _working():
            return cast(IO[bytes], default_storage.open(name))
    except FileNotFoundError:
        return None


def _below(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing has been uploaded yet
        return
    yield from (f"{folder}{name}" for name in files if name)
    for name in folders:
        yield from _below(f"{folder}{name}/")


def pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes of an open file, a little at a time. Raises BackupError."""
    with _working():
        piece = file.read(_PIECE)
    while piece:
        yield piece
        with _working():
            piece = file.read(_PIECE)


class Incoming:
    """Files put back by a restore. `undo` takes away those that were not there before."""

    def __init__(self) -> None:
        self._new: list[str] = []

    def put(self, name: str, data: Iterator[bytes]) -> None:
        """Write one file under exactly this name; one that is there already and equal is left alone."""
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as content, _working():
            for piece in data:
                content.write(piece)
            self._put(name, content)

    def _put(self, name: str, content: IO[bytes]) -> None:
        was_there = default_storage.exists(name)
        if was_there:
            with default_storage.open(name) as stored:
                if _hash(stored) == _hash(content):
                    return
            default_storage.delete(name)
        else:
            self._new.append(name)
        content.seek(0)
        if default_storage.save(name, File(content, name=name)) != name:
            raise BackupError("The storage of uploaded files changes their names; it cannot take a backup in.")

    def undo(self) -> None:
        """Delete the new ones again, as far as the storage lets us."""
        for name in self._new:
            with suppress(BackupError), _working():
                default_storage.delete(name)


def _hash(file: IO[bytes]) -> bytes:
    digest = hashlib.sha256()
    file.seek(0)
    for piece in pieces(file):
        digest.update(piece)
    return digest.digest()
