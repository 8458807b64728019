"""Who opened the record, and who received something of it: made from the audit."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from core import clock
from core.errors import Text
from core.models import AuditEvent
from patients import panels, timeline
from patients.exports import registry
from patients.exports.people import names_of
from patients.exports.registry import Part, Reader, Request
from patients.models import MergeRecord
from patients.rules import Event

# How far back lists that left the clinic are accounted for.
YEARS = 6
# Who may open a chart is the clinic's business, not the family's.
_STAFF_EVENTS = {Event.PATIENT_SENSITIVE_SET, Event.ACCESS_GRANTED, Event.ACCESS_WITHDRAWN}


def access_log(request: Request) -> list[dict[str, Any]]:
    """Everything that was done to the record and everybody who opened it: when, who, what. Oldest first."""
    words: dict[str, Text] = {Event.PATIENT_OPENED: "Record opened", **timeline.WORDS, **panels.event_words}
    rows = AuditEvent.objects.filter(patient_id__in=_ids(request), outcome="success")
    if not request.by_staff:
        rows = rows.filter(event__in=[event for event in words if event not in _STAFF_EVENTS])
    found = list(rows.order_by("at", "id"))
    names = names_of(row.actor_id for row in found)
    log = []
    for row in found:
        line = {
            "at": clock.iso(row.at),
            "who": request.person(row.actor_id, names),
            "role": row.actor_role,
            "event": row.event,
            "what": str(words.get(row.event, row.event)),
        }
        log.append(line | ({"reason": row.reason} if request.by_staff else {}))
    return log


def disclosures(request: Request) -> list[dict[str, Any]]:
    """Files that left the clinic with something of this patient: when, by whom, to whom, why. Oldest first.

    A parent reads recipient and reason of the own files only: what the clinic sent to others it tells itself.
    """
    found = sorted([*_whole_records(request), *_lists(request)], key=lambda row: (row.at, row.pk))
    names = names_of(row.actor_id for row in found)
    account = []
    for row in found:
        line = {
            "at": clock.iso(row.at),
            "by": request.person(row.actor_id, names),
            "what": str(registry.list_events.get(row.event, "Whole record")),
        }
        if request.reader is not Reader.GUARDIAN or row.actor_id == request.user.pk:
            line |= {"recipient": row.changes.get("recipient", "") or line["by"], "reason": row.reason}
        account.append(line)
    return account


def _whole_records(request: Request) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(patient_id__in=_ids(request), event=Event.RECORD_DISCLOSED))


def _lists(request: Request) -> Iterator[AuditEvent]:
    ids, since = _ids(request), clock.now() - timedelta(days=366 * YEARS)
    rows = AuditEvent.objects.filter(event__in=list(registry.list_events), at__gte=since)
    for row in rows.iterator(chunk_size=50):
        if any(pk in row.changes.get("patients", "") for pk in ids):
            yield row


def _ids(request: Request) -> list[str]:
    """The record's id, and those of records that have been merged into it."""
    return [request.patient.pk, *MergeRecord.objects.merged_ids(request.patient.pk)]


PARTS = [
    Part(90, "accessLog", access_log, ("core.AuditEvent",)),
    Part(95, "disclosures", disclosures),
]
