"""The medical history, consents and contact preferences."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from core import clock
from core.fields import EncryptedTextField
from core.models import ArchivableRecord, Record
from patients.models.of_patient import OfPatientQuerySet
from patients.models.patient import Patient
from patients.rules import Channel, ConsentKind, MedicalCategory

if TYPE_CHECKING:
    from accounts.models import User


class MedicalEntryQuerySet(OfPatientQuerySet["MedicalEntry"]):
    """Reads of medical entries, as phrases."""

    def visible_to(self, user: "User") -> "MedicalEntryQuerySet":
        """Everything for those who treat, critical entries for the desk, their own for patients and parents.

        Of patients whom this person may see; removed entries are left out.
        """
        kept = self.filter(archived_at=None)
        if user.may(Permission.MEDICAL_READ):
            return kept.of_patients_visible_to(user)
        if user.may(Permission.CRITICAL_ALERT_READ):
            return kept.of_patients_visible_to(user).filter(critical=True)
        return kept.filter(patient_id__in=list(Patient.objects.own_of(user).values_list("pk", flat=True)))

    def running(self) -> "MedicalEntryQuerySet":
        """Still true today."""
        return self.filter(Q(until=None) | Q(until__gte=clock.today()))

    def critical(self) -> "MedicalEntryQuerySet":
        """Those that must be seen before anybody treats."""
        return self.filter(critical=True)


class MedicalEntry(ArchivableRecord):
    """One fact of the medical history; its text is encrypted at rest."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="medical_entries")
    category = models.CharField(
        _("category"), max_length=20, choices=MedicalCategory.choices, default=MedicalCategory.OTHER
    )
    description = EncryptedTextField(_("description"), max_length=2000)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    critical = models.BooleanField(
        _("critical"), default=False, help_text=_("Shown to everybody at the clinic when the chart opens.")
    )

    objects = MedicalEntryQuerySet.as_manager()

    class Meta(ArchivableRecord.Meta):
        verbose_name = _("medical entry")
        verbose_name_plural = _("medical history")
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["patient", "created_at"], name="medical_patient")]

    def __str__(self) -> str:
        return f"{self.get_category_display()} {self.pk}"

    @property
    def is_running(self) -> bool:
        """Whether it is still true today."""
        return self.until is None or self.until >= clock.today()


class ConsentQuerySet(OfPatientQuerySet["Consent"]):
    """Reads of consents, as phrases."""

    def visible_to(self, user: "User") -> "ConsentQuerySet":
        """Those of the patients whom this person may see."""
        return self.of_patients_visible_to(user)


class ContactPreferenceQuerySet(OfPatientQuerySet["ContactPreference"]):
    """Reads of contact preferences, as phrases."""

    def visible_to(self, user: "User") -> "ContactPreferenceQuerySet":
        """Those of the patients whom this person may see."""
        return self.of_patients_visible_to(user)


class Consent(Record):
    """What was agreed to, by whom and when; withdrawing keeps the row."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(_("consent to"), max_length=20, choices=ConsentKind.choices)
    given_by = models.CharField(_("given by"), max_length=200)
    given_on = models.DateField(_("given on"), default=clock.today)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_on", "id"]

    def __str__(self) -> str:
        return self.get_kind_display()


class ContactPreference(Record):
    """Whether a patient may be reached through a channel; no row means the clinic's default."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contact_preferences")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    allowed = models.BooleanField(_("allowed"), default=True)

    objects = ContactPreferenceQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("contact preference")
        verbose_name_plural = _("contact preferences")
        constraints = [models.UniqueConstraint(fields=["patient", "channel"], name="one_preference_per_channel")]

    def __str__(self) -> str:
        return self.get_channel_display()
