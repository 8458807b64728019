"""What a link to the booking form knows already, and what that says about the visit that is to be booked."""

from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from accounts.models import User
from appointments import offers
from appointments.finding_times.forms import WISHES
from appointments.forms import BookForm, wall_initial
from appointments.models import NextVisit
from core import clock
from core.ids import is_id
from patients.models import MergeRecord, Patient

# Besides the patient, the visit that is due, and the start.
_CARRIED = ("doctor", "chair", "type", "day", "time", "walk_in", "minutes", "checkout", *WISHES)


def initial_of(by: User, asked: QueryDict) -> dict[str, Any]:
    """Patient, visit due, doctor, chair, type, start, wishes."""
    initial: dict[str, Any] = {"day": clock.today().isoformat()}
    due = open_due(by, asked.get("due", ""))
    patient = patient_of(by, due.patient_id if due else asked.get("patient", ""))
    if patient:
        initial |= {"patient": patient.pk, "patient_query": patient.name, "doctor": patient.treating_doctor_id or ""}
    if due:
        initial |= {"due": due.pk, "weeks": _weeks_until(due)} | ({"type": due.type.code} if due.type else {})
    chosen = offers.read(asked.get("start", "").replace(" ", "+"))
    if chosen:
        initial |= wall_initial(chosen[0])
    initial |= {name: asked[name] for name in _CARRIED if asked.get(name)}
    return initial | ({"weekday": asked.getlist("weekday")} if "weekday" in asked else {})


def patient_of(by: User, pk: str) -> Patient | None:
    """The patient, if this person may see them; the old id of a merged record leads to the one that it is now."""
    if not is_id(pk):
        return None
    people = Patient.objects.visible_to(by)
    found = people.filter(pk=pk).first()
    if found is None and (survivor := MergeRecord.objects.survivor_of(pk)):
        found = people.filter(pk=survivor).first()
    return found


def open_due(by: User, pk: str) -> NextVisit | None:
    """A visit that is due, if this person may see it."""
    rows = NextVisit.objects.visible_to(by).open().select_related("type")
    return rows.filter(pk=pk).first() if is_id(pk) else None


def due_of(by: User, patient: Patient | None, asked: str) -> NextVisit | None:
    """What is due for that patient: what was asked for, else the earliest."""
    if patient is None:
        return None
    rows = list(NextVisit.objects.visible_to(by).filter(patient_id=patient.pk).open().select_related("type")[:20])
    return next((row for row in rows if row.pk == asked), rows[0] if rows else None)


def new_patient_url(form: BookForm) -> str:
    """The page for a new patient, which leads back here. It names nobody."""
    kept = [(name, form.raw(name)) for name in _CARRIED if name != "weekday"]
    kept += [("weekday", str(day)) for day in form["weekday"].value() or ()]
    query = urlencode([(name, value) for name, value in kept if value and (name, value) != ("give", "1")])
    back = f"{reverse('appointments:appointment-new')}?{query}"
    return f"{reverse('patients:patient-create')}?{urlencode({'next': back})}"


def _weeks_until(due: NextVisit) -> int:
    return max(0, round((due.due_on - clock.today()).days / 7))
