"""Archwires: sizes, materials, slots. Sizes are inches as clinics write them; height first, then width.

Sizes in use: Birnie (scribd 644314220) and the Sukoff site; those marked (mem) are of general knowledge. Nickel:
(mem), as published by makers. A clinic's sequence of wires is its own data and not written here.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from charting.rules.allergies import Allergen
from core.errors import Refused

SIZE_LENGTH: Final = 13


class Material(models.TextChoices):
    """What a wire is made of."""

    SS = "SS", _("SS")
    NITI = "NiTi", _("NiTi")
    HEAT = "NiTi-heat", _("Heat-activated NiTi")
    CUNITI_27 = "CuNiTi-27", _("CuNiTi 27 °C")
    CUNITI_35 = "CuNiTi-35", _("CuNiTi 35 °C")
    CUNITI_40 = "CuNiTi-40", _("CuNiTi 40 °C")
    TMA = "TMA", _("TMA")
    COCR = "CoCr", _("CoCr (Elgiloy)")
    MULTISTRAND = "multistrand", _("Multistrand SS")
    FIBRE = "fibre", _("Fibre or polymer")


class Shape(models.TextChoices):
    """Cross-section."""

    ROUND = "round", _("Round")
    RECTANGULAR = "rectangular", _("Rectangular")
    SQUARE = "square", _("Square")


class Slot(models.TextChoices):
    """Bracket slot in inches."""

    S18 = "018", _(".018 × .025")
    S22 = "022", _(".022 × .028")


# Per cent of weight; (mem). A nickel allergy is warned of at anything above none.
NICKEL: Final = {
    Material.SS: (8, 12),
    Material.NITI: (50, 55),
    Material.HEAT: (50, 55),
    Material.CUNITI_27: (44, 50),
    Material.CUNITI_35: (44, 50),
    Material.CUNITI_40: (44, 50),
    Material.TMA: (0, 0),
    Material.COCR: (14, 16),
    Material.MULTISTRAND: (8, 12),
    Material.FIBRE: (0, 0),
}
_SLOTS: Final = {Slot.S18: (Decimal("0.018"), Decimal("0.025")), Slot.S22: (Decimal("0.022"), Decimal("0.028"))}


@dataclass(frozen=True)
class Size:
    """Height and, unless round, width, in inches."""

    height: Decimal
    width: Decimal | None = None

    def __str__(self) -> str:
        """As it is stored: 0.016, 0.019x0.025."""
        return f"{self.height}x{self.width}" if self.width else f"{self.height}"

    @property
    def shape(self) -> Shape:
        if self.width is None:
            return Shape.ROUND
        return Shape.SQUARE if self.width == self.height else Shape.RECTANGULAR

    @property
    def label(self) -> str:
        """As clinics write it: .016, .019×.025."""
        return str(self).replace("0.", ".").replace("x", "×")


def _sizes(text: str) -> tuple[Size, ...]:
    return tuple(Size(*(Decimal(f"0.{part}") for part in size.split("x"))) for size in text.split())


# The (mem) sizes stand in the second row of each.
ROUND: Final = _sizes("012 013 014 016 018 020") + _sizes("010 022")
RECTANGULAR: Final = _sizes("014x025 016x022 016x025 017x025 018x025 019x025 021x025") + _sizes(
    "016x016 017x017 017x022 018x018 018x022 020x020 021x028"
)
STRANDED: Final = _sizes("0155 0175 0195") + _sizes("0215")
SIZES: Final = {str(size): size for size in (*ROUND, *RECTANGULAR, *STRANDED)}
# A common order of wires in a .022 slot, offered first until a clinic writes its own; (mem).
USUAL: Final = (
    "0.014 NiTi, 0.016 NiTi, 0.018 NiTi, 0.016x0.022 NiTi, 0.017x0.025 NiTi, 0.019x0.025 NiTi, 0.018 SS, "
    "0.019x0.025 SS, 0.019x0.025 TMA"
)
_TYPED: Final = re.compile(r"(?:0?\.)?(\d{2,4})(?:\s*[x×*/]\s*(?:0?\.)?(\d{2,4}))?", re.IGNORECASE)


@dataclass(frozen=True)
class Wire:
    """One archwire."""

    size: Size
    material: Material

    @property
    def label(self) -> str:
        """ ".019×.025 SS"."""
        return f"{self.size.label} {self.material.label}"

    @property
    def text(self) -> str:
        """As it is kept in a list: 0.019x0.025 SS."""
        return f"{self.size} {self.material.value}"

    @property
    def has_nickel(self) -> bool:
        return NICKEL[self.material][1] > 0


def size(text: str, *, field: str = "size") -> Size:
    """The size that was typed: ".019x.025", "19x25", "0.016", "16". Raises Refused (`wire_unknown`)."""
    match = _TYPED.fullmatch(text.strip())
    found = SIZES.get("x".join(f"0.{part.zfill(3)}" for part in match.groups() if part)) if match else None
    if found is None:
        message = _("There is no archwire of %(size)s. Choose a size such as .016 or .019×.025.")
        raise Refused(message % {"size": _quoted(text.strip())}, code="wire_unknown", field=field)
    return found


def wire(text: str, material: str) -> Wire:
    """Size and material as a wire. Raises Refused (`wire_unknown`) naming `size` or `material`."""
    if material not in Material.values:
        raise Refused(_("Choose what the wire is made of."), code="wire_unknown", field="material")
    return Wire(size(text), Material(material))


def usual(text: str, *, field: str = "usual_wires") -> tuple[Wire, ...]:
    """The wires of a list such as ".014 NiTi, .019x.025 SS". Raises Refused (`wire_unknown`) naming the field."""
    return tuple(_read(part.strip(), field) for part in re.split(r"[,;\n]", text) if part.strip())


def material(text: str, *, field: str = "material") -> Material:
    """What a wire is made of, in any case: "niti". Raises Refused (`wire_unknown`) with the names there are."""
    for one in Material:
        if one.value.lower() == text.strip().lower():
            return one
    message = _("Say what the wire is made of: %(names)s.") % {"names": ", ".join(Material.values)}
    raise Refused(message, code="wire_unknown", field=field)


def _read(text: str, field: str) -> Wire:
    first, _space, rest = text.partition(" ")
    return Wire(size(first, field=field), material(rest, field=field))


def fits(one: Size, slot: Slot) -> bool:
    """Whether the wire goes into the slot."""
    height, depth = _SLOTS[slot]
    return one.height <= height and (one.width or one.height) <= depth


def slot_warning(one: Wire, slot: str) -> str:
    """What to say of a wire that the clinic's usual brackets cannot hold; a warning: a patient may have others."""
    if not slot or fits(one.size, Slot(slot)):
        return ""
    values = {"wire": one.size.label, "slot": Slot(slot).label}
    return _("%(wire)s does not go into a %(slot)s slot.") % values


def nickel_warning(one: Wire, allergens: Collection[Allergen]) -> str:
    """What to say before a wire with nickel goes to a patient who is allergic to it; a warning, no refusal."""
    if Allergen.NICKEL not in allergens or not one.has_nickel:
        return ""
    least, most = NICKEL[one.material]
    message = _("The patient is allergic to nickel, and %(wire)s contains it (%(least)s to %(most)s %%).")
    return message % {"wire": one.label, "least": least, "most": most}


def _quoted(text: str) -> str:
    return f"“{text if len(text) <= 16 else text[:16] + '…'}”"
