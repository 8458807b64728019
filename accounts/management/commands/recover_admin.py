"""`manage.py recover_admin EMAIL`: the way back in when the last admin is locked out."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import links
from accounts.actions import registration
from accounts.links import Purpose
from accounts.sign_in import forgive
from core import context
from core.context import RequestContext
from core.errors import Refused


class Command(BaseCommand):
    """Makes or reactivates an admin and prints a link to choose a password."""

    help = (
        "Make or reactivate an admin; prints a one-time link to choose a password. Every session of the account ends."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the e-mail to sign in with")
        parser.add_argument("--name", default="", help="the name, for a new account")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fails with one line for an impossible e-mail or a missing name."""
        try:
            with context.use(RequestContext(source="command")):
                user = registration.recover_admin(by=None, email=options["email"], name=options["name"])
        except Refused as refusal:
            hint = " A new account needs --name." if refusal.field == "name" else ""
            raise CommandError(f"{refusal}{hint}") from refusal
        forgive(user)
        self.stdout.write(f"{user.name} <{user.email}> is an active admin. Choose a password within two hours, here:")
        self.stdout.write(links.address_for(user, Purpose.RESET))
