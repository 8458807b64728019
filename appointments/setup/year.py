"""A year of closings and absences: a row for every month, a cell for every day."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from appointments.models import Closure
from core import clock

_LONGEST = 31


@dataclass(frozen=True)
class DayCell:
    """One day, and what closes it or who is away."""

    day: date
    closures: list[Closure]

    @property
    def mark(self) -> str:
        """`closed` for a place, `away` for a doctor, nothing for an ordinary day."""
        if not self.closures:
            return ""
        return "away" if all(row.doctor_id for row in self.closures) else "closed"

    @property
    def is_weekend(self) -> bool:
        """Saturday or Sunday."""
        return self.day.weekday() >= 5


@dataclass(frozen=True)
class MonthRow:
    """One month."""

    first: date
    days: list[DayCell]

    @property
    def missing(self) -> range:
        """The numbers that this month has no day for."""
        return range(len(self.days), _LONGEST)


def calendar_of(text: str | None) -> dict[str, Any]:
    """The year asked for (this one for anything that is none), as the page of the closures shows it."""
    year = int(text) if text and text.isascii() and text.isdigit() and len(text) == len("2000") else clock.today().year
    year = min(max(year, 2000), 2198)
    first, last = date(year, 1, 1), date(year, 12, 31)
    rows = Closure.objects.filter(Q(ends_on__gte=first, starts_on__lte=last) | Q(each_year=True, starts_on__lte=last))
    closures = list(rows.select_related("location", "doctor"))
    months = [MonthRow(date(year, month, 1), list(_days(year, month, closures))) for month in range(1, 13)]
    return {"year": year, "months": months, "numbers": range(1, 32)}


def _days(year: int, month: int, closures: list[Closure]) -> Iterator[DayCell]:
    for number in range(1, monthrange(year, month)[1] + 1):
        day = date(year, month, number)
        yield DayCell(day, [row for row in closures if row.holds(day)])
