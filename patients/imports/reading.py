"""From the uploaded file to encrypted rows in the database; the file itself is then removed."""

import json
from collections.abc import Iterator
from typing import IO, Any, Final

from django.utils.translation import gettext as _

from core.actions import in_transaction
from patients.imports import files, guessing, pictures, tables, values, workbooks
from patients.imports.kinds import kind_of
from patients.imports.refusals import BadFile, NotMine
from patients.imports.states import ImportState
from patients.imports.tables import Row, Table
from patients.models import Import, ImportPart

PART_ROWS: Final = 200
SAMPLES: Final = 3
_LONGEST_SAMPLE: Final = 60


def read(imported: Import, worker: str) -> None:
    """Read the whole file. What is wrong with it is kept in `message`. Raises NotMine."""
    try:
        with files.opened(imported.stored_as) as file:
            if kind_of(imported.kind).takes_pictures:
                _settle(imported, worker, state=ImportState.MAPPING, total=pictures.count(file))
                return
            _read_table(imported, worker, open_table(file))
    except BadFile as error:
        _settle(imported, worker, state=ImportState.UNREADABLE, message=str(error.message))
    except FileNotFoundError:
        message = _("The file is not there any more. Upload it again.")
        _settle(imported, worker, state=ImportState.UNREADABLE, message=message)
    files.remove(imported.stored_as)
    Import.objects.filter(pk=imported.pk).update(stored_as="")


def open_table(file: IO[bytes]) -> Table:
    """Tell by its first bytes what the file is. Raises BadFile."""
    head = file.read(8)
    if not head:
        raise BadFile(_("The file is empty."))
    if head == workbooks.OLE_MARK:
        workbooks.refuse_old(file)
    if head.startswith(workbooks.ZIP_MARK):
        return workbooks.from_xlsx(file)
    file.seek(0)
    return tables.from_csv(file.read())


def _read_table(imported: Import, worker: str, table: Table) -> None:
    width = len(table.headings)
    samples: list[list[str]] = [[] for _heading in table.headings]
    evidence = [values.DateEvidence() for _heading in table.headings]
    total = 0
    _forget(imported)
    for number, rows in enumerate(_chunks(table.rows), 1):
        for _row, cells in rows:
            for place, text in enumerate(cells[:width]):
                evidence[place].look_at(text)
                if text and len(samples[place]) < SAMPLES and text[:_LONGEST_SAMPLE] not in samples[place]:
                    samples[place].append(text[:_LONGEST_SAMPLE])
        total += len(rows)
        _keep(imported, worker, number, rows[0][0], rows, total)
    _keep(imported, worker, 0, 1, [table.headings, samples], total)
    key = guessing.header_key(table.headings)
    dates = {
        str(place): one.order() for place, one in enumerate(evidence) if one.day_first + one.month_first + one.either
    }
    mapping = guessing.guess(kind_of(imported.kind), table.headings, key)
    settled = {"header_key": key, "mapping": mapping, "options": {"dates": dates}, "total": total, "position": 0}
    _settle(imported, worker, state=ImportState.MAPPING, **settled)


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == PART_ROWS:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _forget(imported: Import) -> None:
    """What a worker left behind that was killed while it read."""
    while ids := list(ImportPart.objects.filter(of=imported).values_list("pk", flat=True)[:100]):
        ImportPart.objects.filter(pk__in=ids).delete()


def _keep(imported: Import, worker: str, number: int, first_row: int, rows: list[Any], total: int) -> None:
    content = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))

    def write(_attempt: int) -> None:
        if not Import.objects.hold(imported.pk, worker, ImportState.READING, position=total):
            raise NotMine
        ImportPart.objects.create(of=imported, number=number, first_row=first_row, content=content)

    in_transaction(write)


def _settle(imported: Import, worker: str, **fields: Any) -> None:
    if not Import.objects.hold(imported.pk, worker, ImportState.READING, **fields):
        raise NotMine
