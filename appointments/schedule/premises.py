"""What stands still from one look at the schedule to the next: rooms, chairs, hours, closures, planned blocks.

One query says whether any of it has changed; as long as not, a day's own is kept in this process. Nobody's names are
in it.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

from appointments.calendar import closures_between
from appointments.day_plans.reading import PlannedBlock, planned
from appointments.models import Chair, Closure, Location, WorkingHours
from appointments.models.day_plans import DayBlock

_MOST_DAYS: Final = 32


@dataclass(frozen=True)
class Premises:
    """Of all locations in use, on one day."""

    locations: list[Location]
    chairs: list[Chair]  # also those out of use
    hours: list[WorkingHours]
    closures: list[Closure]
    blocks: list[DayBlock]

    def chairs_at(self, location_id: str, taken: set[str]) -> list[Chair]:
        """Those in use there, then those out of use or elsewhere that somebody sits in all the same."""
        here = [chair for chair in self.chairs if chair.location_id == location_id and chair.is_active]
        return here + [chair for chair in self.chairs if chair.pk in taken and chair not in here]

    def planned_at(self, location_id: str) -> list[PlannedBlock]:
        """What the day's plan keeps chairs there for."""
        return planned((row.day, row) for row in self.blocks if row.location_id == location_id)

    def has_hours(self, location_id: str) -> bool:
        """Whether the location or anybody there is ever at work."""
        return any(row.location_id == location_id for row in self.hours)


_kept: OrderedDict[date, tuple[frozenset[Any], Premises]] = OrderedDict()


def premises_of(day: date) -> Premises:
    """As the clinic stands on that day; one query if nothing has changed since it was read last."""
    reads = _reads(day)
    # Looked at first: what changes while the rows are read is noticed the next time.
    stamp = _stamp(reads)
    known = _kept.get(day)
    if known is None or known[0] != stamp:
        known = _kept[day] = (stamp, Premises(*(list(rows) for rows in reads)))
        while len(_kept) > _MOST_DAYS:
            _kept.popitem(last=False)
    return known[1]


def _reads(day: date) -> tuple[QuerySet[Any], ...]:
    # read-scope: rooms, hours and plans are no person's
    return (
        Location.objects.filter(is_active=True),
        Chair.objects.all(),
        WorkingHours.objects.filter(location__is_active=True).order_by("opens"),
        closures_between(day, day),
        DayBlock.objects.filter(day=day),
    )


def _stamp(reads: tuple[QuerySet[Any], ...]) -> frozenset[Any]:
    """Every row's id and version: a new one, a changed one and one less make another stamp."""
    first, *others = (rows.order_by().values_list("pk", "version") for rows in reads)
    if connection.vendor == "mongodb":  # has no union inside a transaction
        return frozenset(row for rows in (first, *others) for row in rows)
    return frozenset(first.union(*others, all=True))
