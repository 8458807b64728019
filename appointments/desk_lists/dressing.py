"""A page of rows with everything that whoever calls needs to see, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User, with_profiles
from accounts.permissions import Permission
from appointments.desk_lists.rules import Answer, follows
from appointments.desk_lists.shared import Row
from appointments.models import Appointment, AppointmentType, CallNote, Checkout, Location
from patients.models import MedicalEntry, Patient, Relationship

_CALLS: Final = 3  # shown in a row


@dataclass
class Phone:
    """A number and whose it is; the patient's own says nobody."""

    number: str
    whose: str = ""


@dataclass
class Line:
    """One row, named."""

    row: Row
    patient: Patient
    type: AppointmentType | None = None
    doctor: str = ""
    location: str = ""
    phones: list[Phone] = field(default_factory=list)
    calls: list[CallNote] = field(default_factory=list)
    coming: datetime | None = None
    left_with: Checkout | None = None
    alert: bool = False

    @property
    def key(self) -> str:
        """What names the row on its page."""
        return self.row.subject or self.row.patient_id

    @property
    def age(self) -> str:
        """Whole years, in words."""
        return "" if self.patient.age is None else _("%(age)s y") % {"age": self.patient.age}

    @property
    def book_url(self) -> str:
        """The booking form with everything that the row says."""
        known = {"due": self.row.subject} if self.row.due else {"patient": self.row.patient_id}
        if self.type and not self.row.due:
            code = self.type.code
            known["type"] = code if self.row.subject else follows(code, [code])
        return f"{reverse('appointments:appointment-new')}?{urlencode({k: v for k, v in known.items() if v})}"

    @property
    def last_call(self) -> CallNote | None:
        """The latest."""
        return self.calls[0] if self.calls else None


def dress(by: User, rows: Sequence[Row]) -> list[Line]:
    """The rows with their names; one whose chart this person may not open any more is left out."""
    ids = list(dict.fromkeys(row.patient_id for row in rows))
    patients = Patient.objects.visible_to(by).in_bulk(ids)
    types = AppointmentType.objects.in_bulk({row.type_id for row in rows if row.type_id})
    doctors = _names(row.doctor_id for row in rows if row.doctor_id)
    places = {location.pk: location.name for location in Location.objects.all()}
    phones, calls, coming = _phones(patients), _calls(ids), _coming(ids)
    left_with, alerts = _left_with(ids), _alerts(by, patients)
    return [
        Line(
            row,
            patients[row.patient_id],
            types.get(row.type_id),
            doctors.get(row.doctor_id, ""),
            places.get(row.location_id, "") if len(places) > 1 else "",
            phones[row.patient_id],
            calls[row.patient_id],
            coming.get(row.patient_id),
            left_with.get(row.patient_id),
            row.patient_id in alerts,
        )
        for row in rows
        if row.patient_id in patients
    ]


def _names(ids: Iterable[str]) -> dict[str, str]:
    return {user.pk: user.display_name for user in with_profiles(User.objects.filter(pk__in=set(ids)))}


def _phones(patients: dict[str, Patient]) -> dict[str, list[Phone]]:
    """The patient's numbers, then those of the parents of a child, each once."""
    found = {pk: [Phone(number) for number in patient.phones] for pk, patient in patients.items()}
    minors = [pk for pk, patient in patients.items() if patient.age is None or patient.age < 18]
    rows = Relationship.objects.running().filter(patient_id__in=minors).with_guardians() if minors else []
    for row in rows:
        known = {phone.number for phone in found[row.patient_id]}
        fresh = [number for number in row.guardian.phones if number not in known]
        found[row.patient_id] += [Phone(number, row.guardian.name) for number in fresh]
    return found


def _calls(ids: list[str]) -> dict[str, list[CallNote]]:
    found: dict[str, list[CallNote]] = defaultdict(list)
    for call in CallNote.objects.filter(patient_id__in=ids).order_by("-created_at", "-id"):
        found[call.patient_id].append(call)
    shown = {pk: calls[:_CALLS] for pk, calls in found.items()}
    named = [call for calls in shown.values() for call in calls]
    callers = User.objects.in_bulk({call.by_id for call in named})
    for call in named:
        call.by = callers[call.by_id]
    return defaultdict(list, shown)


def _coming(ids: list[str]) -> dict[str, datetime]:
    rows = Appointment.objects.filter(patient_id__in=ids).upcoming().values_list("patient_id", "start")
    soonest: dict[str, datetime] = {}
    for patient, start in rows:
        soonest.setdefault(patient, start)
    return soonest


def _left_with(ids: list[str]) -> dict[str, Checkout]:
    """The last answer at checkout, where it was that there is no next visit."""
    rows = Checkout.objects.filter(patient_id__in=ids).order_by("created_at", "id")
    last = {row.patient_id: row for row in rows}
    return {pk: row for pk, row in last.items() if row.answer == Answer.NONE}


def _alerts(by: User, patients: dict[str, Patient]) -> set[str]:
    told = {pk for pk, patient in patients.items() if patient.alerts}
    if not by.may(Permission.CRITICAL_ALERT_READ):
        return told
    rows: Any = MedicalEntry.objects.filter(patient_id__in=list(patients), archived_at=None).critical().running()
    return told | set(rows.values_list("patient_id", flat=True))
