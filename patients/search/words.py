"""The one normaliser of names and numbers: what both search engines index, and what both ask for. No queries here."""

import json
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import jellyfish
from anyascii import anyascii

from patients.rules import fold

# Greek writes one sound with two letters; the library takes letters one by one.
_GREEK: Final = str.maketrans({"ύ": "υ", "ί": "ι", "ό": "ο", "έ": "ε", "ά": "α", "ή": "η", "ώ": "ω"})
_GREEK_PAIRS: Final = (("ου", "ou"), ("αυ", "au"), ("ευ", "eu"), ("μπ", "b"), ("ντ", "nt"), ("γγ", "ng"))
_DIGRAPHS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_COLLAPSED: Final = re.compile("ae|oe|ue|aa")
_APOSTROPHES: Final = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_SIGNS: Final = "'-.@+/()"
_PARTICLES: Final = frozenset(
    "af al am av ben bin da dal de degli del dela della den der des di do dos du el la las le les lo los mac mc"
    " o op san st ten ter van vom von y zu zum zur".split()
)
# Sounds that English, German and French write in several ways, before the code is made.
_ALIKE: Final = (("y", "i"), ("dt", "t"), ("ph", "f"), ("tz", "z"), ("ck", "k"), ("v", "f"), ("ou", "u"))
_FEWEST_FOR_SOUND: Final = 4
_MOST_FOR_SOUND: Final = 40
_FEWEST_FOR_DELETES: Final = 3
_MOST_FOR_DELETES: Final = 24
BEGINNING: Final = 5


def plain(text: str) -> str:
    """Lower case, no accents, Latin letters: "Müller", "Ιωάννου" and "Łuk" as "muller", "ioannou" and "luk"."""
    folded = fold(text)
    if folded.isascii():
        return folded
    whole = unicodedata.normalize("NFC", text.casefold()).translate(_GREEK)
    for pair, latin in _GREEK_PAIRS:
        whole = whole.replace(pair, latin)
    # Vowel signs of Indian scripts are marks: without them a word falls apart.
    kept = (char if char.isalnum() or unicodedata.category(char)[0] == "M" or char in _SIGNS else " " for char in whole)
    return fold(anyascii("".join(kept)))


def split(text: str) -> list[str]:
    """The words of a plain text: at everything that is neither letter nor digit, apostrophes included."""
    return "".join(char if char.isalnum() else " " for char in text).split()


def typed_words(text: str) -> list[str]:
    """As people type names: "O'Connor" and "Anna-Maria" are one word each, and so is "van der Berg"."""
    words = ["".join(split(part)) for part in re.split(r"[\s,;]+", _APOSTROPHES.sub("'", text))]
    made: list[str] = []
    held = ""
    for word in filter(None, words):
        held += word
        if word not in _PARTICLES:
            made.append(held)
            held = ""
    return [*made, held] if held else made


def spellings(word: str, typed: str = "") -> tuple[str, ...]:
    """The word as it may have been written down: "mueller" also as "muller", and "müller" also as "mueller"."""
    found = {word: None, _COLLAPSED.sub(lambda match: match[0][0], word): None}
    if typed:
        found["".join(split(fold(typed.casefold().translate(_DIGRAPHS))))] = None
    return tuple(found)


def words_of_name(name: str) -> list[str]:
    """Every word of one name field, and the words joined: "van der Berg" gives van, der, berg, vanderberg, derberg."""
    found: dict[str, None] = {}
    parts = split(plain(name))
    for start, word in enumerate(parts):
        found[word] = None
        found["".join(parts[start:])] = None
    for part in plain(name).split():
        found["".join(split(part))] = None
    return [word for word in found if word]


def telling(found: set[str]) -> set[str]:
    """Those that say something by themselves: without "van" and "de", unless there is nothing else."""
    return (found - _PARTICLES) or found


def whole_name(given: str, family: str) -> str:
    """All words of a name in alphabetical order: "Doe, Jane" and "Jane Doe" are one."""
    return " ".join(sorted(split(plain(f"{given} {family}"))))


@lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """A code for how the word sounds ("meyer" and "maier" share one); empty for short words and heaps of letters."""
    if not _FEWEST_FOR_SOUND <= len(word) <= _MOST_FOR_SOUND or not word.isalpha():
        return ""
    for written, heard in _ALIKE:
        word = word.replace(written, heard)
    return jellyfish.metaphone(re.sub(r"(.)\1", r"\1", word))


def deletes(word: str) -> set[str]:
    """The word, and the word without any one of its letters: two words one slip apart share one of these."""
    if not _FEWEST_FOR_DELETES <= len(word) <= _MOST_FOR_DELETES:
        return {word}
    return {word} | {word[:place] + word[place + 1 :] for place in range(len(word))}


def slips_allowed(word: str) -> int:
    """How many letters may be wrong, missing, doubled or swapped."""
    if len(word) < _FEWEST_FOR_DELETES + 1:
        return 0
    return 1 if len(word) < 8 else 2


@cache
def _nicknames() -> dict[str, frozenset[str]]:
    groups = json.loads((Path(__file__).parent / "nicknames.json").read_text())
    found: dict[str, set[str]] = {}
    for group in groups:
        for name in group:
            found.setdefault(name, set()).update(group)
    return {name: frozenset(names - {name}) for name, names in found.items()}


def nicknames(word: str) -> frozenset[str]:
    """Other forms of a given name: "bob" for "robert" (nicknames.json)."""
    return _nicknames().get(word, frozenset())
