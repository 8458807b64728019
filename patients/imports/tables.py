"""A table out of a file: headings and rows of texts. Nothing is worked out here, so a formula stays the text it is."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from django.utils.translation import gettext as _

from patients.imports import values
from patients.imports.refusals import BadFile
from patients.rules import fold

MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 200
MOST_CHARACTERS: Final = 10_000  # of a cell
_SNIFFED: Final = 64 * 1024
_DELIMITERS: Final = ",;\t|"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")

Cells: TypeAlias = list[str]
Row: TypeAlias = tuple[int, Cells]  # the number as a spreadsheet counts: the headings are row 1


@dataclass
class Table:
    """The headings, and the rows that are not empty, one after the other."""

    headings: Cells
    rows: Iterator[Row]
    warnings: list[str] = field(default_factory=list)


def from_csv(content: bytes) -> Table:
    """Read text separated by commas, semicolons, tabs or bars. Raises BadFile, also while rows are taken."""
    text = _decoded(content)
    if not text.strip():
        raise BadFile(_("The file is empty."))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text[:_SNIFFED]), strict=False)
    return table_of(_parsed(reader))


def table_of(rows: Iterable[Cells]) -> Table:
    """Headings and rows of what a file holds, checked as they come. Raises BadFile."""
    numbered = ((number, _trimmed(cells)) for number, cells in enumerate(rows, 1))
    filled = (row for row in numbered if any(row[1]))
    first = next(filled, None)
    if first is None:
        raise BadFile(_("The file is empty."))
    headings = first[1]
    _check_headings(headings)
    return Table(headings, _checked(filled, headings))


def _decoded(content: bytes) -> str:
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return _decode(content, name)
    if _looks_wide(content):
        return _decode(content, "utf-16-le" if content[1:2] == b"\0" else "utf-16-be")
    if b"\0" in content:
        raise BadFile(_("This is no table of text: it holds bytes that text never has. Save it as CSV or XLSX."))
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = _decode(content, "cp1252")
    if _CONTROL.search(text[:_SNIFFED]):
        raise BadFile(_("This is no table of text, whatever its name says. Save it as CSV or XLSX."))
    return text


def _looks_wide(content: bytes) -> bool:
    """UTF-16 without its mark: in western text every other byte is 0."""
    head = content[:200]
    return len(head) >= 4 and (head[::2].count(0) > len(head) // 3) != (head[1::2].count(0) > len(head) // 3)


def _decode(content: bytes, name: str) -> str:
    try:
        return content.decode(name)
    except UnicodeDecodeError as error:
        raise BadFile(_("The letters of this file cannot be read. Save it as “CSV UTF-8”.")) from error


def _delimiter(head: str) -> str:
    """The one that cuts the first lines into most columns, the same number in most of them."""

    def score(mark: str) -> tuple[int, int]:
        widths = [len(cells) for cells in csv.reader(io.StringIO(head, newline=""), delimiter=mark) if any(cells)]
        alike = sum(1 for width in widths if width == widths[0])
        return (alike * widths[0] if widths and widths[0] > 1 else 0, -_DELIMITERS.index(mark))

    csv.field_size_limit(2**31 - 1)  # our own limit says which cell is too long
    return max(_DELIMITERS, key=score)


def _parsed(reader: Iterable[list[str]]) -> Iterator[Cells]:
    csv.field_size_limit(2**31 - 1)
    try:
        yield from reader
    except csv.Error as error:
        raise BadFile(_("The file is damaged: its quotation marks do not add up.")) from error


def _trimmed(cells: Iterable[str]) -> Cells:
    texts = [cell.strip() for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _check_headings(headings: Cells) -> None:
    if len(headings) > MOST_COLUMNS:
        message = _("The file has more than %(most)s columns. Leave out those that are not needed.")
        raise BadFile(message % {"most": MOST_COLUMNS})
    _check_cells(1, headings, headings)
    if any(values.looks_like_data(text) for text in headings):
        message = _("The first row holds data. Put a row of headings above it, such as “Family name”.")
        raise BadFile(message)
    seen: set[str] = set()
    for text in headings:
        if text and fold(text) in seen:
            message = _("Two columns have the heading “%(heading)s”. Give each column a heading of its own.")
            raise BadFile(message % {"heading": text[:60]})
        seen.add(fold(text))


def _checked(rows: Iterator[Row], headings: Cells) -> Iterator[Row]:
    count = 0
    for number, cells in rows:
        count += 1
        if count > MOST_ROWS:
            message = _("The file has more than %(most)s rows. Cut it into several files.")
            raise BadFile(message % {"most": f"{MOST_ROWS:,}"})
        _check_cells(number, cells, headings)
        yield number, cells
    if not count:
        raise BadFile(_("There are no rows below the headings."))


def _check_cells(number: int, cells: Cells, headings: Cells) -> None:
    for place, text in enumerate(cells):
        if len(text) > MOST_CHARACTERS or "\0" in text:
            where = {"row": number, "column": (headings[place] if place < len(headings) else "")[:60] or place + 1}
            if "\0" in text:
                raise BadFile(_("Row %(row)s, column “%(column)s”: a character that text never has.") % where)
            message = _(
                "Row %(row)s, column “%(column)s” holds %(length)s characters; at most %(most)s fit. Shorten it."
            )
            raise BadFile(message % (where | {"length": f"{len(text):,}", "most": f"{MOST_CHARACTERS:,}"}))
