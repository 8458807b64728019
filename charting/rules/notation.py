"""Teeth as people write them: FDI, Universal or Palmer. What is stored is always FDI.

FDI is ISO 3950. Universal counts 1 to 32 from the upper right third molar clockwise to the lower right one, primary
teeth A to T (HL7 SNODENT tooth value set: Universal 1 is ISO 18). Palmer is written UR6, LLe; its corner signs (6┘) are
read too. Universal numbers of supernumerary teeth (51 to 82, AS to TS) are not read: they collide with the FDI codes of
primary teeth, and a supernumerary is a finding beside a tooth.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from charting.rules.teeth import PERMANENT, PRIMARY, TEETH, Arch, Tooth, shortened, unknown
from core.errors import Refused


class Notation(models.TextChoices):
    """How teeth are written on screen and on paper."""

    FDI = "fdi", _("FDI")
    UNIVERSAL = "universal", _("Universal")
    PALMER = "palmer", _("Palmer")


_CLOCKWISE: Final = (PERMANENT[Arch.UPPER], tuple(reversed(PERMANENT[Arch.LOWER])))
_PRIMARY_CLOCKWISE: Final = (PRIMARY[Arch.UPPER], tuple(reversed(PRIMARY[Arch.LOWER])))
_UNIVERSAL: Final = {
    **{str(n): tooth for n, tooth in enumerate((tooth for row in _CLOCKWISE for tooth in row), start=1)},
    **{chr(ord("A") + n): tooth for n, tooth in enumerate(tooth for row in _PRIMARY_CLOCKWISE for tooth in row)},
}
_CORNERS: Final = {1: "UR", 2: "UL", 3: "LL", 4: "LR"}
_PALMER: Final = {
    f"{_CORNERS[tooth.quadrant]}{'ABCDE'[tooth.number - 1] if tooth.is_primary else tooth.number}": tooth
    for tooth in TEETH.values()
}
_SHOWN: Final[Mapping[Notation, Mapping[str, str]]] = {
    Notation.FDI: {code: code for code in TEETH},
    Notation.UNIVERSAL: {tooth.code: text for text, tooth in _UNIVERSAL.items()},
    Notation.PALMER: {tooth.code: text for text, tooth in _PALMER.items()},
}
# Right quadrants have the corner behind the number, left ones before it.
_SIGNS: Final = {1: "{}┘", 2: "└{}", 3: "┌{}", 4: "{}┐"}
_SIGN: Final = re.compile(r"([└┌⎿⎾])?([1-8A-E])([┘┐⏌⏋])?")
_SIGN_CORNERS: Final = {"┘": "UR", "⏌": "UR", "└": "UL", "⎿": "UL", "┌": "LL", "⎾": "LL", "┐": "LR", "⏋": "LR"}


def parse(text: str, notation: Notation = Notation.FDI, *, field: str = "tooth") -> Tooth:
    """The tooth that was written in the notation on screen.

    Raises Refused (`tooth_unknown`); what the text means in another notation is said in the sentence.
    """
    written = text.strip().upper()
    if notation == Notation.FDI:
        found = TEETH.get(written.replace(".", "", 1) if len(written) == 3 else written)
    elif notation == Notation.UNIVERSAL:
        found = _UNIVERSAL.get(written.removeprefix("#").lstrip("0"))
    else:
        found = _PALMER.get(_corners_in_letters(written.replace(" ", "")))
    if found is None:
        raise _refusal(text.strip(), written, notation, field)
    return found


def shown(tooth: Tooth, notation: Notation = Notation.FDI) -> str:
    """As people write it: 36, 19 or LL6."""
    return _SHOWN[notation][tooth.code]


_on_screen: ContextVar[Notation] = ContextVar("notation on screen", default=Notation.FDI)


@contextmanager
def on_screen(notation: Notation) -> Iterator[None]:
    """While this lasts, sentences about teeth (refusals) name them in the notation that the person reads."""
    before = _on_screen.set(notation)
    try:
        yield
    finally:
        _on_screen.reset(before)


def named(tooth: Tooth) -> str:
    """The tooth in a sentence for the person at the screen; FDI for everybody else."""
    return shown(tooth, _on_screen.get())


def signed(tooth: Tooth) -> str:
    """In Palmer's corner signs, for drawing: 6┘. Screen readers are given the name."""
    return _SIGNS[tooth.quadrant].format(shown(tooth, Notation.PALMER)[2:])


def _corners_in_letters(written: str) -> str:
    """`6┘` and its like as UR6; anything else as it stands."""
    match = _SIGN.fullmatch(written)
    if not match or bool(match[1]) == bool(match[3]):
        return written
    return f"{_SIGN_CORNERS[match[1] or match[3]]}{match[2]}"


def _refusal(text: str, written: str, notation: Notation, field: str) -> Refused:
    other = {
        Notation.FDI: (Notation.UNIVERSAL, _UNIVERSAL.get(written)),
        Notation.UNIVERSAL: (Notation.FDI, TEETH.get(written)),
        Notation.PALMER: (Notation.FDI, TEETH.get(written)),
    }[notation]
    sentence = _why(shortened(text), written, notation)
    if other[1] is not None:
        meant = _("In %(notation)s it is the %(name)s (%(shown)s here).")
        values = {"notation": other[0].label, "name": other[1].name, "shown": shown(other[1], notation)}
        sentence = f"{sentence} {meant % values}"
    return unknown(sentence, field)


def _why(text: str, written: str, notation: Notation) -> str:
    values: dict[str, object] = {"text": text}
    if notation == Notation.UNIVERSAL:
        return _("“%(text)s” is no tooth in Universal, which goes from 1 to 32 and from A to T.") % values
    if notation == Notation.PALMER:
        return _("“%(text)s” is no tooth in Palmer. Write UR, UL, LL or LR and 1 to 8 or A to E: UR6.") % values
    if re.fullmatch(r"[1-8][0-9]", written):
        values |= {"first": f"{written[0]}1", "last": f"{written[0]}{8 if written[0] < '5' else 5}"}
        return _("“%(text)s” is no tooth in FDI; this quadrant goes from %(first)s to %(last)s.") % values
    return _("“%(text)s” is no tooth in FDI. Write two digits, quadrant and tooth, for example 36.") % values
