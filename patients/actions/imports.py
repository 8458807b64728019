"""Records from another system: a file comes in, its columns are settled, it is tried out, brought over, and removed."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from core import audit, clock
from core.actions import audited
from core.errors import Refused
from patients import rules
from patients.imports import files, jobs, removing
from patients.imports.files import MOST_BYTES, MOST_BYTES_OF_PICTURES
from patients.imports.kinds import Pass, Plan, Result, kind_of
from patients.imports.refusals import BadFile, NotMine
from patients.imports.states import Duplicates, ImportState
from patients.imports.values import DateOrder
from patients.models import Import, ImportRow
from patients.rules import Event


@audited
def upload_import(*, by: User, kind: str, source: str, file: "UploadedFile[Any]") -> Import:
    """Keep a file, encrypted, and have it read. Raises Refused for one that is empty or too large."""
    require(by, Permission.PATIENT_IMPORT)
    _check_size(file, kind_of(kind).takes_pictures)
    source = rules.one_line(source)
    known = set(Import.objects.values_list("source", flat=True))
    source = next((name for name in sorted(known) if rules.fold(name) == rules.fold(source)), source)
    stored = files.keep(file)
    try:
        name = rules.one_line(file.name or "")[-120:]
        imported = Import.objects.create(kind=kind, source=source, file_name=name, stored_as=stored, by=by)
        facts = {"kind": kind, "source": source, "bytes": file.size}
        audit.record(by, Event.IMPORT_UPLOADED, imported, changes=facts)
    except BaseException:
        files.remove(stored)
        raise
    jobs.start(imported.pk)
    return imported


@audited
def set_import_columns(*, by: User, imported: Import, mapping: Mapping[str, str], order: str) -> Import:
    """Say what each column holds and how dates are written; then the file is tried out. Raises Refused."""
    require(by, Permission.PATIENT_IMPORT)
    _check_state(imported, ImportState.MAPPING, ImportState.CHECKED)
    kind = kind_of(imported.kind)
    chosen = {place: name for place, name in mapping.items() if name}
    _check_mapping(kind.columns, chosen)
    kind.check_mapping(by, set(chosen.values()))
    dated = {column.name for column in kind.columns if column.is_date}
    _check_order(imported, {place for place, name in chosen.items() if name in dated}, order)
    changes = imported.change(
        mapping=chosen,
        options=imported.options | {"order": order},
        mapped_at=clock.now(),
        state=ImportState.CHECKING,
        position=0,
        counts={},
        finished_at=None,
    )
    audit.record(by, Event.IMPORT_MAPPED, imported, changes={"columns": changes.get("mapping", [None, chosen])[1]})
    jobs.start(imported.pk)
    return imported


@audited
def start_import(*, by: User, imported: Import, duplicates: str) -> Import:
    """Bring the rows over as the trial run told; also goes on with one that was stopped. Raises Refused."""
    require(by, Permission.PATIENT_IMPORT)
    _check_state(imported, ImportState.CHECKED, ImportState.STOPPED)
    if duplicates not in Duplicates.values:
        raise Refused(_("Say what becomes of duplicates."), code="invalid", field="duplicates")
    goes_on = imported.state == ImportState.STOPPED and imported.started_at is not None
    fresh: dict[str, Any] = {} if goes_on else {"position": 0, "counts": {}, "started_at": clock.now()}
    options = imported.options | {"duplicates": duplicates}
    imported.change(state=ImportState.RUNNING, options=options, by=by, finished_at=None, **fresh)
    facts = {"duplicates": duplicates, "rows": imported.total, "from_row": imported.position}
    audit.record(by, Event.IMPORT_STARTED, imported, changes=facts)
    jobs.start(imported.pk)
    return imported


@audited
def stop_import(*, by: User, imported: Import) -> Import:
    """Stop the work after the rows that are being written; what is here stays, and it can go on later."""
    require(by, Permission.PATIENT_IMPORT)
    after = {ImportState.CHECKING: ImportState.MAPPING, ImportState.RUNNING: ImportState.STOPPED}
    state = after.get(ImportState(imported.state))
    # No version: the job changes the row all the time, and stopping must win.
    if state is None or not Import.objects.filter(pk=imported.pk, state=imported.state).update(state=state):
        audit.no_change(by, Event.IMPORT_STOPPED, imported)
        return imported
    audit.record(by, Event.IMPORT_STOPPED, imported, changes={"state": [imported.state, state]})
    imported.state = state
    return imported


@audited
def reopen_import(*, by: User, imported: Import) -> Import:
    """Back to the columns, to read the file in another way. Raises Refused."""
    require(by, Permission.PATIENT_IMPORT)
    _check_state(imported, ImportState.CHECKED, ImportState.STOPPED, ImportState.DONE, ImportState.MAPPING)
    changes = imported.change(state=ImportState.MAPPING, counts={})
    audit.record(by, Event.IMPORT_MAPPED, imported, changes={"state": changes.get("state")})
    return imported


@audited
def bring_over(*, by: User, walk: Pass, worker: str, plans: list[Plan]) -> dict[str, int]:
    """Write a batch with its lines of the report. Raises NotMine when the work is not this worker's any more.

    Returns how many rows there are of each outcome so far. A trial run writes the lines only. What is written is
    audited by the actions that write it, with the import's id as the request.
    """
    require(by, Permission.PATIENT_IMPORT)
    imported = Import.objects.get(pk=walk.imported.pk)
    state = ImportState.RUNNING if walk.real else ImportState.CHECKING
    # First of all the work itself: whoever else writes here comes second, and sees that the rows are done.
    if not Import.objects.hold(imported.pk, worker, state, position=imported.position + len(plans)):
        raise NotMine
    results = _results(walk, plans)
    lines = [_line(imported, plan, results[plan.number], real=walk.real) for plan in plans]
    ImportRow.objects.bulk_create(lines)
    counts = dict(imported.counts)
    for line in lines:
        counts[line.outcome] = counts.get(line.outcome, 0) + 1
    Import.objects.filter(pk=imported.pk).update(counts=counts)
    audit.no_change(by, Event.IMPORT_STARTED, imported)
    return counts


def _results(walk: Pass, plans: list[Plan]) -> dict[int, Result]:
    """What became of each row, or would."""
    results = {plan.number: Result(plan.outcome, plan.message, plan.object_id) for plan in plans}
    if not walk.real:
        return results
    fresh = [plan for plan in plans if plan.fresh is not None]
    if fresh:
        made = walk.kind.create_all(walk, [plan.fresh for plan in fresh])
        results |= {plan.number: result for plan, result in zip(fresh, made, strict=True)}
    return results | {plan.number: plan.write() for plan in plans if plan.write}


@audited
def finish_import(*, by: User, imported: Import, worker: str) -> None:
    """Every row has been met."""
    require(by, Permission.PATIENT_IMPORT)
    real = imported.state == ImportState.RUNNING
    state = ImportState.DONE if real else ImportState.CHECKED
    if not Import.objects.hold(imported.pk, worker, imported.state, state=state, finished_at=clock.now()):
        raise NotMine
    if real:
        audit.record(by, Event.IMPORT_FINISHED, imported, changes={"source": imported.source, **imported.counts})
    else:
        audit.no_change(by, Event.IMPORT_FINISHED, imported)


@audited
def remove_import(*, by: User | None, imported: Import) -> None:
    """Delete the file and its report; the records that came of it stay. `by` is None for the job of the night."""
    if by is not None:
        require(by, Permission.PATIENT_IMPORT)
    if imported.removed_at is not None:
        audit.no_change(by, Event.IMPORT_REMOVED, imported)
        return
    state = imported.state if imported.state == ImportState.DONE else ImportState.STOPPED
    stored_as = imported.stored_as
    Import.objects.filter(pk=imported.pk).update(removed_at=clock.now(), state=state, message="", stored_as="")
    audit.record(by, Event.IMPORT_REMOVED, imported)
    transaction.on_commit(partial(removing.clear, imported.pk, stored_as))


def _line(imported: Import, plan: Plan, result: Result, *, real: bool) -> ImportRow:
    return ImportRow(
        of=imported,
        number=plan.number,
        done=real,
        outcome=result.outcome,
        message=result.message[:500],
        external_id=plan.external_id,
        object_id=result.object_id,
        likeness=plan.likeness,
    )


def _check_size(file: "UploadedFile[Any]", pictures: bool) -> None:
    most = MOST_BYTES_OF_PICTURES if pictures else MOST_BYTES
    if not file.size:
        raise BadFile(_("The file is empty."))
    if file.size > most:
        message = _("The file is larger than %(most)s MB. Cut it into several files.")
        raise BadFile(message % {"most": most // 1024 // 1024})


def _check_state(imported: Import, *allowed: ImportState) -> None:
    if imported.removed_at is not None or imported.state not in allowed:
        message = _("That is not possible now: “%(state)s”.") % {"state": imported.get_state_display()}
        raise Refused(message, code="status_conflict")


def _check_mapping(columns: Any, chosen: Mapping[str, str]) -> None:
    labels = {column.name: column.label for column in columns}
    used: set[str] = set()
    for place, name in chosen.items():
        if name not in labels or not place.isdecimal():
            raise Refused(_("There is no such column."), code="invalid", field="columns")
        if name in used:
            message = _("Two columns are said to be “%(label)s”. Choose one of them.")
            raise Refused(message % {"label": labels[name]}, code="invalid", field="columns")
        used.add(name)


def _check_order(imported: Import, places: set[str], order: str) -> None:
    told: Mapping[str, str] = imported.options.get("dates", {})
    if order not in {"", *DateOrder.values}:
        raise Refused(_("Say how dates are written."), code="invalid", field="order")
    if not order and places & set(told):
        message = _("Dates such as 03/04/2010 can be read in two ways. Say which one is meant.")
        raise Refused(message, code="invalid", field="order")
