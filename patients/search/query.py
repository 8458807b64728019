"""Reads what somebody typed: dates, e-mails, numbers and words, in any order. No queries to a database here."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from patients.search import words
from patients.search.keys import FEWEST_DIGITS, Key, Kind, digits_of

LONGEST: Final = 200
MOST_TERMS: Final = 8
_MOST_READ_AGAIN: Final = 5  # words of a text that is read in other ways
_TAIL_DIGITS: Final = 7  # the last digits are the same however the beginning was written (+41, 0041, 0)
_LONG_NUMBER: Final = 9

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
        r"(?P<m>\d{2})(?P<d>\d{2})(?P<y>(?:19|20)\d{2})",
    )
)
_MONTH: Final = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})[-./](?P<m>\d{2})(?![-./]?\d)", re.ASCII)
_EMAIL: Final = re.compile(r"[^\s@]*@[^\s@]*")
_NUMBER: Final = re.compile(r"(?<![^\W_])[+(]{0,2}\d[\d ().\-/]*", re.ASCII)
_YEAR: Final = re.compile(r"(?:19|20)\d{2}")


@dataclass(frozen=True)
class Term:
    """One thing asked for, met by any one of `keys`, or, for a word, by a name like `word` in one of `spellings`."""

    keys: frozenset[Key] = frozenset()
    word: str = ""
    spellings: tuple[str, ...] = ()
    digits: str = ""  # a number without its leading zeros
    year: str = ""  # the number may be the year of birth


@dataclass(frozen=True)
class Query:
    """What somebody asked for: a patient must meet every term."""

    values: tuple[Term, ...] = ()
    names: tuple[Term, ...] = ()
    typed: str = ""  # the words as typed, for other readings of them

    @property
    def terms(self) -> tuple[Term, ...]:
        """Words first."""
        return self.names + self.values

    @cached_property
    def is_empty(self) -> bool:
        """Nothing in it to look for."""
        return not self.terms

    def other_readings(self) -> Iterator["Query"]:
        """The same with words taken apart ("anna-maria") and put together ("mac donald"); for when nobody is found."""
        typed = [term.word for term in self.names]
        seen = {tuple(typed)}
        for made in (list(dict.fromkeys(words.split(self.typed))), *_joined(typed)):
            if made and tuple(made) not in seen and len(made) <= _MOST_READ_AGAIN:
                seen.add(tuple(made))
                yield Query(self.values, tuple(map(_name_term, made)), self.typed)


def parse(text: str) -> Query:
    """Read it; at most LONGEST characters and MOST_TERMS terms count."""
    text = text[:LONGEST].replace("\x00", "")
    rest = words.plain(text)
    found: list[Term] = []
    for pattern in _DATES:
        rest = _take(rest, pattern, found, _born_term)
    rest = _take(rest, _MONTH, found, lambda match: _born_prefix(f"{match['y']}-{match['m']}"))
    rest = _take(rest, _EMAIL, found, _email_term)
    rest = _take(rest, _NUMBER, found, lambda match: _number_term(match[0]))
    umlauts = {words.plain(word): word for word in text.split() if not word.isascii()}
    names = [_name_term(word, umlauts.get(word, "")) for word in dict.fromkeys(words.typed_words(rest))]
    values = found[:MOST_TERMS]
    return Query(tuple(values), tuple(names[: MOST_TERMS - len(values)]), rest)


def _take(text: str, pattern: re.Pattern[str], found: list[Term], read: Callable[[re.Match[str]], Term | None]) -> str:
    def cut(match: re.Match[str]) -> str:
        term = read(match)
        if term is None:
            return match[0]
        found.append(term)
        return " "

    return pattern.sub(cut, text)


def _name_term(word: str, typed: str = "") -> Term:
    return Term(frozenset({Key(Kind.CHART, word)}), word, words.spellings(word, typed))


def _joined(typed: list[str]) -> Iterator[list[str]]:
    for place in range(len(typed) - 1):
        yield [*typed[:place], typed[place] + typed[place + 1], *typed[place + 2 :]]
    if len(typed) > 2:
        yield ["".join(typed)]


def _born_term(match: re.Match[str]) -> Term | None:
    keys = frozenset(Key(Kind.BORN, day.isoformat()) for day in _days(match))
    return Term(keys) if keys else None


def _born_prefix(start: str) -> Term:
    return Term(frozenset({Key(Kind.BORN, start, prefix=True)}))


def _email_term(match: re.Match[str]) -> Term | None:
    if len(match[0]) < 2:
        return None
    return Term(frozenset(Key(kind, match[0], prefix=True) for kind in (Kind.EMAIL, Kind.GUARDIAN_EMAIL)))


def _number_term(text: str) -> Term | None:
    """A run of digits: a chart number, part of a phone number, a year or a whole date of birth."""
    digits = digits_of(text)
    bare = digits.lstrip("0")
    keys = {Key(Kind.CHART, digits), Key(Kind.CHART, bare)}
    for kind in (Kind.PHONE, Kind.GUARDIAN_PHONE):
        keys |= {Key(kind, part, prefix=True) for part in (digits, bare) if len(part) >= FEWEST_DIGITS}
        if len(digits) >= _LONG_NUMBER:
            keys.add(Key(kind, digits[-_TAIL_DIGITS:]))
    year = digits if _YEAR.fullmatch(digits) else ""
    if year:
        keys.add(Key(Kind.BORN, f"{year}-", prefix=True))
    for pattern in _COMPACT_DATES:
        if match := pattern.fullmatch(digits):
            keys |= {Key(Kind.BORN, day.isoformat()) for day in _days(match)}
    keys = {key for key in keys if key.token}
    return Term(frozenset(keys), digits=bare, year=year) if keys else None


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
