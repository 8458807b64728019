"""Rows of the audit for these tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from core.models import AuditEvent

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def make_event(**fields: Any) -> AuditEvent:
    """One row, as an action would have written it."""
    facts = {"at": START, "event": "patient.changed", "source": "web", "object_type": "patients.Patient"} | fields
    return AuditEvent.objects.create(**facts)


def make_events(count: int, **fields: Any) -> list[AuditEvent]:
    """Rows one minute apart, the oldest first."""
    rows = [{"at": START + timedelta(minutes=number), "object_id": f"{number:05d}"} for number in range(count)]
    return [make_event(**(row | fields)) for row in rows]
