"""What happened to a record, in plain words: made from the audit, which says who and when, never what was written."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import Text
from core.models import AuditEvent
from patients import panels
from patients.panels import TimelineItem
from patients.rules import Event

if TYPE_CHECKING:
    from patients.models import Patient

LENGTH = 30

_BEGINNINGS = {Event.PATIENT_ADDED, Event.PATIENT_SELF_REGISTERED}

WORDS: Mapping[str, Text] = {
    Event.PATIENT_ADDED: _("Record made"),
    Event.PATIENT_SELF_REGISTERED: _("Registered online"),
    Event.PATIENT_CHANGED: _("Record changed"),
    Event.PATIENT_ARCHIVED: _("Archived"),
    Event.PATIENT_RESTORED: _("Restored"),
    Event.PATIENT_SENSITIVE_SET: _("Access to the chart changed"),
    Event.PHOTO_CHANGED: _("Photo changed"),
    Event.ACCESS_GRANTED: _("Access given to one person"),
    Event.ACCESS_WITHDRAWN: _("Access of one person withdrawn"),
    Event.PORTAL_INVITED: _("Invited to the portal"),
    Event.GUARDIAN_CHANGED: _("Contact of a family member changed"),
    Event.RELATIONSHIP_ADDED: _("Family member added"),
    Event.RELATIONSHIP_CHANGED: _("Family member changed"),
    Event.RELATIONSHIP_ENDED: _("Family member ended"),
    Event.MEDICAL_ADDED: _("Medical entry added"),
    Event.MEDICAL_CHANGED: _("Medical entry corrected"),
    Event.MEDICAL_ENDED: _("Medical entry ended"),
    Event.MEDICAL_REMOVED: _("Medical entry removed"),
    Event.CONSENT_GIVEN: _("Consent noted"),
    Event.CONSENT_WITHDRAWN: _("Consent withdrawn"),
    Event.CONTACT_PREFERENCE_CHANGED: _("Contact preferences changed"),
}


def of_patient(user: User, patient: "Patient", length: int = LENGTH) -> list[TimelineItem]:
    """The newest lines first; a fixed number of queries."""
    items = _from_audit(patient, length)
    for source in panels.timeline_sources:
        items += source(user, patient, length)
    return sorted(items, key=lambda item: item.at, reverse=True)[:length]


def _from_audit(patient: "Patient", length: int) -> list[TimelineItem]:
    words = {**WORDS, **panels.event_words}
    told = AuditEvent.objects.filter(patient_id=patient.pk, event__in=list(words), outcome="success")
    rows = list(told.order_by("-at", "-id")[:length])
    people = User.objects.in_bulk([row.actor_id for row in rows if row.actor_id])
    items = [TimelineItem(row.at, words[row.event], _name(people, row)) for row in rows]
    if not any(row.event in _BEGINNINGS for row in rows) and len(rows) < length:
        # Brought over from elsewhere: nobody made the record here.
        items.append(TimelineItem(patient.created_at, _("Record made")))
    return items


def _name(people: Mapping[str, User], row: AuditEvent) -> str:
    person = people.get(row.actor_id)
    return person.name if person else ""
