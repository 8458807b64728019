"""What the plan of some days keeps from one type of visit, with one bit per 5-minute cell."""

from collections.abc import Iterable, Sequence
from datetime import date

from appointments import rules
from appointments.day_plans.reading import PlannedBlock, blocks_of
from appointments.day_plans.rules import bars

Masks = dict[tuple[str, str | None], int]


class Plan:
    """By location and chair (None: all chairs): cells that are kept for others, and cells kept for this type."""

    def __init__(self, barred: Masks, kept: Masks) -> None:
        self._barred, self._kept = barred, kept

    @classmethod
    def of_days(
        cls, location_ids: Iterable[str], first_day: date, last_day: date, type_code: str, first_cell: int
    ) -> "Plan":
        """Read the plan of those days, both included; cells are counted from `first_cell` on."""
        return cls.of_blocks(blocks_of(location_ids, first_day, last_day), type_code, first_cell)

    @classmethod
    def of_blocks(cls, blocks: Iterable[PlannedBlock], type_code: str, first_cell: int) -> "Plan":
        """The same of blocks that have been read."""
        barred: Masks = {}
        kept: Masks = {}
        for block in blocks:
            begin, end = rules.cell_of(block.start) - first_cell, rules.cell_from(block.end) - first_cell
            masks = barred if bars(block, type_code) else kept
            place = (block.location_id, block.chair_id)
            masks[place] = masks.get(place, 0) | ((1 << (end - begin)) - 1) << begin
        return cls(barred, kept)

    def bars(self, location_id: str, chair_id: str | None, whole: int) -> bool:
        """Whether some of the cells are kept for others: in this chair, or (None) in all of them."""
        return bool(whole & self._barred.get((location_id, chair_id), 0))

    def best_chair(self, location_id: str, free: Sequence[str], whole: int) -> str | None:
        """Of the free chairs one that is kept for this type, else the first that is not kept for others."""
        if not self._barred and not self._kept:
            return next(iter(free), None)
        open_to_it = [pk for pk in free if not self.bars(location_id, pk, whole)]
        kept_for_it = (pk for pk in open_to_it if whole & self._kept.get((location_id, pk), 0))
        return next(kept_for_it, next(iter(open_to_it), None))
