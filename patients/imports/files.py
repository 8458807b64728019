"""The uploaded file, kept encrypted in the storage of files until it has been read, and never longer than KEPT_DAYS.

It lies there as lines, each one a piece of the file; so any part of it can be opened without the rest.
"""

import base64
import io
import secrets
import tempfile
from collections.abc import Iterable
from typing import IO, Any, Final

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile

from core import crypto

KEPT_DAYS: Final = 30
MOST_BYTES: Final = 30 * 1024 * 1024
MOST_BYTES_OF_PICTURES: Final = 200 * 1024 * 1024
_PIECE: Final = 512 * 1024
_FOLDER: Final = "imports"


def keep(upload: "UploadedFile[Any]") -> str:
    """Write the file, encrypted; returns the name it is kept under, which nobody can guess."""
    name = f"{_FOLDER}/{secrets.token_hex(16)}"
    with tempfile.TemporaryFile() as sealed:  # too large for the memory, and encrypted already
        for number, piece in enumerate(_pieces(upload)):
            sealed.write(_seal(piece, name, number) + b"\n")
        sealed.seek(0)
        return str(default_storage.save(name, File(sealed)))


def opened(name: str) -> io.BufferedReader:
    """The file, to be read anywhere in it; close it. Raises FileNotFoundError, Undecipherable."""
    return io.BufferedReader(_Unsealed(default_storage.open(name), name), _PIECE)


def remove(name: str) -> None:
    """Delete it."""
    if name:
        default_storage.delete(name)


def _pieces(upload: "UploadedFile[Any]") -> Iterable[bytes]:
    upload.seek(0)
    while piece := upload.read(_PIECE):
        yield piece


def _seal(piece: bytes, name: str, number: int) -> bytes:
    return crypto.encrypt(base64.b64encode(piece).decode(), place=f"{name}/{number}").encode()


class _Unsealed(io.RawIOBase):
    """The plain bytes of a sealed file. All lines but the last have one length."""

    def __init__(self, file: IO[Any], name: str) -> None:
        super().__init__()
        self._file, self._name = file, name
        self._line = len(file.readline())
        end = file.seek(0, io.SEEK_END)
        self._count = -(-end // self._line) if self._line else 0
        self._at, self._number, self._piece = 0, -1, b""
        self._size = max(0, self._count - 1) * _PIECE + len(self._opened(self._count - 1)) if self._count else 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size:
            return 0
        number, skip = divmod(self._at, _PIECE)
        taken = self._opened(number)[skip : skip + len(buffer)]
        buffer[: len(taken)] = taken
        self._at += len(taken)
        return len(taken)

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()

    def _opened(self, number: int) -> bytes:
        if number != self._number:
            self._file.seek(number * self._line)
            text = self._file.readline().strip().decode()
            self._piece = base64.b64decode(crypto.decrypt(text, place=f"{self._name}/{number}"))
            self._number = number
        return self._piece
