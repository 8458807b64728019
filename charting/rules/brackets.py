"""Brackets, bands and tubes, tooth by tooth: what was done in order, and what is on each tooth now."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from charting.rules.notation import named
from charting.rules.teeth import tooth
from core.errors import Refused


class Prescription(models.TextChoices):
    """Values built into the brackets; (mem)."""

    MBT = "mbt", _("MBT")
    ROTH = "roth", _("Roth")
    ANDREWS = "andrews", _("Andrews")
    ALEXANDER = "alexander", _("Alexander")
    DAMON = "damon", _("Damon")
    OTHER = "other", _("Other")


class Ligation(models.TextChoices):
    """How the wire is held."""

    MODULES = "modules", _("Conventional, modules")
    STEEL = "steel", _("Conventional, steel ligatures")
    ACTIVE = "active", _("Self-ligating, active")
    PASSIVE = "passive", _("Self-ligating, passive")


class BracketMaterial(models.TextChoices):
    """What brackets are made of."""

    METAL = "metal", _("Metal")
    CERAMIC = "ceramic", _("Ceramic")
    GOLD = "gold", _("Gold")
    LINGUAL = "lingual", _("Lingual")


class Attachment(models.TextChoices):
    """What is bonded or cemented to the tooth."""

    BRACKET = "bracket", _("Bracket")
    TUBE = "tube", _("Tube")
    BAND = "band", _("Band")
    BUTTON = "button", _("Button")
    ALIGNER = "aligner", _("Aligner attachment")
    RETAINER = "retainer", _("Bonded retainer")


class Event(models.TextChoices):
    """What was done to, or became of, an attachment."""

    PLACED = "placed", _("Placed")
    PLACED_ELSEWHERE = "placed_elsewhere", _("Placed elsewhere")
    REPOSITIONED = "repositioned", _("Repositioned")
    LOST = "lost", _("Lost")
    REMOVED = "removed", _("Removed")


_PUTS_ON: Final = frozenset({Event.PLACED, Event.PLACED_ELSEWHERE})
_TAKES_OFF: Final = frozenset({Event.LOST, Event.REMOVED})


@dataclass(frozen=True)
class Done:
    """One event on one tooth (FDI code)."""

    event: Event
    tooth: str
    attachment: Attachment
    day: date


@dataclass(frozen=True)
class OnTooth:
    """What is on a tooth, since when, and whether another clinic put it there."""

    tooth: str
    attachment: Attachment
    since: date
    elsewhere: bool = False


def on_teeth(done: Iterable[Done]) -> Mapping[tuple[str, Attachment], OnTooth]:
    """What is on the teeth after these events, in order, by tooth and attachment."""
    on: dict[tuple[str, Attachment], OnTooth] = {}
    for one in done:
        key = (one.tooth, one.attachment)
        if one.event in _PUTS_ON:
            on[key] = OnTooth(one.tooth, one.attachment, one.day, one.event == Event.PLACED_ELSEWHERE)
        elif one.event in _TAKES_OFF:
            on.pop(key, None)
    return on


def times_lost(done: Iterable[Done], code: str) -> int:
    """How often something came off this tooth."""
    return sum(one.event == Event.LOST and one.tooth == code for one in done)


def never_placed(wanted: Iterable[Done], before: Iterable[Done]) -> list[str]:
    """Of what is wanted, what was never put on here, as "16:band": another clinic may have done it."""
    known = {(one.tooth, one.attachment) for one in before}
    off = [one for one in wanted if one.event not in _PUTS_ON and (one.tooth, one.attachment) not in known]
    return list(dict.fromkeys(f"{one.tooth}:{one.attachment.value}" for one in off))


def check_event(new: Done, before: Iterable[Done], absent: Collection[str] = ()) -> None:
    """Whether this can follow what was done before; `absent` are codes of teeth that are not in the mouth.

    Raises Refused: `tooth_unknown`, `tooth_absent`, `bracket_here` for a second one of a kind (`extra.offer`:
    repositioned), `bracket_not_here` for one that is not on the tooth (`extra.offer`: placed_elsewhere, when it never
    was).
    """
    said = {"attachment": str(new.attachment.label).lower(), "tooth": named(tooth(new.tooth))}
    earlier = [one for one in before if (one.tooth, one.attachment) == (new.tooth, new.attachment)]
    is_on = bool(on_teeth(earlier))
    if new.event in _PUTS_ON:
        if new.tooth in absent:
            raise Refused(_("%(tooth)s is not in the mouth.") % said, code="tooth_absent", field="tooth")
        if is_on:
            message = _("There is a %(attachment)s on %(tooth)s already. Was it repositioned, or lost before?")
            raise Refused(message % said, code="bracket_here", field="tooth", extra={"offer": Event.REPOSITIONED.value})
        return
    if is_on:
        return
    if earlier:
        said["day"] = earlier[-1].day.isoformat()
        message = _("The %(attachment)s on %(tooth)s came off on %(day)s.")
        raise Refused(message % said, code="bracket_not_here", field="tooth", extra={"offer": Event.PLACED.value})
    message = _(
        "No %(attachment)s was placed on %(tooth)s here. If another clinic did, note it as placed elsewhere first."
    )
    elsewhere = {"offer": Event.PLACED_ELSEWHERE.value}
    raise Refused(message % said, code="bracket_not_here", field="tooth", extra=elsewhere)
