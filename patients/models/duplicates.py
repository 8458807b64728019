"""Pairs of records that may be one person, for somebody to look at; and how far the search for them has come."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from core.ids import ID_LENGTH
from core.models import Record, RecordQuerySet
from patients.duplicates import STRONG, Reason, Traits
from patients.models.patient import Patient

if TYPE_CHECKING:
    from accounts.models import User


class Decision(models.TextChoices):
    """What became of a pair."""

    OPEN = "", _("Not looked at yet")
    DIFFERENT = "different", _("Not the same person")
    MERGED = "merged", _("Merged")


class DuplicatePairQuerySet(RecordQuerySet["DuplicatePair"]):
    """Reads of pairs, as phrases."""

    def visible_to(self, user: "User") -> "DuplicatePairQuerySet":
        """Those of which this person may see both records."""
        if not user.may(Permission.PATIENT_READ):
            return self.none()
        hidden = Patient.objects.hidden_from(user)
        return self.exclude(one_id__in=hidden).exclude(other_id__in=hidden) if hidden else self

    def open(self) -> "DuplicatePairQuerySet":
        """Nobody has decided yet."""
        return self.filter(decision=Decision.OPEN)

    def strong(self) -> "DuplicatePairQuerySet":
        """Alike in so much that it is nearly certain."""
        return self.filter(rank__gte=f"{STRONG:03d}")

    def dismissed(self) -> "DuplicatePairQuerySet":
        """Somebody has said that they are two people."""
        return self.filter(decision=Decision.DIFFERENT)

    def strongest_first(self) -> "DuplicatePairQuerySet":
        """The most alike first, of equals the newest."""
        return self.order_by("-rank", "-id")

    def about(self, patient_ids: Iterable[str]) -> "DuplicatePairQuerySet":
        """Those in which one of these records takes part."""
        ids = list(patient_ids)
        return self.filter(Q(one_id__in=ids) | Q(other_id__in=ids))


class DuplicatePair(Record):
    """Two records that look like one person; `one` has the lower id, so a pair is there once."""

    one = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+", db_index=False)
    other = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    reasons = models.JSONField(default=list)  # values of duplicates.Reason
    score = models.PositiveSmallIntegerField()
    rank = models.CharField(max_length=40, editable=False)  # score, then when it was found: one key for the list
    found_at = models.DateTimeField()
    mark = models.CharField(max_length=65)  # of what was compared (duplicates.Traits.mark): tells if it has changed
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices, blank=True, default="")
    decided_by_id = models.CharField(max_length=ID_LENGTH, blank=True, default="", editable=False)
    decided_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = DuplicatePairQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="duplicate_pair")]
        indexes = [models.Index(fields=["decision", "rank", "id"], name="duplicate_list")]

    def __str__(self) -> str:
        return str(self.pk)

    @staticmethod
    def mark_of(one: Traits, other: Traits) -> str:
        """What was compared, in a form that only tells whether it has changed."""
        return f"{one.mark()}-{other.mark()}"

    @staticmethod
    def rank_of(score: int, found_at: datetime) -> str:
        """Sorts by score, then by the time of finding."""
        return f"{score:03d} {found_at:%Y%m%d%H%M%S}"

    @property
    def why(self) -> list[Reason]:
        """The reasons, as people read them."""
        return [Reason(value) for value in self.reasons if value in Reason.values]

    @property
    def is_strong(self) -> bool:
        """Whether it is nearly certain."""
        return self.score >= STRONG


class DuplicateScan(Record):
    """One row: up to which change of a record the search for duplicates has come."""

    seen_until = models.DateTimeField(null=True)
    seen_id = models.CharField(max_length=ID_LENGTH, blank=True, default="")

    def __str__(self) -> str:
        return str(self.seen_until)
