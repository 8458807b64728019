"""The audit leaves the house."""

from typing import Any

from accounts.models import User
from accounts.permissions import Permission, require
from accounts.rules import Event
from core import audit
from core.actions import audited


@audited
def note_export(*, by: User, filters: dict[str, Any], rows: int) -> None:
    """Somebody takes rows of the audit away in a file."""
    require(by, Permission.AUDIT_READ)
    audit.record(by, Event.AUDIT_EXPORTED, "core.AuditEvent", changes={"filters": filters, "rows": rows})
