"""A Wednesday at the desk for the tests of its lists: visits as they were left, and who is on a list."""

from datetime import UTC, datetime, time, timedelta

from appointments.desk_lists.lists import LISTS, page
from appointments.desk_lists.shared import Filters

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
TODAY = NOW.date()


def on(slug, by, **filters):
    """Ids of the patients on a list, in its order."""
    rows, _more = page(by, LISTS[slug], Filters(**filters), 1)
    return [row.patient_id for row in rows]


def at(day, hour=9):
    return datetime.combine(day, time(hour), UTC)


def ago(days):
    return at(TODAY - timedelta(days=days))
