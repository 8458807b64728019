"""Under which words, numbers and dates a patient is found. No queries here."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from typing import TYPE_CHECKING, Any, Final

from patients.search import words

if TYPE_CHECKING:
    from patients.models import Guardian, Patient

TOKEN_LENGTH: Final = 120
FEWEST_DIGITS: Final = 4
MOST_DIGITS: Final = 15
_MOST_PARTS: Final = 4


class Kind(StrEnum):
    """What a search key stands for. PAIR, PAIR_START and YEAR join two facts so that common ones stay quick to find."""

    NAME = "name"
    PAIR = "pair"  # a given and a family name, in both orders: "jane doe", "doe jane"
    PAIR_START = "start"  # the first two letters of each in alphabetical order, and both: "do ja jane doe"
    YEAR = "year"  # "2011 doe"
    PHONE = "phone"  # the digits from any place on to the end
    EMAIL = "email"
    CHART = "chart"
    BORN = "born"
    GUARDIAN = "gname"
    GUARDIAN_PAIR = "gpair"
    GUARDIAN_PHONE = "gphone"
    GUARDIAN_EMAIL = "gemail"


@dataclass(frozen=True, order=True)
class Key:
    """One token of one kind; in a search, `prefix` also takes what begins with it."""

    kind: Kind
    token: str
    prefix: bool = False


def keys_of(patient: "Patient", guardians: Iterable["Guardian"] = (), former_numbers: Iterable[str] = ()) -> set[Key]:
    """Everything under which this patient is found; `former_numbers` of records merged into this one."""
    given = _all_words(patient.given_name, patient.preferred_name)
    family = _all_words(patient.family_name, patient.former_name)
    keys = {Key(Kind.NAME, word) for word in given | family}
    pairs = [*_both_ways(given, family), *_within(patient.given_name), *_within(patient.family_name)]
    if _is_written_without_spaces(patient.family_name):
        keys |= {Key(Kind.NAME, one + other) for one, other in pairs}
    keys |= {Key(Kind.PAIR, f"{one} {other}") for one, other in pairs}
    keys |= {Key(Kind.PAIR_START, f"{start_of_pair(one, other)}{pair}") for pair, (one, other) in _once(pairs)}
    keys |= _keys_of_contact(patient, Kind.PHONE, Kind.EMAIL)
    for number in (patient.chart_number, *former_numbers):
        number = words.plain(number)
        keys |= {Key(Kind.CHART, number), Key(Kind.CHART, number.lstrip("0"))}
    if patient.birth_date:
        keys.add(Key(Kind.BORN, patient.birth_date.isoformat()))
        keys |= {Key(Kind.YEAR, f"{patient.birth_date.year} {word}") for word in given | family}
    own = {key.token for key in keys if key.kind == Kind.PHONE}
    for guardian in guardians:
        # A child's phone is mostly a parent's: once is enough.
        keys |= {key for key in _keys_of_guardian(guardian) if key.kind != Kind.GUARDIAN_PHONE or key.token not in own}
    return {Key(key.kind, key.token[:TOKEN_LENGTH].rstrip()) for key in keys if key.token}


def start_of_pair(one: str, other: str) -> str:
    """The key under which two beginnings of names are looked up together."""
    return " ".join(sorted((one[:2], other[:2]))) + " "


def digits_of(text: str) -> str:
    """The digits of a phone number, at most as many as any number in the world has."""
    return "".join(char for char in text if char.isascii() and char.isdigit())[-MOST_DIGITS:]


def words_in(keys: Iterable[Key]) -> set[str]:
    """The words that slips of the finger are forgiven for."""
    return {key.token for key in keys if key.kind in {Kind.NAME, Kind.GUARDIAN}}


def _keys_of_guardian(guardian: "Guardian") -> set[Key]:
    given, family = _all_words(guardian.given_name), _all_words(guardian.family_name)
    keys = {Key(Kind.GUARDIAN, word) for word in given | family}
    keys |= {Key(Kind.GUARDIAN_PAIR, f"{one} {other}") for one, other in _both_ways(given, family)}
    return keys | _keys_of_contact(guardian, Kind.GUARDIAN_PHONE, Kind.GUARDIAN_EMAIL)


def _keys_of_contact(person: Any, phone_kind: Kind, email_kind: Kind) -> set[Key]:
    phones = (person.phone, person.phone_alternative)
    keys = {Key(phone_kind, tail) for phone in phones for tail in _tails(phone)}
    return keys | ({Key(email_kind, words.plain(person.email))} if person.email else set())


def _all_words(*names: str) -> set[str]:
    return {word[: TOKEN_LENGTH // 2 - 1] for name in names for word in words.words_of_name(name)}


def _both_ways(given: set[str], family: set[str]) -> Iterator[tuple[str, str]]:
    for one in words.telling(given):
        for other in words.telling(family):
            yield one, other
            yield other, one


def _once(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, tuple[str, str]]]:
    for pair in {tuple(sorted(pair)) for pair in pairs}:
        yield " ".join(pair), (pair[0], pair[1])


def _within(name: str) -> Iterator[tuple[str, str]]:
    """Of a name of several words, two of them: "garcia lopez"."""
    yield from permutations(words.split(words.plain(name))[:_MOST_PARTS], 2)


def _is_written_without_spaces(name: str) -> bool:
    return any("\u2e80" <= char <= "\ud7a3" for char in name)


def _tails(phone: str) -> Iterator[str]:
    digits = digits_of(phone)
    for start in range(len(digits) - FEWEST_DIGITS + 1):
        yield digits[start:]
