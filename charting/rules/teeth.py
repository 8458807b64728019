"""The teeth: stored as FDI codes (ISO 3950), named in words, in order round the arch.

"Left" and "right" are the patient's. Order round the arch runs as a chart is drawn: from the patient's right to the
left, 18 to 28 above and 48 to 38 below. `place` counts it off the midline: -8 is a right third molar, +1 a left
central incisor. A primary tooth has the place of the permanent one that follows it.
"""

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import Refused, Text

URN: Final = "urn:iso:std:iso:3950"
CODE_LENGTH: Final = 2


class Arch(models.TextChoices):
    """Upper or lower jaw."""

    UPPER = "upper", _("Upper")
    LOWER = "lower", _("Lower")


class Side(models.TextChoices):
    """The patient's side."""

    RIGHT = "right", _("Right")
    LEFT = "left", _("Left")


_QUADRANTS: Final = {
    1: (Arch.UPPER, Side.RIGHT),
    2: (Arch.UPPER, Side.LEFT),
    3: (Arch.LOWER, Side.LEFT),
    4: (Arch.LOWER, Side.RIGHT),
}
_QUADRANT_NAMES: Final = {
    1: _("upper right"),
    2: _("upper left"),
    3: _("lower left"),
    4: _("lower right"),
}
_PERMANENT_NAMES: Final = {
    1: _("central incisor"),
    2: _("lateral incisor"),
    3: _("canine"),
    4: _("first premolar"),
    5: _("second premolar"),
    6: _("first molar"),
    7: _("second molar"),
    8: _("third molar"),
}
_PRIMARY_NAMES: Final = {
    1: _("primary central incisor"),
    2: _("primary lateral incisor"),
    3: _("primary canine"),
    4: _("first primary molar"),
    5: _("second primary molar"),
}
# SNOMED CT concepts of single teeth, as far as a public source gives them (open-ortho/dent-oip).
_SNOMED: Final = {
    "14": "245571005",
    "15": "245570006",
    "16": "245568002",
    "17": "245567007",
    "18": "245566003",
    "44": "245596008",
    "45": "245595007",
    "46": "245592005",
    "47": "245591003",
    "48": "245590002",
    "54": "245616001",
    "55": "245615002",
    "84": "245631005",
    "85": "245630006",
}


@dataclass(frozen=True)
class Tooth:
    """One of the 52 teeth; `code` is its FDI code."""

    code: str

    def __str__(self) -> str:
        return self.code

    @property
    def number(self) -> int:
        """1 to 8 from the midline, 1 to 5 of a primary tooth."""
        return int(self.code[1])

    @property
    def is_primary(self) -> bool:
        return self.code[0] > "4"

    @property
    def quadrant(self) -> int:
        """1 upper right, 2 upper left, 3 lower left, 4 lower right, of primary teeth too."""
        return (int(self.code[0]) - 1) % 4 + 1

    @property
    def arch(self) -> Arch:
        return _QUADRANTS[self.quadrant][0]

    @property
    def side(self) -> Side:
        return _QUADRANTS[self.quadrant][1]

    @property
    def place(self) -> int:
        """Where it stands in its arch: -8 to -1 on the right, 1 to 8 on the left."""
        return self.number if self.side == Side.LEFT else -self.number

    @property
    def is_anterior(self) -> bool:
        """Incisors and canines."""
        return self.number <= 3

    @property
    def is_molar(self) -> bool:
        return self.number >= (4 if self.is_primary else 6)

    @property
    def name(self) -> str:
        """In words, for people and screen readers: "upper right first molar"."""
        names = _PRIMARY_NAMES if self.is_primary else _PERMANENT_NAMES
        words = {"where": _QUADRANT_NAMES[self.quadrant], "which": names[self.number]}
        return _("%(where)s %(which)s") % words

    @property
    def snomed(self) -> str:
        """The SNOMED CT code; empty where no source gives it."""
        return _SNOMED.get(self.code, "")


def _row(quadrants: tuple[int, int], last: int) -> tuple[Tooth, ...]:
    right, left = quadrants
    codes = [f"{right}{number}" for number in range(last, 0, -1)] + [f"{left}{number}" for number in range(1, last + 1)]
    return tuple(Tooth(code) for code in codes)


# Each arch from the patient's right to the left.
PERMANENT: Final = {Arch.UPPER: _row((1, 2), 8), Arch.LOWER: _row((4, 3), 8)}
PRIMARY: Final = {Arch.UPPER: _row((5, 6), 5), Arch.LOWER: _row((8, 7), 5)}
TEETH: Final = {
    tooth.code: tooth for row in (PERMANENT, PRIMARY) for arch in (Arch.UPPER, Arch.LOWER) for tooth in row[arch]
}
_AT: Final = {(tooth.is_primary, tooth.arch, tooth.place): tooth for tooth in TEETH.values()}


def tooth(code: str, *, field: str = "tooth") -> Tooth:
    """The tooth of a stored FDI code. Raises Refused (`tooth_unknown`)."""
    found = TEETH.get(code)
    if found is None:
        raise unknown(_("There is no tooth with the FDI code “%(code)s”.") % {"code": shortened(code)}, field)
    return found


def unknown(message: Text, field: str) -> Refused:
    """The refusal of something that is no tooth."""
    return Refused(message, code="tooth_unknown", field=field)


def shortened(text: str) -> str:
    """What was typed, short enough to be quoted in a sentence."""
    return text if len(text) <= 12 else f"{text[:12]}…"


def in_order(codes: list[str]) -> list[str]:
    """The codes as a chart shows them: upper before lower, right to left, a permanent tooth before its primary one."""

    def drawn(code: str) -> tuple[bool, int, bool]:
        one = tooth(code)
        return one.arch == Arch.LOWER, one.place, one.is_primary

    return sorted(codes, key=drawn)


def neighbours(one: Tooth) -> tuple[Tooth | None, Tooth | None]:
    """The next tooth on the patient's right and on the left, of the same dentition; None at the end of the arch."""
    right = -1 if one.place == 1 else one.place - 1
    left = 1 if one.place == -1 else one.place + 1
    return _AT.get((one.is_primary, one.arch, right)), _AT.get((one.is_primary, one.arch, left))


def mirrored(one: Tooth) -> Tooth:
    """The same tooth of the other side: 13 for 23."""
    return _AT[one.is_primary, one.arch, -one.place]


def successor(one: Tooth) -> Tooth | None:
    """The permanent tooth that follows a primary one: 15 for 55."""
    return _AT[False, one.arch, one.place] if one.is_primary else None


def predecessor(one: Tooth) -> Tooth | None:
    """The primary tooth that came before: 55 for 15, None for molars."""
    return None if one.is_primary else _AT.get((True, one.arch, one.place))
