"""Who of a chunk of rows seems to be here already: a fixed number of queries for all of them."""

from collections.abc import Sequence
from typing import Final

from accounts.models import User
from patients import duplicates
from patients.models import Patient, SearchKey
from patients.search import keys as search_keys
from patients.search import words
from patients.search.keys import Key, Kind

_TELLING: Final = (Kind.PAIR, Kind.BORN, Kind.PHONE, Kind.EMAIL)
_TAIL: Final = 7
_TOKENS: Final = 200
_MOST: Final = 40  # records looked at for a token, on average
_READ: Final = (
    *("id", "chart_number", "given_name", "family_name", "preferred_name", "former_name", "birth_date", "sex"),
    *("phone", "phone_alternative", "email", "address", "archived_at", "sort_key"),
)


def likeness(person: Patient) -> str:
    """Alike for two rows of one file that are about one person."""
    born = person.birth_date.isoformat() if person.birth_date else ""
    return f"{words.whole_name(person.given_name, person.family_name)}/{born}"


def find(by: User, people: Sequence[Patient]) -> dict[str, Patient]:
    """For each of these new people, by id, the record that most likely is the same person."""
    wanted = {person.pk: _keys(person) for person in people}
    holders = _holders({key for keys in wanted.values() for key in keys})
    ids = sorted({pk for found in holders.values() for pk in found})
    there: dict[str, Patient] = {}
    for start in range(0, len(ids), 1000):
        rows = Patient.objects.visible_to(by).filter(pk__in=ids[start : start + 1000])
        there |= {patient.pk: patient for patient in rows.only(*_READ)}
    found = {}
    for person in people:
        near = {pk for key in wanted[person.pk] for pk in holders.get(key, ()) if pk in there}
        if likely := duplicates.likely(person, [there[pk] for pk in sorted(near)]):
            found[person.pk] = likely[0].patient
    return found


def _keys(person: Patient) -> set[Key]:
    keys = {key for key in search_keys.keys_of(person) if key.kind in _TELLING}
    return {key for key in keys if key.kind != Kind.PHONE or len(key.token) == _TAIL}


def _holders(keys: set[Key]) -> dict[Key, set[str]]:
    found: dict[Key, set[str]] = {}
    for kind in _TELLING:
        tokens = sorted(key.token for key in keys if key.kind == kind)
        for start in range(0, len(tokens), _TOKENS):
            for token, pk in _pairs(kind, tokens[start : start + _TOKENS]):
                found.setdefault(Key(kind, token), set()).add(pk)
    return found


def _pairs(kind: Kind, tokens: list[str]) -> list[tuple[str, str]]:
    most = _MOST * len(tokens)
    rows = list(SearchKey.objects.filter(kind=kind, token__in=tokens).values_list("token", "patient_id")[:most])
    if len(rows) < most or len(tokens) == 1:
        return rows
    # One number that half the clinic has, such as the school's, must not hide everybody else: one by one then.
    return [pair for token in tokens for pair in _pairs(kind, [token])]
