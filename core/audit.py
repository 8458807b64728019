"""The one way to write the audit. Actions call it inside their transaction; a failed write undoes the change."""

from contextvars import ContextVar
from typing import Any, Protocol

from django.db import models

from core import context, metrics
from core.fields import EncryptedTextField
from core.models import CHANGED, AuditEvent, plain


class Actor(Protocol):
    """A person who acts: a user of the accounts package."""

    @property
    def pk(self) -> Any: ...

    @property
    def role(self) -> str: ...


_AT_ONCE = 1000

# How many events the running action has written; None outside an action.
written: ContextVar[int | None] = ContextVar("audit_written", default=None)


def record(
    by: Actor | None,
    event: str,
    obj: models.Model | str,
    *,
    patient_id: str = "",
    changes: dict[str, Any] | None = None,
    reason: str = "",
    outcome: str = "success",
) -> AuditEvent:
    """Write one event. `by` is None for the system; `obj` is a record or the name of a kind of record."""
    row = prepared(by, event, obj, patient_id=patient_id, changes=changes, reason=reason, outcome=outcome)
    row.save(force_insert=True)
    _noted(row)
    return row


def prepared(
    by: Actor | None,
    event: str,
    obj: models.Model | str,
    *,
    patient_id: str = "",
    changes: dict[str, Any] | None = None,
    reason: str = "",
    outcome: str = "success",
) -> AuditEvent:
    """An event as `record` writes it, not yet written: for `record_all`."""
    here = context.current()
    return AuditEvent(
        event=event,
        outcome=outcome,
        actor_id=str(by.pk) if by else "",
        actor_role=by.role if by else "system",
        source=here.source,
        address=here.address,
        request_id=here.request_id,
        object_type=obj if isinstance(obj, str) else obj._meta.label,
        object_id="" if isinstance(obj, str) else str(obj.pk),
        patient_id=patient_id,
        reason=reason[:500],
        changes=plain(changes or {}),
    )


def record_all(rows: list[AuditEvent]) -> None:
    """Write many events at once: when one action makes many records."""
    AuditEvent.objects.bulk_create(rows, batch_size=_AT_ONCE)
    for row in rows:
        _noted(row)


def no_change(by: Actor | None, event: str, obj: models.Model) -> None:
    """Say that the action looked and found nothing to change."""
    _count()


def snapshot(obj: models.Model, *fields: str) -> dict[str, Any]:
    """The fields of a new record as `{field: [None, value]}`; encrypted ones as "changed", empty ones left out."""
    taken: dict[str, Any] = {}
    for name in fields:
        value = getattr(obj, name)
        if value in (None, "", [], {}):
            continue
        encrypted = isinstance(obj._meta.get_field(name), EncryptedTextField)
        taken[name] = CHANGED if encrypted else [None, plain(value)]
    return taken


def _noted(row: AuditEvent) -> None:
    metrics.count_audit(row.event, row.outcome)
    _count()


def _count() -> None:
    count = written.get()
    if count is not None:
        written.set(count + 1)
