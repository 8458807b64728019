"""Who or what is in the way of a visit, in one sentence, as far as the person who asks may know it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User, with_profiles
from accounts.permissions import Permission
from appointments import claims, rules
from appointments.models import Appointment, Chair, Claim
from appointments.rules import Need
from core import clock
from core.errors import Text
from patients.models import Patient

_GENERIC = {
    "patient": gettext_lazy("The patient has another visit at this time."),
    "chair": gettext_lazy("The chair is taken at this time."),
    "doctor": gettext_lazy("The doctor is taken at this time."),
}


def sentence(resource: str) -> Text:
    """What anybody may hear."""
    return _GENERIC[resource.partition(":")[0]]


def explained(appointment: Appointment, resource: str, by: User | None, *, any_chair: bool = False) -> Text:
    """The same with names and times, for the staff; sensitive charts that they may not open stay unnamed."""
    if by is None or not by.may(Permission.APPOINTMENT_BOOK):
        return sentence(resource)
    met = _first_met(appointment, resource)
    if met is None:
        return sentence(resource)  # gone again in the meantime
    visits, until = met
    kind, _colon, pk = resource.partition(":")
    facts = {"who": _names(visits, by), "until": f"{clock.wall(until):%H:%M}"}
    if kind == "patient":
        return _own_visit(appointment.patient, visits[0])
    if kind == "doctor":
        facts["what"] = with_profiles(User.objects.filter(pk=pk))[0].display_name
    else:
        facts["what"] = Chair.objects.get(pk=pk).name
    return _taken(any_chair, bool(facts["who"])) % facts


def _taken(any_chair: bool, named: bool) -> str:
    if any_chair and named:
        return _("No chair is free at this time: %(what)s is taken by %(who)s until %(until)s.")
    if any_chair:
        return _("No chair is free at this time: %(what)s is taken until %(until)s.")
    if named:
        return _("%(what)s is taken by %(who)s until %(until)s.")
    return _("%(what)s is taken until %(until)s.")


def _own_visit(patient: Patient, visit: Appointment) -> str:
    facts = {
        "who": _short(patient),
        "from": f"{clock.wall(visit.start):%H:%M}",
        "until": f"{clock.wall(visit.end):%H:%M}",
    }
    return _("%(who)s has another visit from %(from)s to %(until)s.") % facts


def _first_met(appointment: Appointment, resource: str) -> tuple[list[Appointment], datetime] | None:
    """The visits at the first cell that is taken, and until when they take it."""
    wanted = [need for need in _needs(appointment, resource) if need.resource == resource]
    if not wanted:
        return None
    used = claims.taken({resource}, wanted)
    cell = next((need.cell for need in wanted if _is_taken(need, used.get((resource, need.cell), set()))), None)
    if cell is None:
        return None
    rows = Claim.objects.filter(resource=resource, cell=cell).exclude(appointment_id=appointment.pk)
    ids = set(rows.values_list("appointment_id", flat=True))
    # read-scope: whose time it is shows only where the patient may be seen
    visits = list(Appointment.objects.filter(pk__in=ids).order_by("start", "id"))
    later = Claim.objects.filter(resource=resource, appointment_id__in=ids, cell__gt=cell)
    theirs = set(later.values_list("cell", flat=True))
    while cell + 1 in theirs:
        cell += 1
    until = datetime.fromtimestamp((cell + 1) * rules.UNIT_MINUTES * 60, UTC)
    return (visits, until) if visits else None


def _needs(appointment: Appointment, resource: str) -> Sequence[Need]:
    kind, _colon, pk = resource.partition(":")
    return rules.needs(
        start=appointment.start,
        pattern=appointment.pattern,
        patient=appointment.patient_id,
        doctor=appointment.doctor_id,
        chair=pk if kind == "chair" else None,
        lanes=claims.lanes_of(appointment.doctor_id),
    )


def _is_taken(need: Need, used: set[int]) -> bool:
    return bool(used) if need.whole else rules.is_full(used, lanes=need.lanes, beyond=need.beyond)


def _names(visits: Sequence[Appointment], by: User) -> str:
    patients = Patient.objects.visible_to(by).in_bulk({visit.patient_id for visit in visits})
    if len(patients) < len({visit.patient_id for visit in visits}):
        return ""
    names = list(dict.fromkeys(_short(patients[visit.patient_id]) for visit in visits))
    if len(names) == 1:
        return names[0]
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def _short(patient: Patient) -> str:
    """Emma K."""
    initial = f"{patient.family_name[:1]}." if patient.family_name and patient.given_name else patient.family_name
    return f"{patient.given_name} {initial}".strip()
