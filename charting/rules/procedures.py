"""Quick chips of the treatment card: auxiliaries, repairs, procedures. Codes are our own; a clinic may add its own.

Texts of licensed code sets (CDT) are not shipped.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import Refused, Text


class Group(models.TextChoices):
    """Where a chip stands on the card."""

    PROCEDURE = "procedure", _("Procedures")
    AUXILIARY = "auxiliary", _("Auxiliaries")
    REPAIR = "repair", _("Repairs")


@dataclass(frozen=True)
class Chip:
    """One tap; `per_contact` asks for millimetres per contact, `turns` for a number of turns."""

    code: str
    label: Text
    group: Group
    per_contact: bool = False
    turns: bool = False

    @property
    def is_plain(self) -> bool:
        """Nothing to say beside it."""
        return not (self.per_contact or self.turns)


_P, _A, _R = Group.PROCEDURE, Group.AUXILIARY, Group.REPAIR
CHIPS: Final = {
    chip.code: chip
    for chip in (
        Chip("EXAM", _("Exam"), _P),
        Chip("REC", _("Records"), _P),
        Chip("SCAN", _("Scan or impressions"), _P),
        Chip("CONS", _("Consultation"), _P),
        Chip("SEP", _("Separators"), _P),
        Chip("BOND", _("Bonding"), _P),
        Chip("BAND", _("Bands"), _P),
        Chip("ADJ", _("Adjustment"), _P),
        Chip("RETIE", _("Retied"), _P),
        Chip("REPO", _("Bracket repositioned"), _P),
        Chip("EXP", _("Expander"), _P),
        Chip("ALIGN", _("Aligners delivered"), _P),
        Chip("ATT", _("Aligner attachments"), _P),
        Chip("DEB", _("Debond"), _P),
        Chip("RET", _("Retainer delivered"), _P),
        Chip("RETC", _("Retainer check"), _P),
        Chip("OBS", _("Observation"), _P),
        Chip("PCC", _("Power chain, closed"), _A),
        Chip("PCS", _("Power chain, short"), _A),
        Chip("PCL", _("Power chain, long"), _A),
        Chip("OCS", _("Open coil spring"), _A),
        Chip("CCS", _("Closed coil spring"), _A),
        Chip("FIG8", _("Figure-8 ligature"), _A),
        Chip("SLIG", _("Steel ligature"), _A),
        Chip("LACE", _("Laceback"), _A),
        Chip("TIEB", _("Tie-back"), _A),
        Chip("TURBO", _("Bite turbos"), _A),
        Chip("IPR", _("IPR"), _A, per_contact=True),
        Chip("TAD", _("TAD"), _A),
        Chip("TURN", _("Expander turns"), _A, turns=True),
        Chip("HG", _("Headgear"), _A),
        Chip("FORSUS", _("Forsus"), _A),
        Chip("HERBST", _("Herbst"), _A),
        Chip("TWIN", _("Twin Block"), _A),
        Chip("BOFF", _("Bracket off"), _R),
        Chip("BLOOSE", _("Band loose"), _R),
        Chip("POKE", _("Wire poking"), _R),
        Chip("WOUT", _("Wire out or broken"), _R),
        Chip("RLOST", _("Retainer lost"), _R),
        Chip("RBROKE", _("Retainer broken"), _R),
    )
}
# Expander turns between two visits, and mm of enamel at one contact; (mem).
MOST_TURNS: Final = 60
MOST_IPR: Final = Decimal(1)
IPR_STEP: Final = Decimal("0.05")


def check_codes(codes: list[str], own: frozenset[str] = frozenset()) -> None:
    """Raises Refused (`procedure_unknown`) for a code that is neither a chip nor the clinic's own."""
    for code in codes:
        if code not in CHIPS and code not in own:
            message = _("There is no procedure “%(code)s”.") % {"code": code[:12]}
            raise Refused(message, code="procedure_unknown", field="procedures")


def check_ipr(millimetres: Decimal) -> None:
    """Enamel taken off at one contact, in mm. Raises Refused (`out_of_range`)."""
    if not millimetres.is_finite() or not IPR_STEP <= millimetres <= MOST_IPR or millimetres % IPR_STEP:
        message = _("IPR goes from 0.05 to 1 mm per contact, in steps of 0.05.")
        raise Refused(message, code="out_of_range", field="ipr")


def check_turns(turns: int) -> None:
    """Raises Refused (`out_of_range`) for expander turns that nobody does."""
    if not 1 <= turns <= MOST_TURNS:
        message = _("Turns go from 1 to %(most)s.") % {"most": MOST_TURNS}
        raise Refused(message, code="out_of_range", field="turns")
