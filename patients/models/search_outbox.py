"""What Elasticsearch has yet to be told, and whose turn it is to tell: docs/adr/0011-elasticsearch.md."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.ids import ID_LENGTH, new_id


class SearchChange(models.Model):
    """A patient who has changed since the index was last told; written in the transaction of the change.

    Rows are only added and deleted, so who saves never meets who tells. Without a patient's id: everybody.
    """

    id = models.CharField(max_length=ID_LENGTH, primary_key=True, default=new_id, editable=False)
    patient_id = models.CharField(max_length=ID_LENGTH, blank=True, default="")  # who may be deleted by now
    due_at = models.DateTimeField(default=clock.now)  # later, if the index has refused it
    refusals = models.PositiveSmallIntegerField(default=0)

    class Meta:
        default_permissions = ()
        verbose_name = _("search change")
        verbose_name_plural = _("search changes")
        indexes = [models.Index(fields=["due_at", "id"], name="search_change_due")]

    def __str__(self) -> str:
        return self.patient_id


class SearchTurn(models.Model):
    """One row: the number of the last writing to the index, which only grows, and who rebuilds it at present."""

    name = models.CharField(max_length=20, primary_key=True)
    number = models.BigIntegerField(default=0)
    index = models.CharField(max_length=100, blank=True, default="")  # the last one that was built from this database
    holder = models.CharField(max_length=ID_LENGTH, blank=True, default="")
    held_until = models.DateTimeField(default=clock.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("search turn")
        verbose_name_plural = _("search turns")

    def __str__(self) -> str:
        return self.name
