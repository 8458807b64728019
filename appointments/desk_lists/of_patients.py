"""Lists of patients by where their care stands, and of what the chair or another system asked for."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from appointments.desk_lists.shared import Filters, InCare, Kept, Row, Shared, chunks, day_of
from appointments.models import NextVisit
from appointments.recalls import IMPORTED
from patients.models import Patient
from patients.rules import CareStatus

# Kinds of visits by which observation and retention are seen again, and the weeks if the clinic has no such kind.
_AGAIN: Final = {CareStatus.OBSERVATION: ("OBS", 26), CareStatus.RETENTION: ("RETC", 12)}
# A recall is called for this long before its day, so that there is a time to offer.
_AHEAD: Final = timedelta(days=14)


def without_next(shared: Shared, filters: Filters) -> Iterator[Sequence[Row]]:
    """Patients in active treatment who have no visit today or later, by name."""
    waiting = [one for one in shared.people(CareStatus.ACTIVE) if one.pk not in shared.coming]
    ordered = {row.patient_id: row.due_on for row in shared.orders} if waiting else {}
    for part in chunks(waiting):
        last = shared.shown_kept(one.pk for one in part)
        rows = [_row(one, last.get(one.pk)) for one in part]
        for row in rows:
            if row.patient_id in ordered:
                row.marks.append(("blue", _("Order: %(day)s") % {"day": _short(ordered[row.patient_id])}))
        yield rows


def recall(shared: Shared, filters: Filters) -> Iterator[Sequence[Row]]:
    """Recalls brought over that are due; patients in observation or retention not seen for longer than they should."""
    due = [row for row in shared.orders if row.origin == IMPORTED and row.due_on <= shared.today + _AHEAD]
    yield from _orders(shared, [row for row in due if row.patient_id not in shared.coming])
    planned = {row.patient_id for row in shared.orders}
    weeks = _weeks(shared)
    others = [one for one in shared.people(*_AGAIN) if one.pk not in shared.coming and one.pk not in planned]
    for part in chunks(others):
        last = shared.last_kept(one.pk for one in part)
        rows = []
        for one in part:
            kept = last.get(one.pk)
            since = day_of(kept.start) if kept else one.since
            due_on = since + timedelta(weeks=_interval(shared, weeks, one, kept))
            if due_on <= shared.today:
                rows.append(_row(one, kept, day=due_on))
        yield rows


def past_completion(shared: Shared, filters: Filters) -> Iterator[Sequence[Row]]:
    """Patients in treatment, also paused, whose estimated completion has passed; the longest first."""
    wanted = shared.people(CareStatus.ACTIVE, CareStatus.PAUSED)
    over = [one for one in wanted if one.ends_on and one.ends_on < shared.today]
    over.sort(key=lambda one: (one.ends_on or shared.today, one.pk))
    for part in chunks(over):
        last = shared.shown_kept(one.pk for one in part)
        yield [_row(one, last.get(one.pk), day=one.ends_on) for one in part]


def orders(shared: Shared, filters: Filters) -> Iterator[Sequence[Row]]:
    """What was ordered at the chair or at checkout and is not booked yet, the earliest due first."""
    yield from _orders(shared, [row for row in shared.orders if row.origin != IMPORTED])


def _orders(shared: Shared, found: list[NextVisit]) -> Iterator[Sequence[Row]]:
    for part in chunks(found):
        ids = [row.patient_id for row in part]
        known, last = shared.current(ids), shared.shown_kept(ids)
        doctors = dict(Patient.objects.filter(pk__in=list(known)).values_list("pk", "treating_doctor_id"))
        yield [_of_order(shared, row, last.get(row.patient_id), doctors) for row in part if row.patient_id in known]


def _of_order(shared: Shared, order: NextVisit, kept: Kept | None, doctors: dict[str, Any]) -> Row:
    row = Row(
        order.patient_id,
        order.due_on,
        subject=order.pk,
        doctor_id=doctors.get(order.patient_id) or (kept.doctor_id if kept else ""),
        location_id=kept.location_id if kept else "",
        type_id=order.type_id or "",
        note=order.note,
        due=True,
    )
    if order.due_on < shared.today:
        row.marks.append(("red", _("Overdue")))
    if order.patient_id in shared.coming:
        row.marks.append(("blue", _("Has a visit booked")))
    return row


def _row(one: InCare, kept: Kept | None, *, day: date | None = None) -> Row:
    return Row(
        one.pk,
        day or (day_of(kept.start) if kept else None),
        doctor_id=one.doctor_id or (kept.doctor_id if kept else ""),
        location_id=kept.location_id if kept else "",
        type_id=kept.type_id if kept else "",
        start=kept.start if kept else None,
    )


def _weeks(shared: Shared) -> dict[str, int]:
    known = {kind.code: kind.next_visit_weeks for kind in shared.types.values()}
    return {status: known.get(code) or weeks for status, (code, weeks) in _AGAIN.items()}


def _interval(shared: Shared, weeks: dict[str, int], one: InCare, kept: Kept | None) -> int:
    """Weeks after the last visit: as its kind says for kinds of this care, else as is usual."""
    kind = shared.types.get(kept.type_id) if kept else None
    if kind and kind.code[:3] in {"OBS", "RET"} and kind.next_visit_weeks:
        return kind.next_visit_weeks
    return weeks[one.care]


def _short(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
