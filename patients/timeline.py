"""What happened to a record, in plain words: made from the audit, which says who and when, never what was written."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from core.errors import Text
from core.models import AuditEvent
from patients import panels
from patients.models import MergeRecord
from patients.panels import TimelineItem
from patients.rules import Event

if TYPE_CHECKING:
    from patients.models import Patient

LENGTH = 30

_WITH, _INTO = _("Merged with record %(number)s"), _("Merged into record %(number)s")
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
    Event.DUPLICATE_DISMISSED: _("Found to be another person than a similar record"),
    Event.RECORD_DISCLOSED: _("Whole record saved to a file"),
}


def of_patient(user: User, patient: "Patient", length: int = LENGTH) -> list[TimelineItem]:
    """The newest lines first; a fixed number of queries."""
    items = _from_audit(patient, length) + _from_merges(user, patient)
    for source in panels.timeline_sources:
        items += source(user, patient, length)
    return sorted(items, key=lambda item: item.at, reverse=True)[:length]


def _from_audit(patient: "Patient", length: int) -> list[TimelineItem]:
    words = {**WORDS, **panels.event_words}
    ids = [patient.pk, *MergeRecord.objects.merged_ids(patient.pk)]
    told = AuditEvent.objects.filter(patient_id__in=ids, event__in=list(words), outcome="success")
    rows = list(told.order_by("-at", "-id")[:length])
    people = User.objects.in_bulk([row.actor_id for row in rows if row.actor_id])
    items = [TimelineItem(row.at, words[row.event], _name(people, row)) for row in rows]
    if not any(row.event in _BEGINNINGS for row in rows) and len(rows) < length:
        # Brought over from elsewhere: nobody made the record here.
        items.append(TimelineItem(patient.created_at, _("Record made")))
    return items


def _from_merges(user: User, patient: "Patient") -> list[TimelineItem]:
    """With or into which record it was merged, and whether that was taken back; the link says more."""
    rows = list(MergeRecord.objects.visible_to(user).about(patient.pk).select_related("survivor", "other"))
    people = User.objects.in_bulk([pk for row in rows for pk in (row.merged_by_id, row.undone_by_id) if pk])
    url = reverse("patients:merge-list", args=[patient.pk]) if user.may(Permission.PATIENT_MERGE) else ""
    items = []
    for row in rows:
        stayed = row.survivor_id == patient.pk
        text = _WITH if stayed else _INTO
        number = (row.other if stayed else row.survivor).chart_number
        items.append(TimelineItem(row.created_at, text % {"number": number}, _named(people, row.merged_by_id), url))
        if row.undone_at:
            items.append(TimelineItem(row.undone_at, _("Merge taken back"), _named(people, row.undone_by_id), url))
    return items


def _name(people: Mapping[str, User], row: AuditEvent) -> str:
    return _named(people, row.actor_id)


def _named(people: Mapping[str, User], pk: str) -> str:
    person = people.get(pk)
    return person.name if person else ""
