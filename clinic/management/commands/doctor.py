"""`manage.py doctor`: is the database right, and what is unsafe here?"""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from clinic import doctor


class Command(BaseCommand):
    """Changes nothing."""

    help = "Say which database is configured, whether it is reachable, fit and migrated, and what is unsafe."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 when something keeps the clinic from running."""
        findings = list(doctor.examine())
        for finding in findings:
            self.stdout.write(f"{finding.state:<9}{finding.text}")
        if any(finding.state == doctor.PROBLEM for finding in findings):
            sys.exit(1)
