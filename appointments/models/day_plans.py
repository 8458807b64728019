"""What a day is kept for: named templates, the days built from them, and visits moved in bulk."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from appointments.models.booking import Appointment
from appointments.models.places import Chair, Location
from core.models import Record


class BlockKind(models.TextChoices):
    """What a part of a day is kept for."""

    RESERVED = "reserved", _("Kept for types")
    LUNCH = "lunch", _("Lunch")
    MEETING = "meeting", _("Meeting")
    EMERGENCY = "emergency", _("Emergencies")


class _Block(Record):
    """A chair, or all of them, from and to on the clinic's wall clock, and what for."""

    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("to"))
    kind = models.CharField(_("kept for"), max_length=10, choices=BlockKind.choices, default=BlockKind.RESERVED)
    types = models.CharField(_("types"), max_length=500, blank=True, default="")  # codes with a blank between
    label = models.CharField(_("label"), max_length=60, blank=True, default="")

    class Meta(Record.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M} {self.words}"

    @property
    def codes(self) -> tuple[str, ...]:
        """The types that it is reserved for."""
        return tuple(self.types.split())

    @property
    def words(self) -> str:
        """What it is called."""
        return words_of(self.kind, self.codes, self.label)


class DayTemplate(Record):
    """A named plan of a day at one location."""

    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="day_templates", verbose_name=_("location")
    )
    name = models.CharField(_("name"), max_length=60)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta(Record.Meta):
        verbose_name = _("day template")
        verbose_name_plural = _("day templates")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["location", "name"], name="one_template_name_per_location")]

    def __str__(self) -> str:
        return self.name


class TemplateBlock(_Block):
    """One part of a template; without a chair it lies over all chairs."""

    template = models.ForeignKey(DayTemplate, on_delete=models.CASCADE, related_name="blocks")
    chair = models.ForeignKey(
        Chair, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("chair")
    )

    class Meta(_Block.Meta):
        verbose_name = _("block of a template")
        verbose_name_plural = _("blocks of a template")
        ordering = ["opens", "id"]


class BuiltDay(Record):
    """A day that a template was applied to; what changes in the template later does not touch it."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(_("day"))
    template = models.ForeignKey(DayTemplate, on_delete=models.PROTECT, related_name="built_days")
    template_version = models.PositiveIntegerField(default=1)  # of the template when the day was built

    class Meta(Record.Meta):
        verbose_name = _("built day")
        verbose_name_plural = _("built days")
        ordering = ["day", "id"]
        constraints = [models.UniqueConstraint(fields=["location", "day"], name="one_plan_per_day")]

    def __str__(self) -> str:
        return self.day.isoformat()


class DayBlock(_Block):
    """The day's own copy of a template's block."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField(_("day"))
    chair = models.ForeignKey(
        Chair, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("chair")
    )

    class Meta(_Block.Meta):
        verbose_name = _("block of a day")
        verbose_name_plural = _("blocks of a day")
        ordering = ["day", "opens", "id"]
        indexes = [models.Index(fields=["location", "day"], name="day_blocks")]


class MoveRun(Record):
    """Visits moved together because somebody is away or a place is closed."""

    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=200)
    undone_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("visits moved together")
        verbose_name_plural = _("visits moved together")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["-created_at"], name="move_runs")]

    def __str__(self) -> str:
        return self.about


class MovedVisit(Record):
    """What became of one visit in such a run, and where it stood before."""

    class Outcome(models.TextChoices):
        """How it ended."""

        MOVED = "moved", _("Moved")
        SKIPPED = "skipped", _("Left where it is")
        FAILED = "failed", _("Could not be moved")
        BACK = "back", _("Moved back")
        STAYS = "stays", _("Could not be moved back")

    run = models.ForeignKey(MoveRun, on_delete=models.CASCADE, related_name="visits")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    why = models.CharField(max_length=300, blank=True, default="")
    before = models.JSONField(default=dict)  # start, doctor, location, chair, confirmed: as it stood
    version_after = models.PositiveIntegerField(default=0)  # of the appointment, once moved

    class Meta(Record.Meta):
        verbose_name = _("visit moved in bulk")
        verbose_name_plural = _("visits moved in bulk")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.appointment_id} {self.outcome}"


def words_of(kind: str, codes: tuple[str, ...], label: str) -> str:
    """What a block is called: its label, else the types it is kept for, else its kind."""
    if label:
        return label
    if kind == BlockKind.RESERVED and codes:
        return ", ".join(codes)
    return str(BlockKind(kind).label)
