"""The treatment card: one row for each visit, with the wires, brackets and elastics of that day."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment, AppointmentType
from charting.models.charts import ChartQuerySet, ChartRecord
from charting.rules import brackets, elastics, wires, wires_in_mouth
from charting.rules.classes import Hygiene
from charting.rules.spans import SPAN_LENGTH, Span, stored_span
from charting.rules.teeth import CODE_LENGTH, Arch
from charting.rules.visits import NOTE_LENGTH, REASON_LENGTH, RowState
from core import clock
from core.fields import EncryptedTextField
from core.models import Record


class VisitQuerySet(ChartQuerySet["Visit"]):
    """Reads of the treatment card, as phrases."""

    def latest_first(self) -> "VisitQuerySet":
        """As the card is read."""
        return self.order_by("-on", "-created_at", "-id")

    def drafts(self) -> "VisitQuerySet":
        """Not signed yet."""
        return self.filter(state=RowState.DRAFT)


class Visit(ChartRecord):
    """What was done on one day; `by` wrote it. Signed it is locked, amendments are rows of their own."""

    appointment = models.OneToOneField(
        Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="chart_visit", editable=False
    )
    on = models.DateField(_("date"), default=clock.today)
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("doctor")
    )
    hygiene = models.CharField(_("hygiene"), max_length=5, choices=Hygiene.choices, blank=True, default="")
    # [{"code": "IPR", "contact": "13-12", "mm": "0.2"}, {"code": "TURNS", "turns": 4}, {"code": "RETIE"}]
    procedures = models.JSONField(_("procedures"), default=list, blank=True)
    history_checked = models.BooleanField(_("medical history checked, no change"), default=False)
    elastics_stopped = models.BooleanField(_("no elastics any more"), default=False)
    note = EncryptedTextField(_("note"), max_length=NOTE_LENGTH, blank=True, default="")
    plan = EncryptedTextField(_("next time"), max_length=NOTE_LENGTH, blank=True, default="")
    next_type = models.ForeignKey(
        AppointmentType,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("next visit"),
    )
    next_name = models.CharField(max_length=100, blank=True, default="", editable=False)  # as it was called then
    next_weeks = models.PositiveSmallIntegerField(_("in how many weeks"), null=True, blank=True)
    state = models.CharField(max_length=13, choices=RowState.choices, default=RowState.DRAFT, editable=False)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    signed_at = models.DateTimeField(null=True, editable=False)
    waits = models.BooleanField(default=False, editable=False)  # for a second signature
    countersigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    countersigned_at = models.DateTimeField(null=True, editable=False)

    objects = VisitQuerySet.as_manager()

    class Meta(ChartRecord.Meta):
        verbose_name = _("entry of the treatment card")
        verbose_name_plural = _("treatment card")
        ordering = ["-on", "-created_at", "-id"]
        indexes = [
            models.Index(fields=["patient", "on"], name="chart_visit_patient"),
            models.Index(fields=["state", "doctor"], name="chart_visit_state"),
        ]

    def __str__(self) -> str:
        return f"{self.on}"

    @property
    def is_locked(self) -> bool:
        """Whether it can only be amended."""
        return self.state != RowState.DRAFT


class OfVisit(ChartRecord):
    """A part of a visit's row; `order` is the order in which things were done that day."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    order = models.PositiveSmallIntegerField(default=0)

    class Meta(ChartRecord.Meta):
        abstract = True
        ordering = ["on", "order", "id"]


class WireChangeQuerySet(ChartQuerySet["WireChange"]):
    """Reads of wire changes, as phrases."""

    def told(self) -> list[dict[str, Any]]:
        """What they say, in the order in which it was done; plain values, as a history has hundreds."""
        said = ("visit_id", "kind", "arch", "on", "span", "size", "material")
        return list(self.order_by("on", "visit_id", "order").values(*said))


class WireChange(OfVisit):
    """What was done to one wire."""

    arch = models.CharField(_("arch"), max_length=5, choices=Arch.choices)
    span = models.CharField(_("teeth"), max_length=SPAN_LENGTH, blank=True, default="")  # "" is the whole arch
    kind = models.CharField(_("what"), max_length=11, choices=wires_in_mouth.ChangeKind.choices)
    size = models.CharField(_("size"), max_length=wires.SIZE_LENGTH, blank=True, default="")
    material = models.CharField(_("material"), max_length=11, choices=wires.Material.choices, blank=True, default="")

    objects = WireChangeQuerySet.as_manager()

    class Meta(OfVisit.Meta):
        verbose_name = _("wire change")
        verbose_name_plural = _("wire changes")
        indexes = [models.Index(fields=["patient", "on"], name="wire_changes")]

    def __str__(self) -> str:
        return f"{self.get_arch_display()}: {self.get_kind_display()}"

    @property
    def stretch(self) -> Span | None:
        """Its teeth; None is the whole arch."""
        return stored_span(self.span)

    def as_change(self) -> wires_in_mouth.Change:
        """For the rules."""
        return change_of(self.kind, self.arch, self.on, self.span, self.size, self.material)


def change_of(
    kind: str, arch: str, on: date, span: str, size: str, material: str, **_row: Any
) -> wires_in_mouth.Change:
    """What a row of `told` says, for the rules."""
    wire = wires.Wire(wires.SIZES[size], wires.Material(material)) if size else None
    return wires_in_mouth.Change(wires_in_mouth.ChangeKind(kind), Arch(arch), on, stored_span(span), wire)


class BracketEventQuerySet(ChartQuerySet["BracketEvent"]):
    """Reads of bracket events, as phrases."""


class BracketEvent(OfVisit):
    """What was done to, or became of, one bracket, band or tube."""

    tooth = models.CharField(_("tooth"), max_length=CODE_LENGTH)
    attachment = models.CharField(_("attachment"), max_length=8, choices=brackets.Attachment.choices)
    event = models.CharField(_("what"), max_length=16, choices=brackets.Event.choices)

    objects = BracketEventQuerySet.as_manager()

    class Meta(OfVisit.Meta):
        verbose_name = _("bracket event")
        verbose_name_plural = _("bracket events")
        indexes = [models.Index(fields=["patient", "on"], name="bracket_events")]

    def __str__(self) -> str:
        return f"{self.tooth}: {self.get_event_display()}"

    def as_done(self) -> brackets.Done:
        """For the rules."""
        attachment = brackets.Attachment(self.attachment)
        return brackets.Done(brackets.Event(self.event), self.tooth, attachment, self.on)


class ElasticsQuerySet(ChartQuerySet["Elastics"]):
    """Reads of elastics, as phrases."""


class Elastics(OfVisit):
    """One elastic that the patient wears from this visit on; those of a later visit take the place of all of them."""

    pattern = models.CharField(_("pattern"), max_length=9, choices=elastics.Pattern.choices)
    teeth = models.CharField(_("teeth"), max_length=60)  # FDI codes with commas
    both_sides = models.BooleanField(_("both sides"), default=False)
    diameter = models.CharField(_("size"), max_length=4, choices=elastics.Diameter.choices)
    ounces = models.DecimalField(_("force in ounces"), max_digits=3, decimal_places=1)
    hours = models.PositiveSmallIntegerField(_("hours a day"))
    latex = models.BooleanField(_("latex"), default=False)

    objects = ElasticsQuerySet.as_manager()

    class Meta(OfVisit.Meta):
        verbose_name = _("elastics")
        verbose_name_plural = _("elastics")
        indexes = [models.Index(fields=["patient", "on"], name="elastics_worn")]

    def __str__(self) -> str:
        return f"{self.get_pattern_display()} {self.get_diameter_display()}"

    def as_prescription(self) -> elastics.Prescription:
        """For the rules."""
        return elastics.Prescription(
            elastics.Pattern(self.pattern),
            tuple(self.teeth.split(",")),
            elastics.Diameter(self.diameter),
            self.ounces,
            self.hours,
            self.latex,
            self.both_sides,
        )


class AmendmentQuerySet(ChartQuerySet["Amendment"]):
    """Reads of amendments, as phrases."""


class Amendment(ChartRecord):
    """What was said later about a signed row; the row stays as it was."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("why"), max_length=REASON_LENGTH)
    text = EncryptedTextField(_("amendment"), max_length=NOTE_LENGTH)

    objects = AmendmentQuerySet.as_manager()

    class Meta(ChartRecord.Meta):
        verbose_name = _("amendment")
        verbose_name_plural = _("amendments")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.reason


class OpenEntry(Record):
    """Who has a draft open right now, and where; refreshed while the page is open."""

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    where = models.CharField(max_length=50, blank=True, default="")
    seen_at = models.DateTimeField(default=clock.now)

    class Meta(Record.Meta):
        verbose_name = _("open entry")
        verbose_name_plural = _("open entries")
        constraints = [models.UniqueConstraint(fields=["visit", "user"], name="open_entry_once")]

    def __str__(self) -> str:
        return self.where
