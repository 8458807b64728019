"""What a person agreed to, and how they want to be reached."""

from collections.abc import Mapping
from datetime import date

from accounts.models import User
from accounts.permissions import Permission, require
from core import audit, clock
from core.actions import audited
from patients import rules
from patients.holding import hold
from patients.models import Consent, ContactPreference, Patient
from patients.rules import Channel, Event


@audited
def give_consent(*, by: User, patient: Patient, kind: str, given_by: str, given_on: date) -> Consent:
    """Note a consent. Raises Refused for a day to come."""
    require(by, Permission.PATIENT_EDIT)
    hold(patient)
    rules.check_not_future(given_on, clock.today(), "given_on")
    consent = Consent.objects.create(patient=patient, kind=kind, given_by=rules.one_line(given_by), given_on=given_on)
    changes = audit.snapshot(consent, "kind", "given_by", "given_on")
    audit.record(by, Event.CONSENT_GIVEN, consent, patient_id=patient.pk, changes=changes)
    return consent


@audited
def withdraw_consent(*, by: User, consent: Consent) -> Consent:
    """The consent holds no longer, as of today; what was agreed to stays readable."""
    require(by, Permission.PATIENT_EDIT)
    if consent.withdrawn_on is not None:
        audit.no_change(by, Event.CONSENT_WITHDRAWN, consent)
        return consent
    changes = consent.change(withdrawn_on=clock.today())
    audit.record(by, Event.CONSENT_WITHDRAWN, consent, patient_id=consent.patient_id, changes=changes)
    return consent


@audited
def set_contact_preferences(*, by: User, patient: Patient, allowed: Mapping[str, bool]) -> None:
    """Write, per channel, whether the person may be reached through it; channels left out stay as they are."""
    require(by, Permission.PATIENT_EDIT)
    hold(patient)
    known = {row.channel: row for row in ContactPreference.objects.filter(patient=patient)}
    changes = {}
    for channel in Channel.values:
        row = known.get(channel)
        before = row.allowed if row else None
        wanted = allowed.get(channel, before)
        if wanted is None or wanted == before:
            continue
        if row:
            row.change(allowed=wanted)
        else:
            ContactPreference.objects.create(patient=patient, channel=channel, allowed=wanted)
        changes[channel] = [before, wanted]
    if changes:
        audit.record(by, Event.CONTACT_PREFERENCE_CHANGED, patient, patient_id=patient.pk, changes=changes)
    else:
        audit.no_change(by, Event.CONTACT_PREFERENCE_CHANGED, patient)
