"""Kinds of appointments."""

from typing import TYPE_CHECKING

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from appointments.models.day_parts import TimeOfDay
from core.models import Record, RecordQuerySet

if TYPE_CHECKING:
    from accounts.models import User


class AppointmentTypeQuerySet(RecordQuerySet["AppointmentType"]):
    """Reads of types, as phrases."""

    def visible_to(self, user: "User") -> "AppointmentTypeQuerySet":
        """The staff sees all types in use, patients those bookable online."""
        in_use = self.filter(is_active=True)
        return in_use if user.may(Permission.APPOINTMENT_BOOK) else in_use.filter(bookable_online=True)


class AppointmentType(Record):
    """Code, length and who is needed when.

    `pattern` has one letter per 5 minutes: `A` assistant, `d` doctor's check (one of the doctor's lanes), `D` doctor's
    procedure (the whole doctor). Its length is the type's length.
    """

    code = models.CharField(_("code"), max_length=8, unique=True, validators=[RegexValidator(r"^[A-Z0-9]+$")])
    name = models.CharField(_("name"), max_length=100)
    pattern = models.CharField(
        _("pattern"),
        max_length=96,
        validators=[RegexValidator(r"^[AdD]+$", _("Use the letters A, d and D, one for every 5 minutes."))],
        help_text=_("One letter per 5 minutes: A assistant, d doctor's check, D doctor's procedure."),
    )
    colour = models.CharField(_("colour"), max_length=7, validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")])
    next_visit_weeks = models.PositiveSmallIntegerField(_("next visit in weeks"), null=True, blank=True)
    time_of_day = models.CharField(
        _("time of day"), max_length=20, blank=True, default=TimeOfDay.ANY, choices=TimeOfDay.choices
    )
    bookable_online = models.BooleanField(_("bookable online"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = AppointmentTypeQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("appointment type")
        verbose_name_plural = _("appointment types")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def minutes(self) -> int:
        """Length in minutes."""
        return len(self.pattern) * 5
