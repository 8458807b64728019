"""What lies inside a backup, format 1: parts one after the other, then a manifest with the SHA-256 of each.

Everything below is encrypted by `clinic.backup.sealed`. Lengths are 4 bytes, big-endian.

    part      length and JSON of the head: {"kind", "name"} and, for rows, "columns"
              frames: length and bytes, each at most about 1 MiB; those of rows are compressed with zlib
              length 0
    parts     about     one JSON object: when, by which version, from which database, with which migrations
              rows      one for each table, named by its model, parents first; one JSON list a line, in the order of
                        the columns; times in ISO 8601, encrypted texts in the clear, binary values in base64
              file      one for each uploaded file, named as in the storage
              manifest  one JSON object: {"parts": [{"kind", "name", "rows", "size", "sha256"}, ...]}
"""

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import IO, Any

from clinic.backup import BackupError
from clinic.backup.sealed import DAMAGED, Opener, Sealer

ABOUT, ROWS, FILE, MANIFEST = "about", "rows", "file", "manifest"
FRAME = 512 * 1024
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True)
class Summary:
    """One part in the manifest; `size` in bytes before compression, `rows` is 0 for what has none."""

    kind: str
    name: str
    rows: int
    size: int
    sha256: str


class _Tally:
    """Counts and hashes a part as it passes."""

    def __init__(self, kind: str, name: str) -> None:
        self._kind, self._name = kind, name
        self._hash = hashlib.sha256()
        self._size = self._rows = 0

    def add(self, data: bytes) -> None:
        self._hash.update(data)
        self._size += len(data)
        if self._kind == ROWS:
            self._rows += data.count(b"\n")

    def summary(self) -> Summary:
        return Summary(self._kind, self._name, self._rows, self._size, self._hash.hexdigest())


class Writer:
    """Writes parts; `close` adds the manifest."""

    def __init__(self, file: IO[bytes], secret: str) -> None:
        self._sealer = Sealer(file, secret)
        self.parts: list[Summary] = []

    def add(self, kind: str, name: str, pieces: Iterator[bytes], columns: list[str] | None = None) -> Summary:
        """One part from pieces of any size; for rows each piece is whole lines."""
        tally = _Tally(kind, name)
        self._sized(_json({"kind": kind, "name": name} | ({"columns": columns} if columns else {})))
        for frame in _frames(pieces):
            tally.add(frame)
            self._sized(zlib.compress(frame, 1) if kind == ROWS else frame)
        self._sealer.write(_LENGTH.pack(0))
        self.parts.append(tally.summary())
        return self.parts[-1]

    def close(self) -> None:
        """The manifest, and the end of the stream."""
        self.add(MANIFEST, "", iter([_json({"parts": [asdict(part) for part in self.parts]})]))
        self._sealer.close()

    def _sized(self, data: bytes) -> None:
        self._sealer.write(_LENGTH.pack(len(data)))
        self._sealer.write(data)


class Part:
    """A part as it is read; take its data once, in order."""

    def __init__(self, opener: Opener) -> None:
        head = json.loads(_sized(opener))
        self.kind: str = head["kind"]
        self.name: str = head["name"]
        self.columns: list[str] = head.get("columns", [])
        self._opener = opener
        self._tally = _Tally(self.kind, self.name)
        self._data = self._frames()

    def data(self) -> Iterator[bytes]:
        """The bytes, decompressed, in pieces; of rows each piece is whole lines."""
        return self._data

    def rows(self) -> Iterator[tuple[int, list[Any]]]:
        """Each row with the length of its line in bytes."""
        for piece in self._data:
            for line in piece.splitlines():
                yield len(line), json.loads(line)

    def document(self) -> dict[str, Any]:
        """The one JSON object that the part is."""
        found: dict[str, Any] = json.loads(b"".join(self._data))
        return found

    def finish(self) -> Summary:
        """Pass over what has not been taken, and say what it was."""
        for _ in self._data:
            pass
        return self._tally.summary()

    def _frames(self) -> Iterator[bytes]:
        while frame := _sized(self._opener):
            if self.kind == ROWS:
                frame = zlib.decompress(frame)
            self._tally.add(frame)
            yield frame


def read(file: IO[bytes], secret: str) -> Iterator[Part]:
    """The parts but the manifest, which is compared at the end: what ends without BackupError is whole."""
    file.seek(0)
    opener = Opener(file, secret)
    seen: list[Summary] = []
    while (part := Part(opener)).kind != MANIFEST:
        yield part
        seen.append(part.finish())
    listed = part.document()["parts"]
    part.finish()
    opener.expect_end()
    if listed != [asdict(summary) for summary in seen]:
        raise BackupError(DAMAGED)


def _sized(opener: Opener) -> bytes:
    return opener.read(*_LENGTH.unpack(opener.read(_LENGTH.size)))


def _frames(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pieces put together to a useful size, never torn apart."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= FRAME:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
