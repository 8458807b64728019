"""Who receives a file, and why: what an accounting of disclosures wants to know."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.errors import Refused
from patients.rules import one_line

LONGEST_RECIPIENT = 200
LONGEST_REASON = 300


@dataclass(frozen=True)
class Purpose:
    """`recipient` is empty for a file that whoever makes it keeps."""

    reason: str
    recipient: str = ""

    def checked(self) -> "Purpose":
        """On one line each. Raises Refused without a reason, or for one that nobody reads to the end."""
        tidy = Purpose(one_line(self.reason), one_line(self.recipient))
        if not tidy.reason:
            raise Refused(_("Say why you save the file."), code="invalid", field="reason")
        for field, most in (("reason", LONGEST_REASON), ("recipient", LONGEST_RECIPIENT)):
            if len(getattr(tidy, field)) > most:
                raise Refused(_("Use at most %(n)s characters.") % {"n": most}, code="invalid", field=field)
        return tidy
