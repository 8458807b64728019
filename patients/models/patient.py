"""The person we treat."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from core import clock
from core.models import ArchivableRecord, RecordQuerySet
from patients import rules
from patients.rules import CarePhase, CareStatus, Sex

if TYPE_CHECKING:
    from accounts.models import User


class PatientQuerySet(RecordQuerySet["Patient"]):
    """Reads of patients, as phrases."""

    def visible_to(self, user: "User") -> "PatientQuerySet":
        """What this person may see: the staff everybody but sensitive charts, others themselves and their children.

        A grant on one chart opens that chart, also a sensitive one.
        """
        from patients.models.family import Relationship
        from patients.models.grants import granted_patient_ids

        granted = granted_patient_ids(user)
        if user.may(Permission.PATIENT_READ):
            return self.filter(Q(sensitive=False) | Q(pk__in=granted))
        if user.may(Permission.OWN_RECORD):
            children = Relationship.objects.opens_for(user).values_list("patient_id", flat=True)
            return self.filter(Q(user_id=user.pk) | Q(pk__in=[*children, *granted]))
        return self.filter(pk__in=granted)

    def current(self) -> "PatientQuerySet":
        """Not archived."""
        return self.filter(archived_at=None)

    def archived(self) -> "PatientQuerySet":
        """Archived ones only."""
        return self.filter(archived_at__isnull=False)

    def by_name(self) -> "PatientQuerySet":
        """By family name, then given name."""
        return self.order_by("sort_key", "id")


class Patient(ArchivableRecord):
    """Demographics and where the care stands; clinical findings live above, in the chart."""

    chart_number = models.CharField(_("chart number"), max_length=20, unique=True, editable=False)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100)
    preferred_name = models.CharField(_("preferred name"), max_length=100, blank=True, default="")
    former_name = models.CharField(_("former name"), max_length=100, blank=True, default="")
    sort_key = models.CharField(max_length=400, editable=False)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex.choices, default=Sex.UNKNOWN)
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="")
    phone_alternative = models.CharField(_("second phone"), max_length=40, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    address = models.TextField(_("address"), max_length=500, blank=True, default="", validators=[MaxLengthValidator(500)])
    language = models.CharField(_("language"), max_length=35, blank=True, default="")
    dentist = models.CharField(_("dentist"), max_length=200, blank=True, default="")
    referrer = models.CharField(_("referred by"), max_length=200, blank=True, default="")
    school = models.CharField(_("school"), max_length=200, blank=True, default="")
    alerts = models.JSONField(_("alerts"), default=list, blank=True)  # short sentences, for the desk too
    photo = models.CharField(_("photo"), max_length=100, blank=True, default="", editable=False)
    account_note = models.TextField(_("account note"), blank=True, default="", editable=False)

    care_status = models.CharField(
        _("care status"), max_length=20, choices=CareStatus.choices, default=CareStatus.INQUIRY
    )
    care_phase = models.CharField(_("phase"), max_length=20, choices=CarePhase.choices, blank=True, default="")
    treating_doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("treating doctor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    care_started_on = models.DateField(_("treatment started"), null=True, blank=True)
    estimated_completion_on = models.DateField(_("estimated completion"), null=True, blank=True)

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("own sign-in"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="patient_record",
    )
    self_registered = models.BooleanField(_("registered by the person"), default=False, editable=False)
    sensitive = models.BooleanField(
        _("sensitive"), default=False, help_text=_("Only people with a grant may open this chart."), editable=False
    )

    objects = PatientQuerySet.as_manager()

    class Meta(ArchivableRecord.Meta):
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        # For exceptional grants on one chart (django-guardian); everything else follows from groups.
        permissions = [("open_chart", "Can open this one chart")]
        indexes = [
            models.Index(fields=["archived_at", "sort_key", "id"], name="patient_list"),
            models.Index(fields=["birth_date"], name="patient_birth"),
            models.Index(fields=["sensitive"], name="patient_sensitive"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = rules.sort_key(self.given_name, self.family_name)
        super().save(*args, **kwargs)

    @property
    def name(self) -> str:
        """Given and family name."""
        return rules.full_name(self.given_name, self.family_name)

    @property
    def age(self) -> int | None:
        """Whole years today, in the clinic's zone."""
        return None if self.birth_date is None else rules.age_on(self.birth_date, clock.today())

    def is_minor_on(self, day: date) -> bool:
        """Whether somebody else consents for this person on that day."""
        return self.birth_date is not None and rules.age_on(self.birth_date, day) < settings.AGE_OF_MAJORITY

    @property
    def is_archived(self) -> bool:
        """Whether the record is out of the lists."""
        return self.archived_at is not None
