"""What two records are to each other: one person, a brother or sister, a twin, somebody of the same name."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.duplicates import likeness
from patients.duplicates.likeness import SAME, Dates
from patients.duplicates.traits import Traits

if TYPE_CHECKING:
    from patients.models import Patient

# Points for what two records share: mentioned from _ALIKE_ENOUGH on, warned of from LIKELY on, listed from LISTED on.
_ALIKE_ENOUGH: Final = 30
LIKELY: Final = 40
LISTED: Final = 45
STRONG: Final = 70
_MOST: Final = 100
_NAME, _GIVEN_ONLY, _BIRTH_DATE, _SLIP, _PHONE, _ADDRESS, _EMAIL = 40, 15, 30, 8, 15, 12, 8
# "Tim" and "Tom" are 0.67 alike, and two people: twins mostly have names less alike than this.
_ALIKE: Final = 0.75
_ALIKE_BY_SLIP: Final = 0.85  # two slips, in the name and in the date, are rare
_NAMELESS: Final = 0.75


class Bond(models.TextChoices):
    """What two records probably are to each other; the value is what the API says."""

    SAME = "same", _("May be the same person")
    NAMESAKE = "namesake", _("Same name, other date of birth")
    TWIN = "twin", _("Same family name and date of birth: a twin?")
    SIBLING = "sibling", _("Same family: a brother or sister?")


class Reason(models.TextChoices):
    """What two records have in common; the value is what the API says."""

    NAME = "name", _("same name")
    SIMILAR_NAME = "similarName", _("similar name")
    GIVEN_NAME = "givenName", _("same given name")
    FAMILY_NAME = "familyName", _("same family name")
    BIRTH_DATE = "birthDate", _("same date of birth")
    SIMILAR_BIRTH_DATE = "similarBirthDate", _("similar date of birth")
    PHONE = "phone", _("same phone")
    EMAIL = "email", _("same e-mail")
    ADDRESS = "address", _("same address")


_CONTACT: Final = {Reason.PHONE: _PHONE, Reason.ADDRESS: _ADDRESS, Reason.EMAIL: _EMAIL}
_IN_ORDER: Final = (Bond.SAME, Bond.NAMESAKE, Bond.TWIN, Bond.SIBLING)


@dataclass(frozen=True)
class Verdict:
    """What two records are to each other, how alike they are (0 to 100), and why."""

    bond: Bond
    score: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Lookalike:
    """A record that may be the same person, or is close to it."""

    patient: "Patient"
    verdict: Verdict

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why it is shown."""
        return self.verdict.reasons

    @property
    def is_same(self) -> bool:
        """Whether it may be the same person."""
        return self.verdict.bond == Bond.SAME and self.verdict.score >= LIKELY

    @property
    def is_family(self) -> bool:
        """Whether it is rather a brother, a sister or a twin."""
        return self.verdict.bond in {Bond.TWIN, Bond.SIBLING}

    @property
    def names_differ(self) -> bool:
        """Whether it helps to see both names."""
        return Reason.SIMILAR_NAME in self.verdict.reasons


def likely(patient: "Patient", others: Iterable["Patient"]) -> list[Lookalike]:
    """Those of the others that may be the same person, the likeliest first."""
    return [lookalike for lookalike in look_like(patient, others) if lookalike.is_same]


def look_like(patient: "Patient", others: Iterable["Patient"]) -> list[Lookalike]:
    """Everybody worth a look: first who may be the same person, then namesakes, twins, brothers and sisters."""
    mine = Traits.of(patient)
    judged = ((other, judge(mine, Traits.of(other))) for other in others)
    found = [Lookalike(other, verdict) for other, verdict in judged if verdict is not None]
    return sorted(found, key=lambda one: (_IN_ORDER.index(one.verdict.bond), -one.verdict.score, one.patient.sort_key))


def judge(one: Traits, other: Traits) -> Verdict | None:
    """What the two are to each other; None where they are nothing to each other."""
    given, family = likeness.of_names(one, other)
    if max(given, family) < _ALIKE:
        return None
    dates = likeness.of_dates(one.born, other.born)
    contact = tuple(reason for reason in _CONTACT if _shared(reason, one, other))
    if family < _ALIKE:
        return _with_new_name(contact) if given >= SAME and dates is Dates.SAME and contact else None
    # A record may lack the given name: then the rest has to say more.
    given = given if one.given and other.given else max(given, _NAMELESS if contact else 0)
    if given < _ALIKE or (dates is Dates.SLIP and given < _ALIKE_BY_SLIP):
        return _of_one_family(dates, contact)
    return _of_one_name(given, family, dates, contact)


def _of_one_name(given: float, family: float, dates: Dates, contact: tuple[Reason, ...]) -> Verdict | None:
    same = min(given, family) >= SAME
    if dates is Dates.OTHER:
        # A father and a son may share everything but the date; brothers' names may be alike.
        return _namesake(contact) if same else _of_one_family(dates, contact)
    points = _NAME * (1 if same else given * family) + _points(contact)
    points += {Dates.SAME: _BIRTH_DATE, Dates.SLIP: _SLIP}.get(dates, 0)
    if points < _ALIKE_ENOUGH:
        return None
    name = Reason.NAME if same else Reason.SIMILAR_NAME
    return Verdict(Bond.SAME, min(round(points), _MOST), (name, *_of_birth(dates), *contact))


def _namesake(contact: tuple[Reason, ...]) -> Verdict:
    return Verdict(Bond.NAMESAKE, _NAME + _points(contact), (Reason.NAME, *contact))


def _with_new_name(contact: tuple[Reason, ...]) -> Verdict:
    """The given name and the date of birth are the same, the family name is new: somebody may have married."""
    points = _GIVEN_ONLY + _BIRTH_DATE + _points(contact)
    return Verdict(Bond.SAME, points, (Reason.GIVEN_NAME, Reason.BIRTH_DATE, *contact))


def _of_one_family(dates: Dates, contact: tuple[Reason, ...]) -> Verdict | None:
    reasons = (Reason.FAMILY_NAME, *_of_birth(dates), *contact)
    if dates is Dates.SAME:
        return Verdict(Bond.TWIN, _BIRTH_DATE + _points(contact), reasons)
    if {Reason.PHONE, Reason.ADDRESS} & set(contact):
        return Verdict(Bond.SIBLING, _points(contact), (Reason.FAMILY_NAME, *contact))
    return None


def _of_birth(dates: Dates) -> tuple[Reason, ...]:
    return {Dates.SAME: (Reason.BIRTH_DATE,), Dates.SLIP: (Reason.SIMILAR_BIRTH_DATE,)}.get(dates, ())


def _points(contact: Iterable[Reason]) -> int:
    return sum(_CONTACT[reason] for reason in contact)


def _shared(reason: Reason, one: Traits, other: Traits) -> bool:
    if reason == Reason.PHONE:
        return bool(one.phones & other.phones)
    if reason == Reason.EMAIL:
        return bool(one.email) and one.email == other.email
    return likeness.is_same_address(one.address, other.address)
