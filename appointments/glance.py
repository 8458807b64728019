"""What a search says about visits: who comes today, and when each one found was here last and comes next."""

from datetime import datetime

from accounts.models import User, with_profiles
from accounts.permissions import Permission
from appointments.models import Appointment
from appointments.rules import HOLDING, Status
from core import clock
from patients.panels import ShortVisit, VisitNote

Row = tuple[str, datetime, str]  # patient, start, doctor

# Nobody was there, or it is not agreed to yet.
_NOT_A_VISIT = (Status.CANCELLED, Status.NO_SHOW, Status.LEFT_UNSEEN, Status.ENTERED_IN_ERROR, Status.REQUESTED)


def patients_of_today() -> set[str]:
    """Ids of those with a visit today that has not been called off."""
    # read-scope: only the order of patients whom the person may see follows from it
    return set(Appointment.objects.for_day(clock.today()).standing().values_list("patient_id", flat=True))


def visit_notes(user: User, patient_ids: list[str]) -> dict[str, VisitNote]:
    """Last and next visits of patients whom this person may see: two queries, and two for the doctors' names."""
    if not patient_ids or not user.may(Permission.APPOINTMENT_READ):
        return {}
    # read-scope: asked for patients whom the person may see
    rows = Appointment.objects.filter(patient_id__in=patient_ids)
    now, facts = clock.now(), ("patient_id", "start", "doctor_id")
    past = rows.filter(start__lt=now).exclude(status__in=_NOT_A_VISIT).order_by("start", "id")
    coming = rows.filter(start__gte=now, status__in=HOLDING).order_by("-start", "-id")
    # Of several rows of a patient the dict keeps the one that comes last.
    last: dict[str, Row] = {row[0]: row for row in past.values_list(*facts)}
    soon: dict[str, Row] = {row[0]: row for row in coming.values_list(*facts)}
    doctors = _names({row[2] for row in (*last.values(), *soon.values())})
    return {pk: VisitNote(_short(last.get(pk), doctors), _short(soon.get(pk), doctors)) for pk in last | soon}


def _names(ids: set[str]) -> dict[str, str]:
    return {user.pk: user.display_name for user in with_profiles(User.objects.filter(pk__in=ids))} if ids else {}


def _short(row: Row | None, doctors: dict[str, str]) -> ShortVisit | None:
    if row is None:
        return None
    start = row[1]
    return ShortVisit(start, doctors.get(row[2], ""), is_today=clock.wall(start).date() == clock.today())
