"""Records brought over from another system: the file, its columns, what becomes of each row, and what came of whom."""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from core import clock
from core.fields import EncryptedTextField
from core.ids import ID_LENGTH
from core.models import Record, RecordQuerySet
from patients.imports.states import ImportState, Outcome

if TYPE_CHECKING:
    from accounts.models import User

# How long a worker may be silent before another one takes over.
LEASE = timedelta(seconds=60)


class ImportQuerySet(RecordQuerySet["Import"]):
    """Reads of imports, as phrases; and who works on one."""

    def visible_to(self, user: "User") -> "ImportQuerySet":
        """All for those who bring records over, for others none."""
        return self if user.may(Permission.PATIENT_IMPORT) else self.none()

    def abandoned(self, now: datetime) -> "ImportQuerySet":
        """Work that nobody is at, or whose worker has fallen silent."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.filter(free, state__in=ImportState.working())

    def claim(self, pk: str, worker: str) -> bool:
        """Take the work on; of several workers exactly one gets it."""
        now = clock.now()
        return self.abandoned(now).filter(pk=pk).update(worker=worker, lease_until=now + LEASE) == 1

    def hold(self, pk: str, worker: str, present: str, /, **progress: Any) -> bool:
        """Still this worker's, and still wanted: note the progress. Called in the transaction of every batch."""
        rows = self.filter(pk=pk, worker=worker, state=present)
        return rows.update(lease_until=clock.now() + LEASE, **progress) == 1

    def release(self, pk: str, worker: str) -> None:
        """Nobody's work any more; whoever comes next goes on."""
        self.filter(pk=pk, worker=worker).update(worker="", lease_until=None)

    def latest_like(self, kind: str, header_key: str) -> "Import | None":
        """The last one whose file had the same headings and whose columns somebody has settled."""
        rows = self.filter(kind=kind, header_key=header_key, mapped_at__isnull=False)
        return rows.order_by("-mapped_at", "-id").first()

    def holding_files_since(self, before: datetime) -> "ImportQuerySet":
        """Those whose file is still here though it was uploaded before that time."""
        return self.filter(created_at__lt=before, removed_at=None)


class Import(Record):
    """One uploaded file and how far it has come. `mapping` is {column number: what it holds}."""

    kind = models.CharField(max_length=20)
    source = models.CharField(_("other system"), max_length=60)
    file_name = models.CharField(max_length=120)
    stored_as = models.CharField(max_length=100, blank=True, default="")  # encrypted, in the storage of files
    state = models.CharField(max_length=12, choices=ImportState.choices, default=ImportState.READING)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    header_key = models.CharField(max_length=64, blank=True, default="")
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)  # order of dates, what becomes of duplicates
    mapped_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0)  # rows below the headings
    position = models.PositiveIntegerField(default=0)  # rows that the running pass has dealt with
    counts = models.JSONField(default=dict)  # of the last finished or running pass, by outcome
    message = models.CharField(max_length=500, blank=True, default="")
    started_at = models.DateTimeField(null=True)  # when records were first written
    finished_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)  # when the file and its report went
    worker = models.CharField(max_length=ID_LENGTH, blank=True, default="")
    lease_until = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [
            models.Index(fields=["state", "lease_until"], name="import_work"),
            models.Index(fields=["kind", "header_key", "mapped_at"], name="import_headings"),
        ]

    def __str__(self) -> str:
        return self.pk

    @property
    def is_working(self) -> bool:
        """Whether a job is at it."""
        return self.state in ImportState.working()

    @property
    def percent(self) -> int:
        """How far the pass has come."""
        return min(100, 100 * self.position // self.total) if self.total else 0


class ImportPart(Record):
    """Some rows of a file as lists of texts, encrypted; part 0 is the row of headings."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="parts", db_index=False)
    number = models.PositiveIntegerField()
    first_row = models.PositiveIntegerField(default=0)  # as a spreadsheet counts: the headings are row 1
    content = EncryptedTextField()

    class Meta(Record.Meta):
        constraints = [models.UniqueConstraint(fields=["of", "number"], name="one_import_part_per_number")]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def rows(self) -> list[Any]:
        """The rows: `[number, [cell, ...]]` each; of part 0 the headings, then three samples of each column."""
        rows: list[Any] = json.loads(self.content)
        return rows


class ImportRow(Record):
    """What becomes of one row, or became of it."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    done = models.BooleanField(default=False)  # False: what a run would do
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    message = models.CharField(max_length=500, blank=True, default="")
    external_id = models.CharField(max_length=80, blank=True, default="")
    object_id = models.CharField(max_length=ID_LENGTH, blank=True, default="")
    likeness = models.CharField(max_length=32, blank=True, default="")  # the same in two rows about one person

    class Meta(Record.Meta):
        constraints = [models.UniqueConstraint(fields=["of", "done", "number"], name="one_import_row_per_number")]
        indexes = [models.Index(fields=["of", "done", "outcome", "number"], name="import_report")]

    def __str__(self) -> str:
        return f"{self.number} {self.outcome}"


class ImportedRecord(Record):
    """Under which number another system knew a record of ours: this makes a second run safe.

    `seen` holds a short digest of each value as it last came, so that a change made here since is told from a change
    in the file, without keeping the values twice.
    """

    source = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    external_id = models.CharField(max_length=80)
    object_id = models.CharField(max_length=ID_LENGTH)
    legacy_number = models.CharField(max_length=40, blank=True, default="")
    digest = models.CharField(max_length=32, blank=True, default="")  # of the whole row
    seen = models.JSONField(default=dict)

    class Meta(Record.Meta):
        constraints = [
            models.UniqueConstraint(fields=["source", "kind", "external_id"], name="one_record_per_external_id")
        ]
        indexes = [
            models.Index(fields=["kind", "object_id"], name="imported_object"),
            models.Index(fields=["source", "kind", "legacy_number"], name="imported_number"),
        ]

    def __str__(self) -> str:
        return self.external_id
