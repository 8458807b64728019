"""Cells as people write them: dates, times, numbers, words. Pure; what cannot be understood raises BadCell."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from patients.imports.refusals import BadCell
from patients.imports.words import MONTHS, plain

_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_COMPACT: Final = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_NUMBERS: Final = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})")
_NAMED: Final = re.compile(r"(\d{1,2})[ .-]*([^\W\d]{3,12})[ .,-]*(\d{4})|([^\W\d]{3,12})[ .]*(\d{1,2})[ ,.-]+(\d{4})")
_TIME: Final = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?:[:.](\d{2})(?:\.\d+)?)?\s*([ap])?\.?m?\.?", re.IGNORECASE)
_OFFSET: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})")
_MIDNIGHT: Final = re.compile(r"[ T]0{1,2}:00(:00(\.0+)?)?(\s*[ap]m)?$|\s12:00:00 am$", re.IGNORECASE)
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMERIC: Final = re.compile(r"[-+]?\d[\d.,]*")


class DateOrder(models.TextChoices):
    """How 03/04/2010 is meant."""

    DAY_FIRST = "dmy", gettext_lazy("Day first: 03/04/2010 is 3 April")
    MONTH_FIRST = "mdy", gettext_lazy("Month first: 03/04/2010 is 4 March")


@dataclass
class DateEvidence:
    """What a column's dates tell about their order."""

    day_first: int = 0
    month_first: int = 0
    either: int = 0

    def look_at(self, text: str) -> None:
        """Count one cell."""
        found = _NUMBERS.match(text)
        if not found:
            return
        first, second = int(found[1]), int(found[3])
        if found[2] == "." or (first > 12 >= second):
            self.day_first += 1
        elif second > 12 >= first:
            self.month_first += 1
        elif first != second:
            self.either += 1

    def order(self) -> str:
        """The order, "" where nothing tells; it is asked for then."""
        if bool(self.day_first) == bool(self.month_first):
            return ""
        return DateOrder.DAY_FIRST if self.day_first else DateOrder.MONTH_FIRST


def looks_like_data(text: str) -> bool:
    """Whether this is no heading: a date, a number, an e-mail."""
    text = text[:200]
    return bool(_NUMERIC.fullmatch(text) or _EMAIL.fullmatch(text) or _ISO.match(text) or _NUMBERS.match(text))


def day(text: str, order: str, *, past: bool = False) -> date:
    """A calendar day. Two digits of a year are this century's unless that lies (far) ahead."""
    bare = _MIDNIGHT.sub("", text.strip())
    try:
        return _day(bare, order, 0 if past else 10)
    except ValueError as error:
        raise BadCell(_("“%(text)s” is no day of the calendar.") % {"text": _short(text)}) from error


def _day(text: str, order: str, ahead: int) -> date:
    if found := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        return date(*(int(part) for part in found.groups()))
    if found := _NUMBERS.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), _year(found[4], ahead)
        month_first = order == DateOrder.MONTH_FIRST and found[2] != "."
        return date(year, first, second) if month_first else date(year, second, first)
    if found := _NAMED.fullmatch(text):
        named = (found[1], found[2], found[3]) if found[1] else (found[5], found[4], found[6])
        return date(int(named[2]), _month(named[1]), int(named[0]))
    raise ValueError(text)


def _year(text: str, ahead: int) -> int:
    if len(text) == 4:
        return int(text)
    this = clock.today().year
    year = this - this % 100 + int(text)
    return year if year <= this + ahead else year - 100


def _month(name: str) -> int:
    word = plain(name)
    found = {number for known, number in MONTHS.items() if known.startswith(word) or word.startswith(known)}
    if len(found) != 1:
        raise ValueError(name)
    return found.pop()


def time_of_day(text: str) -> time:
    """9:30, 09:30:00, 9.30, 9h30, 9:30 AM."""
    found = _TIME.fullmatch(text.strip())
    if found and (found[2] or found[4]):
        hour, minute = int(found[1]), int(found[2] or 0)
        if found[4] and 1 <= hour <= 12:
            hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise BadCell(_("“%(text)s” is no time of the day.") % {"text": _short(text)})


def instant(day_text: str, time_text: str, order: str) -> datetime:
    """A moment on the clinic's wall clock, or one with its own offset; in UTC. Raises Refused for a skipped hour."""
    if not time_text and _OFFSET.fullmatch(day_text):
        return datetime.fromisoformat(day_text.replace("Z", "+00:00")).astimezone(UTC)
    if time_text:
        return clock.at(day(day_text, order), time_of_day(time_text))
    parts = re.split(r"(?<=\d)(?:T|,?\s+)(?=\d{1,2}[:.h]\d{2})", day_text.strip(), maxsplit=1)
    if len(parts) != 2:
        raise BadCell(_("“%(text)s” has no time of the day.") % {"text": _short(day_text)})
    return clock.at(day(parts[0], order), time_of_day(parts[1]))


def whole_number(text: str) -> int:
    """A number without a fraction."""
    if re.fullmatch(r"\d{1,6}", text):
        return int(text)
    raise BadCell(_("“%(text)s” is no whole number.") % {"text": _short(text)})


def several(text: str) -> list[str]:
    """What a cell lists with semicolons or on lines of its own."""
    return [part.strip() for part in re.split(r"[;\n\r]+", text) if part.strip()]


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
