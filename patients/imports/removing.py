"""What is left of a file once it has been removed: nothing. Deleted in parts that a transaction can hold."""

from datetime import timedelta
from typing import Any

from core import clock
from patients.imports import files
from patients.models import Import, ImportPart, ImportRow

_ROWS, _PARTS = 2000, 50


def clear(pk: str, stored_as: str) -> None:
    """Delete the file, its rows and its report; doing it twice changes nothing."""
    files.remove(stored_as)
    _delete(ImportPart.objects.filter(of_id=pk), _PARTS)
    _delete(ImportRow.objects.filter(of_id=pk), _ROWS)


def due() -> list[Import]:
    """Imports whose file has been here for long enough."""
    return list(Import.objects.holding_files_since(clock.now() - timedelta(days=files.KEPT_DAYS)))


def half_removed() -> list[str]:
    """Imports that were removed while rows of theirs are still here: somebody was killed in between."""
    gone = list(Import.objects.exclude(removed_at=None).values_list("pk", flat=True))
    return sorted(set(ImportPart.objects.filter(of_id__in=gone, number=0).values_list("of_id", flat=True)))


def _delete(rows: Any, size: int) -> None:
    while ids := list(rows.values_list("pk", flat=True)[:size]):
        rows.model.objects.filter(pk__in=ids).delete()
