"""Exams, the score sheets of the indices, and what was found tooth by tooth."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from charting.models.charts import ChartQuerySet, ChartRecord
from charting.rules.findings import ToothState
from charting.rules.teeth import CODE_LENGTH
from charting.rules.visits import NOTE_LENGTH, REASON_LENGTH, RowState
from core import clock
from core.fields import EncryptedTextField


class ExamKind(models.TextChoices):
    """When in the treatment."""

    INITIAL = "initial", _("Initial")
    PROGRESS = "progress", _("Progress")
    FINAL = "final", _("Final")
    RETENTION = "retention", _("Retention")


class Index(models.TextChoices):
    """Which index, of which models."""

    IOTN = "iotn", _("IOTN")
    PAR_START = "par_start", _("PAR, start")
    PAR_FINISH = "par_finish", _("PAR, finish")


class Exam(ChartRecord):
    """What was measured and classified on one day; `facts` are those of charting.rules.exam, empty ones left out."""

    on = models.DateField(_("date"), default=clock.today)
    kind = models.CharField(_("kind"), max_length=9, choices=ExamKind.choices, default=ExamKind.INITIAL)
    facts = models.JSONField(default=dict, blank=True)
    note = EncryptedTextField(_("note"), max_length=NOTE_LENGTH, blank=True, default="")
    state = models.CharField(max_length=13, choices=RowState.choices, default=RowState.DRAFT, editable=False)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    signed_at = models.DateTimeField(null=True, editable=False)

    objects = ChartQuerySet["Exam"].as_manager()

    class Meta(ChartRecord.Meta):
        verbose_name = _("exam")
        verbose_name_plural = _("exams")
        ordering = ["-on", "-created_at", "-id"]
        indexes = [models.Index(fields=["patient", "on"], name="exam_patient")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"


class ScoreSheet(ChartRecord):
    """A score sheet with what was computed from it; a clinician's own judgement stands beside, never instead."""

    exam = models.ForeignKey(Exam, null=True, blank=True, on_delete=models.PROTECT, related_name="score_sheets")
    index = models.CharField(_("index"), max_length=10, choices=Index.choices)
    on = models.DateField(_("date"), default=clock.today)
    facts = models.JSONField(default=dict, blank=True)
    grade = models.CharField(_("computed"), max_length=10, blank=True, default="", editable=False)
    score = models.PositiveSmallIntegerField(_("weighted total"), null=True, editable=False)
    judged = models.CharField(_("clinician's own"), max_length=10, blank=True, default="")
    reason = models.CharField(_("why"), max_length=REASON_LENGTH, blank=True, default="")

    objects = ChartQuerySet["ScoreSheet"].as_manager()

    class Meta(ChartRecord.Meta):
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        ordering = ["-on", "-created_at", "-id"]
        indexes = [models.Index(fields=["patient", "index", "on"], name="score_sheet_patient")]

    def __str__(self) -> str:
        return f"{self.get_index_display()} {self.on}"


class ToothFinding(ChartRecord):
    """What is known of one tooth from a day on; the latest one up to a day is what the chart of that day shows."""

    on = models.DateField(_("date"), default=clock.today)
    tooth = models.CharField(_("tooth"), max_length=CODE_LENGTH)
    state = models.CharField(_("state"), max_length=20, choices=ToothState.choices)
    surfaces = models.CharField(_("surfaces"), max_length=5, blank=True, default="")
    note = EncryptedTextField(_("note"), max_length=500, blank=True, default="")

    objects = ChartQuerySet["ToothFinding"].as_manager()

    class Meta(ChartRecord.Meta):
        verbose_name = _("finding at a tooth")
        verbose_name_plural = _("findings at teeth")
        ordering = ["on", "created_at", "id"]
        indexes = [models.Index(fields=["patient", "on"], name="tooth_findings")]

    def __str__(self) -> str:
        return f"{self.tooth}: {self.get_state_display()}"
