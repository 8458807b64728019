"""The treatment card, newest entry first, a page at a time: entries first, then their parts by id."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from accounts.models import User
from appointments.models import StatusEvent
from appointments.rules import Status
from charting.card.recent import Recent
from charting.models import Amendment, BracketEvent, Elastics, Visit, WireChange
from charting.rules import procedures

_STAMPS: Final = (Status.ARRIVED, Status.SEATED, Status.WITH_DOCTOR, Status.COMPLETED)


@dataclass
class Row:
    """One entry with everything that belongs to it."""

    visit: Visit
    wires: list[WireChange]
    brackets: list[BracketEvent]
    elastics: list[Elastics]
    amendments: list[Amendment] = field(default_factory=list)
    stamps: dict[str, datetime] = field(default_factory=dict)  # of the flow board, by status
    start: datetime | None = None

    @property
    def times(self) -> list[tuple[str, datetime]]:
        """When the patient arrived, sat down and so on, in words."""
        return [(str(Status(status).label), at) for status, at in self.stamps.items()]

    @property
    def done(self) -> list[str]:
        """The procedures in words."""
        return words_of(self.visit)

    @property
    def late(self) -> int:
        """Minutes after the booked time; 0 on time."""
        came = self.stamps.get(Status.ARRIVED)
        if not came or not self.start:
            return 0
        return max(0, int((came - self.start).total_seconds() // 60))


def rows_of(recent: Recent) -> list[Row]:
    """The entries of a page with their parts."""
    rows = {
        visit.pk: Row(
            visit,
            recent.wire_changes[visit.pk],
            recent.brackets[visit.pk],
            recent.elastics[visit.pk],
            recent.amendments[visit.pk],
        )
        for visit in recent.visits
    }
    _stamp(rows)
    return list(rows.values())


def row_of(by: User, visit: Visit) -> Row:
    """One entry."""
    return rows_of(Recent(by, visit.patient, [visit]))[0]


def _stamp(rows: dict[str, Row]) -> None:
    of: dict[str, list[Row]] = defaultdict(list)
    for row in rows.values():
        if row.visit.appointment_id:
            of[row.visit.appointment_id].append(row)
    if not of:
        return
    # read-scope: the appointments of entries that the person may see
    steps = StatusEvent.objects.filter(appointment_id__in=list(of), to_status__in=_STAMPS).order_by("at", "id")
    for pk, status, at, start in steps.values_list("appointment_id", "to_status", "at", "appointment__start"):
        for row in of[pk]:
            row.stamps[status] = at
            row.start = start


def words_of(visit: Visit) -> list[str]:
    """What was done, in words."""
    return [_words(one) for one in visit.procedures if one.get("code") in procedures.CHIPS]


def _words(one: dict[str, Any]) -> str:
    chip = procedures.CHIPS[one["code"]]
    more = (
        f" {one['contact']} {one['mm']} mm" if one.get("contact") else f" {one['turns']}×" if one.get("turns") else ""
    )
    return f"{chip.label}{more}"
