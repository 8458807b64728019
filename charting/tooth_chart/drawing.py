"""The teeth as they are drawn: which ones, where, in what state, with what on them. No queries.

Two rows for each arch, the patient's right on the left of the picture. Primary teeth are drawn while a child has them:
up to an age, and whenever one was found.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from charting.rules.brackets import Attachment, OnTooth
from charting.rules.findings import ABSENT, ToothState
from charting.rules.notation import Notation, shown
from charting.rules.teeth import PERMANENT, PRIMARY, Arch, Tooth
from charting.rules.wires_in_mouth import InMouth

# A child of this age has shed the last primary tooth; (mem).
NO_PRIMARY_FROM: Final = 13
WIDTH, TALL, SHORT, GAP = 44, 58, 46, 6
TOP: Final = 22
_MARKS: Final = {
    Attachment.BRACKET: "bracket",
    Attachment.TUBE: "tube",
    Attachment.BAND: "band",
    Attachment.BUTTON: "button",
    Attachment.ALIGNER: "attachment",
    Attachment.RETAINER: "retainer",
}


@dataclass(frozen=True)
class Finding:
    """What was found last at a tooth, up to the day."""

    state: ToothState
    surfaces: str = ""
    note: str = ""


@dataclass(frozen=True)
class DrawnTooth:
    """One tooth of the picture: left upper corner, size, what it shows and what it says."""

    tooth: Tooth
    label: str
    x: int
    y: int
    height: int
    state: str
    words: str
    marks: tuple[str, ...] = ()
    surfaces: str = ""
    note: str = ""

    @property
    def is_absent(self) -> bool:
        """Not in the mouth for good."""
        return self.state in ABSENT

    @property
    def width(self) -> int:
        """Molars are broad, incisors narrow."""
        return WIDTH - 4 if self.tooth.is_molar else WIDTH - 12

    @property
    def middle(self) -> int:
        """Where its number stands."""
        return self.x + self.width // 2

    @property
    def is_upper(self) -> bool:
        """In the upper jaw: its root is above."""
        return self.tooth.arch == Arch.UPPER


@dataclass(frozen=True)
class DrawnWire:
    """A wire as a line across its teeth."""

    x1: int
    x2: int
    y: int
    label: str


@dataclass(frozen=True)
class Picture:
    """Everything that is drawn, and its size."""

    teeth: tuple[DrawnTooth, ...]
    wires: tuple[DrawnWire, ...]
    width: int
    height: int


def picture(
    findings: Mapping[str, Finding],
    on: Iterable[OnTooth],
    wires: Iterable[InMouth],
    *,
    age: int | None,
    notation: Notation,
) -> Picture:
    """The teeth of a day; `findings` by FDI code, `on` what is fixed to teeth, `age` in years if it is known."""
    marks: dict[str, list[Attachment]] = {}
    for one in on:
        marks.setdefault(one.tooth, []).append(one.attachment)
    with_primary = _has_primary(findings, age)
    rows = _rows(with_primary)
    drawn = tuple(
        _tooth(one, y, height, findings.get(one.code), marks.get(one.code, []), notation)
        for row, y, height in rows
        for one in row
    )
    bottom = max(y + height for _row, y, height in rows)
    at = {one.tooth.code: one for one in drawn}
    return Picture(drawn, tuple(_wire(wire, at) for wire in wires), 16 * WIDTH + 2 * GAP, bottom + TOP)


def _has_primary(findings: Mapping[str, Finding], age: int | None) -> bool:
    if any(code[0] > "4" and finding.state not in ABSENT for code, finding in findings.items()):
        return True
    return age is not None and age < NO_PRIMARY_FROM


def _rows(with_primary: bool) -> list[tuple[tuple[Tooth, ...], int, int]]:
    """Each row of teeth with its top and height, from above."""
    rows, y = [], TOP
    order = [(PERMANENT[Arch.UPPER], TALL)]
    order += [(PRIMARY[Arch.UPPER], SHORT), (PRIMARY[Arch.LOWER], SHORT)] if with_primary else []
    order += [(PERMANENT[Arch.LOWER], TALL)]
    for row, height in order:
        rows.append((row, y, height))
        y += height + TOP + GAP
    return rows


def _tooth(
    one: Tooth, y: int, height: int, finding: Finding | None, marks: list[Attachment], notation: Notation
) -> DrawnTooth:
    place = one.place + 8 if one.place < 0 else one.place + 7
    x = place * WIDTH + (2 * GAP if one.place > 0 else 0)
    state = finding.state if finding else ToothState.PRESENT
    marks = [] if state in ABSENT else marks  # what was on a tooth is gone with it
    said = [str(state.label) if finding else _("nothing noted"), *(str(mark.label) for mark in marks)]
    words = _("%(number)s, %(name)s: %(state)s") % {
        "number": shown(one, notation),
        "name": one.name,
        "state": ", ".join(said),
    }
    kinds = tuple(_MARKS[mark] for mark in marks)
    more = (finding.surfaces, finding.note) if finding else ("", "")
    return DrawnTooth(one, shown(one, notation), x, y, height, state.value, words, kinds, *more)


def _wire(wire: InMouth, at: Mapping[str, DrawnTooth]) -> DrawnWire:
    teeth = wire.span.teeth if wire.span else PERMANENT[wire.arch][1:-1]
    first, last = at[teeth[0].code], at[teeth[-1].code]
    return DrawnWire(first.middle, last.middle, first.y + first.height // 2, wire.label)
