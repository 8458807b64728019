"""`manage.py link_sign_in EMAIL --subject ID`: an account of the staff belongs to somebody of the sign-in provider."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions import single_sign_on
from accounts.oidc.admission import nobodys_password
from accounts.oidc.signed import LONGEST_SUBJECT
from core import context
from core.context import RequestContext
from core.errors import Refused


class Command(BaseCommand):
    """Links or unlinks; every session of the account ends."""

    help = (
        "Link an account of the staff to the subject (`sub`, in Okta the user's id) that the sign-in provider gives a "
        "person, or cut the link. Every session of the account ends. A linked account takes no password."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the e-mail of the account")
        wanted = parser.add_mutually_exclusive_group(required=True)
        wanted.add_argument("--subject", help="the subject at the provider")
        wanted.add_argument("--remove", action="store_true", help="cut the link; the account takes a password again")

    def handle(self, *args: Any, **options: Any) -> None:
        """Fails with one line when it cannot be done."""
        try:
            with context.use(RequestContext(source="command")):
                line = self._unlink(options["email"]) if options["remove"] else self._link(**options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(line)

    def _link(self, email: str, subject: str, **_options: Any) -> str:
        if not settings.OIDC_ISSUER:
            raise CommandError("OIDC_ISSUER is not given: there is no provider to link with.")
        if not subject or len(subject) > LONGEST_SUBJECT:
            raise CommandError(f"A subject has 1 to {LONGEST_SUBJECT} characters.")
        user = single_sign_on.link_account(by=None, email=email, subject=subject, password_hash=nobodys_password())
        return f"{user.name} <{user.email}> signs in through {settings.OIDC_BUTTON} from now on."

    def _unlink(self, email: str) -> str:
        user = single_sign_on.unlink_account(by=None, email=email)
        return f"{user.name} <{user.email}> is not linked any more: they ask for a new password on the sign-in page."
