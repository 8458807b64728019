"""What is wished for besides a free time: weekdays, a part of the day, a chair. Pure; no queries here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from appointments.calendar import Span
from appointments.day_plans.reading import instant
from appointments.models.day_parts import Window
from core import clock

MOST_DAYS: Final = 62  # looked at in one search
MOST_WEEKS: Final = 104  # ahead
MOST_GIVE: Final = 4  # weeks around the one that is wished for


@dataclass(frozen=True)
class Wish:
    """A visit suits if its day, its chair, and all of its time do; what is empty suits always."""

    weekdays: frozenset[int] = frozenset()  # Monday is 0
    windows: tuple[Window, ...] = ()
    chair_id: str = ""

    def within(self, *windows: Window) -> "Wish":
        """The same, and in these times of day too."""
        return replace(self, windows=(*self.windows, *(one for one in windows if one != (None, None))))

    def suits_day(self, day: date) -> bool:
        """Whether any time of that day may suit."""
        return not self.weekdays or day.weekday() in self.weekdays

    def spans(self, spans: Iterable[Span], day: date) -> Iterator[Span]:
        """What of those times on that day suits."""
        begin, end = clock.day_bounds(day)
        for earliest, latest in self.windows:
            begin = max(begin, instant(day, earliest)) if earliest else begin
            end = min(end, instant(day, latest)) if latest else end
        for opens, closes in spans:
            if max(opens, begin) < min(closes, end):
                yield max(opens, begin), min(closes, end)


ANYTHING: Final = Wish()


def lies_within(window: Window, start: datetime, end: datetime) -> bool:
    """Whether all of a visit lies in that time of its day."""
    day = clock.wall(start).date()
    return any(begin <= start and end <= until for begin, until in Wish(windows=(window,)).spans([(start, end)], day))


def in_words(window: Window) -> str:
    """12:00–15:00; with one end open "until 12:00"."""
    earliest, latest = (f"{one:%H:%M}" if one else "" for one in window)
    if earliest and latest:
        return f"{earliest}–{latest}"
    return _("until %(time)s") % {"time": latest} if latest else _("from %(time)s") % {"time": earliest}


def days_around(wanted: date, give: int, today: date) -> tuple[date, date]:
    """First and last day of so many weeks around the wanted one, none of them past."""
    around = timedelta(weeks=min(give, MOST_GIVE))
    return max(wanted - around, today), max(wanted + around, today)


def nearest(days: Iterable[date], wanted: date, most: int) -> list[date]:
    """Those nearest to the wanted day, in the calendar's order; of two as near the earlier one."""
    return sorted(sorted(days, key=lambda day: (abs(day - wanted), day))[:most])
