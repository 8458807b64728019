"""The blocks of built days, read in one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from appointments.models.day_plans import DayBlock, words_of
from core import clock

_STEP = timedelta(minutes=5)


@dataclass(frozen=True)
class PlannedBlock:
    """What a chair, or every chair of the location, is kept for in [start, end), UTC."""

    location_id: str
    chair_id: str | None
    start: datetime
    end: datetime
    kind: str
    types: tuple[str, ...]  # codes, of a block that is kept for types
    label: str

    @property
    def words(self) -> str:
        """What it is called: its label, the types, or its kind."""
        return words_of(self.kind, self.types, self.label)

    def is_over(self, chair_id: str | None, start: datetime, end: datetime) -> bool:
        """Whether it lies over some of this time in this chair; one for all chairs does so without a chair too."""
        return self.start < end and start < self.end and self.chair_id in {None, chair_id}


def blocks_of(location_ids: Iterable[str], first_day: date, last_day: date) -> list[PlannedBlock]:
    """The blocks of those locations on the clinic's days, both included, sorted by their start; one query."""
    rows = DayBlock.objects.filter(location_id__in=sorted(location_ids), day__gte=first_day, day__lte=last_day)
    return planned((row.day, row) for row in rows)


def planned(rows: Iterable[tuple[date, DayBlock]]) -> list[PlannedBlock]:
    """Blocks on the wall clock of their days as instants. What the clocks skip altogether is left out."""
    found = []
    for day, row in rows:
        start, end = instant(day, row.opens), instant(day, row.closes)
        if start < end:
            place = (row.location_id, row.chair_id)
            found.append(PlannedBlock(*place, start, end, row.kind, row.codes, row.label))
    return sorted(found, key=lambda block: (block.start, block.end, block.chair_id or ""))


def instant(day: date, wall: time) -> datetime:
    """The UTC instant of a wall-clock time; one that the clocks skip is the instant at which they go on."""
    local = datetime.combine(day, wall.replace(tzinfo=None, fold=0), tzinfo=clock.clinic_zone())
    found = local.astimezone(UTC)
    if clock.wall(found).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    before = local.replace(fold=1).astimezone(UTC)
    while clock.wall(before).replace(tzinfo=None) < local.replace(tzinfo=None):
        before += _STEP
    return before
