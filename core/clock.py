"""One time zone for the clinic: people see and type its wall clock, the database holds UTC."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Refused


def now() -> datetime:
    """This instant, in UTC."""
    return timezone.now()


def clinic_zone() -> ZoneInfo:
    """The IANA zone of the clinic (`CLINIC_TIME_ZONE`)."""
    zone = timezone.get_default_timezone()
    assert isinstance(zone, ZoneInfo)
    return zone


def wall(instant: datetime) -> datetime:
    """The instant as the clock on the clinic's wall shows it."""
    return instant.astimezone(clinic_zone())


def today() -> date:
    """The clinic's calendar day."""
    return wall(now()).date()


def at(day: date, clock: time) -> datetime:
    """The UTC instant of a wall-clock time; the first of two when the clock goes back.

    Raises Refused (`no_such_time`) for a time that the clock skips when it goes forward.
    """
    local = datetime.combine(day, clock.replace(tzinfo=None, fold=0), tzinfo=clinic_zone())
    instant = local.astimezone(UTC)
    if wall(instant).replace(tzinfo=None) != local.replace(tzinfo=None):
        message = _("%(time)s does not exist on that day: the clocks go forward. Choose another time.")
        raise Refused(message % {"time": clock.strftime("%H:%M")}, code="no_such_time", field="date")
    return instant


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """First instant of the clinic's day and of the next one, in UTC: a day lasts 23, 24 or 25 hours."""
    return _midnight(day), _midnight(day + timedelta(days=1))


def _midnight(day: date) -> datetime:
    # A few zones change their clocks at midnight: the day then starts at the first time that exists.
    return datetime.combine(day, time(), tzinfo=clinic_zone()).astimezone(UTC)


def iso(instant: datetime) -> str:
    """The instant as the API writes it: `2025-02-10T10:00:00Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
