"""Under which words, numbers and dates a patient is found, and how a typed search is read. No queries here."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from patients.rules import fold

if TYPE_CHECKING:
    from patients.models import Patient

TOKEN_LENGTH: Final = 120
LONGEST_QUERY: Final = 200
MOST_TERMS: Final = 8
FEWEST_DIGITS: Final = 4
# The last digits of a number are the same however its beginning was written (+41, 0041, 0).
TAIL_DIGITS: Final = 7
_LONG_NUMBER: Final = 9

_DIGRAPHS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa"})
_MONTHS: Final = {
    name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)
}
_DATES: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?<!\d)(?P<y>\d{4})[-./](?P<m>\d{1,2})[-./](?P<d>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<d>\d{1,2})[-./](?P<m>\d{1,2})[-./](?P<y>\d{4}|\d{2})(?!\d)",
        r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s.]*(?P<n>[a-z]{3})[a-z]*[\s.,]*(?P<y>\d{4})(?!\d)",
        r"(?<![a-z])(?P<n>[a-z]{3})[a-z]*[\s.]*(?P<d>\d{1,2})(?:st|nd|rd|th)?[\s.,]+(?P<y>\d{4})(?!\d)",
    )
)
_COMPACT_DATES: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})",
        r"(?P<d>\d{2})(?P<m>\d{2})(?P<y>(?:19|20)\d{2})",
    )
)
_EMAIL: Final = re.compile(r"[^\s@]*@[^\s@]*")
_NUMBER: Final = re.compile(r"(?<![^\W_])[+(]{0,2}\d[\d ().\-/]*", re.ASCII)


class Kind(StrEnum):
    """What a search key stands for."""

    NAME = "name"
    WHOLE = "whole"
    PHONE = "phone"
    EMAIL = "email"
    CHART = "chart"
    BORN = "born"


@dataclass(frozen=True)
class Key:
    """One token of one kind; in a search, `prefix` also takes what begins with it."""

    kind: Kind
    token: str
    prefix: bool = False


# A term is met by any one of its keys; a search by all of its terms.
Term = frozenset[Key]


def keys_of(patient: "Patient") -> set[Key]:
    """Everything under which this patient is found."""
    keys = {Key(Kind.NAME, word) for name in _names(patient) for word in _words_of_name(name)}
    keys.add(Key(Kind.WHOLE, whole_name(patient.given_name, patient.family_name)))
    for phone in (patient.phone, patient.phone_alternative):
        keys |= {Key(Kind.PHONE, tail) for tail in _tails(phone)}
    if patient.email:
        keys.add(Key(Kind.EMAIL, fold(patient.email)))
    number = fold(patient.chart_number)
    keys |= {Key(Kind.CHART, number), Key(Kind.CHART, number.lstrip("0"))}
    if patient.birth_date:
        keys.add(Key(Kind.BORN, patient.birth_date.isoformat()))
    return {Key(key.kind, key.token[:TOKEN_LENGTH]) for key in keys if key.token}


def whole_name(given: str, family: str) -> str:
    """All words of a name in alphabetical order: "Doe, Jane" and "Jane Doe" are one."""
    return " ".join(sorted(_words(fold(f"{given} {family}"))))


def digits_of(text: str) -> str:
    """The digits of a phone number."""
    return "".join(char for char in text if char.isascii() and char.isdigit())


def parse(text: str) -> list[Term]:
    """Read what somebody typed: dates, e-mails, numbers and beginnings of words, in any order."""
    rest = fold(text[:LONGEST_QUERY])
    terms: list[Term] = []
    for pattern in _DATES:
        rest = _take(rest, pattern, terms, _born_keys)
    rest = _take(rest, _EMAIL, terms, _email_keys)
    rest = _take(rest, _NUMBER, terms, lambda match: _number_keys(match[0]))
    terms += [frozenset({Key(Kind.NAME, word, prefix=True), Key(Kind.CHART, word)}) for word in _words(rest)]
    return terms[:MOST_TERMS]


def _take(text: str, pattern: re.Pattern[str], terms: list[Term], read: Callable[[re.Match[str]], set[Key]]) -> str:
    def cut(match: re.Match[str]) -> str:
        keys = read(match)
        if not keys:
            return match[0]
        terms.append(frozenset(keys))
        return " "

    return pattern.sub(cut, text)


def _born_keys(match: re.Match[str]) -> set[Key]:
    return {Key(Kind.BORN, day.isoformat()) for day in _days(match)}


def _email_keys(match: re.Match[str]) -> set[Key]:
    return {Key(Kind.EMAIL, match[0], prefix=True)} if len(match[0]) > 1 else set()


def _number_keys(text: str) -> set[Key]:
    """A run of digits: a chart number, part of a phone number, a year or a whole date of birth."""
    digits = digits_of(text)
    keys = {Key(Kind.CHART, digits), Key(Kind.CHART, digits.lstrip("0"))}
    if len(digits) >= FEWEST_DIGITS:
        keys |= {Key(Kind.PHONE, digits, prefix=True), Key(Kind.PHONE, digits.lstrip("0"), prefix=True)}
    if len(digits) >= _LONG_NUMBER:
        keys.add(Key(Kind.PHONE, digits[-TAIL_DIGITS:]))
    if len(digits) == 4:
        keys.add(Key(Kind.BORN, f"{digits}-", prefix=True))
    for pattern in _COMPACT_DATES:
        if match := pattern.fullmatch(digits):
            keys |= _born_keys(match)
    shortest = {Kind.CHART: 1, Kind.PHONE: FEWEST_DIGITS, Kind.BORN: 1}
    return {key for key in keys if len(key.token) >= shortest[key.kind]}


def _days(match: re.Match[str]) -> set[date]:
    """The days that a written date can mean: 03/04/2012 is in March or in April."""
    found = match.groupdict()
    year, day = int(found["y"]), int(found["d"])
    month = int(found["m"]) if "m" in found else _MONTHS.get(found["n"], 0)
    years = [year] if year > 99 else [2000 + year, 1900 + year]
    pairs = {(month, day), (day, month)} if "m" in found else {(month, day)}
    return {made for one in years for pair in pairs if (made := _date(one, *pair))}


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _names(patient: "Patient") -> tuple[str, ...]:
    return patient.given_name, patient.family_name, patient.preferred_name, patient.former_name


def _words_of_name(name: str) -> Iterator[str]:
    """Its words; joined ones ("oconnor", "vanderberg"); and with "ü" also as "ue"."""
    for spelling in {name, name.casefold().translate(_DIGRAPHS)}:
        words = _words(fold(spelling))
        yield from words
        if len(words) > 1:
            yield "".join(words)
        for part in fold(spelling).split():
            yield "".join(_words(part))


def _words(folded: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in folded).split()


def _tails(phone: str) -> Iterator[str]:
    digits = digits_of(phone)
    for start in range(len(digits) - FEWEST_DIGITS + 1):
        yield digits[start:]
