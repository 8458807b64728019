"""Appliances, aligner series and the checks of retention."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from charting.models.charts import ChartQuerySet, ChartRecord
from charting.rules import aligners
from core import clock
from core.fields import EncryptedTextField


class Appliance(ChartRecord):
    """Something that the patient wears beside wires and aligners: an expander, a retainer, a functional appliance."""

    kind = models.CharField(_("appliance"), max_length=80)
    teeth = models.CharField(_("teeth"), max_length=100, blank=True, default="")  # FDI codes with commas
    placed_on = models.DateField(_("in since"), default=clock.today)
    removed_on = models.DateField(_("out since"), null=True, blank=True)
    note = EncryptedTextField(_("note"), max_length=2000, blank=True, default="")

    objects = ChartQuerySet["Appliance"].as_manager()

    class Meta(ChartRecord.Meta):
        verbose_name = _("appliance")
        verbose_name_plural = _("appliances")
        ordering = ["-placed_on", "-created_at", "-id"]
        indexes = [models.Index(fields=["patient", "removed_on"], name="appliance_patient")]

    def __str__(self) -> str:
        return self.kind


class ApplianceEvent(ChartRecord):
    """An activation, a repair, a loss; with a photo if somebody took one."""

    class What(models.TextChoices):
        """What happened."""

        ACTIVATED = "activated", _("Activated")
        REPAIRED = "repaired", _("Repaired")
        LOST = "lost", _("Lost")
        CHECKED = "checked", _("Checked")

    appliance = models.ForeignKey(Appliance, on_delete=models.PROTECT, related_name="events")
    on = models.DateField(_("date"), default=clock.today)
    what = models.CharField(_("what"), max_length=9, choices=What.choices)
    turns = models.PositiveSmallIntegerField(_("turns"), null=True, blank=True)
    note = EncryptedTextField(_("note"), max_length=2000, blank=True, default="")
    photo = models.CharField(max_length=100, blank=True, default="", editable=False)  # its name in the store of photos
    shows = EncryptedTextField(_("what the photo shows"), max_length=200, blank=True, default="")

    objects = ChartQuerySet["ApplianceEvent"].as_manager()

    class Meta(ChartRecord.Meta):
        verbose_name = _("event of an appliance")
        verbose_name_plural = _("events of appliances")
        ordering = ["on", "created_at", "id"]

    def __str__(self) -> str:
        return self.get_what_display()


class AlignerSeries(ChartRecord):
    """A series of aligners, or a refinement; what was delivered and verified last stands here."""

    brand = models.CharField(_("brand"), max_length=80, blank=True, default="")
    refinement = models.PositiveSmallIntegerField(_("refinement"), default=0)
    started_on = models.DateField(_("started"), default=clock.today)
    upper = models.PositiveSmallIntegerField(_("upper aligners"), default=0)
    lower = models.PositiveSmallIntegerField(_("lower aligners"), default=0)
    days_per_tray = models.PositiveSmallIntegerField(_("days for each"), default=14)
    hours = models.PositiveSmallIntegerField(_("hours a day"), default=22)
    attachments = models.CharField(_("attachments"), max_length=200, blank=True, default="")  # FDI codes with commas
    ipr = models.JSONField(_("stripping"), default=list, blank=True)  # [{"contact": "13-12", "mm": "0.2", "tray": 5}]
    instructions = models.CharField(_("instructions"), max_length=500, blank=True, default="")
    delivered = models.PositiveSmallIntegerField(_("delivered up to"), default=0)
    verified = models.PositiveSmallIntegerField(_("verified up to"), default=0)
    verified_on = models.DateField(_("verified"), null=True, blank=True)
    tracking = models.CharField(
        _("tracking"), max_length=10, choices=aligners.Tracking.choices, default=aligners.Tracking.ON_TRACK
    )
    ended_on = models.DateField(_("ended"), null=True, blank=True)

    objects = ChartQuerySet["AlignerSeries"].as_manager()

    class Meta(ChartRecord.Meta):
        verbose_name = _("aligner series")
        verbose_name_plural = _("aligner series")
        ordering = ["-started_on", "-created_at", "-id"]
        indexes = [models.Index(fields=["patient", "ended_on"], name="aligner_patient")]

    def __str__(self) -> str:
        return f"{self.brand} {self.started_on}"

    def as_series(self) -> aligners.Series:
        """For the rules."""
        return aligners.Series(self.upper, self.lower, self.days_per_tray, self.started_on, self.refinement)


class RetentionCheck(ChartRecord):
    """One of the checks after the debond: when it is due, when it was done, what was found."""

    due_on = models.DateField(_("due"))
    done_on = models.DateField(_("done"), null=True, blank=True)
    note = EncryptedTextField(_("note"), max_length=2000, blank=True, default="")

    objects = ChartQuerySet["RetentionCheck"].as_manager()

    class Meta(ChartRecord.Meta):
        verbose_name = _("retention check")
        verbose_name_plural = _("retention checks")
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["patient", "due_on"], name="retention_patient")]

    def __str__(self) -> str:
        return f"{self.due_on}"
