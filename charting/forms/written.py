"""What was typed into the form of an entry, as the rules see it. Everything comes with the field that it stood in."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias

from django.utils.translation import gettext as _

from charting.rules import brackets, elastics, spans, wires
from charting.rules.notation import Notation, parse
from charting.rules.teeth import Arch, Tooth
from charting.rules.wires_in_mouth import Change, ChangeKind, InMouth, retied
from core.errors import Refused

Data: TypeAlias = Mapping[str, Any]

ELASTIC: Final = ("pattern", "teeth", "both_sides", "diameter", "ounces", "hours", "latex")
_ARCHES: Final = ((Arch.UPPER, "upper"), (Arch.LOWER, "lower"))
_IPR: Final = re.compile(r"([^,;\n]+?)[ :=]+([\d.]+)\s*(?:mm)?\s*(?:[,;\n]|$)")


def procedures_of(data: Data, notation: Notation) -> Iterator[dict[str, Any]]:
    """The chips, turns of an expander, and enamel taken off at contacts ("13-12 0.2, 12-11 0.3")."""
    for code in data["procedures"]:
        yield {"code": code}
    if data["turns"]:
        yield {"code": "TURN", "turns": data["turns"]}
    text = data["ipr"].strip()
    found = list(_IPR.finditer(text))
    if text and (not found or _IPR.sub("", text).strip(" ,;\n")):
        message = _("Write a contact and millimetres, such as 13-12 0.2.")
        raise Refused(message, code="invalid", field="ipr")
    for match in found:
        ends = spans.span(match[1], notation, field="ipr")
        contact = spans.contact(ends.first, ends.last, field="ipr")
        yield {"code": "IPR", "contact": contact, "mm": match[2]}


def wires_of(data: Data, notation: Notation, now: tuple[InMouth, ...]) -> Iterator[tuple[Change, str]]:
    """What was done to the wires; `now` are those that were in before."""
    day = data["on"]
    if data["retie"]:
        changed = {arch for arch, name in _ARCHES if _placed(data, name) or data[f"{name}_out"]}
        kept = [one for one in now if one.arch not in changed]
        if not kept:
            raise Refused(_("There is no wire in the mouth to retie."), code="wire_not_here", field="retie")
        yield from ((change, "retie") for change in retied(kept, day))
    for arch, name in _ARCHES:
        if data[f"{name}_out"]:
            yield Change(ChangeKind.ALL_REMOVED, arch, day), f"{name}_out"
        if wire := _placed(data, name):
            field = f"{name}_wire" if data[f"{name}_wire"] else name
            yield Change(ChangeKind.PLACED, arch, day, None, wire), field
    for part in filter(None, (one.strip() for one in re.split(r"[;\n]", data["wires"]))):
        yield _section(part, notation, day), "wires"


def brackets_of(data: Data, notation: Notation, rows: int) -> Iterator[tuple[brackets.Done, str]]:
    """What was done to brackets, bands and tubes. Those of `elsewhere` are noted as placed elsewhere before."""
    elsewhere = set(data["elsewhere"].split())
    for row in range(rows):
        name = f"bracket{row}"
        text, event = data[f"{name}_tooth"].strip(), data[f"{name}_event"]
        if not text and not event:
            continue
        if not text or not event:
            message = _("Give the tooth, and what was done to its bracket.")
            raise Refused(message, code="invalid", field=f"{name}_{'event' if text else 'tooth'}")
        attachment = brackets.Attachment(data[f"{name}_attachment"] or brackets.Attachment.BRACKET)
        for one in _teeth(text, notation, f"{name}_tooth"):
            if f"{one.code}:{attachment}" in elsewhere:
                elsewhere.remove(f"{one.code}:{attachment}")
                yield brackets.Done(brackets.Event.PLACED_ELSEWHERE, one.code, attachment, data["on"]), name
            yield brackets.Done(brackets.Event(event), one.code, attachment, data["on"]), name


def elastics_of(data: Data, notation: Notation, rows: int) -> Iterator[tuple[elastics.Prescription, str]]:
    """What the patient wears from now on."""
    for row in range(rows):
        name = f"elastic{row}"
        worn = {part: data[f"{name}_{part}"] for part in ELASTIC}
        if not worn["pattern"]:
            continue
        for part in ("teeth", "ounces", "hours"):
            if not worn[part]:
                message = _("Say teeth, force and hours of the elastics.")
                raise Refused(message, code="invalid", field=f"{name}_{part}")
        field = f"{name}_teeth"
        teeth = [parse(one, notation, field=field).code for one in re.split(r"[,;\s]+", worn["teeth"]) if one]
        made = elastics.Prescription(
            elastics.Pattern(worn["pattern"]),
            tuple(teeth),
            elastics.Diameter(worn["diameter"] or elastics.Diameter.QUARTER),
            Decimal(worn["ounces"]),
            worn["hours"],
            worn["latex"],
            worn["both_sides"],
        )
        yield made, name


def _placed(data: Data, name: str) -> wires.Wire | None:
    """The whole-arch wire that was chosen: its chip, or another by size and material."""
    chip, size, material = data[f"{name}_wire"], data[f"{name}_size"], data[f"{name}_material"]
    if chip and (size or material):
        message = _("Choose one wire: the one above, or another one here.")
        raise Refused(message, code="invalid", field=f"{name}_size")
    if chip:
        return wires.wire(*chip.split(" ", 1))
    if bool(size) != bool(material):
        message = _("Choose size and material of the wire.")
        raise Refused(message, code="wire_unknown", field=f"{name}_{'material' if size else 'size'}")
    return wires.wire(size, material) if size else None


def _section(part: str, notation: Notation, day: date) -> Change:
    """A wire of some teeth: "13-23 .016 NiTi", or "13-23 out"."""
    teeth, _space, rest = part.partition(" ")
    where = spans.span(teeth, notation, field="wires")
    first, _space, rest = rest.strip().partition(" ")
    if not first:
        message = _("Write teeth, size and material, such as 13-23 .016 NiTi.")
        raise Refused(message, code="wire_unknown", field="wires")
    if first.lower() == "out":
        return Change(ChangeKind.REMOVED, where.arch, day, where)
    wire = wires.Wire(wires.size(first, field="wires"), wires.material(rest, field="wires"))
    return Change(ChangeKind.PLACED, where.arch, day, where, wire)


def _teeth(text: str, notation: Notation, field: str) -> Iterator[Tooth]:
    """One tooth, several, or a span: 13 · 13, 23 · 15-25."""
    for part in re.split(r"[,;]", text):
        if part.strip():
            yield from spans.span(part, notation, field=field).teeth or [parse(part, notation, field=field)]
