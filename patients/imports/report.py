"""What became of each row, for the page and for a spreadsheet."""

import csv
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.audit_csv import neutral
from core.errors import Text
from patients.imports.guessing import cells_of
from patients.imports.states import ImportState, Outcome
from patients.models import Import, ImportPart, ImportRow

_BOM: Final = "\ufeff"
_CHUNK: Final = 1000
_NAMES: Final = ("name", "family_name", "given_name", "patient_id", "patient_number", "start", "time")
WILL: Final[Mapping[str, Text]] = {
    Outcome.CREATE: gettext_lazy("Will be new"),
    Outcome.UPDATE: gettext_lazy("Will be updated"),
    Outcome.SAME: gettext_lazy("No change"),
    Outcome.KEPT: gettext_lazy("Stays as it is here"),
    Outcome.DUPLICATE: gettext_lazy("Duplicate"),
    Outcome.REFUSED: gettext_lazy("Refused"),
}
DONE: Final[Mapping[str, Text]] = {
    **WILL,
    Outcome.CREATE: gettext_lazy("New"),
    Outcome.UPDATE: gettext_lazy("Updated"),
    Outcome.DUPLICATE: gettext_lazy("Duplicate, left out"),
}
TONES: Final[Mapping[str, str]] = {
    Outcome.CREATE: "teal",
    Outcome.UPDATE: "blue",
    Outcome.KEPT: "violet",
    Outcome.DUPLICATE: "amber",
    Outcome.REFUSED: "red",
}


def is_real(imported: Import) -> bool:
    """Whether the report tells what was done, and not what would be."""
    return imported.state in {ImportState.RUNNING, ImportState.STOPPED, ImportState.DONE}


def words(imported: Import) -> Mapping[str, Text]:
    """What the outcomes are called."""
    return DONE if is_real(imported) else WILL


def rows(imported: Import, outcome: str = "") -> QuerySet[ImportRow]:
    """The lines, all or those of one outcome, in the file's order."""
    found = ImportRow.objects.filter(of=imported, done=is_real(imported)).order_by("number")
    return found.filter(outcome=outcome) if outcome in Outcome.values else found


def names(imported: Import, numbers: Iterable[int]) -> dict[int, str]:
    """Whom these rows are about, as the file says it."""
    parts = list(
        ImportPart.objects.filter(of=imported, number__gte=1).order_by("number").values_list("number", "first_row")
    )
    starts = [first for _number, first in parts]
    wanted = set(numbers)
    needed = {parts[place - 1][0] for number in wanted if (place := bisect_right(starts, number))}
    found = {}
    for part in ImportPart.objects.filter(of=imported, number__in=sorted(needed)):
        for number, cells in part.rows:
            if number in wanted:
                told = cells_of(imported.mapping, cells)
                found[number] = " ".join(told[name] for name in _NAMES if name in told)
    return found


def lines(imported: Import) -> Iterator[str]:
    """The whole report as CSV; what a spreadsheet would run as a formula gets an apostrophe in front."""
    writer, called = csv.writer(_Echo()), words(imported)
    yield _BOM + writer.writerow([_("Row"), _("Outcome"), _("Why"), _("Number in the other system"), _("Record")])
    last = 0
    found = ImportRow.objects.filter(of=imported, done=is_real(imported)).order_by("number")
    while chunk := list(found.filter(number__gt=last)[:_CHUNK]):
        for row in chunk:
            cells = [str(row.number), str(called[row.outcome]), row.message, row.external_id, row.object_id]
            yield writer.writerow([neutral(cell) for cell in cells])
        last = chunk[-1].number


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text
