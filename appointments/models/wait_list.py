"""Who would like to come sooner, or at another time, and what has been offered to them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from appointments.models.booking import Appointment
from appointments.models.places import Chair, Location, Weekday
from appointments.models.types import AppointmentType
from appointments.wait_list.rules import OfferState, Wish, WishState
from core import clock
from core.models import Record, RecordQuerySet
from patients.models import Patient

if TYPE_CHECKING:
    from accounts.models import User


class WaitlistEntryQuerySet(RecordQuerySet["WaitlistEntry"]):
    """Reads of wishes, as phrases."""

    def visible_to(self, user: "User") -> "WaitlistEntryQuerySet":
        """For the staff those of patients they may see, for patients and parents their own."""
        if user.may(Permission.APPOINTMENT_READ):
            hidden = Patient.objects.hidden_from(user)
            return self.exclude(patient_id__in=hidden) if hidden else self
        return self.filter(patient_id__in=list(Patient.objects.own_of(user).values_list("pk", flat=True)))

    def waiting(self) -> "WaitlistEntryQuerySet":
        """Still open and not past their last day, longest waiting first."""
        rows = self.filter(Q(latest=None) | Q(latest__gte=clock.today()), state=WishState.ACTIVE)
        return rows.order_by("created_at", "id")


class WaitlistEntry(Record):
    """One wish: a kind of visit, with whom, on which days and at what times; perhaps instead of a booked visit."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="wishes")
    type = models.ForeignKey(
        AppointmentType, on_delete=models.PROTECT, related_name="+", verbose_name=_("kind of visit")
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("doctor"),
    )
    instead_of = models.ForeignKey(Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="wishes")
    weekdays = models.CharField(_("weekdays"), max_length=7, blank=True, default="")  # "024": Monday is 0; "" is any
    time_from = models.TimeField(_("from"), null=True, blank=True)
    time_to = models.TimeField(_("to"), null=True, blank=True)
    earliest = models.DateField(_("not before"), null=True, blank=True)
    latest = models.DateField(_("not after"), null=True, blank=True)
    notice_hours = models.PositiveSmallIntegerField(_("hours of notice needed"), default=24)
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    state = models.CharField(max_length=10, choices=WishState.choices, default=WishState.ACTIVE)

    objects = WaitlistEntryQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        indexes = [models.Index(fields=["state", "created_at", "id"], name="wish_waiting")]

    def __str__(self) -> str:
        return f"{self.pk} {self.get_state_display()}"

    @property
    def wish(self) -> Wish:
        """What a time must be like."""
        return Wish(
            doctor=self.doctor_id or "",
            weekdays=frozenset(int(day) for day in self.weekdays),
            time_from=self.time_from,
            time_to=self.time_to,
            earliest=self.earliest,
            latest=self.latest,
            notice=timedelta(hours=self.notice_hours),
        )

    @property
    def weekday_words(self) -> str:
        """The weekdays that suit; nothing for any."""
        return ", ".join(str(Weekday(int(day)).label) for day in self.weekdays)

    @property
    def is_over(self) -> bool:
        """Whether its last day has passed."""
        return self.latest is not None and self.latest < clock.today()


class WaitlistOfferQuerySet(RecordQuerySet["WaitlistOffer"]):
    """Reads of offers, as phrases."""

    def visible_to(self, user: "User") -> "WaitlistOfferQuerySet":
        """Those for wishes that this person sees."""
        if user.may(Permission.APPOINTMENT_READ):
            hidden = Patient.objects.hidden_from(user)
            return self.exclude(patient_id__in=hidden) if hidden else self
        return self.filter(patient_id__in=list(Patient.objects.own_of(user).values_list("pk", flat=True)))

    def out(self) -> "WaitlistOfferQuerySet":
        """Made and not answered, soonest to run out first."""
        return self.filter(state=OfferState.OFFERED, expires_at__gt=clock.now()).order_by("expires_at", "id")

    def to_tell(self) -> "WaitlistOfferQuerySet":
        """Whose time has gone to somebody else, and nobody has told them yet."""
        rows = self.filter(state=OfferState.WITHDRAWN, is_gone=True, told_at=None)
        return rows.order_by("-answered_at", "id")


class WaitlistOffer(Record):
    """A free time offered for a wish until `expires_at`. It holds nothing: who accepts first has it."""

    entry = models.ForeignKey(WaitlistEntry, on_delete=models.PROTECT, related_name="offers")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    start = models.DateTimeField()
    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    chair = models.ForeignKey(Chair, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=OfferState.choices, default=OfferState.OFFERED)
    offered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    is_gone = models.BooleanField(default=False)  # withdrawn because somebody else has the time now
    told_at = models.DateTimeField(null=True, blank=True)  # somebody said that the time is gone
    appointment = models.ForeignKey(Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = WaitlistOfferQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        indexes = [models.Index(fields=["state", "start"], name="offer_state")]

    def __str__(self) -> str:
        return f"{clock.iso(self.start)} {self.get_state_display()}"

    @property
    def standing(self) -> str:
        """The state as of now: an offer runs out whether or not a job has noted it."""
        ran_out = self.state == OfferState.OFFERED and self.expires_at <= clock.now()
        return OfferState.EXPIRED if ran_out else self.state

    @property
    def standing_words(self) -> str:
        """The same in words."""
        return str(OfferState(self.standing).label)


def default_expiry(start: datetime) -> datetime:
    """Half an hour from now, but two hours before the visit at the latest; never in the past."""
    now = clock.now()
    return max(min(now + timedelta(minutes=30), start - timedelta(hours=2)), now + timedelta(minutes=5))
