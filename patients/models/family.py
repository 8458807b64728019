"""Parents and other guardians; a relationship alone decides what a parent may see."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models import Record, RecordQuerySet
from patients import rules
from patients.models.patient import Patient
from patients.rules import RelationshipKind

if TYPE_CHECKING:
    from accounts.models import User


class GuardianQuerySet(RecordQuerySet["Guardian"]):
    """Reads of guardians, as phrases."""

    def visible_to(self, user: "User") -> "GuardianQuerySet":
        """Guardians of the patients that this person may see, and the person as a guardian."""
        from accounts.permissions import Permission

        if user.may(Permission.PATIENT_READ):
            return self
        return self.filter(user=user)


class Guardian(Record):
    """A person who answers for a patient: not always a parent, not always with a sign-in."""

    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100)
    sort_key = models.CharField(max_length=400, editable=False, db_index=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="")
    phone_alternative = models.CharField(_("second phone"), max_length=40, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("sign-in"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="guardian_record",
    )

    objects = GuardianQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("guardian")
        verbose_name_plural = _("guardians")

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.sort_key = rules.sort_key(self.given_name, self.family_name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def name(self) -> str:
        """Given and family name."""
        return rules.full_name(self.given_name, self.family_name)


class RelationshipQuerySet(RecordQuerySet["Relationship"]):
    """Reads of relationships, as phrases."""

    def running(self) -> "RelationshipQuerySet":
        """Not ended as of today."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=clock.today()))

    def opens_for(self, user: "User") -> "RelationshipQuerySet":
        """Relationships through which this person sees a child's record."""
        return self.running().filter(guardian_id__in=_guardian_ids(user), may_sign_in=True)

    def visible_to(self, user: "User") -> "RelationshipQuerySet":
        """Relationships of patients that this person may see."""
        from accounts.permissions import Permission

        if user.may(Permission.PATIENT_READ):
            return self
        return self.filter(guardian_id__in=_guardian_ids(user))


def _guardian_ids(user: "User") -> list[str]:
    return list(Guardian.objects.filter(user_id=user.pk).values_list("pk", flat=True))


class Relationship(Record):
    """What one guardian is to one patient, and what follows from it."""

    guardian = models.ForeignKey(Guardian, on_delete=models.PROTECT, related_name="relationships")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="relationships")
    kind = models.CharField(_("relationship"), max_length=20, choices=RelationshipKind.choices)
    same_household = models.BooleanField(_("same household"), default=True)
    may_consent = models.BooleanField(_("may consent"), default=True)
    may_sign_in = models.BooleanField(_("may see the record in the portal"), default=False)
    pays = models.BooleanField(_("pays"), default=False)
    restrictions = models.CharField(_("restrictions"), max_length=300, blank=True, default="")
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    review_on = models.DateField(
        _("review on"), null=True, blank=True, help_text=_("By default the day the patient comes of age.")
    )

    objects = RelationshipQuerySet.as_manager()

    class Meta(Record.Meta):
        verbose_name = _("relationship")
        verbose_name_plural = _("relationships")
        constraints = [models.UniqueConstraint(fields=["guardian", "patient"], name="one_relationship_per_pair")]

    def __str__(self) -> str:
        return f"{self.guardian} ({self.get_kind_display()})"
