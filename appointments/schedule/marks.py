"""What the desk must know of a patient before the chair: alerts, consent, account, birthday."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from accounts.permissions import Permission
from core.errors import Text
from patients.models import Consent, MedicalEntry, Patient
from patients.rules import CareStatus, ConsentKind

if TYPE_CHECKING:
    from accounts.models import User

# Who is treated has agreed to it.
_TREATED = (CareStatus.READY, CareStatus.ACTIVE, CareStatus.PAUSED)


@dataclass(frozen=True)
class Mark:
    """A small picture and what it says."""

    icon: str
    label: Text
    is_medical: bool = False


def marks_of(user: "User", patients: Mapping[str, Patient], day: date) -> dict[str, list[Mark]]:
    """The marks of these patients, which this person sees, on that day; two queries."""
    alerts = _with_alerts(user, patients)
    agreed = _agreed(patients.values())
    return {pk: list(_marks(patient, pk in alerts, pk in agreed, day)) for pk, patient in patients.items()}


def _with_alerts(user: "User", patients: Mapping[str, Patient]) -> set[str]:
    found = {pk for pk, patient in patients.items() if patient.alerts}
    if user.may(Permission.CRITICAL_ALERT_READ) or user.may(Permission.MEDICAL_READ):
        # read-scope: of patients whom the person sees
        entries = MedicalEntry.objects.critical().running().filter(archived_at=None, patient_id__in=list(patients))
        found |= set(entries.values_list("patient_id", flat=True))
    return found


def _agreed(patients: Iterable[Patient]) -> set[str]:
    asked = [patient.pk for patient in patients if patient.care_status in _TREATED]
    # read-scope: of patients whom the person sees
    rows = Consent.objects.filter(patient_id__in=asked, kind=ConsentKind.TREATMENT, withdrawn_on=None)
    return set(rows.values_list("patient_id", flat=True)) if asked else set()


def _marks(patient: Patient, has_alert: bool, has_agreed: bool, day: date) -> Iterable[Mark]:
    if has_alert:
        yield Mark("medical", _("Alert"), is_medical=True)
    if patient.care_status in _TREATED and not has_agreed:
        yield Mark("edit", _("No consent to treatment"))
    if patient.account_note:
        yield Mark("info", _("Note on the account"))
    if is_birthday(patient.birth_date, day):
        yield Mark("cake", _("Birthday"))


def is_birthday(born: date | None, day: date) -> bool:
    """Whether somebody born then has a birthday on that day; on 29 February it is kept on the 28th between."""
    if born is None:
        return False
    if (born.month, born.day) == (2, 29) and not _is_leap(day.year):
        return (day.month, day.day) == (2, 28)
    return (born.month, born.day) == (day.month, day.day)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
