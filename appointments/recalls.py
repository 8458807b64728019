"""A patient's row of another system may say when the patient is due again: columns, and what is kept of them."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from appointments.actions import next_visits
from appointments.models import AppointmentType, NextVisit
from core import clock
from core.errors import Refused
from patients.imports import values
from patients.imports.kinds import Column, Pass, at
from patients.imports.parts import PatientPart
from patients.imports.refusals import BadCell
from patients.imports.words import plain
from patients.models import Patient

IMPORTED: Final = "import"
_GROUP = gettext_lazy("Recall")
COLUMNS: Final = (
    Column("recall_on", gettext_lazy("Recall due on"), _GROUP, is_date=True),
    Column("recall_interval", gettext_lazy("Recall in months, from today"), _GROUP),
    Column("recall_type", gettext_lazy("Recall: kind of visit"), _GROUP),
    Column("recall_note", gettext_lazy("Recall: note"), _GROUP),
)
_LABELS: Final = {column.name: column.label for column in COLUMNS}
_NOTE: Final = 300
_MOST_MONTHS: Final = 120


def types_of(walk: Pass) -> dict[str, AppointmentType]:
    """Kinds of visits by code and by name, read once for a file."""
    if "types" not in walk.known:
        found = list(AppointmentType.objects.order_by("-is_active", "code"))
        named = {plain(kind.name): kind for kind in reversed(found)}
        walk.known["types"] = named | {plain(kind.code): kind for kind in found}
    types: dict[str, AppointmentType] = walk.known["types"]
    return types


def find_type(walk: Pass, text: str) -> AppointmentType:
    """The kind of visit with this code or name. Raises BadCell."""
    if found := types_of(walk).get(plain(text)):
        return found
    raise BadCell(_("there is no kind of visit “%(name)s” here.") % {"name": text[:40]})


def _read(walk: Pass, cells: Mapping[str, str]) -> dict[str, Any] | None:
    told: dict[str, Any] = {"due_on": "", "months": 0, "type": "", "note": cells.get("recall_note", "")}
    if text := cells.get("recall_on"):
        told["due_on"] = _told("recall_on", lambda: values.day(text, walk.order)).isoformat()
    elif text := cells.get("recall_interval"):
        told["months"] = _told("recall_interval", lambda: _months(text))
    else:
        return None
    if len(told["note"]) > _NOTE:
        raise BadCell(at(_LABELS["recall_note"], BadCell(_("at most %(most)s characters.") % {"most": _NOTE})))
    if text := cells.get("recall_type"):
        told["type"] = _told("recall_type", lambda: find_type(walk, text)).pk
    return told


def _months(text: str) -> int:
    months = values.whole_number(text)
    if not 0 < months <= _MOST_MONTHS:
        raise BadCell(_("1 to %(most)s months.") % {"most": _MOST_MONTHS})
    return months


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, 1) + timedelta(days=min(day.day, last) - 1)


def _told(name: str, reader: Any) -> Any:
    try:
        return reader()
    except Refused as error:
        raise BadCell(at(_LABELS[name], error)) from error


def _write(by: User, patient: Patient, told: dict[str, Any], before: str) -> str:
    """Keep it; a recall that has been settled here stays settled. Months count from the day it first came."""
    known = NextVisit.objects.filter(pk=before).first() if before else None
    first = clock.wall(known.created_at).date() if known else clock.today()
    due_on = date.fromisoformat(told["due_on"]) if told["due_on"] else _months_after(first, told["months"])
    kind = AppointmentType.objects.filter(pk=told["type"]).first() if told["type"] else None
    facts: dict[str, Any] = {"due_on": due_on, "type": kind, "note": told["note"]}
    if known is None:
        return str(next_visits.note_next_visit(by=by, patient=patient, origin=IMPORTED, **facts).pk)
    if known.done_at is None:
        next_visits.change_next_visit(by=by, due=known, **facts)
    return str(known.pk)


RECALL: Final = PatientPart("recall", COLUMNS, _read, _write)
