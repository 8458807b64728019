"""The person we treat."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from core import clock
from core.models import ArchivableRecord, RecordQuerySet
from patients import rules
from patients.models.grants import granted_patient_ids
from patients.rules import CarePhase, CareStatus, Sex

if TYPE_CHECKING:
    from accounts.models import User


class PatientQuerySet(RecordQuerySet["Patient"]):
    """Reads of patients, as phrases."""

    def visible_to(self, user: "User") -> "PatientQuerySet":
        """What this person may see: the staff everybody but sensitive charts, patients and parents their own.

        A grant on one chart opens that chart, also a sensitive one. Archived records are the staff's only, and one that
        was merged into another is nobody's: its id leads on (`MergeRecord.objects.survivor_of`).
        """
        reach = Q(pk__in=granted_patient_ids(user))
        if user.may(Permission.PATIENT_READ):
            reach |= Q(sensitive=False)
        if user.may(Permission.OWN_RECORD):
            reach |= _own(user) & Q(archived_at=None)
        return self.filter(reach, merged_into=None)

    def one_visible_to(self, user: "User", pk: str) -> "Patient | None":
        """The record with this id, if the person may see it: as `visible_to` says, grants looked up only if needed."""
        found = self.filter(pk=pk, merged_into=None).first()
        if found is not None and user.may(Permission.PATIENT_READ) and not found.sensitive:
            return found
        return self.visible_to(user).filter(pk=pk).first()

    def next_chart_number(self) -> str:
        """One more than the highest; two at once collide on the unique key, and the second tries again."""
        last = self.filter(chart_number__gte="0", chart_number__lt=":").order_by("-chart_number").first()
        number = int(last.chart_number) + 1 if last and last.chart_number.isdecimal() else 1
        step = 1
        # Numbers of another length, brought over from elsewhere, sort differently as text: look before taking one.
        while self.filter(chart_number=f"{number:06d}").exists():
            number, step = number + step, step * 2
        return f"{number:06d}"

    def own_of(self, user: "User") -> "PatientQuerySet":
        """The person's own record and those of the children, whatever else the person may see."""
        if not user.may(Permission.OWN_RECORD):
            return self.none()
        return self.filter(_own(user), archived_at=None)

    def hidden_from(self, user: "User") -> list[str]:
        """Ids of the sensitive charts that this member of staff may not open: few, on any clinic's list."""
        rows = self.filter(sensitive=True).exclude(pk__in=granted_patient_ids(user))
        return list(rows.values_list("pk", flat=True))

    def like(self, patient: "Patient") -> "PatientQuerySet":
        """Records that share something telling with this one (`duplicates.likely` judges them)."""
        from patients.models.search import SearchKey

        return self.filter(pk__in=SearchKey.objects.like(patient))

    def current(self) -> "PatientQuerySet":
        """Not archived."""
        return self.filter(archived_at=None)

    def hold_current(self, pk: str) -> bool:
        """Keep others from archiving or merging this record until the transaction ends; False if somebody just has.

        Booking, writing beside the record, archiving and merging change the same row, so that on every database one
        of them comes second and sees it.
        """
        return self.current().filter(pk=pk).update(booked_at=clock.now()) == 1

    def archived(self) -> "PatientQuerySet":
        """Archived ones only."""
        return self.filter(archived_at__isnull=False)

    def after(self, last: "Patient") -> "PatientQuerySet":
        """Those that come after this one by name."""
        # The first bound lets every database use the index; the second drops the ties already seen.
        rows = self.filter(sort_key__gte=last.sort_key)
        return rows.filter(Q(sort_key__gt=last.sort_key) | Q(pk__gt=last.pk))

    def by_name(self) -> "PatientQuerySet":
        """By family name, then given name."""
        return self.order_by("sort_key", "id")


def _own(user: "User") -> Q:
    from patients.models.family import Relationship

    children = Relationship.objects.opens_for(user).values_list("patient_id", flat=True)
    return Q(user_id=user.pk) | Q(pk__in=list(children))


class Patient(ArchivableRecord):
    """Demographics and where the care stands; clinical findings live above, in the chart."""

    chart_number = models.CharField(_("chart number"), max_length=20, unique=True, editable=False)
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100)
    preferred_name = models.CharField(_("preferred name"), max_length=100, blank=True, default="")
    former_name = models.CharField(_("former name"), max_length=100, blank=True, default="")
    sort_key = models.CharField(max_length=400, editable=False)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=10, choices=Sex.choices, default=Sex.UNKNOWN)
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="")
    phone_alternative = models.CharField(_("second phone"), max_length=40, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    address = models.TextField(
        _("address"), max_length=500, blank=True, default="", validators=[MaxLengthValidator(500)]
    )
    language = models.CharField(_("language"), max_length=35, blank=True, default="")
    dentist = models.CharField(_("dentist"), max_length=200, blank=True, default="")
    referrer = models.CharField(_("referred by"), max_length=200, blank=True, default="")
    school = models.CharField(_("school"), max_length=200, blank=True, default="")
    alerts = models.JSONField(_("alerts"), default=list, blank=True)  # short sentences, for the desk too
    photo = models.CharField(_("photo"), max_length=100, blank=True, default="", editable=False)
    booked_at = models.DateTimeField(null=True, editable=False)  # when somebody last wrote beside it (hold_current)
    account_note = models.TextField(_("account note"), blank=True, default="", editable=False)

    care_status = models.CharField(
        _("care status"), max_length=20, choices=CareStatus.choices, default=CareStatus.INQUIRY
    )
    care_phase = models.CharField(_("phase"), max_length=20, choices=CarePhase.choices, blank=True, default="")
    treating_doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("treating doctor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    care_started_on = models.DateField(_("treatment started"), null=True, blank=True)
    estimated_completion_on = models.DateField(_("estimated completion"), null=True, blank=True)

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("own sign-in"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="patient_record",
    )
    self_registered = models.BooleanField(_("registered by the person"), default=False, editable=False)
    sensitive = models.BooleanField(
        _("sensitive"), default=False, help_text=_("Only people with a grant may open this chart."), editable=False
    )

    # Without an index: nobody looks records up by it, and SQLite would take it for every read by ids.
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False
    )

    objects = PatientQuerySet.as_manager()

    class Meta(ArchivableRecord.Meta):
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        # For exceptional grants on one chart (django-guardian); everything else follows from groups.
        permissions = [("open_chart", "Can open this one chart")]
        indexes = [
            models.Index(fields=["archived_at", "sort_key", "id"], name="patient_list"),
            models.Index(fields=["birth_date"], name="patient_birth"),
            models.Index(fields=["sensitive"], name="patient_sensitive"),
            models.Index(fields=["updated_at", "id"], name="patient_changed"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = rules.sort_key(self.given_name, self.family_name)
        super().save(*args, **kwargs)

    def change(self, **fields: Any) -> dict[str, Any]:
        """As every record; the order in lists follows the name."""
        given, family = fields.get("given_name", self.given_name), fields.get("family_name", self.family_name)
        diff = super().change(**fields, sort_key=rules.sort_key(given, family))
        diff.pop("sort_key", None)
        return diff

    @property
    def name(self) -> str:
        """Given and family name."""
        return rules.full_name(self.given_name, self.family_name)

    @property
    def listed_name(self) -> str:
        """As lists show it: family name first."""
        return f"{self.family_name}, {self.given_name}" if self.given_name else self.family_name

    @property
    def phones(self) -> list[str]:
        """Both phones, as people read them."""
        return [rules.readable_phone(text) for text in (self.phone, self.phone_alternative) if text]

    @property
    def age(self) -> int | None:
        """Whole years today, in the clinic's zone."""
        return None if self.birth_date is None else rules.age_on(self.birth_date, clock.today())

    def is_minor_on(self, day: date) -> bool:
        """Whether somebody else consents for this person on that day."""
        return self.birth_date is not None and rules.age_on(self.birth_date, day) < settings.AGE_OF_MAJORITY

    @property
    def is_archived(self) -> bool:
        """Whether the record is out of the lists."""
        return self.archived_at is not None
