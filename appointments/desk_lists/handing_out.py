"""A list leaves the house, on paper or in a file: whom it names is kept for each one's account."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from appointments.desk_lists.dressing import Line, dress
from appointments.desk_lists.lists import DeskList
from appointments.desk_lists.shared import Filters, Row, Shared
from appointments.models import Appointment
from appointments.rules import Event
from patients import actions
from patients.actions.exports import ListKind
from patients.exports import handing_out
from patients.exports.purpose import Purpose
from patients.exports.tables import CHUNK, Column, Format, Table

ON_PAPER: Final = 300
IN_A_FILE: Final = 20_000
_FILE = ListKind(
    Event.LIST_DISCLOSED, Appointment._meta.label, (Permission.PATIENT_EXPORT, Permission.APPOINTMENT_BOOK)
)
_PAPER = ListKind(Event.LIST_DISCLOSED, Appointment._meta.label, (Permission.APPOINTMENT_BOOK,))


def for_paper(by: User, desk_list: DeskList, filters: Filters) -> tuple[list[Row], bool]:
    """The first rows, and whether there are more than go on paper. Raises NotPermitted."""
    rows = list(islice(desk_list.rows(Shared(by), filters), ON_PAPER + 1))
    cut, rows = len(rows) > ON_PAPER, rows[:ON_PAPER]
    _account(by, _PAPER, desk_list, filters, rows, "page", Purpose(_("List on paper")))
    return rows, cut


def hand_out(by: User, desk_list: DeskList, filters: Filters, format: Format, purpose: Purpose) -> Table[Line]:
    """The whole list as a table. Raises NotPermitted, Refused, TooMany."""
    handing_out.begin(by, _FILE.rights, purpose)
    rows = list(islice(desk_list.rows(Shared(by), filters), IN_A_FILE))
    _account(by, _FILE, desk_list, filters, rows, format.value, purpose)
    return Table(columns(desk_list), _chunks(by, rows))


def columns(desk_list: DeskList) -> list[Column[Line]]:
    """What stands in the file, from left to right."""
    return [
        Column("patientId", _("Patient's id"), lambda line: line.patient.pk),
        Column("chartNumber", _("Chart number"), lambda line: line.patient.chart_number),
        Column("patient", _("Patient"), lambda line: line.patient.name),
        Column("birthDate", _("Date of birth"), lambda line: line.patient.birth_date),
        Column("phones", _("Phones"), lambda line: [" ".join(filter(None, (p.number, p.whose))) for p in line.phones]),
        Column("date", str(desk_list.dated), lambda line: line.row.day),
        Column("type", _("Code"), lambda line: line.type.code if line.type else ""),
        Column("typeName", _("Kind of visit"), lambda line: line.type.name if line.type else ""),
        Column("doctor", _("Doctor"), lambda line: line.doctor),
        Column("location", _("Location"), lambda line: line.location),
        Column("marks", _("Remarks"), lambda line: [str(words) for _tone, words in line.row.marks]),
        Column("note", _("Note for the desk"), lambda line: line.row.note),
        Column("lastCall", _("Last call"), lambda line: line.last_call.created_at if line.last_call else None),
        Column("outcome", _("Outcome"), lambda line: str(line.last_call) if line.last_call else ""),
        Column("callNote", _("Note of the call"), lambda line: line.last_call.note if line.last_call else ""),
        Column("aside", _("Put aside"), lambda line: line.row.aside.reason if line.row.aside else ""),
    ]


def _account(
    by: User, kind: ListKind, desk_list: DeskList, filters: Filters, rows: list[Row], form: str, purpose: Purpose
) -> None:
    told: dict[str, Any] = {"list": desk_list.slug, "format": form, "rows": len(rows), **filters.facts()}
    ids = list(dict.fromkeys(row.patient_id for row in rows))
    actions.disclose_list(by=by, kind=kind, patient_ids=ids, facts=told, purpose=purpose)


def _chunks(by: User, rows: list[Row]) -> Iterator[list[Line]]:
    for start in range(0, len(rows), CHUNK):
        yield dress(by, rows[start : start + CHUNK])
