"""Diagnosis and plan, its options and phases, consultations, and consent that was signed on screen."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from charting.models.charts import ChartQuerySet, ChartRecord
from charting.rules.cases import PhaseKind, PhaseState
from charting.rules.visits import NOTE_LENGTH
from core import clock
from core.fields import EncryptedTextField
from patients.models import Consent


class Plan(ChartRecord):
    """Problem list, aims, and what was decided; the first estimate is never overwritten."""

    on = models.DateField(_("date"), default=clock.today)
    problems = EncryptedTextField(_("problem list"), max_length=NOTE_LENGTH, blank=True, default="")
    aims = EncryptedTextField(_("aims"), max_length=NOTE_LENGTH, blank=True, default="")
    appliances = models.CharField(_("appliances"), max_length=500, blank=True, default="")
    extractions = models.CharField(_("extractions"), max_length=100, blank=True, default="")  # FDI codes with commas
    estimated_months = models.PositiveSmallIntegerField(_("estimated months"), null=True, blank=True)
    first_estimate = models.PositiveSmallIntegerField(null=True, editable=False)
    is_current = models.BooleanField(default=True, editable=False)

    objects = ChartQuerySet["Plan"].as_manager()

    class Meta(ChartRecord.Meta):
        verbose_name = _("treatment plan")
        verbose_name_plural = _("treatment plans")
        ordering = ["-on", "-created_at", "-id"]
        indexes = [models.Index(fields=["patient", "is_current"], name="plan_patient")]

    def __str__(self) -> str:
        return f"{self.on}"


class PlanOption(ChartRecord):
    """One way to treat that was presented; fees as they were entered."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="options")
    title = models.CharField(_("option"), max_length=200)
    text = EncryptedTextField(_("what it means"), max_length=NOTE_LENGTH, blank=True, default="")
    fee = models.CharField(_("fee"), max_length=100, blank=True, default="")
    months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    is_chosen = models.BooleanField(_("chosen"), default=False)

    objects = ChartQuerySet["PlanOption"].as_manager()

    class Meta(ChartRecord.Meta):
        verbose_name = _("option of a plan")
        verbose_name_plural = _("options of a plan")
        ordering = ["position", "created_at", "id"]

    def __str__(self) -> str:
        return self.title


class Phase(ChartRecord):
    """One phase of a plan, and where it stands."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="phases")
    kind = models.CharField(_("phase"), max_length=12, choices=PhaseKind.choices)
    state = models.CharField(max_length=10, choices=PhaseState.choices, default=PhaseState.PLANNED, editable=False)
    position = models.PositiveSmallIntegerField(default=0, editable=False)
    estimated_months = models.PositiveSmallIntegerField(_("estimated months"), null=True, blank=True)
    first_estimate = models.PositiveSmallIntegerField(null=True, editable=False)
    started_on = models.DateField(_("started"), null=True, blank=True)
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    reopened_at = models.DateTimeField(null=True, editable=False)

    objects = ChartQuerySet["Phase"].as_manager()

    class Meta(ChartRecord.Meta):
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        ordering = ["position", "created_at", "id"]
        indexes = [models.Index(fields=["patient", "state"], name="phase_patient")]

    def __str__(self) -> str:
        return self.get_kind_display()


class Consultation(ChartRecord):
    """The talk with a new patient or the presentation of a case: who was there, what was shown, what was decided."""

    on = models.DateField(_("date"), default=clock.today)
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("doctor")
    )
    plan = models.ForeignKey(Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="consultations")
    present = models.CharField(_("who was there"), max_length=300, blank=True, default="")
    concern = EncryptedTextField(_("why they came"), max_length=NOTE_LENGTH, blank=True, default="")
    said = EncryptedTextField(_("what was explained"), max_length=NOTE_LENGTH, blank=True, default="")
    options = EncryptedTextField(_("options presented"), max_length=NOTE_LENGTH, blank=True, default="")
    fee = models.CharField(_("fee shown"), max_length=200, blank=True, default="")
    decision = models.CharField(_("decision"), max_length=20, blank=True, default="")
    next_step = models.CharField(_("next step"), max_length=300, blank=True, default="")

    objects = ChartQuerySet["Consultation"].as_manager()

    class Meta(ChartRecord.Meta):
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["-on", "-created_at", "-id"]
        indexes = [models.Index(fields=["patient", "on"], name="consultation_patient")]

    def __str__(self) -> str:
        return f"{self.on}"


class SignedConsent(ChartRecord):
    """A consent as it was signed on screen: the words, their hash, the name and the drawn signature."""

    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="signed")
    plan = models.ForeignKey(Plan, null=True, blank=True, on_delete=models.PROTECT, related_name="signed_consents")
    text = EncryptedTextField(_("text"), max_length=NOTE_LENGTH)
    text_hash = models.CharField(max_length=64)  # SHA-256 of the text
    signer = models.CharField(_("name"), max_length=200)
    drawn = EncryptedTextField(_("signature"), max_length=100_000)  # the strokes, as an SVG path

    objects = ChartQuerySet["SignedConsent"].as_manager()

    class Meta(ChartRecord.Meta):
        verbose_name = _("signed consent")
        verbose_name_plural = _("signed consents")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d}"
