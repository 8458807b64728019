"""How alike two names, two dates or two addresses are."""

from datetime import date
from enum import Enum
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from patients.duplicates.traits import Name, Traits
from patients.search import words

SAME: Final = 0.97  # but for how it is spelled
_PART: Final = 0.9  # "Anna" of "Anna Maria", "Bob" for "Robert"
_HEARD: Final = 0.8
_INITIAL: Final = 0.75
_OTHER_SEX: Final = 0.5
_SAME_STREET: Final = 85  # of 100
# Endings that a name has for a woman where her brother's has none: Novák and Nováková, Nowacki and Nowacka.
_ENDINGS: Final = ("ova", "eva", "a")


class Dates(Enum):
    """What two dates of birth say about each other."""

    SAME = "same"
    SLIP = "slip"  # one digit is another, or two have changed places, or day and month have
    OTHER = "other"
    UNKNOWN = "unknown"


def of_names(one: Traits, other: Traits) -> tuple[float, float]:
    """Of the given and of the family names, 0 to 1 each; also when the two stand in each other's place."""
    if one.whole == other.whole:
        return 1.0, 1.0
    given, family = _best(one.given, other.given), _best(one.family, other.family)
    if one.sex and other.sex and one.sex != other.sex and given < SAME:
        given = min(given, _OTHER_SEX)  # Paul and Paula
    swapped = _best(one.given, other.family), _best(one.family, other.given)
    return swapped if min(swapped) >= _PART > min(given, family) else (given, family)


def of_dates(one: date | None, other: date | None) -> Dates:
    """Whether they are one date, or may be one that somebody wrote wrongly."""
    if one is None or other is None:
        return Dates.UNKNOWN
    if one == other:
        return Dates.SAME
    swapped = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    slip = OSA.distance(f"{one:%Y%m%d}", f"{other:%Y%m%d}") == 1
    return Dates.SLIP if swapped or slip else Dates.OTHER


def is_same_address(one: Name, other: Name) -> bool:
    """One house: the same numbers, as far as both have them, and nearly the same words."""
    numbers, others = ({word for word in address if word[0].isdigit()} for address in (one, other))
    fewer, more = sorted((numbers, others), key=len)
    if not fewer <= more or bool(numbers) != bool(others) or min(len(one), len(other)) < 2:
        return False
    names, names_too = (" ".join(word for word in address if not word[0].isdigit()) for address in (one, other))
    alike = fuzz.token_set_ratio if fewer else fuzz.token_sort_ratio
    return alike(names, names_too) >= _SAME_STREET


def _best(ones: tuple[Name, ...], others: tuple[Name, ...]) -> float:
    """A preferred or former name counts, but never makes two names the same."""
    if not ones or not others:
        return 0.0
    forms = max(_of_two(one, other) for one in ones for other in others)
    return max(_of_two(ones[0], others[0]), min(forms, _PART))


@lru_cache(maxsize=65536)
def _of_two(one: Name, other: Name) -> float:
    joined, joined_too = "".join(one), "".join(other)
    if joined == joined_too or set(words.spellings(joined)) & set(words.spellings(joined_too)):
        return 1.0 if joined == joined_too else SAME
    if _is_part(one, other) or other[0] in words.nicknames(one[0]) or _is_ending(joined, joined_too):
        return _PART
    if len(joined) == 1 or len(joined_too) == 1:
        return _INITIAL if joined[0] == joined_too[0] else 0.0
    letters = OSA.normalized_similarity(joined, joined_too)
    heard = words.sound(joined)
    return max(letters, _HEARD) if heard and heard == words.sound(joined_too) else letters


def _is_part(one: Name, other: Name) -> bool:
    fewer, more = sorted((words.telling(set(one)), words.telling(set(other))), key=len)
    return fewer <= more


def _is_ending(one: str, other: str) -> bool:
    stem, longer = sorted((one, other), key=len)
    if stem[-1:] == "i" and longer[-1:] == "a" and stem[:-1] == longer[:-1]:
        return True
    return len(stem) >= 4 and any(longer == stem.rstrip("a") + ending for ending in _ENDINGS[:2])
