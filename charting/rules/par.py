"""PAR, peer assessment rating: the weighted total of a pair of models, and what treatment changed.

Scored on start and finish models, spacing included. Overjet and anterior crossbite are added: two lateral incisors in
crossbite beside an overjet of 4 mm score 3 and 1 (mem). Of overbite and open bite the higher one counts (mem).
Outcome (Richmond et al. 1992, PubMed 1628684): 22 points less greatly improved, 30 % less improved, else worse or no
different. slidepub.com prints "> 22"; the abstract's "a change of 22 points" is taken: from 22 on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from charting.rules.par_bands import (
    CONTACTS,
    IMPACTED,
    IMPACTED_SCORE,
    UNITED_KINGDOM,
    Component,
    Weights,
    displacement_score,
    in_open_bite_gap,
    open_bite_score,
    overjet_score,
)
from core.errors import Refused, Text

GREATLY_IMPROVED_FROM: Final = 22  # points
IMPROVED_FROM: Final = 30  # per cent
HIGH_STANDARD_OVER: Final = 70  # per cent, mean of a caseload
MOST_MILLIMETRES: Final = Decimal(30)

Contact = Decimal | str | None  # mm, IMPACTED, or not assessed
NOT_ASSESSED: Final[tuple[Contact, ...]] = (None,) * CONTACTS


@dataclass(frozen=True)
class Buccal:
    """One side; values of the choices Anteroposterior, Vertical, Transverse, empty when not assessed."""

    anteroposterior: str = ""
    vertical: str = ""
    transverse: str = ""


@dataclass(frozen=True)
class ScoreSheet:
    """What is read off one pair of models.

    Contacts from the patient's right to the left, from canine to canine. Overjet of the most prominent incisor (mm,
    reverse negative); `cover` and `crossbite` and `centreline` are values of their choices; `open_bite` in mm.
    """

    upper_anterior: tuple[Contact, ...] = NOT_ASSESSED
    lower_anterior: tuple[Contact, ...] = NOT_ASSESSED
    right: Buccal = Buccal()
    left: Buccal = Buccal()
    overjet: Decimal | None = None
    crossbite: str = ""
    cover: str = ""
    open_bite: Decimal | None = None
    centreline: str = ""


@dataclass(frozen=True)
class Row:
    """One component: its score, None while something is missing, and what it counts."""

    component: Component
    score: int | None
    weight: int

    @property
    def weighted(self) -> int | None:
        return None if self.score is None else self.score * self.weight


@dataclass(frozen=True)
class Rating:
    """`total` is None while components are missing; `flags` are sentences about what the index leaves open."""

    rows: tuple[Row, ...]
    flags: tuple[Text, ...]
    source: str

    @property
    def missing(self) -> tuple[Component, ...]:
        return tuple(row.component for row in self.rows if row.score is None)

    @property
    def total(self) -> int | None:
        return None if self.missing else self.so_far

    @property
    def so_far(self) -> int:
        """The weighted sum of what is assessed: the total is at least this."""
        return sum(row.weighted or 0 for row in self.rows)


class Outcome(models.TextChoices):
    """What treatment changed."""

    GREATLY_IMPROVED = "greatly_improved", _("Greatly improved")
    IMPROVED = "improved", _("Improved")
    WORSE_OR_NO_DIFFERENT = "worse_or_no_different", _("Worse or no different")


@dataclass(frozen=True)
class Change:
    """From one total to another; `points` and `percent` are positive when it got better."""

    before: int
    after: int

    @property
    def points(self) -> int:
        return self.before - self.after

    @property
    def percent(self) -> Decimal | None:
        """None when there was nothing to improve."""
        return Decimal(self.points * 100) / self.before if self.before else None

    @property
    def outcome(self) -> Outcome:
        if self.points >= GREATLY_IMPROVED_FROM:
            return Outcome.GREATLY_IMPROVED
        percent = self.percent
        if percent is not None and percent >= IMPROVED_FROM:
            return Outcome.IMPROVED
        return Outcome.WORSE_OR_NO_DIFFERENT


def check_sheet(sheet: ScoreSheet) -> None:
    """Raises Refused (`out_of_range`, `invalid`) naming the field."""
    for name in (Component.UPPER_ANTERIOR, Component.LOWER_ANTERIOR):
        contacts = getattr(sheet, name.value)
        if len(contacts) != CONTACTS:
            message = _("Five contact points are scored, from canine to canine.")
            raise Refused(message, code="invalid", field=name.value)
        for contact in contacts:
            if contact != IMPACTED:
                _check_millimetres(contact, name.value)
    _check_millimetres(sheet.open_bite, "open_bite")
    _check_millimetres(abs(sheet.overjet) if sheet.overjet is not None else None, "overjet")
    if sheet.overjet is not None and sheet.overjet < 0 and sheet.crossbite == "0":
        message = _("A reverse overjet is an anterior crossbite: say of how many teeth.")
        raise Refused(message, code="contradiction", field="crossbite")


def _check_millimetres(value: Contact, field: str) -> None:
    if value is None:
        return
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 <= value <= MOST_MILLIMETRES:
        message = _("Give millimetres from 0 to %(most)s.") % {"most": MOST_MILLIMETRES}
        raise Refused(message, code="out_of_range", field=field)


def rate(sheet: ScoreSheet, weights: Weights = UNITED_KINGDOM) -> Rating:
    """Score every component and weigh it."""
    scores = {
        Component.UPPER_ANTERIOR: _anterior(sheet.upper_anterior),
        Component.LOWER_ANTERIOR: _anterior(sheet.lower_anterior),
        Component.BUCCAL_RIGHT: _buccal(sheet.right),
        Component.BUCCAL_LEFT: _buccal(sheet.left),
        Component.OVERJET: _overjet(sheet),
        Component.OVERBITE: _overbite(sheet),
        Component.CENTRELINE: int(sheet.centreline) if sheet.centreline else None,
    }
    flags: tuple[Text, ...] = ()
    if sheet.open_bite is not None and in_open_bite_gap(sheet.open_bite):
        flags = (_("The index has no band for an open bite between 3 and 4 mm; it was scored 3. Check it."),)
    rows = tuple(Row(component, scores[component], weights.by_component[component]) for component in Component)
    return Rating(rows, flags, weights.source)


def _anterior(contacts: tuple[Contact, ...]) -> int | None:
    total = 0
    for contact in contacts:
        if contact is None:
            return None
        total += displacement_score(contact) if isinstance(contact, Decimal) else IMPACTED_SCORE
    return total


def _buccal(side: Buccal) -> int | None:
    parts = (side.anteroposterior, side.vertical, side.transverse)
    return sum(int(part) for part in parts) if all(parts) else None


def _overjet(sheet: ScoreSheet) -> int | None:
    if sheet.overjet is None or not sheet.crossbite:
        return None
    return overjet_score(sheet.overjet) + int(sheet.crossbite)


def _overbite(sheet: ScoreSheet) -> int | None:
    """An open bite has no cover; without one, `open_bite` may stay empty."""
    open_bite = open_bite_score(sheet.open_bite) if sheet.open_bite is not None else 0
    if not sheet.cover:
        return open_bite or None
    return max(open_bite, int(sheet.cover))


def improved_limit(before: int) -> Decimal:
    """The highest total afterwards that still is improved: a line of the nomogram."""
    return Decimal(before) * (100 - IMPROVED_FROM) / 100


def greatly_improved_limit(before: int) -> int:
    """The highest total afterwards that is greatly improved; negative when none can be."""
    return before - GREATLY_IMPROVED_FROM


def nomogram(most: int = 60) -> dict[Outcome, tuple[tuple[Decimal, Decimal], ...]]:
    """The regions as polygons of (before, after), both from 0 to `most`, for the plot.

    The two lines meet at 73 points, beyond any model; from there on 22 points are less than 30 % and still greatly
    improved, as `Change.outcome` says.
    """
    end, top, start = Decimal(most), Decimal(most), Decimal(GREATLY_IMPROVED_FROM)
    great_end = Decimal(max(greatly_improved_limit(most), 0))
    improved_end = max(improved_limit(most), great_end)
    zero = Decimal(0)
    return {
        Outcome.WORSE_OR_NO_DIFFERENT: ((zero, zero), (end, improved_end), (end, top), (zero, top)),
        Outcome.IMPROVED: ((zero, zero), (start, zero), (end, great_end), (end, improved_end)),
        Outcome.GREATLY_IMPROVED: ((start, zero), (end, zero), (end, great_end)),
    }


def mean_reduction(changes: Iterable[Change]) -> Decimal | None:
    """Mean percentage of a caseload; over 70 is a high standard. None without a case that could improve."""
    reductions = [change.percent for change in changes if change.percent is not None]
    return sum(reductions, Decimal(0)) / len(reductions) if reductions else None
