"""What every record has in common, and the machinery's own tables."""

from typing import Any, Self, TypeVar

from django.core.exceptions import FieldError
from django.db import models
from django.db.models import F

from core import clock
from core.errors import Stale
from core.fields import EncryptedTextField
from core.ids import ID_LENGTH, new_id

CHANGED = "changed"

M = TypeVar("M", bound=models.Model)


class RecordQuerySet(models.QuerySet[M]):
    """Refuses what would read encrypted text without its row."""

    def _values(self, *fields: Any, **expressions: Any) -> Self:
        concrete = self.model._meta.concrete_fields
        encrypted = {field.name for field in concrete if isinstance(field, EncryptedTextField)}
        asked = set(fields) if fields else {field.name for field in concrete}
        if encrypted & asked:
            raise FieldError(f"{', '.join(sorted(encrypted & asked))} is encrypted: read the object, not values()")
        values: Self = super()._values(*fields, **expressions)  # type: ignore[misc]
        return values


class Record(models.Model):
    """A row with our kind of id, its times and a version for compare-and-swap (ETag, If-Match)."""

    id = models.CharField(max_length=ID_LENGTH, primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()

    def change(self, **fields: Any) -> dict[str, Any]:
        """Write the fields that differ, if nobody else changed the row since it was read.

        Returns what changed as `{field: [before, after]}` for the audit; encrypted fields as "changed".
        Raises Stale when somebody else was first.
        """
        differing = {name: value for name, value in fields.items() if getattr(self, name) != value}
        if not differing:
            return {}
        diff = {name: self._difference(name, value) for name, value in differing.items()}
        for name, value in differing.items():
            setattr(self, name, value)
        self._swap(list(differing))
        return diff

    def _swap(self, names: list[str]) -> None:
        read, self.version, self.updated_at = self.version, self.version + 1, clock.now()
        values = {}
        for name in [*names, "updated_at"]:
            field = self._meta.get_field(name)
            assert isinstance(field, models.Field)
            values[field.attname] = field.pre_save(self, add=False)
        rows = type(self)._base_manager.filter(pk=self.pk, version=read)
        if rows.update(version=F("version") + 1, **values) != 1:
            raise Stale

    def _difference(self, name: str, value: Any) -> Any:
        if isinstance(self._meta.get_field(name), EncryptedTextField):
            return CHANGED
        return [plain(getattr(self, name)), plain(value)]


class ArchivableRecord(Record):
    """Clinical rows are never deleted: archived, with who, when and why."""

    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    archived_by_id = models.CharField(max_length=ID_LENGTH, blank=True, default="", editable=False)
    archive_reason = models.CharField(max_length=500, blank=True, default="", editable=False)

    class Meta(Record.Meta):
        abstract = True


class AuditQuerySet(models.QuerySet["AuditEvent"]):
    """Append-only: rows are added and read, nothing else."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError("the audit is append-only")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("the audit is append-only")


class AuditEvent(models.Model):
    """Who did what to which record, when and from where; written in the transaction of the change.

    `changes` holds `{field: [before, after]}` without secrets. People are named by id only.
    """

    id = models.CharField(max_length=ID_LENGTH, primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(default=clock.now, db_index=True)
    event = models.CharField(max_length=60)
    outcome = models.CharField(max_length=20, default="success")
    actor_id = models.CharField(max_length=ID_LENGTH, blank=True, default="")
    actor_role = models.CharField(max_length=40, blank=True, default="")
    source = models.CharField(max_length=20)
    address = models.CharField(max_length=45, blank=True, default="")
    request_id = models.CharField(max_length=64, blank=True, default="")
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=64, blank=True, default="")
    patient_id = models.CharField(max_length=ID_LENGTH, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    changes = models.JSONField(default=dict)

    objects = AuditQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["actor_id", "at"], name="audit_actor"),
            models.Index(fields=["patient_id", "at"], name="audit_patient"),
            models.Index(fields=["object_id", "at"], name="audit_object"),
            models.Index(fields=["event", "at"], name="audit_event"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.object_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("the audit is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("the audit is append-only")


class ThrottleCounter(models.Model):
    """One counted key (hashed) in its time window."""

    key = models.CharField(max_length=64, primary_key=True)
    window_end = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key[:8]


class IdempotencyRecord(models.Model):
    """The answer to a POST that carried an Idempotency-Key, kept so that a repeat gets the same one."""

    key = models.CharField(max_length=64, primary_key=True)  # hash of person, path and key
    fingerprint = models.CharField(max_length=64)  # hash of the body
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key[:8]


class KeptJob(models.Model):
    """A job that Redis could not take, encrypted; a worker takes it from here once it is due."""

    id = models.CharField(max_length=ID_LENGTH, primary_key=True, default=new_id, editable=False)
    due_at = models.DateTimeField(db_index=True)
    message = models.TextField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.pk


def plain(value: Any) -> Any:
    """A value as the audit's JSON keeps it: text, number, bool, None, or lists and dicts of these."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(item) for item in value]
    return str(value)
