"""Public holidays as people paste them: a date and a name on each line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from core.errors import Refused

MOST: Final = 100
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})[\s,;:]*(?P<name>.*)")
_DOTS = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})?[\s,;:]*(?P<name>.*)")
_WORDS = re.compile(r"(?P<day>\d{1,2})\.? (?P<month>[A-Za-z]{3})[a-z]*\.?,?(?: (?P<year>\d{4}))?[\s,;:]*(?P<name>.*)")


@dataclass(frozen=True)
class Holiday:
    """One day and what it is called."""

    day: date
    name: str


def read(text: str, year: int) -> list[Holiday]:
    """The days of a list; `year` is that of dates without one. Raises Refused (`invalid`) with the line that is none.

    Understood: 2027-12-25, 25.12.2027, 25.12., 25 December 2027, 25 Dec; the name follows.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise Refused(_("Give at least one day."), code="invalid", field="days")
    if len(lines) > MOST:
        raise Refused(_("Give at most %(most)s days at once.") % {"most": MOST}, code="invalid", field="days")
    return list(_each(lines, year))


def _each(lines: list[str], year: int) -> Iterator[Holiday]:
    for number, line in enumerate(lines, start=1):
        found = _one(line, year)
        if found is None:
            message = _("Line %(number)s, “%(line)s”, does not begin with a date such as 25 December or 2027-12-25.")
            raise Refused(message % {"number": number, "line": line[:60]}, code="invalid", field="days")
        yield found


def _one(line: str, year: int) -> Holiday | None:
    match = next((match for form in (_ISO, _DOTS, _WORDS) if (match := form.fullmatch(line))), None)
    if match is None:
        return None
    month = match["month"]
    number = int(month) if month.isdigit() else _MONTHS.get(month.lower())
    if number is None:
        return None
    try:
        day = date(int(match["year"] or year), number, int(match["day"]))
    except ValueError:
        return None
    return Holiday(day, match["name"].strip()[:200])
