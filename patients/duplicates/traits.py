"""What a record says about the person, folded so that two records can be compared."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from patients.rules import Sex
from patients.search import words
from patients.search.keys import digits_of

if TYPE_CHECKING:
    from patients.models import Patient

Name = tuple[str, ...]  # its words

_TAIL: Final = 7  # digits of a phone that stay the same however its beginning was written
_SHORT_FORMS: Final = {
    "street": "st",
    "strasse": "str",
    "road": "rd",
    "avenue": "ave",
    "boulevard": "blvd",
    "drive": "dr",
    "lane": "ln",
    "court": "ct",
    "place": "pl",
    "square": "sq",
    "apartment": "apt",
    "suite": "ste",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
}
_STREET: Final = re.compile(r"(?<=[^\W\d_]{2})stra(?:ss|ß)e\b")


@dataclass(frozen=True)
class Traits:
    """Names in all their forms, birth date, sex, phones, e-mail and address of one record."""

    given: tuple[Name, ...]
    family: tuple[Name, ...]
    whole: str
    born: date | None
    sex: str
    phones: frozenset[str]
    email: str
    address: Name

    @classmethod
    def of(cls, patient: "Patient") -> "Traits":
        """Read off a record, saved or not."""
        numbers = (digits_of(text) for text in (patient.phone, patient.phone_alternative))
        return cls(
            given=_names(patient.given_name, patient.preferred_name),
            family=_names(patient.family_name, patient.former_name),
            whole=words.whole_name(patient.given_name, patient.family_name),
            born=patient.birth_date,
            sex=patient.sex if patient.sex in {Sex.FEMALE, Sex.MALE} else "",
            phones=frozenset(digits[-_TAIL:] for digits in numbers if len(digits) >= _TAIL),
            email=words.plain(patient.email),
            address=_address(patient.address),
        )

    def mark(self) -> str:
        """Changes when a name, the birth date or a phone does."""
        facts = (self.given, self.family, self.born, sorted(self.phones))
        return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def _names(*texts: str) -> tuple[Name, ...]:
    return tuple(dict.fromkeys(name for text in texts if (name := _words(text))))


@lru_cache(maxsize=32768)
def _words(text: str) -> Name:
    # "O'Connor" is one word, as people type it; `split` would make two.
    parts = words.plain(text).replace("-", " ").split()
    return tuple(word for part in parts if (word := "".join(words.split(part))))


@lru_cache(maxsize=32768)
def _address(text: str) -> Name:
    found = words.split(_STREET.sub("str", words.plain(text)))
    return tuple(_SHORT_FORMS.get(word, word) for word in found)
