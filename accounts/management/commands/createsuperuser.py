"""Django's `createsuperuser` would write past the audit; `recover_admin` does what it is for."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Says where to go."""

    help = "Not used here: see recover_admin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("anything", nargs="*")

    def handle(self, *args: Any, **options: Any) -> None:
        """Always refuses."""
        raise CommandError(
            "Use `manage.py recover_admin EMAIL [--name NAME]`: it gives a first or recovered admin, and it is audited."
        )
