"""PAR as data: bands, scores and weights, each with where it was found.

Bands of contact-point displacement: med-college.hu after Richmond. Overjet, overbite, centreline, buccal: (mem)
Richmond et al. 1992. Weights of the United Kingdom: the same paper, confirmed by slidepub.com. Older papers list 11 or
13 components; contact points of the buccal segments, which they score, have no weight and are left out
(orthocare.co.uk: "only 7 components which are scored").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import Text

# What a contact point is called whose tooth is impacted: 4 mm of space or less.
IMPACTED: Final = "impacted"
IMPACTED_SCORE: Final = 5
CONTACTS: Final = 5  # from the mesial contact of one canine to that of the other


class Component(models.TextChoices):
    """The seven components that are weighted."""

    UPPER_ANTERIOR = "upper_anterior", _("Upper anterior alignment")
    LOWER_ANTERIOR = "lower_anterior", _("Lower anterior alignment")
    BUCCAL_RIGHT = "buccal_right", _("Right buccal occlusion")
    BUCCAL_LEFT = "buccal_left", _("Left buccal occlusion")
    OVERJET = "overjet", _("Overjet")
    OVERBITE = "overbite", _("Overbite")
    CENTRELINE = "centreline", _("Centreline")


@dataclass(frozen=True)
class Weights:
    """How much each component counts, and whose weights they are."""

    label: Text
    source: str
    by_component: Mapping[Component, int]


UNITED_KINGDOM: Final = Weights(
    _("United Kingdom"),
    "Richmond et al. 1992; slidepub.com/slideshow/peer-assessment-rating-par-orthodontic-index",
    {
        Component.UPPER_ANTERIOR: 1,
        Component.LOWER_ANTERIOR: 1,
        Component.BUCCAL_RIGHT: 1,
        Component.BUCCAL_LEFT: 1,
        Component.OVERJET: 6,
        Component.OVERBITE: 2,
        Component.CENTRELINE: 4,
    },
)


class AnteriorCrossbite(models.TextChoices):
    """Upper incisors and canines behind the lower ones."""

    NONE = "0", _("None")
    EDGE_TO_EDGE = "1", _("Edge to edge")
    ONE = "2", _("One tooth")
    TWO = "3", _("Two teeth")
    MORE = "4", _("More than two teeth")


class Anteroposterior(models.TextChoices):
    """How well buccal teeth interdigitate; a full unit of class II does so well (mem)."""

    GOOD = "0", _("Good interdigitation, class I, II or III")
    LESS = "1", _("Less than half a unit off")
    HALF = "2", _("Half a unit off, cusp to cusp")


class Vertical(models.TextChoices):
    """Lateral open bite."""

    NONE = "0", _("None")
    OPEN = "1", _("At least two teeth, more than 2 mm")


class Transverse(models.TextChoices):
    """Posterior crossbite."""

    NONE = "0", _("None")
    TENDENCY = "1", _("Crossbite tendency")
    ONE = "2", _("One tooth in crossbite")
    MORE = "3", _("More than one tooth in crossbite")
    SCISSORS = "4", _("More than one tooth in scissors bite")


class Cover(models.TextChoices):
    """Lower incisor covered by the upper one; an open bite is noted in millimetres beside it."""

    THIRD = "0", _("Up to ⅓")
    TWO_THIRDS = "1", _("More than ⅓, up to ⅔")
    MORE = "2", _("More than ⅔")
    FULL = "3", _("All of it or more")


class Centreline(models.TextChoices):
    """Centrelines apart, in widths of a lower incisor."""

    QUARTER = "0", _("Up to ¼")
    HALF = "1", _("More than ¼, up to ½")
    MORE = "2", _("More than ½")


# (up to and including mm, score); above the last one: one more.
_DISPLACEMENT: Final = ((Decimal(1), 0), (Decimal(2), 1), (Decimal(4), 2), (Decimal(8), 3))
_OVERJET: Final = ((Decimal(3), 0), (Decimal(5), 1), (Decimal(7), 2), (Decimal(9), 3))
_OPEN_BITE: Final = ((Decimal(0), 0), (Decimal(1), 1), (Decimal(2), 2), (Decimal(3), 3))
OPEN_BITE_GAP: Final = (Decimal(3), Decimal(4))


def displacement_score(millimetres: Decimal) -> int:
    """A contact point: 0 to 1 mm 0, to 2 mm 1, to 4 mm 2, to 8 mm 3, more 4."""
    return _banded(millimetres, _DISPLACEMENT)


def overjet_score(millimetres: Decimal) -> int:
    """0 to 3 mm 0, to 5 mm 1, to 7 mm 2, to 9 mm 3, more 4; a reverse one scores as anterior crossbite."""
    return _banded(millimetres, _OVERJET)


def open_bite_score(millimetres: Decimal) -> int:
    """None 0, to 1 mm 1, to 2 mm 2, to 3 mm 3, 4 mm and more 4; between 3 and 4 mm no band is given: 3."""
    return 3 if in_open_bite_gap(millimetres) else _banded(millimetres, _OPEN_BITE)


def in_open_bite_gap(millimetres: Decimal) -> bool:
    """Whether it lies where the bands say nothing (3.1 to 3.9 mm)."""
    return OPEN_BITE_GAP[0] < millimetres < OPEN_BITE_GAP[1]


def _banded(millimetres: Decimal, bands: tuple[tuple[Decimal, int], ...]) -> int:
    return next((score for most, score in bands if millimetres <= most), bands[-1][1] + 1)
