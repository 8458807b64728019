"""What keeps patients from falling through: answers at checkout, calls, rows put aside, days that are closed."""

from datetime import date
from typing import TYPE_CHECKING, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from appointments.desk_lists.rules import Answer, CallOutcome, NoNext
from appointments.models.booking import Appointment
from appointments.models.next_visits import NextVisit
from core import clock
from core.models import Record, RecordQuerySet
from patients.models import Patient
from patients.models.of_patient import OfPatientQuerySet

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=models.Model)


class OfDeskQuerySet(OfPatientQuerySet[M]):
    """What the desk keeps about patients."""

    def visible_to(self, user: "User") -> Self:
        """For the staff that of patients they may see; nobody else."""
        return self.of_patients_visible_to(user) if user.may(Permission.APPOINTMENT_READ) else self.none()


class CheckoutQuerySet(OfDeskQuerySet["Checkout"]):
    """Reads of answers at checkout."""


class Checkout(Record):
    """What the desk answered when a patient left: the next visit, an order for one, or why there is none."""

    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="checkout")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    answer = models.CharField(max_length=10, choices=Answer.choices)
    following = models.ForeignKey(Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(NextVisit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    why_none = models.CharField(_("why none"), max_length=20, choices=NoNext.choices, blank=True, default="")
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = CheckoutQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("answer at checkout")
        verbose_name_plural = _("answers at checkout")
        indexes = [models.Index(fields=["patient", "created_at"], name="checkout_patient")]

    def __str__(self) -> str:
        return self.get_answer_display()


class CallNoteQuerySet(OfDeskQuerySet["CallNote"]):
    """Append-only: calls are added and read; only a merge gives them to another record."""

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError("the call log is append-only")


class CallNote(Record):
    """One call to a patient or family, and how it ended."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+", db_index=False)
    desk_list = models.CharField(max_length=20)  # the list it was made from
    outcome = models.CharField(_("outcome"), max_length=15, choices=CallOutcome.choices)
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = CallNoteQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = [models.Index(fields=["patient", "created_at"], name="call_patient")]

    def __str__(self) -> str:
        return self.get_outcome_display()


class PutAsideQuerySet(OfDeskQuerySet["PutAside"]):
    """Reads of rows put aside, as phrases."""

    def standing(self) -> "PutAsideQuerySet":
        """Those whose row stays off its list today."""
        return self.filter(Q(until=None) | Q(until__gt=clock.today()))


class PutAside(Record):
    """A row that is off its list until a day, or for good; `subject` is its visit, or nothing for the patient."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    desk_list = models.CharField(max_length=20)
    subject = models.CharField(max_length=24, blank=True, default="")
    until = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = PutAsideQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("row put aside")
        verbose_name_plural = _("rows put aside")
        indexes = [models.Index(fields=["desk_list", "until"], name="aside_standing")]

    def __str__(self) -> str:
        return self.reason

    @property
    def stands(self) -> bool:
        """Whether the row is still off its list."""
        return self.until is None or self.until > clock.today()


class ClosedDayQuerySet(RecordQuerySet["ClosedDay"]):
    """Reads of closed days, as phrases."""

    def visible_to(self, user: "User") -> "ClosedDayQuerySet":
        """For the staff."""
        return self if user.may(Permission.APPOINTMENT_READ) else self.none()

    def since(self, day: date) -> "ClosedDayQuerySet":
        """From this day on."""
        return self.filter(day__gte=day)


class ClosedDay(Record):
    """A day on which nothing was left open when somebody closed it."""

    day = models.DateField(_("day"), unique=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = ClosedDayQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")

    def __str__(self) -> str:
        return self.day.isoformat()
