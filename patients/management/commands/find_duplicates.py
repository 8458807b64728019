"""`manage.py find_duplicates`: what the nightly job does, at once and to the end."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from core import context
from patients import pairing


class Command(BaseCommand):
    """Fills the list of possible duplicates."""

    help = "Looks for possible duplicates among the patients who changed since the last search, and lists them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="look at everybody again, not only at what changed")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"]:
            pairing.start_over()
        total = pairing.left_to_see()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with (
            context.use(context.RequestContext(source="command")),
            Progress(*columns, console=Console(file=self.stdout)) as shown,  # type: ignore[arg-type]
        ):
            bar = shown.add_task("Patients", total=total)
            done = pairing.search(most=total or 1, report=lambda now: shown.update(bar, completed=now.looked))
        self.stdout.write(f"{done.looked} patients looked at, {done.found} new pairs on the list.")
