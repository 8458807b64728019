"""What all rows of the chart have in common: they belong to one patient and are read by those who treat."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from charting.rules import wires
from charting.rules.notation import Notation
from charting.rules.visits import Countersigning
from core.models import Record
from patients.models import Patient
from patients.models.of_patient import OfPatientQuerySet

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=models.Model)

_ONLY = "0" * 24  # one row for the clinic; until somebody changes it there is none


class ChartQuerySet(OfPatientQuerySet[M]):
    """Reads of rows of a chart, as phrases."""

    def visible_to(self, user: "User") -> Self:
        """For those who may read charts, of the patients whom they may see; for everybody else nothing."""
        return self.of_patients_visible_to(user) if user.may(Permission.CHART_READ) else self.none()

    def of(self, patient: Patient) -> Self:
        """Of one patient."""
        return self.filter(patient_id=patient.pk)


class ChartRecord(Record):
    """One row of a chart, with who made it."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", verbose_name=_("patient"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta(Record.Meta):
        abstract = True


class ChartSettings(Record):
    """What the clinic chose for its charts."""

    notation = models.CharField(_("tooth numbers"), max_length=10, choices=Notation.choices, default=Notation.FDI)
    countersigning = models.CharField(
        _("second signature"), max_length=10, choices=Countersigning.choices, default=Countersigning.ASSISTANTS
    )
    with_iotn = models.BooleanField(_("IOTN"), default=True)
    with_par = models.BooleanField(_("PAR"), default=True)
    slot = models.CharField(
        _("usual bracket slot"), max_length=3, choices=wires.Slot.choices, blank=True, default="022"
    )
    usual_wires = models.CharField(_("usual wires"), max_length=300, blank=True, default=wires.USUAL)

    class Meta(Record.Meta):
        verbose_name = _("settings of the charts")
        verbose_name_plural = _("settings of the charts")

    def __str__(self) -> str:
        return str(_("Charts"))

    @property
    def seen_version(self) -> int:
        """The version that a page shows: 0 while nobody has chosen anything."""
        return 0 if self._state.adding else self.version

    @classmethod
    def notations(cls) -> "models.QuerySet[ChartSettings, Any]":
        """The notation as a subquery, for what is read in one go with a patient."""
        return cls.objects.filter(pk=_ONLY).values("notation")[:1]

    @classmethod
    def present(cls) -> "ChartSettings":
        """The clinic's choice, or the usual one."""
        return cls.objects.filter(pk=_ONLY).first() or cls(pk=_ONLY)


class Phrase(Record):
    """A sentence that the clinic writes often; one tap puts it into a note."""

    label = models.CharField(_("on the button"), max_length=40, unique=True)
    text = models.CharField(_("text"), max_length=500)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta(Record.Meta):
        verbose_name = _("phrase")
        verbose_name_plural = _("phrases")
        ordering = ["position", "label"]

    def __str__(self) -> str:
        return self.label


class AlertsSeen(ChartRecord):
    """Somebody has read the alerts: once for each person and day, and again after they changed."""

    seen_on = models.DateField(_("day"))
    fingerprint = models.CharField(max_length=64)  # of the alerts that were shown

    objects = ChartQuerySet["AlertsSeen"].as_manager()

    class Meta(ChartRecord.Meta):
        verbose_name = _("alerts read")
        verbose_name_plural = _("alerts read")
        constraints = [
            models.UniqueConstraint(fields=["patient", "by", "seen_on", "fingerprint"], name="alerts_seen_once")
        ]

    def __str__(self) -> str:
        return f"{self.seen_on}"
