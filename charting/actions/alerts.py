"""Alerts that were read."""

from accounts.models import User
from accounts.permissions import Permission, require
from charting.models import AlertsSeen
from charting.rules.events import Event
from core import audit, clock
from core.actions import audited
from patients.models import Patient


@audited
def read_alerts(*, by: User, patient: Patient, fingerprint: str) -> None:
    """The person has read what the alerts say now; once a day, and again after they changed."""
    require(by, Permission.CHART_READ)
    values = {"patient": patient, "by": by, "seen_on": clock.today(), "fingerprint": fingerprint}
    if not fingerprint or AlertsSeen.objects.filter(**values).exists():
        audit.no_change(by, Event.ALERTS_READ, patient)
        return
    AlertsSeen.objects.create(**values)
    audit.record(by, Event.ALERTS_READ, patient, patient_id=patient.pk)
