"""Days to come that are built, and what does not fit any more."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from accounts.models import User
from appointments.day_plans.preview import Conflict, met
from appointments.day_plans.reading import PlannedBlock, blocks_of
from appointments.models import BuiltDay
from core import clock


@dataclass(frozen=True)
class UpcomingDay:
    """A built day as one person sees it."""

    built: BuiltDay
    conflicts: list[Conflict]

    @property
    def is_behind(self) -> bool:
        """Whether the template has changed since."""
        return self.built.template_version != self.built.template.version


def built_days_of(user: User) -> list[UpcomingDay]:
    """All built days from today on, by location and day."""
    rows = BuiltDay.objects.filter(day__gte=clock.today()).select_related("template", "location")
    by_place: dict[str, list[BuiltDay]] = defaultdict(list)
    for row in rows.order_by("location__name", "day"):
        by_place[row.location_id].append(row)
    found = []
    for location_id, days in by_place.items():
        plan: dict[date, list[PlannedBlock]] = defaultdict(list)
        for block in blocks_of([location_id], days[0].day, days[-1].day):
            plan[clock.wall(block.start).date()].append(block)
        conflicts = met(user, location_id, plan)
        found += [UpcomingDay(row, conflicts.get(row.day, [])) for row in days]
    return found
