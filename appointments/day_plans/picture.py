"""A template as a table of chairs and times."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import time
from itertools import pairwise
from typing import Final

from appointments.day_plans.forms import chairs_of
from appointments.models import Chair, DayTemplate, TemplateBlock, WorkingHours

_FIRST, _LAST = 8, 18  # hours shown of a location that has none yet
_STEP: Final = 30  # minutes that a free cell of the picture stands for


@dataclass
class Column:
    """One chair, or (None) what lies over all of them, and where it is free."""

    chair: Chair | None
    blocks: list[TemplateBlock] = field(default_factory=list)
    free: list[tuple[str, str]] = field(default_factory=list)


class Picture:
    """Columns of a template and the hours that they span."""

    def __init__(self, template: DayTemplate) -> None:
        self.blocks = list(template.blocks.select_related("chair"))
        chairs = chairs_of(template)
        opens, closes = _span(template, self.blocks)
        self.at, self.until = f"{opens:02}:00", f"{closes:02}:00"
        self.hours = [f"{hour:02}:00" for hour in range(opens, closes)]
        across = [block for block in self.blocks if block.chair_id is None]
        self.columns = []
        for chair in [*chairs, *([] if chairs else [None])]:
            own = [block for block in self.blocks if chair and block.chair_id == chair.pk]
            shown = sorted([*own, *across], key=lambda block: (block.opens, block.chair_id is None))
            self.columns.append(Column(chair, shown, _free(shown, opens, closes)))


def _span(template: DayTemplate, blocks: Iterable[TemplateBlock]) -> tuple[int, int]:
    rows = WorkingHours.objects.filter(location_id=template.location_id, doctor=None)
    spans = [(row.opens, row.closes) for row in rows] + [(block.opens, block.closes) for block in blocks]
    if not spans:
        return _FIRST, _LAST
    last = max(closes for _opens, closes in spans)
    return min(opens for opens, _closes in spans).hour, min(24, last.hour + (last.minute > 0))


def _free(blocks: Iterable[TemplateBlock], opens: int, closes: int) -> list[tuple[str, str]]:
    """Half hours of the column that no block touches."""
    marks = list(range(opens * 60, min(closes * 60, 24 * 60 - _STEP) + 1, _STEP))
    taken = [(_minute(block.opens), _minute(block.closes)) for block in blocks]
    return [
        (_spoken(begin), _spoken(end))
        for begin, end in pairwise(marks)
        if not any(begin < until and at < end for at, until in taken)
    ]


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _spoken(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
