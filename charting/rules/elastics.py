"""Elastics: sizes, force, patterns, and a prescription that can be worn.

Labels vary from maker to maker, so ounces are stored. Force is measured at three times the lumen. Sources:
sites.google.com/sukoffortho.com, myddssupply.com, sorthoclub.wordpress.com, askvity.info. Their bands leave gaps
(3.5 to 4, 4.5 to 6 oz): a force in a gap is given the heavier name. They round grams (2 oz as 60 g); ours are exact.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from charting.rules.allergies import Allergen
from charting.rules.notation import named
from charting.rules.teeth import Arch, Tooth, mirrored, tooth
from core.errors import Refused, Text

GRAMS_PER_OUNCE: Final = Decimal("28.349523125")
LEAST_OUNCES, MOST_OUNCES = Decimal(1), Decimal(16)  # (mem)
OUNCE_STEP: Final = Decimal("0.1")
HOURS: Final = (1, 24)


class Diameter(models.TextChoices):
    """Inner diameter in inches."""

    EIGHTH = "1/8", _("1/8″ (3.2 mm)")
    THREE_SIXTEENTHS = "3/16", _("3/16″ (4.8 mm)")
    QUARTER = "1/4", _("1/4″ (6.4 mm)")
    FIVE_SIXTEENTHS = "5/16", _("5/16″ (7.9 mm)")
    THREE_EIGHTHS = "3/8", _("3/8″ (9.5 mm)")


class Force(models.TextChoices):
    """What makers call it."""

    LIGHT = "light", _("Light")
    MEDIUM = "medium", _("Medium")
    HEAVY = "heavy", _("Heavy")
    EXTRA = "extra", _("Extra heavy")


class Pattern(models.TextChoices):
    """How elastics are worn."""

    CLASS_I = "class_1", _("Class I")
    CLASS_II = "class_2", _("Class II")
    SHORT_II = "short_2", _("Short class II")
    CLASS_III = "class_3", _("Class III")
    SHORT_III = "short_3", _("Short class III")
    CROSSBITE = "crossbite", _("Crossbite")
    BOX = "box", _("Box")
    TRIANGLE = "triangle", _("Triangle")
    DIAGONAL = "diagonal", _("Anterior diagonal (midline)")
    RAINBOW = "rainbow", _("Rainbow")


class Wear(models.TextChoices):
    """How a clinic says hours; (mem)."""

    FULL_TIME = "24", _("Full time")
    NIGHTS = "10", _("Nights")
    EVENINGS_AND_NIGHTS = "14", _("Evenings and nights")


@dataclass(frozen=True)
class Product:
    """A maker's elastic by the name on its bag."""

    name: str
    diameter: Diameter
    ounces: Decimal


# The source prints Ram as "1/6", which is no size: 1/4 taken.
PRODUCTS: Final = (
    Product("Quail", Diameter.THREE_SIXTEENTHS, Decimal(2)),
    Product("Parrot", Diameter.FIVE_SIXTEENTHS, Decimal(2)),
    Product("Fox", Diameter.QUARTER, Decimal("3.5")),
    Product("Moose", Diameter.FIVE_SIXTEENTHS, Decimal(6)),
    Product("Impala", Diameter.THREE_SIXTEENTHS, Decimal(6)),
    Product("Ram", Diameter.QUARTER, Decimal(6)),
)


@dataclass(frozen=True)
class Prescription:
    """What the patient wears: teeth as FDI codes of one side, the other mirrored when `both_sides`."""

    pattern: Pattern
    teeth: tuple[str, ...]
    diameter: Diameter
    ounces: Decimal
    hours: int
    latex: bool
    both_sides: bool = False

    @property
    def worn_on(self) -> tuple[str, ...]:
        """Every tooth that carries one."""
        other = tuple(mirrored(tooth(code)).code for code in self.teeth) if self.both_sides else ()
        return self.teeth + tuple(code for code in other if code not in self.teeth)


def grams(ounces: Decimal) -> int:
    """Ounces in whole grams."""
    return int((ounces * GRAMS_PER_OUNCE).quantize(Decimal(1), ROUND_HALF_UP))


def force(ounces: Decimal) -> Force:
    """The name of a force."""
    if ounces <= Decimal("3.5"):
        return Force.LIGHT
    if ounces <= Decimal("4.5"):
        return Force.MEDIUM
    return Force.HEAVY if ounces <= 6 else Force.EXTRA


def check_prescription(
    wanted: Prescription, allergens: Collection[Allergen] = (), absent: Collection[str] = ()
) -> None:
    """Raises Refused: `latex_allergy`, `out_of_range` (force, hours), `tooth_unknown`, `tooth_absent`,

    `pattern_impossible` when these teeth do not make this pattern.
    """
    if wanted.latex and Allergen.LATEX in allergens:
        message = _("The patient is allergic to latex. Choose elastics without latex.")
        raise Refused(message, code="latex_allergy", field="latex")
    _check_numbers(wanted)
    teeth = [tooth(code, field="teeth") for code in wanted.teeth]
    for code in wanted.worn_on:
        if code in absent:
            sentence = _("%(tooth)s is not in the mouth.") % {"tooth": named(tooth(code))}
            raise Refused(sentence, code="tooth_absent", field="teeth")
    is_made, why = PATTERNS[wanted.pattern]
    if len({one.code for one in teeth}) != len(teeth) or not is_made(teeth):
        raise Refused(why, code="pattern_impossible", field="teeth")


def _check_numbers(wanted: Prescription) -> None:
    ounces = wanted.ounces
    if not ounces.is_finite() or not LEAST_OUNCES <= ounces <= MOST_OUNCES or ounces % OUNCE_STEP:
        message = _("The force goes from %(least)s to %(most)s ounces, to a tenth.")
        values = {"least": LEAST_OUNCES, "most": MOST_OUNCES}
        raise Refused(message % values, code="out_of_range", field="ounces")
    if not HOURS[0] <= wanted.hours <= HOURS[1]:
        raise Refused(_("Hours a day go from 1 to 24."), code="out_of_range", field="hours")


def _pair(teeth: list[Tooth]) -> tuple[Tooth, Tooth] | None:
    """The upper and the lower tooth, when there is one of each."""
    if len(teeth) != 2 or teeth[0].arch == teeth[1].arch:
        return None
    return (teeth[0], teeth[1]) if teeth[0].arch == Arch.UPPER else (teeth[1], teeth[0])


def _is_class_one(teeth: list[Tooth]) -> bool:
    return len(teeth) == 2 and len({(one.arch, one.side) for one in teeth}) == 1


def _is_class_two(teeth: list[Tooth]) -> bool:
    pair = _pair(teeth)
    return pair is not None and pair[0].side == pair[1].side and pair[0].number < pair[1].number


def _is_class_three(teeth: list[Tooth]) -> bool:
    pair = _pair(teeth)
    return pair is not None and pair[0].side == pair[1].side and pair[0].number > pair[1].number


def _is_crossbite(teeth: list[Tooth]) -> bool:
    pair = _pair(teeth)
    return pair is not None and pair[0].side == pair[1].side and abs(pair[0].number - pair[1].number) <= 1


def _is_diagonal(teeth: list[Tooth]) -> bool:
    pair = _pair(teeth)
    return pair is not None and pair[0].side != pair[1].side and all(one.number <= 4 for one in pair)


def _in_both_arches(count: range) -> Callable[[list[Tooth]], bool]:
    return lambda teeth: len(teeth) in count and len({one.arch for one in teeth}) == 2


_MORE: Final = 12
PATTERNS: Final[dict[Pattern, tuple[Callable[[list[Tooth]], bool], Text]]] = {
    Pattern.CLASS_I: (_is_class_one, _("A class I elastic goes between two teeth of one arch and side.")),
    Pattern.CLASS_II: (
        _is_class_two,
        _("A class II elastic goes from an upper tooth to a lower one behind, on the same side."),
    ),
    Pattern.SHORT_II: (
        _is_class_two,
        _("A short class II elastic goes from an upper tooth to a lower one behind, on the same side."),
    ),
    Pattern.CLASS_III: (
        _is_class_three,
        _("A class III elastic goes from a lower tooth to an upper one behind, on the same side."),
    ),
    Pattern.SHORT_III: (
        _is_class_three,
        _("A short class III elastic goes from a lower tooth to an upper one behind, on the same side."),
    ),
    Pattern.CROSSBITE: (_is_crossbite, _("A crossbite elastic goes from an upper tooth to the lower one facing it.")),
    Pattern.BOX: (_in_both_arches(range(4, _MORE)), _("A box goes round four teeth or more of both arches.")),
    Pattern.TRIANGLE: (_in_both_arches(range(3, 4)), _("A triangle goes round three teeth of both arches.")),
    Pattern.DIAGONAL: (
        _is_diagonal,
        _("A diagonal goes from an upper front tooth to a lower one of the other side."),
    ),
    Pattern.RAINBOW: (_in_both_arches(range(3, _MORE)), _("A rainbow goes round three teeth or more of both arches.")),
}
