"""Words of other systems, in four languages: headings of columns, and what stands in them (`words.json`)."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from patients.rules import fold

_KNOWN: Final[dict[str, Any]] = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))
_NO_LETTER: Final = re.compile(r"[\W_]+")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[a-z])(?=\d)")


def plain(text: str) -> str:
    """Folded words with single blanks: "Patient-Nr." is "patient nr", "birthDate" is "birth date"."""
    return _NO_LETTER.sub(" ", fold(_HUMP.sub(" ", text))).strip()


MONTHS: Final[Mapping[str, int]] = {name: int(number) for number, names in _KNOWN["months"].items() for name in names}


def meaning(of: str, text: str) -> str:
    """Our word for one of theirs, as `female` for "w"; "" for a word that is not known."""
    return _MEANINGS[of].get(plain(text), "")


def headings(kind: str) -> Mapping[str, str]:
    """What a heading stands for, by its plain words."""
    return _HEADINGS.get(kind, {})


def _turned(table: Mapping[str, list[str]]) -> dict[str, str]:
    return {plain(word): meant for meant, words in table.items() for word in [meant, *words]}


_MEANINGS: Final = {of: _turned(table) for of, table in _KNOWN["values"].items()}
_HEADINGS: Final = {kind: _turned(table) for kind, table in _KNOWN["headings"].items()}
