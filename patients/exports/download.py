"""A file as an answer: saved, never shown, and named without a word about anybody."""

from collections.abc import Iterator
from os import SEEK_END
from typing import IO, Any

from django.http import HttpResponseBase, StreamingHttpResponse

from core import clock
from patients.exports.archive import Archive
from patients.exports.tables import Format, Table

TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ZIP = "application/zip"
_BLOCK = 64 * 1024


def table_file(table: Table[Any], format: Format, stem: str) -> HttpResponseBase:
    """CSV and JSON go out while they are made; a workbook is whole first."""
    name = f"{stem}-{clock.today().isoformat()}.{format.value}"
    if format is Format.XLSX:
        return _saved(_whole(table.xlsx()), TYPES[format], name)
    lines = table.csv() if format is Format.CSV else table.json()
    return _saved(StreamingHttpResponse(lines), TYPES[format], name)


def record_file(archive: Archive) -> HttpResponseBase:
    """The packed record."""
    return _saved(_whole(archive.file), ZIP, f"patient-record-{clock.today().isoformat()}.zip")


def _whole(file: IO[bytes]) -> StreamingHttpResponse:
    """A file that is ready, with its length: who loses the connection halfway sees that it is not all."""
    length = file.seek(0, SEEK_END)
    file.seek(0)
    return StreamingHttpResponse(_blocks(file), headers={"Content-Length": str(length)})


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(_BLOCK):
            yield block


def _saved(answer: HttpResponseBase, type: str, name: str) -> HttpResponseBase:
    answer["Content-Type"] = type
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store, private"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
