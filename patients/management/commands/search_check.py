"""`manage.py search_check`: does Elasticsearch hold what the database holds?"""

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from patients.search.bars import shown


class Command(BaseCommand):
    """Compares every patient; the clinic may go on working meanwhile."""

    help = "Compare the search index of Elasticsearch with the database, and put right what differs (--repair)."

    def add_arguments(self, parser: CommandParser) -> None:
        """How far to go."""
        parser.add_argument("--repair", action="store_true", help="write what differs anew")

    def handle(self, *args: Any, repair: bool, **options: Any) -> None:
        """Exit code 1 while something differs. Raises CommandError with one line when it cannot be told."""
        if not settings.ELASTICSEARCH_URL:
            raise CommandError("ELASTICSEARCH_URL is not set: searches are answered by the database alone.")
        from patients.search import link, telling

        try:
            if not telling.is_right():
                raise CommandError("This clinic has no complete index. The job worker builds it, or: search_rebuild.")
            differ = self._check(repair=repair)
        except link.Unavailable:
            raise CommandError(link.problem() or "Elasticsearch failed meanwhile. Run this again.") from None
        if differ:
            sys.exit(1)

    def _check(self, *, repair: bool) -> int:
        from patients.search import checking

        console = Console(file=getattr(self.stdout, "_out", None), highlight=False)
        with shown(console, "Comparing") as report:
            drift = checking.compare(report)
        self._say(drift)
        if not repair or not drift.ids:
            return len(drift.ids)
        self.stdout.write(f"Repaired: {checking.repair(drift)}")
        with shown(console, "Comparing") as report:
            drift = checking.compare(report)
        self._say(drift)
        return len(drift.ids)

    def _say(self, drift: Any) -> None:
        self.stdout.write(f"Patients {drift.patients}, documents {drift.documents}, changes waiting {drift.waiting}")
        found = {"missing": drift.missing, "out of date": drift.stale, "not in the database": drift.surplus}
        differing = [f"{len(ids)} {what}" for what, ids in found.items() if ids]
        self.stdout.write(f"Differing: {', '.join(differing)}" if differing else "No drift.")
