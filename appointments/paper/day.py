"""The visits of one day at one location as they go on paper, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from accounts.models import User, with_profiles
from appointments.grid import CALLED_OFF, wall_time
from appointments.models import Appointment, AppointmentType, Chair, Location, NextVisit
from appointments.rules import Status
from core import clock
from core.errors import Text
from patients.models import MedicalEntry, Patient

ORDERS = ("time", "chair", "doctor")


@dataclass
class Line:
    """One visit; without a patient it is a chart that the reader may not open."""

    visit: Appointment
    patient: Patient | None
    type: AppointmentType
    doctor: User
    place: str
    alerts: list[str] = field(default_factory=list)

    @property
    def at(self) -> str:
        """Beginning on the wall clock."""
        return wall_time(self.visit.start)

    @property
    def until(self) -> str:
        """End on the wall clock; midnight is 24:00."""
        return wall_time(self.visit.end, after=self.visit.start)

    @property
    def status(self) -> str:
        """How it stands, in words."""
        return self.visit.status_words if self.patient else self.visit.get_status_display()


@dataclass
class Group:
    """The visits of one chair or one doctor, or all of them."""

    name: Text
    lines: list[Line]


@dataclass
class Slip:
    """One visit with what the chair side needs to know of the last one and of what was ordered then."""

    line: Line
    last_on: date | None = None
    last_type: AppointmentType | None = None
    orders: list[NextVisit] = field(default_factory=list)


def read(location: Location, day: date, reader: User | None) -> list[Line]:
    """What stands on that day, earliest first; a list without a reader (the evening's) opens no sensitive chart."""
    # All visits of the place, also those of charts that the reader may not open: their time is taken too.
    rows = Appointment.objects.for_day(day).filter(location_id=location.pk).exclude(status__in=CALLED_OFF)
    return lines_of(list(rows.order_by("start", "id")), reader)


def lines_of(visits: list[Appointment], reader: User | None) -> list[Line]:
    """These visits with their names."""
    patients = _patients({row.patient_id for row in visits}, reader)
    alerts = _alerts(patients, reader)
    types = AppointmentType.objects.in_bulk({row.type_id for row in visits})
    doctors = {user.pk: user for user in with_profiles(User.objects.filter(pk__in={row.doctor_id for row in visits}))}
    chairs = Chair.objects.in_bulk({pk for row in visits if (pk := _chair_of(row))})
    for row in visits:
        if row.patient_id in patients:
            row.patient = patients[row.patient_id]
    return [
        Line(
            visit=row,
            patient=patients.get(row.patient_id),
            type=types[row.type_id],
            doctor=doctors[row.doctor_id],
            place=chairs[pk].name if (pk := _chair_of(row)) else "",
            alerts=alerts.get(row.patient_id, []),
        )
        for row in visits
    ]


def grouped(lines: Iterable[Line], order: str) -> list[Group]:
    """By chair or by doctor, each with its own heading; by time all in one."""
    if order not in {"chair", "doctor"}:
        return [Group("", list(lines))]
    groups: dict[str, Group] = {}
    for line in lines:
        name = line.place if order == "chair" else line.doctor.display_name
        groups.setdefault(name, Group(name, [])).lines.append(line)
    # Without a chair comes last.
    return sorted(groups.values(), key=lambda group: (group.name == "", str(group.name)))


def slips(lines: Iterable[Line]) -> list[Slip]:
    """A slip for every visit whose chart the reader may open."""
    open_lines = [line for line in lines if line.patient]
    last = _last_visits([line.visit for line in open_lines])
    types = AppointmentType.objects.in_bulk({type_id for _start, type_id in last.values()})
    orders = _orders({line.visit.patient_id for line in open_lines})
    made = []
    for line in open_lines:
        slip = Slip(line, orders=orders.get(line.visit.patient_id, []))
        if found := last.get(line.visit.patient_id):
            slip.last_on, slip.last_type = clock.wall(found[0]).date(), types[found[1]]
        made.append(slip)
    return made


def _patients(ids: set[str], reader: User | None) -> dict[str, Patient]:
    everybody = Patient.objects.filter(sensitive=False, merged_into=None)
    return (Patient.objects.visible_to(reader) if reader else everybody).in_bulk(ids)


def _alerts(patients: dict[str, Patient], reader: User | None) -> dict[str, list[str]]:
    """Critical entries first, then the desk's own sentences."""
    entries = MedicalEntry.objects.visible_to(reader) if reader else MedicalEntry.objects.filter(archived_at=None)
    told: dict[str, list[str]] = defaultdict(list)
    for entry in entries.critical().running().filter(patient_id__in=list(patients)).order_by("created_at", "id"):
        told[entry.patient_id].append(entry.description)
    for pk, patient in patients.items():
        told[pk] += patient.alerts
    return told


def _last_visits(visits: list[Appointment]) -> dict[str, tuple[datetime, str]]:
    """Start and type of the last visit that took place before the first of these, by patient."""
    if not visits:
        return {}
    rows = Appointment.objects.filter(
        patient_id__in={row.patient_id for row in visits},
        status=Status.COMPLETED,
        start__lt=min(row.start for row in visits),
    )
    # Of several rows of a patient the dict keeps the one that comes last.
    found = rows.order_by("start", "id").values_list("patient_id", "start", "type_id")
    return {patient: (start, type_id) for patient, start, type_id in found}


def _orders(patient_ids: set[str]) -> dict[str, list[NextVisit]]:
    rows = list(NextVisit.objects.filter(patient_id__in=patient_ids).open())
    types = AppointmentType.objects.in_bulk({row.type_id for row in rows if row.type_id})
    orders: dict[str, list[NextVisit]] = defaultdict(list)
    for row in rows:
        row.type = types[row.type_id] if row.type_id else None
        orders[row.patient_id].append(row)
    return orders


def _chair_of(visit: Appointment) -> str | None:
    return visit.seated_in_id or visit.chair_id
