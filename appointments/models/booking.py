"""Booked time, and the claims that make double booking impossible."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from appointments.models.places import Chair, Location
from appointments.models.types import AppointmentType
from appointments.rules import HOLDING, Origin, Status
from core import clock
from core.ids import ID_LENGTH, new_id
from core.models import Record, RecordQuerySet
from patients.models import Patient

if TYPE_CHECKING:
    from accounts.models import User


class AppointmentQuerySet(RecordQuerySet["Appointment"]):
    """Reads of appointments, as phrases."""

    def visible_to(self, user: "User") -> "AppointmentQuerySet":
        """The staff sees all but those of sensitive charts it may not open, others their own and their children's."""
        from patients.models.grants import granted_patient_ids

        if user.may(Permission.APPOINTMENT_READ):
            sensitive = Patient.objects.filter(sensitive=True).exclude(pk__in=granted_patient_ids(user))
            hidden = list(sensitive.values_list("pk", flat=True))
            return self.exclude(patient_id__in=hidden) if hidden else self
        own = list(Patient.objects.visible_to(user).values_list("pk", flat=True))
        return self.filter(patient_id__in=own)

    def for_day(self, day: date) -> "AppointmentQuerySet":
        """Those that start on the clinic's day."""
        start, end = clock.day_bounds(day)
        return self.filter(start__gte=start, start__lt=end)

    def between(self, start: datetime, end: datetime) -> "AppointmentQuerySet":
        """Those that start in [start, end)."""
        return self.filter(start__gte=start, start__lt=end)

    def upcoming(self) -> "AppointmentQuerySet":
        """Still to come and not called off, soonest first."""
        return self.filter(start__gte=clock.now(), status__in=HOLDING).order_by("start", "id")

    def parked_by(self, user: "User") -> "AppointmentQuerySet":
        """On this person's holding tray, longest first: booked visits of today and later."""
        rows = self.filter(parked_by_id=user.pk, status=Status.BOOKED, start__gte=clock.day_bounds(clock.today())[0])
        return rows.order_by("parked_at", "id")

    def standing(self) -> "AppointmentQuerySet":
        """Not called off."""
        return self.exclude(status__in=[Status.CANCELLED, Status.ENTERED_IN_ERROR])


class Appointment(Record):
    """Booked time of one patient with one doctor; keeps its own copy of the type's pattern."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="appointments")
    chair = models.ForeignKey(
        Chair, null=True, blank=True, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("chair")
    )
    seated_in = models.ForeignKey(Chair, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    type = models.ForeignKey(AppointmentType, on_delete=models.PROTECT, related_name="appointments")
    start = models.DateTimeField(_("start"), db_index=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"))
    pattern = models.CharField(max_length=96)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.BOOKED)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.DESK)
    overbooked = models.BooleanField(default=False)
    override_reason = models.CharField(max_length=500, blank=True, default="")
    reason = models.CharField(_("note for the desk"), max_length=500, blank=True, default="")
    cancelled_by_patient = models.BooleanField(null=True, blank=True)
    short_notice = models.BooleanField(default=False)
    # On somebody's holding tray while they look for another time; the booked time stays taken.
    parked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    parked_at = models.DateTimeField(null=True, blank=True, editable=False)
    follows = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by")

    objects = AppointmentQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        indexes = [
            models.Index(fields=["start", "id"], name="appointment_list"),
            models.Index(fields=["patient", "start"], name="appointment_patient"),
            models.Index(fields=["doctor", "start", "id"], name="appointment_doctor"),
            models.Index(fields=["location", "start"], name="appointment_location"),
            models.Index(fields=["status", "start"], name="appointment_status"),
        ]

    def __str__(self) -> str:
        return f"{clock.iso(self.start)} {self.get_status_display()}"

    @property
    def end(self) -> datetime:
        """First instant after the appointment, UTC."""
        return self.start + timedelta(minutes=self.minutes)

    @property
    def status_words(self) -> str:
        """The status as people say it: of a child that did not come, that nobody brought it."""
        if self.status == Status.NO_SHOW and self.patient.is_minor_on(clock.wall(self.start).date()):
            return gettext("Was not brought")
        return self.get_status_display()

    @property
    def confirmed(self) -> bool:
        """Whether the patient said yes to this time; a move asks anew."""
        return self.confirmed_at is not None


class ResourceDay(models.Model):
    """Serialises everybody who touches one resource on one UTC day: bumping `touches` is the first write."""

    id = models.CharField(max_length=50, primary_key=True)  # "<resource>/<days since 1970 in UTC>"
    touches = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)


class Claim(models.Model):
    """One resource, one 5-minute cell, one lane: the unique key is the backstop against double booking.

    `resource` is "doctor:<id>", "chair:<id>" or "patient:<id>"; `cell` counts 5-minute steps since 1970 in UTC; lanes
    from the resource's number of ordinary lanes on are overbookings.
    """

    id = models.CharField(max_length=ID_LENGTH, primary_key=True, default=new_id, editable=False)
    resource = models.CharField(max_length=40)
    cell = models.BigIntegerField()
    lane = models.PositiveSmallIntegerField()
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="claims")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["resource", "cell", "lane"], name="one_claim_per_lane")]
        indexes = [models.Index(fields=["cell"], name="claim_cell")]

    def __str__(self) -> str:
        return f"{self.resource}/{self.cell}/{self.lane}"


class StatusEvent(Record):
    """One step in an appointment's life: append-only, an undo is a step too."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="history")
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)  # "booked", "status", "moved", "confirmed", "undone"
    from_status = models.CharField(max_length=20, choices=Status.choices, blank=True, default="")
    to_status = models.CharField(max_length=20, choices=Status.choices, blank=True, default="")
    from_start = models.DateTimeField(null=True, blank=True)
    to_start = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta(Record.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["appointment", "at"], name="history_appointment"),
            models.Index(fields=["kind", "from_start"], name="history_left"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.to_status}"
