"""Starts the databases and a process of the clinic for each, lets them take turns, and prints the table."""

import argparse
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from scripts.benchmark.databases import NOT_OURS, database
from scripts.benchmark.table import TITLES, Timing, markdown
from scripts.services import ROOT, Missing


class Clinic:
    """The process of one database."""

    def __init__(self, name: str, environment: dict[str, str], patients: int, seed: int) -> None:
        self.name = name
        kept = {key: value for key, value in os.environ.items() if key.removesuffix("_FILE") not in NOT_OURS}
        kept |= {"DJANGO_SETTINGS_MODULE": "clinic.settings", "LOG_LEVEL": "ERROR"}
        self._log = Path(environment["DATA_DIR"]) / "benchmark.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "scripts.benchmark.worker", str(patients), str(seed)],
                cwd=ROOT,
                env=kept | environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def answer(self) -> dict[str, Any]:
        """Its next line. Raises RuntimeError with what it said when it has ended."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"The clinic on {TITLES[self.name]} ended:\n{self._log.read_text()[-2000:]}")
        return dict(json.loads(line))

    def time(self, task: str, times: int) -> dict[str, Any]:
        """Let it do the task so many times."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"task": task, "times": times}) + "\n")
        self.process.stdin.flush()
        return self.answer()

    def stop(self) -> None:
        """End it."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.terminate()
        self.process.wait()


def _measure(clinics: list[Clinic], tasks: list[str], rounds: int, times: int) -> dict[str, dict[str, Timing]]:
    found = {clinic.name: {task: Timing() for task in tasks} for clinic in clinics}
    for number in range(rounds + 1):
        for task in tasks:
            # Each goes first as often as the others; what disturbs the machine disturbs all of them.
            turn = number % len(clinics)
            for clinic in clinics[turn:] + clinics[:turn]:
                answer = clinic.time(task, times)
                if number:  # the first round fills caches and pools
                    found[clinic.name][task].times += answer["times"]
                    found[clinic.name][task].statements = answer["statements"]
        print(f"Round {number} of {rounds}", file=sys.stderr)
    return found


def main() -> int:
    """Print the table; 1 with one sentence when a server is missing or a clinic fails."""
    parser = argparse.ArgumentParser(prog="make benchmark", description=__doc__)
    parser.add_argument("--patients", type=int, default=2000, help="size of the demo clinic (2000)")
    parser.add_argument("--seed", type=int, default=1, help="which demo clinic (1)")
    parser.add_argument("--rounds", type=int, default=10, help="turns of each database (10)")
    parser.add_argument("--times", type=int, default=10, help="repetitions in one turn (10)")
    parser.add_argument("--databases", nargs="+", choices=list(TITLES), default=list(TITLES), help="the first is 1.00")
    asked = parser.parse_args()
    with ExitStack() as running:
        try:
            clinics = []
            for name in asked.databases:
                where = running.enter_context(database(name))
                clinics.append(Clinic(name, where, asked.patients, asked.seed))
                running.callback(clinics[-1].stop)
            tasks, *_same = [clinic.answer()["tasks"] for clinic in clinics]
            print(f"The demo clinics of {asked.patients} patients are made.", file=sys.stderr)
            found = _measure(clinics, tasks, asked.rounds, asked.times)
        except (Missing, OSError, RuntimeError, subprocess.CalledProcessError) as error:
            print(error, file=sys.stderr)
            return 1
    print("\n".join(markdown(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
