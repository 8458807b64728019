"""The lists by name, a page of one, and how long each of them is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from appointments.desk_lists import of_patients, of_visits
from appointments.desk_lists.shared import Filters, Row, Shared
from appointments.models import CallNote
from core import clock
from core.errors import Text

PAGE: Final = 50
MOST_COUNTED: Final = 99
MOST_PAGES: Final = 400

Reader = Callable[[Shared, Filters], Iterator[Sequence[Row]]]


@dataclass(frozen=True)
class DeskList:
    """One list; `dated` names the day of its rows, and a row of `patients` comes back by itself when put aside."""

    slug: str
    title: Text
    lead: Text
    dated: Text
    read: Reader
    of_patients: bool = False
    confirms: bool = False
    is_task: bool = False

    def rows(self, shared: Shared, filters: Filters) -> Iterator[Row]:
        """Its rows, read a chunk at a time as they are wanted."""
        for part in self.read(shared, filters):
            fitting = [row for row in part if filters.fits(row)]
            for row in fitting:
                row.aside = shared.aside_of(self.slug, row)
            fitting = [row for row in fitting if (row.aside is not None) == filters.aside]
            called = _called(fitting, filters)
            yield from (row for row in fitting if row.patient_id not in called)


def _called(rows: list[Row], filters: Filters) -> set[str]:
    if filters.not_called_since is None or not rows:
        return set()
    since: datetime = clock.day_bounds(filters.not_called_since)[0]
    calls = CallNote.objects.filter(patient_id__in=[row.patient_id for row in rows], created_at__gte=since)
    return set(calls.values_list("patient_id", flat=True))


LISTS: Final[Mapping[str, DeskList]] = {
    one.slug: one
    for one in (
        DeskList(
            "unconfirmed",
            _("Unconfirmed tomorrow"),
            _("Booked for the next working day; nobody has said yes to the time."),
            _("Visit"),
            of_visits.unconfirmed,
            confirms=True,
        ),
        DeskList(
            "missed",
            _("Missed, to call"),
            _("Did not come or left unseen, and has had no visit since. The last twelve months."),
            _("Missed"),
            of_visits.missed,
        ),
        DeskList(
            "not-brought",
            _("Not brought again"),
            _("Under 18 and not brought twice within twelve months: see to the child’s safety, say what was done."),
            _("Last missed"),
            of_visits.not_brought,
            is_task=True,
        ),
        DeskList(
            "cancelled",
            _("Cancelled, not rebooked"),
            _("Called off by the family or the clinic, with no other visit since. The last twelve months."),
            _("Was booked for"),
            of_visits.cancelled,
        ),
        DeskList(
            "orders",
            _("Next visits to book"),
            _("Ordered at the chair or at checkout and not booked yet."),
            _("Due"),
            of_patients.orders,
        ),
        DeskList(
            "without-next",
            _("Active without a next visit"),
            _("In active treatment, with no visit booked."),
            _("Last visit"),
            of_patients.without_next,
            of_patients=True,
        ),
        DeskList(
            "recall",
            _("Recall and observation due"),
            _("Recalls that are due, and patients in observation or retention who should have been seen again."),
            _("Due"),
            of_patients.recall,
            of_patients=True,
        ),
        DeskList(
            "past-completion",
            _("Past estimated completion"),
            _("Still in treatment after the day it was meant to end."),
            _("Estimated end"),
            of_patients.past_completion,
            of_patients=True,
        ),
    )
}


def page(by: User, desk_list: DeskList, filters: Filters, number: int) -> tuple[list[Row], bool]:
    """The rows of this page, and whether another one follows."""
    first = (number - 1) * PAGE
    rows = list(islice(desk_list.rows(Shared(by), filters), first, first + PAGE + 1))
    return rows[:PAGE], len(rows) > PAGE


def count(desk_list: DeskList, shared: Shared) -> int:
    """How many rows there are; one more than 99 means more."""
    return sum(1 for _row in islice(desk_list.rows(shared, Filters()), MOST_COUNTED + 1))
