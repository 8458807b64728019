"""The audit as a file for a spreadsheet."""

import csv
import json
from collections.abc import Iterator

from accounts import audit_search
from core import clock
from core.models import AuditEvent, AuditQuerySet

MOST_ROWS = 100_000
_COLUMNS = (
    "event",
    "outcome",
    "actor_id",
    "actor_role",
    "source",
    "address",
    "request_id",
    "object_type",
    "object_id",
    "patient_id",
    "reason",
)
# Also in the wide form of East Asian keyboards, which some spreadsheets run too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def lines(rows: AuditQuerySet) -> Iterator[str]:
    """Head and rows, the newest first."""
    writer = csv.writer(_Echo())
    yield writer.writerow(["at", "actor_name", *_COLUMNS, "changes"])
    for chunk in audit_search.in_chunks(rows):
        names = audit_search.names_of(chunk)
        for row in chunk:
            yield writer.writerow([neutral(cell) for cell in _cells(row, names)])


def neutral(cell: str) -> str:
    """A spreadsheet runs what looks like a formula; a quote before it makes it text again."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _cells(row: AuditEvent, names: dict[str, str]) -> list[str]:
    changes = json.dumps(row.changes, ensure_ascii=False, sort_keys=True) if row.changes else ""
    values = [str(getattr(row, name)) for name in _COLUMNS]
    return [clock.iso(row.at), names.get(row.actor_id, ""), *values, changes]
