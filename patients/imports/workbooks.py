"""The first sheet of an Excel workbook, as texts."""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import IO, Any, Final
from xml.etree.ElementTree import ParseError

from django.utils.translation import gettext as _

from patients.imports.refusals import BadFile
from patients.imports.tables import MOST_COLUMNS, Cells, Table, table_of

ZIP_MARK: Final = b"PK\x03\x04"
OLE_MARK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LOCKED: Final = "EncryptedPackage".encode("utf-16-le")
_MOST_UNPACKED: Final = 300 * 1024 * 1024
_MERGED: Final = re.compile(rb'<mergeCell [^>]*ref="([A-Z0-9:]+)"')
_SHEETS: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_PIECE: Final = 256 * 1024


def refuse_old(file: IO[bytes]) -> None:
    """Raises BadFile for a workbook of the kind before XLSX; one with a password looks the same from outside."""
    file.seek(0)
    if _LOCKED in file.read():
        raise BadFile(_("The workbook is locked with a password. Save it without one."))
    raise BadFile(_("This is a workbook of the old kind (XLS). Open it and save it as XLSX."))


def from_xlsx(file: IO[bytes]) -> Table:
    """Read the first sheet. Raises BadFile, also while rows are taken."""
    _check_archive(file)
    import openpyxl  # only here: it is large
    from openpyxl.utils.exceptions import InvalidFileException

    file.seek(0)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
    except (InvalidFileException, KeyError, ValueError, IndexError, OSError, ParseError, zipfile.BadZipFile) as error:
        raise BadFile(_("This workbook cannot be read. Open it and save it anew as XLSX.")) from error
    return table_of(_rows(sheet))


def _check_archive(file: IO[bytes]) -> None:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            if sum(info.file_size for info in archive.infolist()) > _MOST_UNPACKED:
                raise BadFile(_("The workbook is too large once unpacked. Save the table as CSV."))
            sheets = sorted(name for name in archive.namelist() if _SHEETS.fullmatch(name))
            if not sheets:
                raise BadFile(_("This is no Excel workbook with a table. Save the table as XLSX or CSV."))
            _check_merged(archive, sheets[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise BadFile(_("The file is damaged and cannot be read.")) from error


def _check_merged(archive: zipfile.ZipFile, sheet: str) -> None:
    kept = b""
    with archive.open(sheet) as file:
        while piece := file.read(_PIECE):
            if found := _MERGED.search(kept + piece):
                message = _("Cells are merged (%(cells)s). Take them apart, so that each column stands by itself.")
                raise BadFile(message % {"cells": found[1].decode()})
            kept = piece[-200:]


def _rows(sheet: Any) -> Iterator[Cells]:
    sheet.reset_dimensions()  # what the file says of its own size need not be true
    try:
        for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1):
            yield [_text(value) for value in row]
    except (ValueError, KeyError, TypeError, ParseError, zipfile.BadZipFile, EOFError) as error:
        raise BadFile(_("This workbook cannot be read. Open it and save it anew as XLSX.")) from error


def _text(value: Any) -> str:
    """Dates in the one way that cannot be misread."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        at = value.replace(microsecond=0)
        return at.date().isoformat() if at.time() == time() else at.isoformat(" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
