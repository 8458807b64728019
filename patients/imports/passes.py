"""Walks through a file: once to try it out, once to bring it over. Stops and goes on at any row.

Every batch is one transaction: its records, its lines of the report and how far the walk has come. So a worker that is
killed loses its batch as a whole, and two workers never do one row twice. A batch that fails is done row by row.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import structlog
from django.db import DatabaseError, OperationalError
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from core import context
from core.context import RequestContext
from core.errors import Refused
from core.ids import new_id
from patients import actions
from patients.imports import files, pictures, reading
from patients.imports.guessing import cells_of
from patients.imports.kinds import Pass, Plan, SourceRow, kind_of
from patients.imports.reading import PART_ROWS
from patients.imports.refusals import NotMine
from patients.imports.states import Duplicates, ImportState, Outcome
from patients.models import Import, ImportPart, ImportRow

TURN_SECONDS: Final = 20  # then the job makes room for others, and goes on after them
_TRIED_AT_ONCE: Final = 200
_WRITTEN_AT_ONCE: Final = 20  # small enough for a transaction on the smallest MongoDB
_SEED: Final = 5000
log = structlog.get_logger(__name__)


def work(pk: str, *, seconds: float = TURN_SECONDS) -> bool:
    """Do a turn of whatever is to be done on this file; True if there is more. Only one worker at a time gets it."""
    worker = new_id()
    if not Import.objects.claim(pk, worker):
        return False
    until = time.monotonic() + seconds
    try:
        with context.use(RequestContext(request_id=pk, source="import")):
            _turn(Import.objects.get(pk=pk), worker, until)
    except NotMine:
        return False
    except OperationalError:
        raise  # the database is away: whoever comes next goes on here
    except BaseException:
        _give_up(pk, worker, _("Something went wrong on our side. Nothing was half saved."))
        raise
    finally:
        Import.objects.release(pk, worker)
    return Import.objects.filter(pk=pk, state__in=ImportState.working()).exists()


def _turn(imported: Import, worker: str, until: float) -> None:
    if imported.state == ImportState.READING:
        reading.read(imported, worker)
        return
    if not (imported.by.is_active and imported.by.may(Permission.PATIENT_IMPORT)):
        _give_up(imported.pk, worker, _("Whoever began this may not bring records over any more."))
        return
    real = imported.state == ImportState.RUNNING
    _clear(imported, real=real)
    walk = _begin(imported, real)
    size = 1 if walk.kind.takes_pictures and real else (_WRITTEN_AT_ONCE if real else _TRIED_AT_ONCE)
    for rows in _batches(imported, size):
        _batch(walk, worker, rows)
        if time.monotonic() > until:
            return
    actions.finish_import(by=walk.by, imported=imported, worker=worker)


def _give_up(pk: str, worker: str, message: str) -> None:
    """A person looks at it before anything goes on: what fails once must not be tried for ever."""
    after = {
        ImportState.READING: ImportState.UNREADABLE,
        ImportState.CHECKING: ImportState.MAPPING,
        ImportState.RUNNING: ImportState.STOPPED,
    }
    for state, then in after.items():
        Import.objects.hold(pk, worker, state, state=then, message=message)


def _begin(imported: Import, real: bool) -> Pass:
    order, duplicates = imported.options.get("order", ""), imported.options.get("duplicates", Duplicates.SKIP)
    walk = Pass(imported.by, imported, kind_of(imported.kind), real, order, duplicates if real else Duplicates.SKIP)
    met = ImportRow.objects.filter(of=imported, done=real).order_by("number")
    for number, external_id, likeness in met.values_list("number", "external_id", "likeness").iterator(
        chunk_size=_SEED
    ):
        walk.remember(number, external_id, likeness)
    return walk


def _clear(imported: Import, *, real: bool) -> None:
    """The report of an earlier walk goes when a new one begins."""
    rows = ImportRow.objects.filter(of=imported, done=real)
    while imported.position == 0 and (ids := list(rows.values_list("pk", flat=True)[:_SEED])):
        ImportRow.objects.filter(pk__in=ids).delete()


def _batches(imported: Import, size: int) -> Iterator[list[SourceRow]]:
    batch: list[SourceRow] = []
    for row in _rows(imported):
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _rows(imported: Import) -> Iterator[SourceRow]:
    if kind_of(imported.kind).takes_pictures:
        with files.opened(imported.stored_as) as file:
            yield from pictures.rows(file, imported.position)
        return
    parts = ImportPart.objects.filter(of=imported)
    width = len(parts.get(number=0).rows[0])
    first, skipped = divmod(imported.position, PART_ROWS)
    for number in range(first + 1, -(-imported.total // PART_ROWS) + 1):
        for row, cells in parts.get(number=number).rows[skipped:]:
            yield SourceRow(row, cells_of(imported.mapping, cells), has_too_many=len(cells) > width)
        skipped = 0


def _batch(walk: Pass, worker: str, rows: list[SourceRow]) -> None:
    plans = list(walk.kind.plan(walk, rows, _tried(walk, rows)))
    try:
        _write(walk, worker, plans)
    except OperationalError:
        raise  # the database is away: whoever comes next goes on here
    except (Refused, DatabaseError):
        if len(rows) > 1:
            for row in rows:
                _batch(walk, worker, [row])
            return
        _write_refused(walk, worker, rows[0], plans[0])


def _write(walk: Pass, worker: str, plans: list[Plan]) -> None:
    counts = actions.bring_over(by=walk.by, walk=walk, worker=worker, plans=plans)
    walk.imported.counts = counts
    walk.imported.position += len(plans)


def _write_refused(walk: Pass, worker: str, row: SourceRow, plan: Plan) -> None:
    """The row alone is refused too: tried once more to learn why, and noted; the others go on."""
    why = _("This row could not be saved.")
    try:
        _write(walk, worker, [plan])
    except Refused as error:
        why = str(error.message)
    except DatabaseError as error:
        log.error("import_row", row=row.number, why=type(error).__name__)
    else:
        return
    _write(walk, worker, [replace(plan, outcome=Outcome.REFUSED, message=why, write=None, fresh=None, likeness="")])


def _tried(walk: Pass, rows: list[SourceRow]) -> Mapping[int, ImportRow]:
    """What the trial run said of these rows."""
    if not walk.real:
        return {}
    numbers = [row.number for row in rows]
    found = ImportRow.objects.filter(of=walk.imported, done=False, number__in=numbers)
    return {row.number: row for row in found}
