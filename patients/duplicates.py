"""Whether two records may be one person: why they look alike, and whether that is enough to warn. No queries here."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.rules import fold
from patients.tokens import digits_of, whole_name

if TYPE_CHECKING:
    from patients.models import Patient

# "Katherine" and "Catherine" are 0.89 alike, "Tim" and "Tom" 0.67; twins mostly have names less alike than this.
_ALIKE: Final = 0.75


class Reason(models.TextChoices):
    """What two records have in common; the value is what the API says."""

    NAME = "name", _("same name")
    SIMILAR_NAME = "similarName", _("similar name")
    BIRTH_DATE = "birthDate", _("same date of birth")
    PHONE = "phone", _("same phone")
    EMAIL = "email", _("same e-mail")


@dataclass(frozen=True)
class Lookalike:
    """A record that may be the same person, and why."""

    patient: "Patient"
    reasons: tuple[Reason, ...]


def likely(patient: "Patient", others: Iterable["Patient"]) -> list[Lookalike]:
    """Those of the others that may be the same person, most reasons first."""
    compared = [Lookalike(other, common(patient, other)) for other in others]
    found = [lookalike for lookalike in compared if _is_likely(patient, lookalike.patient, lookalike.reasons)]
    return sorted(found, key=lambda lookalike: -len(lookalike.reasons))


def common(one: "Patient", other: "Patient") -> tuple[Reason, ...]:
    """What the two records share."""
    same_name = whole_name(one.given_name, one.family_name) == whole_name(other.given_name, other.family_name)
    shared = {
        Reason.NAME: same_name,
        Reason.SIMILAR_NAME: not same_name and _is_similar(one, other),
        Reason.BIRTH_DATE: one.birth_date is not None and one.birth_date == other.birth_date,
        Reason.PHONE: bool(_phones(one) & _phones(other)),
        Reason.EMAIL: bool(one.email) and fold(one.email) == fold(other.email),
    }
    return tuple(reason for reason, holds in shared.items() if holds)


def _is_likely(one: "Patient", other: "Patient", reasons: tuple[Reason, ...]) -> bool:
    # Two different dates of birth are two people: a father and a son may share everything else.
    differ = one.birth_date is not None and other.birth_date is not None and one.birth_date != other.birth_date
    if differ:
        return False
    if Reason.NAME in reasons:
        return True
    return Reason.SIMILAR_NAME in reasons and bool({Reason.BIRTH_DATE, Reason.PHONE, Reason.EMAIL} & set(reasons))


def _is_similar(one: "Patient", other: "Patient") -> bool:
    """Given names alike, and one family name, or a new one after the same given name."""
    given, given_too = fold(one.given_name), fold(other.given_name)
    if given and given == given_too:
        return True
    same_family = fold(one.family_name) == fold(other.family_name)
    return same_family and SequenceMatcher(None, given, given_too).ratio() >= _ALIKE


def _phones(patient: "Patient") -> set[str]:
    return {digits for text in (patient.phone, patient.phone_alternative) if (digits := digits_of(text))}
