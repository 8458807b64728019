"""The dental health component of IOTN as data: every letter, what it needs, where it was found.

Sources: Manchester's IOTN pages (iotn5, mocdo1); BOS quick reference sheet 2019 (grades 3 to 5); PMC10329520 table 1;
medicalalgorithms.com (grades 1 and 2). Letters of grade 2 and the order of letters in grade 4: (mem).

Where they disagree:
- 3e: medicalalgorithms.com prints "crossbite 2.1 to 4.0 mm"; PMC and BOS say open bite. Taken: open bite.
- 2f: medicalalgorithms.com begins at 3.5 mm, PMC above it. Taken: from 3.5 mm on.
- 4m: BOS ends below 3.5 mm, PMC includes it; 5m and 4b begin above. Taken: 3.5 mm exactly is 4m.
- 3c: PMC overlaps with 2c at 1 mm, and so do others at borders. Taken: a value on a border has the lower grade.
- 4h: "less extensive" leaves open two teeth missing in a quadrant when only spaces are to be closed. Taken: 4h.
- MOCDO puts missing, ectopic and impacted teeth first; the lists print p, s, t and x last. Taken: MOCDO, with p, s, t
  and x under M.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import Text


class Component(models.TextChoices):
    """MOCDO, in its order; what it does not name comes last."""

    MISSING = "M", _("Missing teeth")
    OVERJET = "O", _("Overjet")
    CROSSBITE = "C", _("Crossbite")
    DISPLACEMENT = "D", _("Displacement of contact points")
    OVERBITE = "B", _("Overbite")
    OTHER = "-", _("Other")


class HypodontiaNeed(models.TextChoices):
    """What missing teeth ask for."""

    NONE = "none", _("Nothing")
    SPACE_CLOSURE = "space_closure", _("Orthodontic space closure")
    PRE_RESTORATIVE = "pre_restorative", _("Orthodontics before restoration")


Test = Callable[[Any], bool]
# One way to meet a criterion: field of the score sheet -> what its value must be.
Case = dict[str, Test]


@dataclass(frozen=True)
class Criterion:
    """One letter; met when all tests of one of its cases hold."""

    code: str
    component: Component
    label: Text
    cases: tuple[Case, ...]

    @property
    def grade(self) -> int:
        return int(self.code[0])


def _is(wanted: object) -> Test:
    return lambda value: bool(value == wanted)


def _in(*wanted: object) -> Test:
    return lambda value: value in wanted


def _over(low: str) -> Test:
    return lambda value: bool(value > Decimal(low))


def _within(low: str, high: str) -> Test:
    """More than low, up to and including high."""
    return lambda value: Decimal(low) < value <= Decimal(high)


def _reverse(low: str, high: str = "99") -> Test:
    """A reverse overjet of more than low, up to and including high; overjet is negative then."""
    return lambda value: Decimal(low) < -value <= Decimal(high)


_yes, _no = _is(True), _is(False)
_M, _O, _C, _D, _B = (
    Component.MISSING,
    Component.OVERJET,
    Component.CROSSBITE,
    Component.DISPLACEMENT,
    Component.OVERBITE,
)
_PRE, _CLOSURE = HypodontiaNeed.PRE_RESTORATIVE, HypodontiaNeed.SPACE_CLOSURE

# In the order in which they decide: worst grade first, within it MOCDO.
CRITERIA: Final = (
    Criterion("5i", _M, _("Impeded eruption (not of third molars)"), ({"impeded_eruption": _yes},)),
    Criterion(
        "5h",
        _M,
        _("Extensive hypodontia: more than one tooth missing in a quadrant, orthodontics before restoration"),
        ({"missing_in_a_quadrant": lambda count: count > 1, "hypodontia_need": _is(_PRE)},),
    ),
    Criterion("5p", _M, _("Cleft lip or palate, or another craniofacial anomaly"), ({"craniofacial": _yes},)),
    Criterion(
        "5s",
        _M,
        _("Submerged primary teeth: only two cusps visible, or the neighbours severely tipped"),
        ({"submerged_primary": _yes},),
    ),
    Criterion("5a", _O, _("Overjet more than 9 mm"), ({"overjet": _over("9")},)),
    Criterion(
        "5m",
        _O,
        _("Reverse overjet more than 3.5 mm with difficulty in chewing or speech"),
        ({"overjet": _reverse("3.5"), "difficulty": _yes},),
    ),
    Criterion(
        "4h",
        _M,
        _("Hypodontia that needs orthodontics before restoration, or space closure"),
        (
            {"missing_in_a_quadrant": _is(1), "hypodontia_need": _in(_PRE, _CLOSURE)},
            {"missing_in_a_quadrant": lambda count: count > 1, "hypodontia_need": _is(_CLOSURE)},
        ),
    ),
    Criterion(
        "4t",
        _M,
        _("Partially erupted teeth, tipped and impacted against their neighbours"),
        ({"tipped_and_impacted": _yes},),
    ),
    Criterion("4x", _M, _("Supernumerary teeth"), ({"supernumerary": _yes},)),
    Criterion("4a", _O, _("Overjet more than 6 and up to 9 mm"), ({"overjet": _within("6", "9")},)),
    Criterion(
        "4b",
        _O,
        _("Reverse overjet more than 3.5 mm without difficulty in chewing or speech"),
        ({"overjet": _reverse("3.5"), "difficulty": _no},),
    ),
    Criterion(
        "4m",
        _O,
        _("Reverse overjet more than 1 and up to 3.5 mm with difficulty in chewing or speech"),
        ({"overjet": _reverse("1", "3.5"), "difficulty": _yes},),
    ),
    Criterion(
        "4c",
        _C,
        _("Crossbite with more than 2 mm RCP–ICP displacement"),
        ({"crossbite": _yes, "rcp_icp": _over("2")},),
    ),
    Criterion(
        "4l",
        _C,
        _("Posterior lingual crossbite without functional contact in one or both buccal segments"),
        ({"lingual_crossbite": _yes},),
    ),
    Criterion("4d", _D, _("Contact-point displacement more than 4 mm"), ({"contact_displacement": _over("4")},)),
    Criterion("4e", _B, _("Lateral or anterior open bite more than 4 mm"), ({"open_bite": _over("4")},)),
    Criterion(
        "4f",
        _B,
        _("Increased and complete overbite with trauma to gingiva or palate"),
        ({"overbite": _over("0"), "overbite_to_gingiva": _yes, "overbite_trauma": _yes},),
    ),
    Criterion(
        "3a",
        _O,
        _("Overjet more than 3.5 and up to 6 mm, lips incompetent"),
        ({"overjet": _within("3.5", "6"), "lips_competent": _no},),
    ),
    Criterion(
        "3b",
        _O,
        _("Reverse overjet more than 1 and up to 3.5 mm"),
        ({"overjet": _reverse("1", "3.5"), "difficulty": _no},),
    ),
    Criterion(
        "3c",
        _C,
        _("Crossbite with more than 1 and up to 2 mm RCP–ICP displacement"),
        ({"crossbite": _yes, "rcp_icp": _within("1", "2")},),
    ),
    Criterion(
        "3d",
        _D,
        _("Contact-point displacement more than 2 and up to 4 mm"),
        ({"contact_displacement": _within("2", "4")},),
    ),
    Criterion(
        "3e", _B, _("Lateral or anterior open bite more than 2 and up to 4 mm"), ({"open_bite": _within("2", "4")},)
    ),
    Criterion(
        "3f",
        _B,
        _("Deep overbite complete to gingiva or palate, without trauma"),
        ({"overbite": _over("0"), "overbite_to_gingiva": _yes, "overbite_trauma": _no},),
    ),
    Criterion(
        "2a",
        _O,
        _("Overjet more than 3.5 and up to 6 mm, lips competent"),
        ({"overjet": _within("3.5", "6"), "lips_competent": _yes},),
    ),
    Criterion("2b", _O, _("Reverse overjet up to 1 mm"), ({"overjet": _reverse("0", "1")},)),
    Criterion(
        "2c",
        _C,
        _("Crossbite with up to 1 mm RCP–ICP displacement"),
        ({"crossbite": _yes, "rcp_icp": lambda value: value <= 1},),
    ),
    Criterion(
        "2d",
        _D,
        _("Contact-point displacement more than 1 and up to 2 mm"),
        ({"contact_displacement": _within("1", "2")},),
    ),
    Criterion(
        "2e", _B, _("Lateral or anterior open bite more than 1 and up to 2 mm"), ({"open_bite": _within("1", "2")},)
    ),
    Criterion(
        "2f",
        _B,
        _("Overbite of 3.5 mm or more without contact with the gingiva"),
        ({"overbite": lambda value: value >= Decimal("3.5"), "overbite_to_gingiva": _no},),
    ),
    Criterion(
        "2g",
        Component.OTHER,
        _("Pre-normal or post-normal occlusion up to half a unit, no other anomaly"),
        ({"pre_or_post_normal": _yes},),
    ),
)
