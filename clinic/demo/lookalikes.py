"""What every desk produces in a busy year: the same person written down twice, never quite the same way."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from clinic.demo.families import Case, Household, relationship
from patients.models import Patient
from patients.rules import CareStatus, RelationshipKind

_EVERY: Final = 40  # families
_FIRST: Final = 7


def add_second_record(family: Household, number: int, seed: int) -> None:
    """Some families have somebody twice: a call in a hurry, a form filled in at home. No visits hang on it."""
    if number % _EVERY != _FIRST or not family.cases:
        return
    rng = Random(f"{seed}/twice/{number}")  # noqa: S311 - invents people, guards nothing
    ways = (_with_a_slip, _at_home, _with_another_date, _by_phone)
    person = family.cases[0].patient
    second = Patient(**ways[number // _EVERY % len(ways)](person))
    family.cases.append(Case(second, (CareStatus.INQUIRY, None), rng, [], None))
    if family.relationships:
        first = family.relationships[0]
        family.relationships.append(relationship(first.guardian, second, RelationshipKind(first.kind), pays=True))


def _with_a_slip(person: Patient) -> dict[str, Any]:
    return _names(person, _slip) | {"birth_date": person.birth_date, "phone": person.phone}


def _at_home(person: Patient) -> dict[str, Any]:
    """Registered online, with the e-mail and the other phone."""
    reached_at = {"email": person.email, "phone": person.phone_alternative or person.phone}
    born = {"birth_date": person.birth_date, "self_registered": True}
    return _names(person, lambda name: name) | reached_at | born


def _with_another_date(person: Patient) -> dict[str, Any]:
    born = person.birth_date or date(2012, 3, 4)
    written = born.replace(month=born.day, day=born.month) if born.day <= 12 else born - timedelta(days=1)
    return _names(person, lambda name: name) | {
        "birth_date": written,
        "address": person.address,
        "phone": person.phone,
        "sex": person.sex,
    }


def _by_phone(person: Patient) -> dict[str, Any]:
    """Heard, not read: double letters are gone, and nobody asked for the address."""
    return _names(person, _heard) | {"birth_date": person.birth_date, "phone": person.phone}


def _names(person: Patient, write: Callable[[str], str]) -> dict[str, str]:
    return {"given_name": person.given_name, "family_name": write(person.family_name)}


def _slip(name: str) -> str:
    """Two letters in the middle swapped."""
    half = len(name) // 2
    return name[: half - 1] + name[half] + name[half - 1] + name[half + 1 :] if len(name) > 3 else name


def _heard(name: str) -> str:
    return "".join(char for place, char in enumerate(name) if place == 0 or char != name[place - 1])
