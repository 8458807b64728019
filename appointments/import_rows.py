"""A row about a visit in another system: who, when, where, and everything that is wrong with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from appointments import claims, rules
from appointments.models import AppointmentType, Chair, Location, WorkingHours
from appointments.recalls import find_type
from appointments.rules import HOLDING, Status
from core import clock
from core.errors import Refused
from patients.imports import values, words
from patients.imports.doctors import Doctors
from patients.imports.kinds import Column, Pass, SourceRow, at
from patients.imports.references import References
from patients.imports.refusals import BadCell
from patients.imports.words import plain
from patients.models import Patient

_WHO, _WHEN, _WHAT = gettext_lazy("Patient"), gettext_lazy("Time and place"), gettext_lazy("Visit")
COLUMNS: Final = (
    Column("external_id", gettext_lazy("Number of the visit in the other system"), _WHAT),
    Column("patient_id", gettext_lazy("Patient's number in the other system"), _WHO),
    Column("patient_number", gettext_lazy("Patient's chart number"), _WHO),
    Column("start", gettext_lazy("Day, or day and time"), _WHEN, is_date=True),
    Column("time", gettext_lazy("Time"), _WHEN),
    Column("minutes", gettext_lazy("Minutes"), _WHEN),
    Column("doctor", gettext_lazy("Doctor"), _WHEN),
    Column("chair", gettext_lazy("Chair"), _WHEN),
    Column("location", gettext_lazy("Location"), _WHEN),
    Column("type", gettext_lazy("Kind of visit"), _WHAT),
    Column("status", gettext_lazy("Status"), _WHAT),
    Column("note", gettext_lazy("Note for the desk"), _WHAT),
)
LABELS: Final = {column.name: column.label for column in COLUMNS}
_NOTE: Final = 500
_NOT_YET: Final = frozenset({Status.COMPLETED, Status.NO_SHOW})


class Places:
    """Chairs, locations and where each doctor works, read once for a whole file."""

    def __init__(self) -> None:
        self.locations = {plain(row.name): row for row in Location.objects.filter(is_active=True).order_by("-name")}
        self._by_pk = {row.pk: row for row in self.locations.values()}
        self._chairs = [row for row in Chair.objects.filter(is_active=True) if row.location_id in self._by_pk]
        rows = WorkingHours.objects.exclude(doctor=None).order_by("-location_id")
        self._of_doctor = dict(rows.values_list("doctor_id", "location_id"))

    def chair(self, name: str, location: Location | None) -> Chair:
        """The chair of that name. Raises BadCell."""
        named = [row for row in self._chairs if plain(row.name) == plain(name)]
        found = [row for row in named if location is None or row.location_id == location.pk]
        if len(found) == 1:
            found[0].location = self._by_pk[found[0].location_id]
            return found[0]
        message = _("there are several chairs “%(name)s”.") if found else _("there is no chair “%(name)s” here.")
        raise BadCell(message % {"name": name[:40]})

    def usual(self, doctor: User | None) -> Location | None:
        """Where the doctor works, else the first location."""
        pk = self._of_doctor.get(doctor.pk, "") if doctor else ""
        return self._by_pk.get(pk) or next(iter(sorted(self.locations.values(), key=lambda row: row.name)), None)


@dataclass
class VisitRow:
    """What a row says, as it would be stored, and everything that is wrong with it."""

    patient: Patient | None = None
    doctor: User | None = None
    type: AppointmentType | None = None
    location: Location | None = None
    chair: Chair | None = None
    start: datetime | None = None
    pattern: str = ""
    status: str = ""
    note: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def holds_time(self) -> bool:
        """Whether it takes time on the grid: today's and later visits that stand."""
        return self.start is not None and self.status in HOLDING and claims.holds_time(self.start)


def read(walk: Pass, row: SourceRow, references: References) -> VisitRow:
    """Read one row; never raises, but lists what is wrong."""
    visit, cells = VisitRow(), row.cells
    if row.has_too_many:
        visit.faults.append(_("There are more cells than headings: is a text cut in two?"))
    _take(visit, "patient", "", lambda: _patient(cells, references))
    _take(visit, "start", "start", lambda: _start(walk, cells))
    _take(visit, "doctor", "doctor", lambda: _doctor(walk, cells, visit))
    _take(visit, "location", "location", lambda: _location(walk, cells))
    if "chair" in cells:
        _take(visit, "chair", "chair", lambda: _places(walk).chair(cells["chair"], visit.location))
    _take(visit, "location", "location", lambda: _where(walk, visit))
    _take(visit, "type", "type", lambda: find_type(walk, cells.get("type") or settings.DEFAULT_APPOINTMENT_TYPE))
    _take(visit, "pattern", "minutes", lambda: _pattern(cells, visit.type))
    _take(visit, "status", "status", lambda: _status(cells, visit.start))
    _take(visit, "note", "note", lambda: _note(cells))
    _check_standing(visit)
    return visit


def _take(visit: VisitRow, name: str, column: str, reader: Callable[[], Any]) -> None:
    try:
        setattr(visit, name, reader())
    except Refused as error:
        visit.faults.append(at(LABELS[column], error) if column else str(error.message))


def _patient(cells: Mapping[str, str], references: References) -> Patient:
    name, number = cells.get("patient_id", ""), cells.get("patient_number", "")
    found = references.by_id(name) or references.by_number(number)
    if found:
        return found
    if not name and not number:
        raise BadCell(_("The row does not say whose visit it is."))
    message = _("There is no patient “%(name)s” here. Bring the patients over first.")
    raise BadCell(message % {"name": (name or number)[:40]})


def _start(walk: Pass, cells: Mapping[str, str]) -> datetime:
    if "start" not in cells:
        raise BadCell(_("the cell is empty."))
    start = values.instant(cells["start"], cells.get("time", ""), walk.order)
    rules.check_on_grid(start)
    return start


def _doctor(walk: Pass, cells: Mapping[str, str], visit: VisitRow) -> User:
    doctors: Doctors = walk.known.get("doctors") or walk.known.setdefault("doctors", Doctors(also_former=True))
    if "doctor" in cells:
        return doctors.find(cells["doctor"])
    treating = doctors.by_id(visit.patient.treating_doctor_id or "") if visit.patient else None
    found = treating or doctors.only()
    if found is None:
        raise BadCell(_("the row does not say which doctor, and the patient has none."))
    return found


def _places(walk: Pass) -> Places:
    places: Places = walk.known.get("places") or walk.known.setdefault("places", Places())
    return places


def _location(walk: Pass, cells: Mapping[str, str]) -> Location | None:
    if "location" not in cells:
        return None
    found = _places(walk).locations.get(plain(cells["location"]))
    if found is None:
        raise BadCell(_("there is no location “%(name)s” here.") % {"name": cells["location"][:40]})
    return found


def _where(walk: Pass, visit: VisitRow) -> Location:
    found = visit.location or (visit.chair.location if visit.chair else None) or _places(walk).usual(visit.doctor)
    if found is None:
        raise BadCell(_("the clinic has none yet. Add one in the setup."))
    return found


def _pattern(cells: Mapping[str, str], kind: AppointmentType | None) -> str:
    """The type's pattern at the length that the visit had there, even if that cuts the doctor's time short."""
    pattern = kind.pattern if kind else rules.CHECK
    if "minutes" not in cells:
        return pattern
    minutes = values.whole_number(cells["minutes"])
    rules.fit_pattern(rules.ASSISTANT, minutes)  # refuses what is no length
    units = minutes // rules.UNIT_MINUTES
    return pattern[:units].ljust(units, rules.ASSISTANT)


def _status(cells: Mapping[str, str], start: datetime | None) -> str:
    past = start is not None and start < clock.now()
    if "status" not in cells:
        return Status.COMPLETED if past else Status.BOOKED
    found = words.meaning("appointment_status", cells["status"])
    if not found:
        raise BadCell(_("“%(word)s” is not known here.") % {"word": cells["status"][:40]})
    if start is not None and not past and found in _NOT_YET:
        label = Status(found).label
        raise BadCell(_("“%(status)s”, but the visit is still to come.") % {"status": label})
    return found


def _note(cells: Mapping[str, str]) -> str:
    note = " ".join(cells.get("note", "").split())
    if len(note) > _NOTE:
        raise BadCell(_("at most %(most)s characters.") % {"most": _NOTE})
    return note


def _check_standing(visit: VisitRow) -> None:
    if not visit.holds_time:
        return
    if visit.patient and visit.patient.is_archived:
        visit.faults.append(
            _("The record %(n)s is archived here. Restore it first.") % {"n": visit.patient.chart_number}
        )
    if visit.doctor and not visit.doctor.is_active:
        visit.faults.append(at(LABELS["doctor"], BadCell(_("%(name)s has left.") % {"name": visit.doctor.name})))
