"""How long a plan takes and how far it is, and when retention is checked. Months are calendar months."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.errors import Refused

MONTHS: Final = (1, 72)
# After the debond, then on demand after 24 months: orthoii-forms retention contract.
RETENTION_MONTHS: Final = (1, 3, 6, 12)
RETENTION_ON_DEMAND_AFTER: Final = 24


@dataclass(frozen=True)
class Progress:
    """Month `month` of about `months`; `first_estimate` is what was said at the start and never overwritten."""

    month: int
    months: int
    first_estimate: int

    @property
    def share(self) -> int:
        """Per cent of the estimate that has passed, at most 100: the bar."""
        return min(100, (self.month - 1) * 100 // self.months)

    @property
    def over(self) -> int:
        """Months begun beyond the estimate."""
        return max(0, self.month - self.months)

    @property
    def slipped(self) -> int:
        """Months that the estimate grew by since the start."""
        return self.months - self.first_estimate


def check_months(months: int | None, *, field: str = "estimated_months") -> None:
    """Raises Refused (`out_of_range`) for an estimate that nobody gives."""
    if months is not None and not MONTHS[0] <= months <= MONTHS[1]:
        message = _("An estimate goes from %(least)s to %(most)s months.")
        raise Refused(message % {"least": MONTHS[0], "most": MONTHS[1]}, code="out_of_range", field=field)


def first_estimate(first: int | None, given: int | None) -> int | None:
    """The estimate that is kept: the first one ever given."""
    return given if first is None else first


def months_after(day: date, months: int) -> date:
    """So many months later; the last day of a shorter month stands for a day it does not have."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def whole_months(start: date, day: date) -> int:
    """Whole months from one day to a later one: 31 January to 28 February is one."""
    months = (day.year - start.year) * 12 + day.month - start.month
    return months if months_after(start, months) <= day else months - 1


def progress(started: date, months: int, today: date, first: int | None = None) -> Progress | None:
    """How far treatment is; None before it starts. The first day is in month 1."""
    if today < started:
        return None
    return Progress(whole_months(started, today) + 1, months, months if first is None else first)


def estimated_end(started: date, months: int) -> date:
    """The day the estimate runs out: the patient record's estimated completion."""
    return months_after(started, months)


def retention_checks(since: date) -> tuple[date, ...]:
    """When retention is checked: 1, 3, 6 and 12 months after the debond."""
    return tuple(months_after(since, months) for months in RETENTION_MONTHS)


def next_retention_check(since: date, checked: int) -> date | None:
    """The check after so many; None when all are done: on demand then."""
    checks = retention_checks(since)
    return checks[checked] if checked < len(checks) else None
