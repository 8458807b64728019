"""Lists of visits: not confirmed, missed, missed again by a child, called off and not booked anew."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from appointments.desk_lists.open_visits import next_day_of_opening
from appointments.desk_lists.rules import REPEATED
from appointments.desk_lists.shared import VISIT_FACTS, Filters, Row, Shared, chunks, day_of, midnight, year_before
from appointments.models import Appointment
from appointments.rules import Status
from patients.rules import age_on

_LONG: Final = timedelta(days=62)  # the longest stretch of unconfirmed visits at once


def unconfirmed(shared: Shared, filters: Filters) -> Iterator[Sequence[Row]]:
    """Booked visits of the next day of opening, or of the days asked for, to which nobody has said yes."""
    day = filters.first or filters.last or next_day_of_opening(shared.today)
    start, end = filters.window(day, day)
    rows = Appointment.objects.between(start, min(end, start + _LONG)).filter(status=Status.BOOKED, confirmed_at=None)
    found = [_row(facts) for facts in rows.order_by("start", "id").values_list(*VISIT_FACTS)]
    for part in chunks(found):
        known = shared.current(row.patient_id for row in part)
        yield [row for row in part if row.patient_id in known]


def missed(shared: Shared, filters: Filters) -> Iterator[Sequence[Row]]:
    """The last visit of each patient who did not come, or left unseen, and has no visit since; the latest first."""
    start, end = filters.window(year_before(shared.today), shared.today)
    histories = _of_patients(shared, (Status.NO_SHOW, Status.LEFT_UNSEEN), year_before(day_of(start)), end)
    rows = [history[-1] for history in histories.values() if history[-1].start >= start]
    rows = [row for row in rows if row.patient_id not in shared.coming]
    for part in chunks(_latest_first(rows)):
        known = shared.current(row.patient_id for row in part)
        since = _kept_since(part)
        kept = []
        for row in part:
            if row.patient_id in known and not any(start > row.start for start, _made in since[row.patient_id]):
                row.times = _missed_within_a_year(histories[row.patient_id], row)
                _mark(row, known[row.patient_id])
                kept.append(row)
        yield kept


def not_brought(shared: Shared, filters: Filters) -> Iterator[Sequence[Row]]:
    """Children who were not brought twice within twelve months, at the last of these visits: a task, booked or not."""
    start, end = filters.window(year_before(shared.today), shared.today)
    histories = _of_patients(shared, (Status.NO_SHOW,), year_before(day_of(start)), end)
    rows = [history[-1] for history in histories.values() if history[-1].start >= start]
    for row in rows:
        row.times = _missed_within_a_year(histories[row.patient_id], row)
    for part in chunks(_latest_first([row for row in rows if row.times >= REPEATED])):
        known = shared.current(row.patient_id for row in part)
        kept = [row for row in part if row.patient_id in known and _is_minor(row, known[row.patient_id])]
        for row in kept:
            _mark(row, known[row.patient_id])
        yield kept


def cancelled(shared: Shared, filters: Filters) -> Iterator[Sequence[Row]]:
    """The last visit that was called off, of each patient who has booked no other; the latest first."""
    far = shared.today + timedelta(days=366)
    start, end = filters.window(year_before(shared.today), far)
    histories = _of_patients(shared, (Status.CANCELLED,), day_of(start), end)
    rows = [history[-1] for history in histories.values() if history[-1].patient_id not in shared.coming]
    for part in chunks(_latest_first(rows)):
        known = shared.current(row.patient_id for row in part)
        since = _kept_since(part)
        yield [row for row in part if row.patient_id in known and not _came_instead(row, since[row.patient_id])]


def _row(facts: tuple[Any, ...]) -> "VisitRow":
    patient, start, pk, doctor, location, kind, status, version, changed = facts
    row = VisitRow(patient, day_of(start), pk, start, doctor, location, kind, status, version)
    row.changed = changed
    return row


class VisitRow(Row):
    """A row of a visit; it always has a start."""

    start: datetime
    changed: datetime


def _of_patients(shared: Shared, statuses: tuple[Status, ...], first: date, end: datetime) -> dict[str, list[VisitRow]]:
    """Visits of these statuses by patient, earliest first."""
    found: dict[str, list[VisitRow]] = defaultdict(list)
    for facts in shared.came_to_nothing(midnight(first), end):
        if facts[6] in statuses:
            found[facts[0]].append(_row(facts))
    return found


def _latest_first(rows: list[VisitRow]) -> list[VisitRow]:
    return sorted(rows, key=lambda row: (row.start, row.subject), reverse=True)


def _kept_since(rows: list[VisitRow]) -> dict[str, list[tuple[datetime, datetime]]]:
    """Start and booking of visits that took place, of these patients."""
    found: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    first = min((min(row.start, row.changed) for row in rows), default=None)
    if first is None:
        return found
    ids = [row.patient_id for row in rows]
    visits = Appointment.objects.filter(patient_id__in=ids, status=Status.COMPLETED, start__gte=first)
    for patient, start, made in visits.values_list("patient_id", "start", "created_at"):
        found[patient].append((start, made))
    return found


def _came_instead(row: VisitRow, visits: list[tuple[datetime, datetime]]) -> bool:
    """Later than the visit would have been, or at a time that was booked when it was called off."""
    return any(start > row.start or made >= row.changed for start, made in visits)


def _missed_within_a_year(history: list[VisitRow], last: VisitRow) -> int:
    since = year_before(day_of(last.start))
    return sum(row.status == Status.NO_SHOW and since <= day_of(row.start) for row in history)


def _is_minor(row: VisitRow, born: date | None) -> bool:
    return born is not None and age_on(born, day_of(row.start)) < settings.AGE_OF_MAJORITY


def _mark(row: VisitRow, born: date | None) -> None:
    words = _("Was not brought") if _is_minor(row, born) else _("Missed")
    row.marks.append(("red", words) if row.status == Status.NO_SHOW else ("amber", _("Left unseen")))
    if row.times >= REPEATED:
        row.marks.append(("red", _("%(times)s times in 12 months") % {"times": row.times}))
