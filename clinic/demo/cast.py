"""The people everybody meets first: those who sign in, and Pia's family."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from accounts.models import User
from clinic.demo import contact
from clinic.demo.care import Step
from clinic.demo.families import Case, Household, relationship
from patients import rules
from patients.models import Consent, Guardian, MedicalEntry, Patient
from patients.rules import CarePhase, CareStatus, ConsentKind, MedicalCategory, RelationshipKind, Sex

DOMAIN = "@demo.example"


@dataclass(frozen=True)
class Person:
    """Somebody with a sign-in."""

    email: str
    name: str
    role: str
    title: str = ""
    colour: str = ""


DANA = Person(f"dana{DOMAIN}", "Dana Whitaker", "doctor", "Dr.", "#2f6f73")
OMAR = Person(f"omar{DOMAIN}", "Omar Haddad", "doctor", "Dr.", "#8a5a2b")
RITA = Person(f"rita{DOMAIN}", "Rita Alvarez", "receptionist")
NINA = Person(f"nina{DOMAIN}", "Nina Kowalska", "assistant")
ADA = Person(f"ada{DOMAIN}", "Ada Osei", "admin")
GUS = Person(f"gus{DOMAIN}", "Gus Lindholm", "patient")
PIA = Person(f"pia{DOMAIN}", "Pia Lindholm", "patient")
PEOPLE = (ADA, RITA, NINA, DANA, OMAR, GUS, PIA)

_FIRST = [Step("NPE", 0), Step("REC", 2), Step("CONS", 2)]


def pias_family(today: date, users: Mapping[str, User]) -> Household:
    """Pia in the middle of treatment, her younger brother under observation, both parents; Pia and Gus sign in."""
    pia = _pia(today)
    pia.patient.user = users[PIA.email]
    tim = _tim(today)
    gus = _parent("Gus", 0, GUS.email)
    gus.user = users[GUS.email]
    maja = _parent("Maja", 1, contact.email("Maja", "Lindholm", 0))
    family = Household([pia, tim], [gus, maja])
    for case in (pia, tim):
        case.patient.address, case.patient.language = "12 Harbour Street\nNew York, NY 10004", "sv"
        case.patient.phone, case.patient.phone_alternative = gus.phone, maja.phone
        family.relationships.append(relationship(gus, case.patient, RelationshipKind.FATHER, pays=True))
        family.relationships.append(relationship(maja, case.patient, RelationshipKind.MOTHER))
    family.medical = _history(pia.patient, today)
    kinds = (ConsentKind.TREATMENT, ConsentKind.PHOTOS)
    family.consents = [Consent(patient=pia.patient, kind=kind, given_by=gus.name) for kind in kinds]
    return family


def _pia(today: date) -> Case:
    patient = Patient(
        given_name="Pia",
        family_name="Lindholm",
        birth_date=_born(today, 14, 120),
        sex=Sex.FEMALE,
        email=PIA.email,
        dentist="Dr. Ingrid Voss, Harbour Dental",
        referrer="Dr. Ingrid Voss, Harbour Dental",
        school="Riverside Middle School",
        alerts=["Latex allergy: non-latex elastics and gloves", "Plays the trumpet: wax and extra time"],
    )
    done = [*_FIRST, Step("BOND", 3), *[Step("ADJ", 7)] * 3, Step("ADJL", 6), Step("ADJ", 7)]
    standing = (CareStatus.ACTIVE, CarePhase.FULL)
    return Case(patient, standing, Random(14), done, Step("ADJ", 7), days_ahead=9, is_reliable=True)  # noqa: S311


def _tim(today: date) -> Case:
    patient = Patient(
        given_name="Tim",
        family_name="Lindholm",
        birth_date=_born(today, 9, 40),
        sex=Sex.MALE,
        email=GUS.email,
        dentist="Dr. Ingrid Voss, Harbour Dental",
        referrer="Brother or sister",
        school="Lincoln Elementary",
    )
    done = [Step("NPE", 0), Step("OBS", 26)]
    standing = (CareStatus.OBSERVATION, None)
    return Case(patient, standing, Random(9), done, Step("OBS", 26), days_ahead=65, is_reliable=True)  # noqa: S311


def _born(today: date, age: int, days: int) -> date:
    return today - timedelta(days=int(age * 365.25) + days)


def _parent(given: str, serial: int, email: str) -> Guardian:
    key = rules.sort_key(given, "Lindholm")
    return Guardian(given_name=given, family_name="Lindholm", sort_key=key, phone=contact.phone(serial), email=email)


def _history(pia: Patient, today: date) -> list[MedicalEntry]:
    entries = (
        (MedicalCategory.ALLERGY, "Latex: swelling and hives. Non-latex elastics and gloves only", True, 2400),
        (MedicalCategory.ALLERGY, "Birch pollen in spring", False, 1500),
        (MedicalCategory.CONDITION, "Mild asthma, inhaler in the school bag", False, 1900),
        (MedicalCategory.HABIT, "Nail biting", False, None),
    )
    return [
        MedicalEntry(
            patient=pia,
            category=category,
            description=description,
            critical=critical,
            since=today - timedelta(days=days) if days else None,
        )
        for category, description, critical, days in entries
    ]
