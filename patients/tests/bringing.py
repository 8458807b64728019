"""Shorthands of the import tests: a file in, its trial run, and the real one."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from core.models import AuditEvent
from patients import actions
from patients.imports import passes
from patients.models import Guardian, Import, ImportedRecord, ImportRow, MedicalEntry, Patient, Relationship

HEAD = "Patient ID,Last name,First name,Date of birth,Phone,E-mail"


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """No job begins by itself."""
    monkeypatch.setattr("patients.imports.jobs.start", lambda pk: None)


def upload(
    by: User, content: str | bytes, *, kind: str = "patients", source: str = "Old system", name: str = ""
) -> Import:
    """The file, read."""
    data = content.encode() if isinstance(content, str) else content
    file = SimpleUploadedFile(name or "patients.csv", data)
    imported = actions.upload_import(by=by, kind=kind, source=source, file=file)
    return finished(imported)


def finished(imported: Import) -> Import:
    """After the jobs have done what they have to do."""
    while passes.work(imported.pk):
        pass
    return Import.objects.get(pk=imported.pk)


def tried(by: User, content: str | bytes, *, order: str = "dmy", **more: Any) -> Import:
    """The file with its columns as they were guessed, tried out."""
    imported = upload(by, content, **more)
    assert imported.state == "mapping", imported.message
    return try_out(by, imported, order=order)


def try_out(by: User, imported: Import, *, order: str = "dmy", **mapping: str) -> Import:
    chosen = imported.mapping | mapping
    return finished(actions.set_import_columns(by=by, imported=imported, mapping=chosen, order=order))


def run(by: User, imported: Import, duplicates: str = "skip") -> Import:
    """Brought over, after the trial run."""
    return finished(actions.start_import(by=by, imported=imported, duplicates=duplicates))


def bring(by: User, content: str | bytes, *, duplicates: str = "skip", **more: Any) -> Import:
    """All of it at once."""
    return run(by, tried(by, content, **more), duplicates)


def report(imported: Import, *, done: bool = True) -> dict[int, tuple[str, str]]:
    """Outcome and sentence by row."""
    rows = ImportRow.objects.filter(of=imported, done=done).order_by("number")
    return {row.number: (row.outcome, row.message) for row in rows}


def everything() -> dict[str, Any]:
    """All records that an import may change, to compare before and after."""
    models = (Patient, Guardian, Relationship, MedicalEntry, ImportedRecord)
    found = {model.__name__: sorted(map(str, model.objects.values_list("pk", "version"))) for model in models}
    return found | {"audit": AuditEvent.objects.exclude(event__startswith="import.").count()}


def csv(*rows: str, head: str = HEAD) -> str:
    return "\n".join((head, *rows)) + "\n"


def workbook(rows: list[list[Any]]) -> bytes:
    """An Excel file."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()
