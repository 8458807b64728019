"""Makes clinics of several sizes on each database, lets them take turns, and prints how long searches take."""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from scripts.benchmark.databases import NOT_OURS, database
from scripts.benchmark.table import TITLES
from scripts.services import ROOT, Missing

SIZES = [20_000, 200_000, 1_000_000]
Round = list[tuple[str, float, bool]]  # kind of search, milliseconds, whether anybody was found


class Clinic:
    """The process of one clinic."""

    def __init__(self, size: int, process: "subprocess.Popen[str]") -> None:
        self.size = size
        self.process = process
        self.bytes = 0
        self.searches: Round = []

    def wait_until_filled(self) -> None:
        """Loading a million patients takes about a quarter of an hour."""
        self.bytes = self._answer()["bytes"]

    def take_turn(self) -> Round:
        """One round of searches."""
        assert self.process.stdin
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return [(kind, milliseconds, bool(found)) for kind, milliseconds, found in self._answer()]

    def _answer(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"The clinic of {self.size} patients ended.")
        return json.loads(line)

    @property
    def times(self) -> list[float]:
        """Of all searches, in milliseconds."""
        return [milliseconds for _kind, milliseconds, _found in self.searches]

    @property
    def p50(self) -> float:
        """Half of the searches took longer."""
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """One search in twenty took longer."""
        return statistics.quantiles(self.times, n=20)[-1]


def main() -> int:
    """Print the tables; 1 with one sentence when a server is missing or a clinic fails."""
    parser = argparse.ArgumentParser(prog="python -m scripts.search_scale", description=__doc__)
    parser.add_argument("--patients", type=int, nargs="+", default=SIZES, help="sizes; the first is 1.00")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each clinic (5)")
    parser.add_argument("--databases", nargs="+", choices=list(TITLES), default=["sqlite", "mongo"])
    asked = parser.parse_args()
    try:
        for name in asked.databases:
            with ExitStack() as running:
                clinics = [running.enter_context(_clinic(name, size)) for size in asked.patients]
                for clinic in clinics:
                    clinic.wait_until_filled()
                    print(f"{TITLES[name]}: {clinic.size} patients are there.", file=sys.stderr)
                _measure(clinics, asked.rounds)
            print("\n".join(_table(TITLES[name], clinics)), flush=True)
    except (Missing, OSError, RuntimeError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


@contextmanager
def _clinic(name: str, size: int) -> Iterator[Clinic]:
    kept = {key: value for key, value in os.environ.items() if key.removesuffix("_FILE") not in NOT_OURS}
    kept |= {"DJANGO_SETTINGS_MODULE": "clinic.settings", "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "scripts.search_scale.worker", str(size)]
    with (
        database(name) as where,
        (Path(where["DATA_DIR"]) / "scale.log").open("wb") as log,
        subprocess.Popen(
            command, cwd=ROOT, env=kept | where, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        try:
            yield Clinic(size, process)
        finally:
            process.kill()


def _measure(clinics: list[Clinic], rounds: int) -> None:
    for number in range(rounds + 1):
        # Each goes first as often as the others; what disturbs the machine disturbs all of them.
        turn = number % len(clinics)
        for clinic in clinics[turn:] + clinics[:turn]:
            found = clinic.take_turn()
            clinic.searches += found if number else []  # the first round fills caches and pools


def _table(title: str, clinics: list[Clinic]) -> Iterator[str]:
    first = clinics[0]
    yield f"\n| {title}: patients | p50 ms | p95 ms | p50 : smallest | p95 : smallest | answered | on disk |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for clinic in clinics:
        answered = statistics.mean(found for _kind, _milliseconds, found in clinic.searches)
        cells = [f"{clinic.size:,}", f"{clinic.p50:.1f}", f"{clinic.p95:.1f}", f"{clinic.p50 / first.p50:.2f}"]
        cells += [f"{clinic.p95 / first.p95:.2f}", f"{answered:.0%}", f"{clinic.bytes / 1e6:,.0f} MB"]
        yield f"| {' | '.join(cells)} |"
    yield f"\n| {title}: median ms | {' | '.join(f'{clinic.size:,}' for clinic in clinics)} |"
    yield f"| --- | {' | '.join('---:' for _clinic in clinics)} |"
    for wanted in dict.fromkeys(kind for kind, _milliseconds, _found in first.searches):
        medians = [statistics.median(time for kind, time, _found in one.searches if kind == wanted) for one in clinics]
        yield f"| {wanted} | {' | '.join(f'{median:.1f}' for median in medians)} |"


if __name__ == "__main__":
    sys.exit(main())
