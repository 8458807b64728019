"""The file itself: whatever happens to it is found, and it tells nothing to those without the key."""

import hashlib
import io
import os
from typing import Any

import pytest

from clinic.backup import BackupError, archive, sealed
from clinic.backup.archive import Writer

SECRET = "z3Ln8dJ0vQ1sY7rWb5Kx2TtMh6PcGa9E"
HEAD, SEALED = 42, sealed.CHUNK + sealed.TAG
BIG = bytes(range(256)) * 12_000  # three chunks


def sealed_bytes(data: bytes, secret: str = SECRET) -> bytes:
    file = io.BytesIO()
    sealer = sealed.Sealer(file, secret)
    sealer.write(data)
    sealer.close()
    return file.getvalue()


def opened_bytes(data: bytes, size: int, secret: str = SECRET) -> bytes:
    opener = sealed.Opener(io.BytesIO(data), secret)
    found = opener.read(size)
    opener.expect_end()
    return found


def archived(rows: int = 3, files: int = 1) -> bytes:
    file = io.BytesIO()
    writer = Writer(file, SECRET)
    writer.add(archive.ABOUT, "", iter([b"{}"]))
    writer.add(archive.ROWS, "core.Thing", (b'["row",%d]\n' % number for number in range(rows)), ["name", "number"])
    for number in range(files):
        writer.add(archive.FILE, f"photos/{number}.jpg", iter([os.urandom(300_000) for _ in range(4)]))
    writer.close()
    return file.getvalue()


def parts(data: bytes) -> list[Any]:
    return [(part.kind, part.name, part.finish()) for part in archive.read(io.BytesIO(data), SECRET)]


@pytest.mark.parametrize("size", [0, 1, sealed.CHUNK - 1, sealed.CHUNK, sealed.CHUNK + 1, 3 * sealed.CHUNK])
def test_what_goes_in_comes_out(size: int) -> None:
    data = os.urandom(size)
    assert opened_bytes(sealed_bytes(data), size) == data


def test_the_same_twice_looks_different() -> None:
    one, two = sealed_bytes(b"hello" * 100), sealed_bytes(b"hello" * 100)
    assert one[10:] != two[10:]
    assert b"hello" not in one


def test_another_key_is_told_from_damage() -> None:
    with pytest.raises(BackupError, match="another BACKUP_KEY"):
        opened_bytes(sealed_bytes(BIG), len(BIG), secret=SECRET[::-1])


@pytest.mark.parametrize("at", [10, 30, HEAD, HEAD + 5000, HEAD + SEALED, HEAD + SEALED - 1, -1])
def test_one_changed_bit_is_found(at: int) -> None:
    data = bytearray(sealed_bytes(BIG))
    data[at] ^= 1
    with pytest.raises(BackupError):
        opened_bytes(bytes(data), len(BIG))


@pytest.mark.parametrize("length", [HEAD, HEAD + 10, HEAD + SEALED, HEAD + 2 * SEALED, -1, -sealed.TAG])
def test_a_file_cut_short_is_found(length: int) -> None:
    with pytest.raises(BackupError, match="cut short"):
        opened_bytes(sealed_bytes(BIG)[:length], len(BIG))


@pytest.mark.parametrize("order", [[1, 0, 2], [0, 0, 2], [0, 2], [0, 1, 1, 2], [0, 1, 2, 2]])
def test_chunks_out_of_order_are_found(order: list[int]) -> None:
    data = sealed_bytes(BIG)
    chunks = [data[HEAD + number * SEALED : HEAD + (number + 1) * SEALED] for number in range(3)]
    with pytest.raises(BackupError, match="altered"):
        opened_bytes(data[:HEAD] + b"".join(chunks[number] for number in order), len(BIG))


def test_chunks_of_another_file_are_found() -> None:
    one, two = sealed_bytes(BIG), sealed_bytes(BIG)
    with pytest.raises(BackupError, match="altered"):
        opened_bytes(one[: HEAD + SEALED] + two[HEAD + SEALED :], len(BIG))


@pytest.mark.parametrize("data", [b"", b"CLINIC", b"PK\x03\x04" + bytes(100), bytes(42)])
def test_a_file_of_another_kind_is_said_to_be_one(data: bytes) -> None:
    with pytest.raises(BackupError, match="no backup"):
        opened_bytes(data, 1)


def test_a_later_format_is_said_to_be_newer() -> None:
    data = bytearray(sealed_bytes(b"later"))
    data[9] += 1
    with pytest.raises(BackupError, match="newer version"):
        opened_bytes(bytes(data), 5)


def test_parts_come_back_with_their_hashes() -> None:
    data = archived(rows=100_000, files=2)
    found = parts(data)
    assert [(kind, name) for kind, name, _ in found] == [
        ("about", ""),
        ("rows", "core.Thing"),
        ("file", "photos/0.jpg"),
        ("file", "photos/1.jpg"),
    ]
    lines = b"".join(b'["row",%d]\n' % number for number in range(100_000))
    assert found[1][2].rows == 100_000
    assert found[1][2].sha256 == hashlib.sha256(lines).hexdigest()
    assert found[2][2].size == 1_200_000


def test_rows_come_back_in_order() -> None:
    read = archive.read(io.BytesIO(archived(rows=70_000, files=0)), SECRET)
    rows = [[values for _, values in part.rows()] for part in read if part.kind == archive.ROWS]
    assert rows == [[["row", number] for number in range(70_000)]]


def test_a_manifest_that_tells_something_else_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = archive._Tally.summary
    monkeypatch.setattr(
        archive._Tally, "summary", lambda self: archive.Summary(**vars(real(self)) | {"sha256": "0" * 64})
    )
    data = archived()
    monkeypatch.undo()
    with pytest.raises(BackupError, match="altered"):
        parts(data)
