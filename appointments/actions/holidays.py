"""Many days off at once."""

from collections.abc import Sequence

from accounts.models import User
from accounts.permissions import Permission, require
from appointments.models import Closure, Location
from appointments.rules import Event
from appointments.setup.holidays import Holiday
from core import audit
from core.actions import audited


@audited
def add_holidays(
    *, by: User, days: Sequence[Holiday], location: Location | None = None, each_year: bool = False
) -> list[Closure]:
    """Close the location, or all of them, on these days; what is closed then already stays as it is."""
    require(by, Permission.CLINIC_SETUP)
    rows = Closure.objects.filter(doctor=None, location=location)
    present = list(rows)
    added = []
    for found in {found.day: found for found in days}.values():
        if any(row.holds(found.day) and row.each_year >= each_year for row in present):
            continue
        facts = {"starts_on": found.day, "ends_on": found.day, "reason": found.name, "each_year": each_year}
        row = Closure(location=location, **facts)
        row.save(force_insert=True)
        audit.record(by, Event.SETUP_CHANGED, row, changes=audit.snapshot(row, "starts_on", "reason", "each_year"))
        added.append(row)
    if not added:
        audit.no_change(by, Event.SETUP_CHANGED, Closure())
    return added
