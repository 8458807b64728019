"""PAR sheets as they are kept, and what start and finish say together."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.translation import gettext as _

from appointments.schedule.reading import with_profile
from charting.models import Exam, ExamKind, Index, ScoreSheet
from charting.rules import exam as exam_rules
from charting.rules import par
from charting.rules.par_bands import IMPACTED
from charting.rules.prefill import par_sheet
from core.errors import Refused
from patients.models import Patient

_ARCHES: Final = ("upper_anterior", "lower_anterior")
_MILLIMETRES: Final = ("overjet", "open_bite")
_CHOSEN: Final = ("crossbite", "cover", "centreline")
_SIDES: Final = ("right", "left")
_IMPACTED_WORDS: Final = frozenset({"i", "impacted"})
_FIRST: Final = (ExamKind.INITIAL, ExamKind.PROGRESS)
_LAST: Final = (ExamKind.FINAL, ExamKind.RETENTION)


def kept_par(sheet: par.ScoreSheet) -> dict[str, Any]:
    """As JSON keeps it."""
    kept: dict[str, Any] = {name: [_text(one) for one in getattr(sheet, name)] for name in _ARCHES}
    kept |= {name: _text(getattr(sheet, name)) for name in _MILLIMETRES}
    kept |= {name: getattr(sheet, name) for name in _CHOSEN}
    return kept | {name: dict(vars(getattr(sheet, name))) for name in _SIDES}


def read_par(stored: Mapping[str, Any]) -> par.ScoreSheet:
    """As it was kept."""
    values: dict[str, Any] = {name: tuple(_contact(one) for one in stored[name]) for name in _ARCHES}
    values |= {name: None if stored[name] is None else Decimal(stored[name]) for name in _MILLIMETRES}
    values |= {name: par.Buccal(**stored[name]) for name in _SIDES}
    values |= {name: stored[name] for name in _CHOSEN}
    return par.ScoreSheet(**values)


@dataclass(frozen=True)
class Scored:
    """A sheet that was kept, its rating, and the total that counts: the clinician's own, else the computed one."""

    row: ScoreSheet
    rating: par.Rating

    @property
    def total(self) -> int | None:
        return int(self.row.judged) if self.row.judged else self.rating.total


class ParPage:
    """Start and finish of one patient."""

    def __init__(self, patient: Patient) -> None:
        # read-scope: of a patient whose chart was opened by somebody who may
        rows = ScoreSheet.objects.of(patient).filter(index__in=[Index.PAR_START, Index.PAR_FINISH])
        rows = rows.select_related("by__profile").order_by("created_at", "id")
        newest = {row.index: row for row in rows}
        for row in newest.values():
            with_profile(row.by)
        self._newest = {index: Scored(row, par.rate(read_par(row.facts))) for index, row in newest.items()}

    def scored(self, index: str) -> Scored | None:
        """The sheet that was kept last."""
        return self._newest.get(index)

    @property
    def start(self) -> Scored | None:
        return self.scored(Index.PAR_START)

    @property
    def finish(self) -> Scored | None:
        return self.scored(Index.PAR_FINISH)

    @property
    def change(self) -> par.Change | None:
        """What treatment changed, once both totals are known."""
        before = self.start.total if self.start else None
        after = self.finish.total if self.finish else None
        return None if before is None or after is None else par.Change(before, after)


def begun(patient: Patient, index: str) -> tuple[par.ScoreSheet, Exam | None]:
    """A sheet as far as the exam of that time fills it: the first one of the start, the last one of the finish."""
    # read-scope: of a patient whose chart was opened by somebody who may
    exams = Exam.objects.of(patient).filter(kind__in=_FIRST if index == Index.PAR_START else _LAST)
    exam = exams.order_by("on" if index == Index.PAR_START else "-on", "id").first()
    return (par_sheet(exam_rules.read(exam.facts)), exam) if exam else (par.ScoreSheet(), None)


def typed_contact(text: str, field: str) -> par.Contact:
    """A contact as it is typed: "1.5", "I" for an impacted tooth, nothing. Raises Refused naming the field."""
    written = text.strip().lower().replace(",", ".").removesuffix("mm").strip()
    if not written:
        return None
    if written in _IMPACTED_WORDS:
        return IMPACTED
    try:
        return Decimal(written)
    except InvalidOperation:
        message = _("Give millimetres, or “impacted” for an impacted tooth.")
        raise Refused(message, code="invalid", field=field) from None


def _text(contact: par.Contact) -> str | None:
    return None if contact is None else str(contact)


def _contact(text: str | None) -> par.Contact:
    return text if text is None or text == IMPACTED else Decimal(text)
