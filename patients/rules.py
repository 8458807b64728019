"""Rules about patients; no queries here."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import phonenumbers
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import Refused

if TYPE_CHECKING:
    from patients.models import Patient

# Letters that Unicode does not take apart into a base letter and an accent.
_FOLDS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


class Event(StrEnum):
    """What the audit calls the events of this package."""

    PATIENT_ADDED = "patient.added"
    PATIENT_CHANGED = "patient.changed"
    PATIENT_OPENED = "patient.opened"
    PATIENTS_FOUND = "patient.found"
    PATIENT_ARCHIVED = "patient.archived"
    PATIENT_RESTORED = "patient.restored"
    PATIENT_SELF_REGISTERED = "patient.self_registered"
    PATIENT_SENSITIVE_SET = "patient.sensitive_set"
    PATIENT_MERGED = "patient.merged"
    PATIENT_MERGE_UNDONE = "patient.merge_undone"
    DUPLICATE_DISMISSED = "duplicate.dismissed"
    DUPLICATE_REOPENED = "duplicate.reopened"
    DUPLICATES_SEARCHED = "duplicate.searched"
    SIGN_IN_UNLINKED = "patient.sign_in_unlinked"
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
    PATIENTS_EXPORTED = "patient.list_disclosed"
    RECORD_DISCLOSED = "patient.record_disclosed"
    IMPORT_UPLOADED = "import.uploaded"
    IMPORT_MAPPED = "import.columns_set"
    IMPORT_STARTED = "import.started"
    IMPORT_STOPPED = "import.stopped"
    IMPORT_FINISHED = "import.finished"
    IMPORT_REMOVED = "import.file_removed"


# What staff may write in a patient's record, and what the patient or a parent may: the one list for every door.
NAME_FIELDS: Final = ("given_name", "family_name", "preferred_name", "former_name")
CONTACT_FIELDS: Final = ("phone", "phone_alternative", "email", "address", "language", "preferred_name")
CARE_FIELDS: Final = (
    "care_status",
    "care_phase",
    "treating_doctor",
    "care_started_on",
    "estimated_completion_on",
)
EDITABLE_FIELDS: Final = (
    *NAME_FIELDS,
    "birth_date",
    "sex",
    "phone",
    "phone_alternative",
    "email",
    "address",
    "language",
    "dentist",
    "referrer",
    "school",
    "alerts",
    *CARE_FIELDS,
)
PHONE_FIELDS: Final = ("phone", "phone_alternative")
MEDICAL_FIELDS: Final = ("category", "description", "since", "until", "critical")
GUARDIAN_FIELDS: Final = ("given_name", "family_name", "phone", "phone_alternative", "email")
RELATIONSHIP_FIELDS: Final = (
    "kind",
    "same_household",
    "may_consent",
    "may_sign_in",
    "pays",
    "restrictions",
    "ends_on",
    "review_on",
)

EARLIEST_BIRTH: Final = date(1900, 1, 1)
ALERTS_AT_MOST: Final = 20
ALERT_LENGTH: Final = 200
MEDICAL_ENTRIES_AT_ONCE: Final = 100
# A number with anything else beside it ("ask for Gus", an extension) is kept as it was typed.
_PHONE: Final = re.compile(r"[+0-9 ().\-/\u00a0\u2013]+")


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


def comes_of_age(born: date, majority: int) -> date:
    """The birthday on which nobody else consents any more."""
    try:
        return born.replace(year=born.year + majority)
    except ValueError:  # 29 February
        return date(born.year + majority, 3, 1)


def normalise_phone(text: str, region: str | None = None) -> str:
    """E.164 when it is a possible number, otherwise as typed; `region` (ISO 3166) reads national numbers."""
    text = one_line(text)
    number = _parsed(text, region)
    if number is None or not phonenumbers.is_possible_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def readable_phone(text: str) -> str:
    """+41446681800 as +41 44 668 18 00; anything but E.164 as it stands."""
    number = _parsed(text, None) if text.startswith("+") else None
    if number is None or not phonenumbers.is_possible_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    if not _PHONE.fullmatch(text):
        return None
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def tidy(values: Mapping[str, Any], region: str | None = None) -> dict[str, Any]:
    """Fields as they are stored: single blanks, phones in E.164 where possible, no empty alert."""
    tidied = dict(values)
    for name, value in values.items():
        if name in PHONE_FIELDS:
            tidied[name] = normalise_phone(value, region)
        elif name == "alerts":
            tidied[name] = [line for alert in value if (line := one_line(alert))]
        elif name == "address":
            tidied[name] = "\n".join(line.strip() for line in value.strip().splitlines())
        elif isinstance(value, str) and name not in {"sex", *CARE_FIELDS}:
            tidied[name] = one_line(value)
    return tidied


def check_named(given: str, family: str) -> None:
    """Raises Refused without a family name: lists are sorted by it."""
    if not family:
        raise Refused(_("Give at least a family name."), code="invalid", field="family_name")


def check_birth_date(born: date | None, today: date) -> None:
    """Raises Refused for a date of birth that nobody can have."""
    if born is None:
        return
    if born > today:
        message = _("The date of birth lies in the future.")
        raise Refused(message, code="birth_date_impossible", field="birth_date")
    if born < EARLIEST_BIRTH:
        message = _("The date of birth lies before 1900.")
        raise Refused(message, code="birth_date_impossible", field="birth_date")


def check_alerts(alerts: Iterable[str]) -> None:
    """Raises Refused for more or longer alerts than anybody reads."""
    listed = list(alerts)
    if len(listed) > ALERTS_AT_MOST or any(len(alert) > ALERT_LENGTH for alert in listed):
        message = _("At most %(count)s alerts of at most %(length)s characters each.")
        values = {"count": ALERTS_AT_MOST, "length": ALERT_LENGTH}
        raise Refused(message % values, code="invalid", field="alerts")


def check_order(first: date | None, last: date | None, field: str) -> None:
    """Raises Refused for an end before its beginning."""
    if first and last and last < first:
        raise Refused(_("The end lies before the beginning."), code="dates_out_of_order", field=field)


def check_not_future(day: date | None, today: date, field: str) -> None:
    """Raises Refused for something that is said to have happened on a day to come."""
    if day and day > today:
        raise Refused(_("This date lies in the future."), code="in_the_future", field=field)


def check_current(patient: "Patient") -> None:
    """Raises Refused for an archived record: it is restored first."""
    if patient.archived_at is not None:
        raise archived()


def check_not_merged(patient: "Patient") -> None:
    """Raises Refused for a record that is part of another one now: the merge is taken back, not the archiving."""
    if patient.merged_into_id is not None:
        raise Refused(_("This record was merged into another one. Take the merge back instead."), code="merged")


def archived() -> Refused:
    """The refusal to write in or beside an archived record."""
    return Refused(_("This record is archived. Restore it first."), code="archived")


def check_description(text: str) -> None:
    """Raises Refused for a medical entry that says nothing."""
    if not text:
        raise Refused(_("Say what it is."), code="invalid", field="description")
