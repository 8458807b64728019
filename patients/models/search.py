"""Tokens under which a patient is found."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import ID_LENGTH, new_id
from patients.models.patient import Patient


class SearchKey(models.Model):
    """One folded word (`name`), phone tail (`phone`), e-mail, chart number or birth date of a patient.

    Kept current in the transaction that changes the patient; read by ranges on (token, kind).
    """

    id = models.CharField(max_length=ID_LENGTH, primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="search_keys")
    kind = models.CharField(max_length=10)
    token = models.CharField(max_length=120)

    class Meta:
        default_permissions = ()
        verbose_name = _("search key")
        verbose_name_plural = _("search keys")
        indexes = [models.Index(fields=["token", "kind", "patient"], name="search_token")]

    def __str__(self) -> str:
        return self.kind
