"""Teeth side by side: the span of a wire (13-23) and the contact between two neighbours (13-12), for stripping.

Both are stored as two FDI codes with a hyphen, in the order of the chart: from the patient's right to the left.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from django.utils.translation import gettext_lazy as _

from charting.rules.notation import Notation, named, parse, shown
from charting.rules.teeth import PERMANENT, Arch, Tooth, tooth
from core.errors import Refused

SPAN_LENGTH: Final = 5
_BETWEEN: Final = re.compile(r"\s*(?:[-–—…]|\bto\b)\s*")


@dataclass(frozen=True)
class Span:
    """From one tooth to another of the same arch, both included."""

    first: Tooth
    last: Tooth

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    @property
    def named(self) -> str:
        """In a sentence or a row for the person at the screen."""
        return f"{named(self.first)}-{named(self.last)}"

    @property
    def arch(self) -> Arch:
        return self.first.arch

    @property
    def teeth(self) -> tuple[Tooth, ...]:
        """The permanent teeth of the span, from the patient's right to the left."""
        return tuple(one for one in PERMANENT[self.arch] if self.covers(one))

    def covers(self, one: Tooth) -> bool:
        """Whether a tooth, primary ones too, stands in the span."""
        return one.arch == self.arch and self.first.place <= one.place <= self.last.place

    def overlaps(self, other: "Span") -> bool:
        """Whether both share a tooth."""
        return self.arch == other.arch and self.first.place <= other.last.place and other.first.place <= self.last.place

    def shown(self, notation: Notation = Notation.FDI) -> str:
        """As people write it: 13-23, 6-11 or UR3-UL3."""
        return f"{shown(self.first, notation)}-{shown(self.last, notation)}"


def span(text: str, notation: Notation = Notation.FDI, *, field: str = "span") -> Span:
    """A span in the notation on screen, in either order; one tooth alone is a span too.

    Raises Refused: `tooth_unknown` for what is no tooth, `span_impossible` for two arches.
    """
    parts = _BETWEEN.split(text.strip())
    if len(parts) > 2:
        message = _("Give the first and the last tooth with a hyphen between, for example 13-23.")
        raise Refused(message, code="span_impossible", field=field)
    ends = [parse(part, notation, field=field) for part in parts]
    return between(ends[0], ends[-1], field=field)


def stored_span(text: str) -> Span | None:
    """A span as it is stored; None for an empty one, the whole arch."""
    if not text:
        return None
    first, _hyphen, last = text.partition("-")
    return Span(tooth(first), tooth(last))


def between(one: Tooth, other: Tooth, *, field: str = "span") -> Span:
    """The span of two teeth. Raises Refused (`span_impossible`) for teeth of two arches."""
    if one.arch != other.arch:
        message = _("%(one)s and %(other)s are in different arches. A span stays in one arch.")
        raise Refused(message % {"one": named(one), "other": named(other)}, code="span_impossible", field=field)
    first, last = sorted((one, other), key=lambda end: end.place)
    return Span(first, last)


def contact(one: Tooth, other: Tooth, absent: Collection[str] = (), *, field: str = "contact") -> str:
    """Where two teeth touch, as it is stored: 13-12 for both 13, 12 and 12, 13.

    `absent` are the codes of teeth that are not there: after the extraction of 14, 13 touches 15. Raises Refused
    (`contact_impossible`) for teeth that do not touch, or one that is not there.
    """
    for gone in (one, other):
        if gone.code in absent:
            message = _("%(tooth)s is not in the mouth.") % {"tooth": named(gone)}
            raise Refused(message, code="contact_impossible", field=field)
    if one.arch == other.arch and one.place != other.place:
        both = between(one, other)
        if all(inside.code in absent for inside in both.teeth if inside.place not in (one.place, other.place)):
            return str(both)
    message = _("%(one)s and %(other)s do not touch. Choose two neighbours.") % {
        "one": named(one),
        "other": named(other),
    }
    raise Refused(message, code="contact_impossible", field=field)


def contacts(arch: Arch, absent: Collection[str] = ()) -> tuple[str, ...]:
    """Every contact of the permanent teeth of an arch, from the patient's right to the left."""
    there = [one for one in PERMANENT[arch] if one.code not in absent]
    return tuple(f"{right}-{left}" for right, left in pairwise(there))
