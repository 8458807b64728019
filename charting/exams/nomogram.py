"""The PAR nomogram as a drawing: total before across, total after upwards, in the units of an SVG."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from charting.rules import par

_SIZE: Final = 240  # the plot is square; the axes stand outside of it
_USUAL: Final = 60  # points; a case beyond that makes the plot reach further
_STEP: Final = 10


@dataclass(frozen=True)
class Region:
    """One outcome and its corners."""

    outcome: par.Outcome
    points: str


@dataclass(frozen=True)
class Nomogram:
    """What the template draws."""

    most: int
    regions: list[Region]
    x: float
    y: float
    ticks: list[tuple[int, float, float]]  # points, place across, place downwards


@dataclass(frozen=True)
class Limits:
    """The highest totals afterwards that are improved and greatly improved from here; None where none can be."""

    improved: int | None
    greatly: int | None


def limits_of(before: int) -> Limits:
    """What the lines of the nomogram say at one place. From 73 points on, whatever is improved is greatly so."""
    greatly, improved = par.greatly_improved_limit(before), int(par.improved_limit(before))
    is_open = before > 0 and improved > greatly
    return Limits(improved if is_open else None, greatly if greatly >= 0 else None)


def nomogram_of(change: par.Change) -> Nomogram:
    """The plot with this case in it."""
    most = max(_USUAL, -(-max(change.before, change.after) // _STEP) * _STEP)
    scale = Decimal(_SIZE) / most

    def place(before: Decimal, after: Decimal) -> tuple[float, float]:
        return round(float(before * scale), 1), round(float(_SIZE - after * scale), 1)

    regions = [
        Region(outcome, " ".join(f"{x},{y}" for x, y in (place(*corner) for corner in corners)))
        for outcome, corners in par.nomogram(most).items()
    ]
    ticks = [(number, *place(Decimal(number), Decimal(number))) for number in range(0, most + 1, _STEP)]
    x, y = place(Decimal(change.before), Decimal(change.after))
    return Nomogram(most, regions, x, y, ticks)
