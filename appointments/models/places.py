"""Where people are treated, and when the doors are open."""

from calendar import isleap
from datetime import date

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.models import Record


class Location(Record):
    """One practice of the clinic."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    address = models.TextField(_("address"), max_length=500, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="")
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta(Record.Meta):
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Chair(Record):
    """One treatment chair."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="chairs", verbose_name=_("location"))
    name = models.CharField(_("name"), max_length=50)
    position = models.PositiveSmallIntegerField(_("position"), default=0, validators=[MaxValueValidator(999)])
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta(Record.Meta):
        verbose_name = _("chair")
        verbose_name_plural = _("chairs")
        ordering = ["position", "name", "id"]
        constraints = [models.UniqueConstraint(fields=["location", "name"], name="one_chair_name_per_location")]

    def __str__(self) -> str:
        return self.name


class Weekday(models.IntegerChoices):
    """Monday is 0, as in Python's date.weekday()."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class WorkingHours(Record):
    """Weekly hours on the clinic's wall clock: of the location itself (no doctor), or of one doctor there."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="hours", verbose_name=_("location"))
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("doctor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="working_hours",
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens = models.TimeField(_("from"))
    closes = models.TimeField(_("to"))

    class Meta(Record.Meta):
        verbose_name = _("working hours")
        verbose_name_plural = _("working hours")
        ordering = ["weekday", "opens", "id"]
        indexes = [models.Index(fields=["location", "doctor", "weekday"], name="hours_lookup")]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}-{self.closes:%H:%M}"


class Closure(Record):
    """Days on which a location (or all) is closed, or a doctor away; both days included."""

    location = models.ForeignKey(
        Location, verbose_name=_("location"), null=True, blank=True, on_delete=models.PROTECT, related_name="closures"
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("doctor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="absences",
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")
    each_year = models.BooleanField(_("every year"), default=False)

    class Meta(Record.Meta):
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["starts_on", "id"]
        indexes = [models.Index(fields=["ends_on", "starts_on"], name="closure_days")]

    def __str__(self) -> str:
        return f"{self.starts_on} - {self.ends_on}"

    def holds(self, day: date) -> bool:
        """Whether the day is one of its days, in any later year too if it comes back every year."""
        if not self.each_year or day < self.starts_on:
            return self.starts_on <= day <= self.ends_on
        length = self.ends_on - self.starts_on
        starts = (_in_year(self.starts_on, year) for year in (day.year - 1, day.year))
        return any(start is not None and start <= day <= start + length for start in starts)


def _in_year(day: date, year: int) -> date | None:
    # The 29th of February comes back in leap years only.
    return None if (day.month, day.day) == (2, 29) and not isleap(year) else day.replace(year=year)
