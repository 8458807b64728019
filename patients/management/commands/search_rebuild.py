"""`manage.py search_rebuild`: Elasticsearch's index anew, while the old one serves."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from patients.search.bars import shown

_INTERRUPTED = 130
_BUSY = "The index is being rebuilt already, here or elsewhere. A rebuild that was killed counts for two minutes."


class Command(BaseCommand):
    """Whatever happens to it, searches go on."""

    help = "Build the search index of Elasticsearch anew; the old one serves until the new one is complete."

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError with one line; then nothing has changed."""
        if not settings.ELASTICSEARCH_URL:
            raise CommandError("ELASTICSEARCH_URL is not set: searches are answered by the database alone.")
        from patients.search import link, rebuilding, telling

        console = Console(file=getattr(self.stdout, "_out", None), highlight=False)
        try:
            with shown(console, "Building the index") as report:
                made = rebuilding.rebuild(report)
            caught_up = telling.tell()
        except rebuilding.Busy:
            raise CommandError(_BUSY) from None
        except link.Unavailable:
            why = link.problem() or "Elasticsearch failed meanwhile."
            raise CommandError(f"{why} The index serves as it was; run this again.") from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. The index serves as it was.", returncode=_INTERRUPTED) from None
        self.stdout.write(f"{made.index} serves: {made.patients} patients, {caught_up} changes since it began.")
        if made.leftovers:
            self.stdout.write(f"{made.leftovers} left by interrupted rebuilds deleted.")
        if made.refused:
            self.stdout.write(f"{made.refused} patients were refused; the database finds them, and the log says why.")
