"""Parents and other guardians; a relationship alone decides what a parent may see."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission
from core import clock
from core.models import Record, RecordQuerySet
from patients import rules
from patients.models.of_patient import OfPatientQuerySet
from patients.models.patient import Patient
from patients.rules import RelationshipKind

if TYPE_CHECKING:
    from accounts.models import User


class GuardianQuerySet(RecordQuerySet["Guardian"]):
    """Reads of guardians, as phrases."""

    def visible_to(self, user: "User") -> "GuardianQuerySet":
        """For the staff all but those of hidden charts only; for others the person as a guardian."""
        if not user.may(Permission.PATIENT_READ):
            return self.filter(user=user)
        hidden = Patient.objects.hidden_from(user)
        if not hidden:
            return self
        theirs = set(Relationship.objects.filter(patient_id__in=hidden).values_list("guardian_id", flat=True))
        others = Relationship.objects.filter(guardian_id__in=theirs).exclude(patient_id__in=hidden)
        return self.exclude(pk__in=theirs - set(others.values_list("guardian_id", flat=True)))

    def families_of(self, patient_ids: Iterable[str]) -> dict[str, list["Guardian"]]:
        """The people who answer for each of these patients today."""
        pairs = Relationship.objects.running().filter(patient_id__in=list(patient_ids))
        rows = list(pairs.values_list("patient_id", "guardian_id"))
        people = self.in_bulk([guardian for _patient, guardian in rows]) if rows else {}
        found: dict[str, list[Guardian]] = {}
        for patient, guardian in rows:
            found.setdefault(patient, []).append(people[guardian])
        return found

    def found_by(self, text: str) -> "GuardianQuerySet":
        """Those whose family name begins so."""
        start = rules.fold(text)
        return self.filter(sort_key__gte=start, sort_key__lt=start + "\uffff").order_by("sort_key", "id")


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

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = rules.sort_key(self.given_name, self.family_name)
        super().save(*args, **kwargs)

    def change(self, **fields: Any) -> dict[str, Any]:
        """As every record; the order in lists follows the name."""
        given, family = fields.get("given_name", self.given_name), fields.get("family_name", self.family_name)
        diff = super().change(**fields, sort_key=rules.sort_key(given, family))
        diff.pop("sort_key", None)
        return diff

    def patients(self) -> list[Patient]:
        """Those whom this person answers for today."""
        ids = Relationship.objects.running().filter(guardian_id=self.pk).values_list("patient_id", flat=True)
        # read-scope: to keep search keys current, whoever changes the guardian
        return list(Patient.objects.filter(pk__in=list(ids)))

    @property
    def name(self) -> str:
        """Given and family name."""
        return rules.full_name(self.given_name, self.family_name)

    @property
    def phones(self) -> list[str]:
        """Both phones, as people read them."""
        return [rules.readable_phone(text) for text in (self.phone, self.phone_alternative) if text]


class RelationshipQuerySet(OfPatientQuerySet["Relationship"]):
    """Reads of relationships, as phrases."""

    def running(self) -> "RelationshipQuerySet":
        """Not ended as of today."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=clock.today()))

    def opens_for(self, user: "User") -> "RelationshipQuerySet":
        """Relationships through which this person sees a child's record."""
        return self.running().filter(guardian_id__in=_guardian_ids(user), may_sign_in=True)

    def visible_to(self, user: "User") -> "RelationshipQuerySet":
        """For the staff those of the patients they may see; for a parent the own ones only."""
        if user.may(Permission.PATIENT_READ):
            return self.of_patients_visible_to(user)
        return self.filter(guardian_id__in=_guardian_ids(user))

    def with_guardians(self) -> "list[Relationship]":
        """The rows with their guardians, in two queries; running ones first."""
        rows = list(self)
        people = Guardian.objects.in_bulk([row.guardian_id for row in rows])
        for row in rows:
            row.guardian = people[row.guardian_id]
        return sorted(rows, key=lambda row: (not row.is_running, row.guardian.sort_key))


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

    @property
    def is_running(self) -> bool:
        """Whether it has not ended as of today."""
        return self.ends_on is None or self.ends_on > clock.today()

    @property
    def is_due_for_review(self) -> bool:
        """Whether somebody should ask if it still holds: the patient has come of age, or another day was set."""
        return self.is_running and self.review_on is not None and self.review_on <= clock.today()
