"""The exams of a patient side by side: facts in rows, exams in columns, and small plots of what is measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from charting.models import Exam, ScoreSheet
from charting.rules import exam as rules
from charting.rules.measures import MEASURES, Against, Measure, against_normal
from core.errors import Text
from patients.models import Patient

MOST = 6
# What is said with the fact itself: "Class II, ½ unit", "2 mm, Left".
_WITH: Final = ("_unit", "_side")
_WIDTH, _HEIGHT, _EDGE = 120, 28, 4


@dataclass(frozen=True)
class Cell:
    """A fact of one exam."""

    text: str
    against: Against | None = None


@dataclass(frozen=True)
class Line:
    """A fact through the exams, oldest first."""

    label: Text
    normal: str
    cells: tuple[Cell, ...]
    plot: str  # the points of an SVG polyline; empty below two values


@dataclass(frozen=True)
class Block:
    """A group of facts of which something was noted."""

    title: Text
    lines: tuple[Line, ...]


class Comparison:
    """The latest exams, or those of a further page, oldest on the left; in three queries."""

    def __init__(self, patient: Patient, page: str = "1") -> None:
        # read-scope: of a patient whose chart was opened by somebody who may
        newest = Exam.objects.of(patient).order_by("-on", "-created_at", "-id")
        self.page = Paginator(newest, MOST).get_page(page)
        self.exams = list(self.page.object_list)[::-1]
        sheets = ScoreSheet.objects.of(patient).filter(exam_id__in=[exam.pk for exam in self.exams])
        self._scores = {sheet.exam_id: sheet for sheet in sheets.order_by("created_at", "id")}
        self._facts = [rules.read(exam.facts) for exam in self.exams]

    @property
    def columns(self) -> list[tuple[Exam, ScoreSheet | None]]:
        """Each exam with its latest IOTN sheet."""
        return [(exam, self._scores.get(exam.pk)) for exam in self.exams]

    @property
    def has_notes(self) -> bool:
        return any(exam.note for exam in self.exams)

    @property
    def blocks(self) -> list[Block]:
        """Without facts that none of the exams has."""
        blocks = []
        for title, names in rules.GROUPS:
            said = [name for name in names if not name.endswith(_WITH)]
            lines = tuple(self._line(name) for name in said if any(name in facts for facts in self._facts))
            if lines:
                blocks.append(Block(title, lines))
        return blocks

    def _line(self, name: str) -> Line:
        measure = MEASURES.get(name)
        cells = tuple(_cell(name, facts) for facts in self._facts)
        values = [facts.get(name) for facts in self._facts]
        return Line(rules.label(name), _normal(measure), cells, plot(values) if measure else "")


def _cell(name: str, facts: Mapping[str, Any]) -> Cell:
    value = facts.get(name)
    if value == []:
        return Cell(_("None"))
    against = against_normal(name, value) if name in MEASURES and isinstance(value, Decimal) else None
    said = [rules.shown(one, facts.get(one)) for one in (name, *(f"{name}{more}" for more in _WITH))]
    return Cell(", ".join(filter(None, said)), against)


def _normal(measure: Measure | None) -> str:
    if measure is None or measure.normal is None:
        return ""
    least, most = measure.normal
    return measure.shown(least) if least == most else f"{measure.shown(least)} – {measure.shown(most)}"


def plot(values: list[Decimal | None]) -> str:
    """Points of a line through the values that were measured, oldest on the left; empty for fewer than two."""
    points = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(points) < 2:
        return ""
    least, most = min(value for _place, value in points), max(value for _place, value in points)
    room = most - least or Decimal(1)
    step = (_WIDTH - 2 * _EDGE) / max(len(values) - 1, 1)
    return " ".join(
        f"{_EDGE + place * step:.0f},{_HEIGHT - _EDGE - float((value - least) / room) * (_HEIGHT - 2 * _EDGE):.0f}"
        for place, value in points
    )
