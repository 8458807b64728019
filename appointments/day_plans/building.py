"""Building many days, some at a time: each lot is an action of its own, so a long range never holds everybody up."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from accounts.models import User
from appointments.actions import day_plans as actions
from appointments.models import BuiltDay, DayTemplate

_ROWS: Final = 400  # written at once


def build(*, by: User, template: DayTemplate, version: int, days: Sequence[date]) -> list[BuiltDay]:
    """Build those days that are not built yet. Raises what `build_days` raises; what was built before that stays."""
    rows_per_day = template.blocks.count() + 2
    found: list[BuiltDay] = []
    for lot in _lots(days, max(1, _ROWS // rows_per_day)):
        found += actions.build_days(by=by, template=template, version=version, days=lot)
    return found


def _lots(days: Sequence[date], size: int) -> Iterator[Sequence[date]]:
    for start in range(0, len(days), size):
        yield days[start : start + size]
