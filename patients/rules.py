"""Rules about patients; no queries here."""

import unicodedata
from datetime import date
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

# Letters that Unicode does not take apart into a base letter and an accent.
_FOLDS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


class Event(StrEnum):
    """What the audit calls the events of this package."""

    PATIENT_ADDED = "patient.added"
    PATIENT_CHANGED = "patient.changed"
    PATIENT_OPENED = "patient.opened"
    PATIENT_ARCHIVED = "patient.archived"
    PATIENT_RESTORED = "patient.restored"
    PATIENT_SELF_REGISTERED = "patient.self_registered"
    PATIENT_SENSITIVE_SET = "patient.sensitive_set"
    PHOTO_CHANGED = "patient.photo_changed"
    ACCESS_GRANTED = "patient.access_granted"
    ACCESS_WITHDRAWN = "patient.access_withdrawn"
    PORTAL_INVITED = "patient.portal_invited"
    GUARDIAN_ADDED = "guardian.added"
    GUARDIAN_CHANGED = "guardian.changed"
    RELATIONSHIP_ADDED = "relationship.added"
    RELATIONSHIP_CHANGED = "relationship.changed"
    RELATIONSHIP_ENDED = "relationship.ended"
    MEDICAL_ADDED = "medical.added"
    MEDICAL_CHANGED = "medical.changed"
    MEDICAL_ENDED = "medical.ended"
    MEDICAL_REMOVED = "medical.removed"
    CONSENT_GIVEN = "consent.given"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    CONTACT_PREFERENCE_CHANGED = "contact_preference.changed"


class Sex(models.TextChoices):
    """Administrative sex, the FHIR value set."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    OTHER = "other", _("Other")
    UNKNOWN = "unknown", _("Not known")


class CareStatus(models.TextChoices):
    """Where the case stands in its life cycle (domain.md 1.10)."""

    INQUIRY = "inquiry", _("New / inquiry")
    PENDING = "pending", _("Exam done, pending")
    OBSERVATION = "observation", _("Observation")
    RECORDS = "records", _("Records")
    READY = "ready", _("Ready to start")
    ACTIVE = "active", _("Active treatment")
    PAUSED = "paused", _("Paused")
    DEBONDED = "debonded", _("Debonded")
    RETENTION = "retention", _("Retention")
    RELEASED = "released", _("Released")
    DECLINED = "declined", _("Declined")
    TRANSFERRED_OUT = "transferred_out", _("Transferred out")
    DISMISSED = "dismissed", _("Dismissed")


class CarePhase(models.TextChoices):
    """Kind of active treatment."""

    PHASE_1 = "phase_1", _("Phase I")
    PHASE_2 = "phase_2", _("Phase II")
    FULL = "full", _("Full treatment")
    LIMITED = "limited", _("Limited treatment")
    ALIGNER = "aligner", _("Aligners")
    SURGICAL = "surgical", _("Surgical")


class MedicalCategory(models.TextChoices):
    """Kinds of entries of the medical history."""

    ALLERGY = "allergy", _("Allergy")
    CONDITION = "condition", _("Condition")
    MEDICATION = "medication", _("Medication")
    SURGERY = "surgery", _("Surgery")
    HABIT = "habit", _("Habit")
    DENTAL = "dental", _("Dental")
    OTHER = "other", _("Other")


class RelationshipKind(models.TextChoices):
    """What the guardian is to the patient."""

    MOTHER = "mother", _("Mother")
    FATHER = "father", _("Father")
    PARENT = "parent", _("Parent")
    GRANDPARENT = "grandparent", _("Grandparent")
    LEGAL_GUARDIAN = "legal_guardian", _("Legal guardian")
    FOSTER_CARER = "foster_carer", _("Foster carer")
    PARTNER = "partner", _("Partner")
    CHILD = "child", _("Adult child")
    OTHER = "other", _("Other")


class ConsentKind(models.TextChoices):
    """What a person agreed to."""

    TREATMENT = "treatment", _("Treatment")
    PHOTOS = "photos", _("Clinical photographs")
    TEACHING = "teaching", _("Photographs for teaching")
    DATA_SHARING = "data_sharing", _("Sharing data with the dentist")


class Channel(models.TextChoices):
    """Ways to reach a person."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("Text message")
    PHONE = "phone", _("Phone call")
    POST = "post", _("Letter")


def fold(text: str) -> str:
    """Case, accents and special letters away: "Müller-Łuk" and "muller-luk" are one."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_FOLDS))
    return "".join(char for char in decomposed if not unicodedata.combining(char)).strip()


def one_line(text: str) -> str:
    """Blanks folded to one, none around."""
    return " ".join(text.split())


def split_name(name: str) -> tuple[str, str]:
    """Given and family name of a name typed as one: the last word is the family name."""
    given, _space, family = one_line(name).rpartition(" ")
    return given, family


def full_name(given: str, family: str) -> str:
    """The name as people read it; `split_name` undone."""
    return f"{given} {family}".strip()


def sort_key(given: str, family: str) -> str:
    """How lists are sorted: by family name, then given name, as people look a name up."""
    return f"{fold(family)}\t{fold(given)}"[:400]


def age_on(born: date, day: date) -> int:
    """Whole years; a person born on 29 February has the birthday on 1 March in other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
