"""Households: who lives together, who answers for whom, and what each record says."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from django.conf import settings

from accounts.models import User
from clinic.demo import care, contact, names, stock
from clinic.demo.care import Standing, Step
from clinic.demo.names import Tongue
from patients import rules
from patients.models import Consent, Guardian, MedicalEntry, Patient, Relationship
from patients.rules import CareStatus, ConsentKind, RelationshipKind, Sex

# A practice this size fills the days of two doctors; charts beyond it are mostly those of former patients.
FAMILIES_IN_CARE = 650
_STILL_IN_CARE = 0.08
_TWINS = 20  # of so many families one has its children on one day
_NOT_YET_TREATED = {CareStatus.INQUIRY, CareStatus.PENDING, CareStatus.OBSERVATION, CareStatus.DECLINED}


@dataclass
class Case:
    """One patient, where the care stands, the visits that led there and the one that comes next."""

    patient: Patient
    standing: Standing
    rng: Random
    done: list[Step]
    next: Step | None
    days_ago: int = 0  # last seen, for a case without a next visit
    days_ahead: int | None = None  # the next visit, where the story fixes it
    doctor: User | None = None
    is_reliable: bool = False  # never misses a visit

    @property
    def is_child(self) -> bool:
        """Whether school decides when the patient can come."""
        return (self.patient.age or 0) < 18


@dataclass
class Household:
    """Rows of one family, not yet saved."""

    cases: list[Case] = field(default_factory=list)
    guardians: list[Guardian] = field(default_factory=list)
    relationships: list[Relationship] = field(default_factory=list)
    medical: list[MedicalEntry] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)


@dataclass(frozen=True)
class Home:
    """What the members of a family share."""

    number: int
    tongue: Tongue
    family_name: str
    address: str
    today: date
    rng: Random

    @property
    def phone(self) -> str:
        """The number on everybody's record."""
        return contact.phone(2 * self.number)


def household(number: int, seed: int, today: date) -> Household:
    """Family `number` of the clinic made with `seed`: always the same one, seen from `today`."""
    rng = Random(f"{seed}/family/{number}")  # noqa: S311 - invents people, guards nothing
    tongue = names.tongue(rng)
    home = Home(number, tongue, tongue.family(rng), names.address(rng), today, rng)
    family = _with_children(home) if rng.random() < 0.61 else _of_adults(home)
    for case in family.cases:
        _add_history(family, case, home)
    return family


def _with_children(home: Home) -> Household:
    rng = home.rng
    family = Household()
    for _child in range(rng.choices([1, 2, 3], [60, 31, 9])[0]):
        born = _child_birth(home)
        twin = family.cases[0].patient.birth_date if family.cases and home.number % _TWINS == 3 else None
        family.cases.append(_case(home, twin or born))
    parents = [Sex.FEMALE, Sex.MALE] if rng.random() < 0.7 else [rng.choice([Sex.FEMALE, Sex.FEMALE, Sex.MALE])]
    for place, sex in enumerate(parents):
        _add_parent(family, home, sex, place)
    for case in family.cases:
        case.patient.email = family.guardians[0].email
        case.patient.phone_alternative = family.guardians[-1].phone if len(parents) > 1 else ""
        case.patient.school = rng.choice(stock.SCHOOLS)
    return family


def _child_birth(home: Home) -> date:
    age = home.rng.choices(range(7, 18), [4, 5, 6, 7, 9, 12, 14, 14, 12, 10, 7])[0]
    return home.today - timedelta(days=int(age * 365.25) + home.rng.randrange(1, 365))


def _of_adults(home: Home) -> Household:
    rng = home.rng
    family = Household()
    for _adult in range(rng.choices([1, 2], [90, 10])[0]):
        age = min(rng.choices([19, 24, 31, 40, 50, 61], [20, 22, 22, 18, 12, 6])[0] + rng.randrange(5), 79)
        case = _case(home, home.today - timedelta(days=int(age * 365.25) + rng.randrange(1, 365)))
        patient = case.patient
        patient.email = contact.email(patient.given_name, patient.family_name, home.number)
        if patient.sex == Sex.FEMALE and rng.random() < 0.12:
            patient.former_name = home.tongue.family_of(Sex.FEMALE, home.tongue.family(rng))
        family.cases.append(case)
    return family


def _case(home: Home, birth_date: date) -> Case:
    rng = home.rng
    sex = rng.choice([Sex.FEMALE, Sex.FEMALE, Sex.MALE, Sex.MALE]) if rng.random() > 0.01 else Sex.OTHER
    patient = Patient(
        given_name=home.tongue.given(sex, rng),
        family_name=home.tongue.family_of(sex, home.family_name),
        birth_date=birth_date,
        sex=sex,
        phone=home.phone,
        address=home.address,
        language=home.tongue.language,
        dentist=rng.choice(stock.DENTISTS) if rng.random() < 0.9 else "",
        referrer=rng.choice(stock.REFERRERS) if rng.random() < 0.5 else "",
        alerts=[rng.choice(stock.ALERTS)] if rng.random() < 0.12 else [],
    )
    if rng.random() < 0.07:
        patient.preferred_name = home.tongue.given(sex, rng)
    former = home.number >= FAMILIES_IN_CARE and rng.random() > _STILL_IN_CARE
    standing = care.standing(rules.age_on(birth_date, home.today), rng, former=former)
    done, following = care.career(*standing, rng)
    days_ago = care.days_since_last_visit(standing[0], rng, former=former)
    return Case(patient, standing, Random(rng.getrandbits(64)), done, following, days_ago)  # noqa: S311


def _add_parent(family: Household, home: Home, sex: Sex, place: int) -> None:
    rng = home.rng
    own_name = home.tongue.family(rng) if place == 0 and rng.random() < 0.2 else home.family_name
    given, surname = home.tongue.given(sex, rng), home.tongue.family_of(sex, own_name)
    guardian = Guardian(
        given_name=given,
        family_name=surname,
        sort_key=rules.sort_key(given, surname),
        phone=contact.phone(2 * home.number + place),
        email=contact.email(given, surname, home.number),
    )
    family.guardians.append(guardian)
    together = place == 0 or rng.random() < 0.8
    for case in family.cases:
        family.relationships.append(relationship(guardian, case.patient, parent_kind(sex), together, pays=place == 0))


def parent_kind(sex: Sex) -> RelationshipKind:
    """Mother or father."""
    return RelationshipKind.MOTHER if sex is Sex.FEMALE else RelationshipKind.FATHER


def relationship(
    guardian: Guardian, patient: Patient, kind: RelationshipKind, together: bool = True, *, pays: bool = False
) -> Relationship:
    """What a parent is to a child; reviewed when the child comes of age."""
    assert patient.birth_date is not None
    return Relationship(
        guardian=guardian,
        patient=patient,
        kind=kind,
        same_household=together,
        may_sign_in=together,
        pays=pays,
        review_on=rules.comes_of_age(patient.birth_date, settings.AGE_OF_MAJORITY),
    )


def _add_history(family: Household, case: Case, home: Home) -> None:
    rng = home.rng
    if rng.random() < 0.35:
        for category, description, critical in rng.sample(stock.MEDICAL, rng.choices([1, 2, 3], [65, 25, 10])[0]):
            since = home.today - timedelta(days=rng.randrange(200, 2000)) if rng.random() < 0.4 else None
            entry = MedicalEntry(patient=case.patient, category=category, description=description, critical=critical)
            entry.since = max(since, case.patient.birth_date) if since and case.patient.birth_date else since
            family.medical.append(entry)
    if case.standing[0] not in _NOT_YET_TREATED:
        signed_by = family.guardians[0].name if family.guardians and case.is_child else case.patient.name
        kinds = [ConsentKind.TREATMENT, *([ConsentKind.PHOTOS] if rng.random() < 0.8 else [])]
        family.consents += [Consent(patient=case.patient, kind=kind, given_by=signed_by) for kind in kinds]
