"""A list as a file: CSV and XLSX for people, JSON for programs. Never more than a chunk of rows in memory."""

import csv
import io
import json
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any, Generic, TypeVar

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit_csv import neutral
from core import clock
from core.errors import Text

CHUNK = 500
R = TypeVar("R")

# Characters that XML, and so XLSX, cannot hold.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BOM = "\ufeff"  # by it spreadsheets know that the file is UTF-8


class Format(models.TextChoices):
    """Kinds of files."""

    XLSX = "xlsx", gettext_lazy("Excel (XLSX)")
    CSV = "csv", gettext_lazy("CSV")
    JSON = "json", gettext_lazy("JSON, for programs")


@dataclass(frozen=True)
class Column(Generic[R]):
    """`key` names the value in JSON, `label` heads the column; `read` gives the exact value.

    `show` gives what people read in a spreadsheet instead, as "Female" for `female`.
    """

    key: str
    label: Text
    read: Callable[[R], Any]
    show: Callable[[R], Any] | None = None

    def shown(self, row: R) -> Any:
        """The value as a spreadsheet has it: text, number, date or a time on the clinic's wall."""
        value = (self.show or self.read)(row)
        if isinstance(value, str):
            return value
        if isinstance(value, datetime):
            return clock.wall(value).replace(tzinfo=None, second=0, microsecond=0)
        if isinstance(value, bool):
            return _("yes") if value else ""
        if isinstance(value, list):
            return "; ".join(value)
        return "" if value is None else value


@dataclass(frozen=True)
class Table(Generic[R]):
    """Columns, and the rows a chunk at a time."""

    columns: list[Column[R]]
    chunks: Iterable[list[R]]

    def csv(self) -> Iterator[bytes]:
        """UTF-8 with its mark; what a spreadsheet would run as a formula gets an apostrophe in front."""
        yield (_BOM + _lines([[str(column.label) for column in self.columns]])).encode()
        for rows in self.chunks:
            yield _lines([[neutral(_text(column.shown(row))) for column in self.columns] for row in rows]).encode()

    def json(self) -> Iterator[bytes]:
        """An array of objects with exact values: nothing is put before them, instants are UTC."""
        mark = "[\n"
        for rows in self.chunks:
            objects = ({column.key: _plain(column.read(row)) for column in self.columns} for row in rows)
            text = ",\n".join(json.dumps(one, ensure_ascii=False) for one in objects)
            if text:
                yield (mark + text).encode()
                mark = ",\n"
        yield b"[]\n" if mark == "[\n" else b"\n]\n"

    def xlsx(self) -> IO[bytes]:
        """A workbook with one sheet. Text is typed as text: nothing in it is a formula."""
        from openpyxl import Workbook  # only here: it is large

        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        sheet.freeze_panes = "A2"
        sheet.append([_cell(sheet, str(column.label)) for column in self.columns])
        for rows in self.chunks:
            for row in rows:
                sheet.append([_cell(sheet, column.shown(row)) for column in self.columns])
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
        with closed_on_failure(file):
            book.save(file)
        return file


@contextmanager
def closed_on_failure(file: IO[bytes]) -> Iterator[None]:
    """Whoever gets the file closes it; if nobody will, it is closed here."""
    try:
        yield
    except BaseException:
        file.close()
        raise


def _lines(rows: Iterable[list[str]]) -> str:
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue()


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return clock.iso(value)
    return value.isoformat() if isinstance(value, date) else value


def _cell(sheet: Any, value: Any) -> Any:
    """Dates stay dates; of texts only those that openpyxl would take for a formula or an error need a cell."""
    if not isinstance(value, str):
        return value
    text = _UNPRINTABLE.sub("", value)
    if not text.startswith(("=", "#")):
        return text or None
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell
