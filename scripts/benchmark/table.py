"""The figures, and the table that shows them."""

import statistics
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

TITLES = {"sqlite": "SQLite", "postgres": "PostgreSQL", "mongo": "MongoDB"}


@dataclass
class Timing:
    """Milliseconds that one task took on one database, and how many statements it sends."""

    times: list[float] = field(default_factory=list)
    statements: int = 0

    @property
    def median(self) -> float:
        """Half of the calls took longer."""
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """One call in twenty took longer."""
        return statistics.quantiles(self.times, n=20)[-1] if len(self.times) > 1 else self.times[0]


Timings = Mapping[str, Mapping[str, Timing]]  # by database, then by task


def markdown(timings: Timings) -> Iterator[str]:
    """Lines of a table: a row per task; median / p95 in ms, statements, and the ratio of the medians to the first."""
    first, *others = timings
    heads = [TITLES[name] for name in timings] + [f"{TITLES[name]} : {TITLES[first]}" for name in others]
    yield _row(["Median / p95 in ms (statements)", *heads])
    yield _row(["---", *["---:" for _head in heads]])
    for task, base in timings[first].items():
        cells = [_cell(timings[name][task]) for name in timings]
        yield _row([task, *cells, *[f"{timings[name][task].median / base.median:.2f}" for name in others]])


def _cell(timing: Timing) -> str:
    return f"{timing.median:.1f} / {timing.p95:.1f} ({timing.statements})"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
