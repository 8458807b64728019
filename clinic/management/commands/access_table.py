"""`manage.py access_table`: who may use which address, made from the code; `make docs` keeps it in docs/access.md."""

import sys
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from accounts.access import PUBLIC, SIGNED_IN
from accounts.permissions import ROLES, SENTENCES, Permission
from clinic.routes import RouteAccess, routes

_HEAD = """# Who may do what

Made from the code by `make docs`; do not edit. A right is carried by groups, and a clinic may change its groups
(Administration, Groups); the roles below are those that come with the clinic. What a person may open is
decided once more by the record: own and own children's, or everybody's.
"""


class Command(BaseCommand):
    """Writes the table to standard output, or compares it with the one in docs/."""

    help = "Print who may use which address; --check compares it with docs/access.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="fail if docs/access.md is behind the code")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 1 if asked to check and the page is behind."""
        fresh = table()
        if not options["check"]:
            self.stdout.write(fresh, ending="")
            return
        page = settings.BASE_DIR / "docs" / "access.md"
        if not page.exists() or page.read_text(encoding="utf-8") != fresh:
            self.stderr.write("docs/access.md is behind the code: run `make docs`")
            sys.exit(1)


def table() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_rights(), "", *_routes(), ""])


def _rights() -> Iterator[str]:
    yield "## Rights of the roles\n"
    yield f"| Right | {' | '.join(ROLES)} |"
    yield f"|---|{'---|' * len(ROLES)}"
    for right in Permission:
        marks = " | ".join("yes" if right in carried else "" for carried in ROLES.values())
        yield f"| {SENTENCES[right].removeprefix('Can ')} | {marks} |"


def _routes() -> Iterator[str]:
    yield "## Addresses\n"
    yield "| Address | Methods | Who |"
    yield "|---|---|---|"
    for route in routes():
        yield f"| `{route.address}` | {route.methods} | {_who(route)} |"
    yield "| `/admin/...` | GET, POST | admin; every page by its own right |"


def _who(route: RouteAccess) -> str:
    if PUBLIC in route.needs:
        return "everybody"
    if SIGNED_IN in route.needs:
        return "everybody who has signed in"
    return ", ".join(route.roles) or "nobody"
