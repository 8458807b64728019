"""`manage.py demo`: an invented clinic to try things in; run again with a larger number it grows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from clinic.demo import build, password
from clinic.demo.build import Report, Standing

_FEWEST, _MOST = 10, 200_000
_INTERRUPTED = 130


class Command(BaseCommand):
    """Refuses a clinic that has people of its own."""

    help = "Make the demo clinic, or enlarge it: people, places, two years of visits, a full day today."

    def add_arguments(self, parser: CommandParser) -> None:
        """How large, and which one of all possible clinics."""
        parser.add_argument("--patients", type=int, default=400, metavar="N", help="how many patients (400)")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed makes the same clinic (1)")

    def handle(self, *args: Any, patients: int, seed: int, **options: Any) -> None:
        """Raises CommandError for a number that cannot be, a refused password, or a clinic in use."""
        if not _FEWEST <= patients <= _MOST:
            raise CommandError(f"--patients must be from {_FEWEST} to {_MOST}")
        here = build.standing()
        if here is None and build.has_others():
            raise CommandError("This clinic has people of its own: the demo clinic needs an empty database.")
        password.settle()
        if here is not None and here.patients >= patients:
            self.stdout.write(f"The demo clinic is here: {here.patients} patients, seed {here.seed}.")
            return
        try:
            self._build(here, patients, seed)
        except KeyboardInterrupt:
            reached = build.standing()
            self.stderr.write(f"Stopped at {reached.patients if reached else 0} patients. Run it again to go on.")
            raise SystemExit(_INTERRUPTED) from None

    def _build(self, here: Standing | None, patients: int, seed: int) -> None:
        console = Console(file=getattr(self.stdout, "_out", None), highlight=False)
        if not console.is_terminal:
            made = build.build(patients, seed, self._line)
        else:
            with _bar(console) as bar:
                task = bar.add_task("Making the demo clinic", total=patients, completed=here.patients if here else 0)
                made = build.build(patients, seed, _advance(bar, task))
        self.stdout.write(f"The demo clinic has {made.patients} patients.")

    def _line(self, patients: int, what: str) -> None:
        self.stdout.write(f"Demo clinic: {patients} patients, {what}")
        self.stdout.flush()


def _bar(console: Console) -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, transient=True)


def _advance(bar: Progress, task: Any) -> Report:
    return lambda patients, _what: bar.update(task, completed=patients)
