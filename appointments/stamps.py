"""What a day's visits at one place look like, in a few characters: whatever changes, changes them."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count, Max, QuerySet, Sum

from appointments.models import Appointment


def day_stamp(location_id: str, day: date) -> str:
    """How many visits, the sum of their versions and the newest change; one query along an index."""
    return rows_stamp(Appointment.objects.for_day(day).filter(location_id=location_id))


def rows_stamp(rows: QuerySet[Appointment]) -> str:
    """The same of any visits, such as those of one doctor."""
    found = rows.aggregate(count=Count("pk"), versions=Sum("version"), newest=Max("updated_at"))
    return _text(found["count"], found["versions"], found["newest"])


def stamp_of(visits: Iterable[Appointment]) -> str:
    """The same text from rows already read: all visits of the day at the place, whatever their status."""
    rows = list(visits)
    newest = max((row.updated_at for row in rows), default=None)
    return _text(len(rows), sum(row.version for row in rows), newest)


def _text(count: int, versions: int | None, newest: datetime | None) -> str:
    return f"{count}/{versions or 0}/{newest.isoformat() if newest else ''}"
