"""Two records of one person that have become one, and what it takes to take that back."""

import json
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from core.fields import EncryptedTextField
from core.ids import ID_LENGTH
from core.models import Record, RecordQuerySet
from patients.models.patient import Patient

if TYPE_CHECKING:
    from accounts.models import User


class MergeRecordQuerySet(RecordQuerySet["MergeRecord"]):
    """Reads of merges, as phrases."""

    def visible_to(self, user: "User") -> "MergeRecordQuerySet":
        """Those whose record that stayed this person may see."""
        if user.may(Permission.PATIENT_READ):
            return self.exclude(survivor_id__in=Patient.objects.hidden_from(user))
        seen = Patient.objects.visible_to(user).values_list("pk", flat=True)
        return self.filter(survivor_id__in=list(seen))

    def standing(self) -> "MergeRecordQuerySet":
        """Not taken back."""
        return self.filter(undone_at=None)

    def about(self, patient_id: str) -> "MergeRecordQuerySet":
        """Those in which this record took part, newest first."""
        return self.filter(Q(survivor_id=patient_id) | Q(other_id=patient_id)).order_by("-created_at", "-id")

    def merged_ids(self, patient_id: str) -> list[str]:
        """Ids that lead to this record today, through other merges too; almost always none."""
        found: list[str] = []
        frontier = [patient_id]
        while frontier:
            rows = self.standing().filter(survivor_id__in=frontier)
            frontier = [pk for pk in rows.values_list("other_id", flat=True) if pk not in found]
            found += frontier
        return found

    def chart_numbers_of(self, patient_id: str) -> list[str]:
        """Chart numbers of the records that were merged into this one: it is found by them too."""
        ids = self.merged_ids(patient_id)
        # read-scope: numbers of the same person's former records
        return list(Patient.objects.filter(pk__in=ids).values_list("chart_number", flat=True)) if ids else []

    def survivor_of(self, patient_id: str) -> str | None:
        """The id under which a merged record is to be found today; None for one that was not merged."""
        found, seen = None, {patient_id}
        rows = self.standing()
        while (after := rows.filter(other_id=found or patient_id).values_list("survivor_id", flat=True).first()) and (
            after not in seen
        ):
            found = after
            seen.add(after)
        return found


class MergeRecord(Record):
    """`other` was merged into `survivor`: who did it, why, and a snapshot of everything that was changed or moved."""

    survivor = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges")
    other = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="merges_away")
    merged_by_id = models.CharField(max_length=ID_LENGTH, editable=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    snapshot = EncryptedTextField(default="{}", editable=False)  # JSON: see actions.merging
    undone_at = models.DateTimeField(null=True, blank=True, editable=False)
    undone_by_id = models.CharField(max_length=ID_LENGTH, blank=True, default="", editable=False)

    objects = MergeRecordQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("merge")
        verbose_name_plural = _("merges")

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def kept(self) -> dict[str, Any]:
        """The snapshot, read."""
        found: dict[str, Any] = json.loads(self.snapshot)
        return found

    @property
    def stands(self) -> bool:
        """Whether it has not been taken back."""
        return self.undone_at is None
