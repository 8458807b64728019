"""Which wires are in the mouth now: it follows from the changes of all visits, in order.

Several wires may be in one arch (sectional, piggyback): each has its span of teeth, none is the whole arch. A new wire
takes the place of the one with the same span; the others stay until they are taken out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from charting.rules.spans import Span
from charting.rules.teeth import Arch
from charting.rules.wires import Wire
from core.errors import Refused


class ChangeKind(models.TextChoices):
    """What was done to a wire."""

    PLACED = "placed", _("Placed")
    RETIED = "retied", _("Retied")
    REMOVED = "removed", _("Taken out")
    ALL_REMOVED = "all_removed", _("All wires taken out")


@dataclass(frozen=True)
class Change:
    """One wire of one visit; `span` None is the whole arch, `wire` is what was placed."""

    kind: ChangeKind
    arch: Arch
    day: date
    span: Span | None = None
    wire: Wire | None = None


@dataclass(frozen=True)
class InMouth:
    """A wire that is in: since when, and when it was last tied."""

    arch: Arch
    span: Span | None
    wire: Wire
    since: date
    tied_on: date

    @property
    def label(self) -> str:
        """ ".019×.025 SS", with its span when it is not the whole arch."""
        return f"{self.wire.label} ({self.span.named})" if self.span else self.wire.label


def wires_now(changes: Iterable[Change]) -> tuple[InMouth, ...]:
    """Every wire that is in after these changes, upper before lower, whole arches before sections."""
    wires: dict[tuple[Arch, Span | None], InMouth] = {}
    for change in changes:
        key = (change.arch, change.span)
        if change.kind == ChangeKind.PLACED and change.wire:
            wires[key] = InMouth(change.arch, change.span, change.wire, change.day, change.day)
        elif change.kind == ChangeKind.REMOVED:
            wires.pop(key, None)
        elif change.kind == ChangeKind.ALL_REMOVED:
            wires = {where: one for where, one in wires.items() if where[0] != change.arch}
        elif change.kind == ChangeKind.RETIED and key in wires:
            before = wires[key]
            wires[key] = InMouth(before.arch, before.span, before.wire, before.since, change.day)
    return tuple(sorted(wires.values(), key=_drawn))


def _drawn(one: InMouth) -> tuple[bool, bool, int]:
    return one.arch == Arch.LOWER, one.span is not None, one.span.first.place if one.span else 0


def check_change(change: Change, now: Iterable[InMouth]) -> None:
    """Raises Refused: `invalid` for a wire that is not named, `span_impossible` for teeth of the other arch,

    `wire_not_here` for taking out or retying a wire that is not in the mouth.
    """
    if change.span and change.span.arch != change.arch:
        message = _("%(span)s is not in this arch.") % {"span": change.span.named}
        raise Refused(message, code="span_impossible", field="span")
    if change.kind == ChangeKind.PLACED:
        if change.wire is None:
            raise Refused(_("Say which wire was placed."), code="invalid", field="wire")
        return
    here = [one for one in now if one.arch == change.arch]
    if change.kind != ChangeKind.ALL_REMOVED:
        here = [one for one in here if one.span == change.span]
    if not here:
        raise Refused(_("There is no such wire in the mouth."), code="wire_not_here", field="wire")


def retied(now: Iterable[InMouth], day: date) -> tuple[Change, ...]:
    """ "Retie same wires": one change for each wire that is in."""
    return tuple(Change(ChangeKind.RETIED, one.arch, day, one.span, one.wire) for one in now)
