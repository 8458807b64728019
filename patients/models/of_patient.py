"""Rows that belong to one patient are seen by those who see the patient."""

from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models

from accounts.permissions import Permission
from core.models import RecordQuerySet
from patients.models.patient import Patient

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=models.Model)


class OfPatientQuerySet(RecordQuerySet[M]):
    """For models with a foreign key `patient`."""

    def of_patients_visible_to(self, user: "User") -> Self:
        """Rows of the patients whom this person may see; no join, and short lists of ids only."""
        if user.may(Permission.PATIENT_READ):
            hidden = Patient.objects.hidden_from(user)
            return self.exclude(patient_id__in=hidden) if hidden else self
        return self.filter(patient_id__in=list(Patient.objects.visible_to(user).values_list("pk", flat=True)))
