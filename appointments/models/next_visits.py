"""Who should come again by when: what the chair tells the desk, and what another system kept as a recall."""

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from appointments.models.types import AppointmentType
from core import clock
from core.models import Record, RecordQuerySet
from patients.models import Patient

if TYPE_CHECKING:
    from accounts.models import User


class NextVisitQuerySet(RecordQuerySet["NextVisit"]):
    """Reads of visits that are due, as phrases."""

    def visible_to(self, user: "User") -> "NextVisitQuerySet":
        """For the staff those of patients they may see; nobody else."""
        if not user.may(Permission.APPOINTMENT_READ):
            return self.none()
        hidden = Patient.objects.hidden_from(user)
        return self.exclude(patient_id__in=hidden) if hidden else self

    def open(self) -> "NextVisitQuerySet":
        """Not settled yet, the earliest first."""
        return self.filter(done_at=None).order_by("due_on", "id")


class NextVisit(Record):
    """One visit that is due, not yet a booked time."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="next_visits", db_index=False)
    due_on = models.DateField(_("due on"))
    type = models.ForeignKey(AppointmentType, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    origin = models.CharField(max_length=10, default="desk")  # "import": brought over from another system
    done_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = NextVisitQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("visit due")
        verbose_name_plural = _("visits due")
        indexes = [
            models.Index(fields=["patient", "due_on"], name="next_visit_patient"),
            models.Index(fields=["done_at", "due_on", "id"], name="next_visit_due"),
        ]

    def __str__(self) -> str:
        return self.due_on.isoformat()

    @property
    def is_overdue(self) -> bool:
        """Whether the day has passed."""
        return self.done_at is None and self.due_on < clock.today()
