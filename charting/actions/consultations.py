"""The talk with a new patient, and the presentation of a case: noted, corrected."""

from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from charting.models import Consultation, Plan
from charting.rules.consultations import Decision
from charting.rules.events import Event
from charting.rules.visits import NOTE_LENGTH, check_length
from core import audit, clock
from core.actions import audited
from core.errors import Refused, Stale
from patients.holding import hold
from patients.models import Patient
from patients.rules import check_not_future

FIELDS: Final = ("on", "doctor", "present", "concern", "said", "options", "fee", "decision", "next_step")
LENGTHS: Final = {
    "present": 300,
    "concern": NOTE_LENGTH,
    "said": NOTE_LENGTH,
    "options": NOTE_LENGTH,
    "fee": 200,
    "next_step": 300,
}
_TOLD: Final = ("on", "doctor_id", "plan_id", "present", "fee", "decision", "next_step")


@audited
def add_consultation(*, by: User, patient: Patient, plan: Plan | None = None, **fields: Any) -> Consultation:
    """Note what was said and decided; with a plan it is the presentation of that case. `fields`: any of FIELDS.

    Raises Refused (`in_the_future`, `too_long`, `invalid` for somebody who is no doctor here).
    """
    require(by, Permission.CHART_DRAFT)
    hold(patient)
    _check(fields)
    made = Consultation.objects.create(patient=patient, by=by, plan=plan, **fields)
    changes = audit.snapshot(made, *_TOLD)
    audit.record(by, Event.CONSULTATION_ADDED, made, patient_id=patient.pk, changes=changes)
    return made


@audited
def change_consultation(*, by: User, consultation: Consultation, version: int, **fields: Any) -> Consultation:
    """Write what differs. Raises Refused, Stale."""
    require(by, Permission.CHART_DRAFT)
    hold(consultation.patient)
    if consultation.version != version:
        raise Stale
    doctor = fields.pop("doctor", None)
    if doctor is not None and doctor.pk != consultation.doctor_id:
        fields["doctor"] = doctor
    _check(fields)
    if "doctor" in fields:
        fields["doctor_id"] = fields.pop("doctor").pk
    changes = consultation.change(**fields)
    if changes:
        audit.record(by, Event.CONSULTATION_CHANGED, consultation, patient_id=consultation.patient_id, changes=changes)
    else:
        audit.no_change(by, Event.CONSULTATION_CHANGED, consultation)
    return consultation


def _check(fields: dict[str, Any]) -> None:
    check_not_future(fields.get("on"), clock.today(), "on")
    for name, most in LENGTHS.items():
        check_length(fields.get(name, ""), name, most)
    if fields.get("decision", "") not in {"", *Decision.values}:
        raise Refused(_("There is no such decision."), code="invalid", field="decision")
    doctor = fields.get("doctor")
    if doctor is not None and not User.objects.doctors().filter(pk=doctor.pk).exists():
        raise Refused(_("There is no such doctor."), code="invalid", field="doctor_id")
