"""The parts of the clinic's day: which kinds of visits are for the morning only is said in these words."""

from datetime import time

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Record

# From and until on the wall clock, within which all of a visit lies; None leaves that end open.
Window = tuple[time | None, time | None]

_ONLY = "0" * 24  # one row for the clinic; until somebody changes the times there is none


class DayPart(models.TextChoices):
    """Morning, midday, after school."""

    MORNING = "morning", _("Morning")
    MIDDAY = "midday", _("Midday")
    AFTER_SCHOOL = "after_school", _("After school")


class TimeOfDay(models.TextChoices):
    """When visits of a type may be."""

    ANY = "", _("At any time")
    MORNING = "morning", _("In the morning only")
    NOT_AFTER_SCHOOL = "not_after_school", _("Not after school")


class DayParts(Record):
    """When midday begins at this clinic, and when the children come out of school."""

    midday_from = models.TimeField(_("midday begins at"), default=time(12))
    after_school_from = models.TimeField(_("after school begins at"), default=time(15))

    class Meta(Record.Meta):
        verbose_name = _("parts of the day")
        verbose_name_plural = _("parts of the day")

    def __str__(self) -> str:
        return str(_("Parts of the day"))

    @classmethod
    def present(cls) -> "DayParts":
        """The clinic's parts of the day, or the usual ones."""
        return cls.objects.filter(pk=_ONLY).first() or cls(pk=_ONLY)

    def window(self, part: str) -> Window:
        """When that part of the day is."""
        if part == DayPart.MORNING:
            return None, self.midday_from
        if part == DayPart.MIDDAY:
            return self.midday_from, self.after_school_from
        return self.after_school_from, None

    def allowed(self, time_of_day: str) -> Window:
        """When visits of a type with this rule may be."""
        if time_of_day == TimeOfDay.MORNING:
            return None, self.midday_from
        if time_of_day == TimeOfDay.NOT_AFTER_SCHOOL:
            return None, self.after_school_from
        return None, None
