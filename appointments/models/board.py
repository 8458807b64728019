"""What the clinic and its people set for the flow board: when a wait is long, and whose chairs are whose."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from appointments.rules import Status
from core.models import Record

if TYPE_CHECKING:
    from accounts.models import User

_MINUTES = (MinValueValidator(1), MaxValueValidator(480))
_ONLY = "0" * 24  # one row for the clinic; until somebody changes the times there is none


def _minutes(label: Any, default: int) -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(label, default=default, validators=_MINUTES)


class BoardTimes(Record):
    """From how many minutes on a stage of the visit is long (amber), and too long (red)."""

    late_after = _minutes(_("late after"), 10)
    soon_before = _minutes(_("expected soon"), 15)
    arrived_long = _minutes(_("waiting, long"), 10)
    arrived_too_long = _minutes(_("waiting, too long"), 20)
    seated_long = _minutes(_("seated, long"), 30)
    seated_too_long = _minutes(_("seated, too long"), 60)
    needs_doctor_long = _minutes(_("needs doctor, long"), 5)
    needs_doctor_too_long = _minutes(_("needs doctor, too long"), 10)
    with_doctor_long = _minutes(_("with doctor, long"), 20)
    with_doctor_too_long = _minutes(_("with doctor, too long"), 40)
    checkout_long = _minutes(_("checkout, long"), 5)
    checkout_too_long = _minutes(_("checkout, too long"), 10)

    class Meta(Record.Meta):
        verbose_name = _("times of the board")
        verbose_name_plural = _("times of the board")

    def __str__(self) -> str:
        return str(_("Flow board"))

    @classmethod
    def present(cls) -> "BoardTimes":
        """The clinic's times, or the usual ones."""
        return cls.objects.filter(pk=_ONLY).first() or cls(pk=_ONLY)

    def limits(self, status: str) -> tuple[int, int] | None:
        """Minutes from which this stage is long and too long; None for one that nobody waits in."""
        if status not in TIMED:
            return None
        return getattr(self, f"{status}_long"), getattr(self, f"{status}_too_long")


TIMED = (Status.ARRIVED, Status.SEATED, Status.NEEDS_DOCTOR, Status.WITH_DOCTOR, Status.CHECKOUT)


class OwnChairs(Record):
    """The chairs that one person looks after, most often an assistant."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    chairs = models.JSONField(default=list)  # ids

    class Meta(Record.Meta):
        verbose_name = _("own chairs")
        verbose_name_plural = _("own chairs")

    def __str__(self) -> str:
        return str(self.user_id)

    @classmethod
    def ids_of(cls, user: "User") -> list[str]:
        """The chairs that this person has chosen."""
        row = cls.objects.filter(user_id=user.pk).first()
        return list(row.chairs) if row else []
