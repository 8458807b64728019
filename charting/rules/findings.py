"""What is found at a tooth: its state and its surfaces (open-ortho vocabulary; domain terms of the tooth chart)."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from charting.rules.notation import named
from charting.rules.teeth import Arch, Tooth
from core.errors import Refused


class ToothState(models.TextChoices):
    """How a tooth stands on a day; a supernumerary is noted at the position it stands beside."""

    PRESENT = "present", _("Present")
    UNERUPTED = "unerupted", _("Unerupted")
    ERUPTING = "erupting", _("Erupting")
    IMPACTED = "impacted", _("Impacted")
    ECTOPIC = "ectopic", _("Ectopic")
    PEG = "peg", _("Peg-shaped")
    RETAINED = "retained", _("Retained primary tooth")
    PLANNED_EXTRACTION = "planned_extraction", _("Extraction planned")
    MISSING_CONGENITAL = "missing_congenital", _("Missing, never formed")
    EXTRACTED = "extracted", _("Extracted")
    SUPERNUMERARY = "supernumerary", _("Supernumerary beside it")


# Not in the mouth for good; unerupted and impacted teeth are in the jaw.
ABSENT: Final = frozenset({ToothState.MISSING_CONGENITAL, ToothState.EXTRACTED})
# Nothing can be bonded to these, no elastic hooked.
OUT_OF_REACH: Final = ABSENT | {ToothState.UNERUPTED}


class Surface(models.TextChoices):
    """Surface of a tooth; O is incisal on anterior teeth, B facial on them, L palatal on upper ones."""

    MESIAL = "M", _("Mesial")
    OCCLUSAL = "O", _("Occlusal")
    DISTAL = "D", _("Distal")
    BUCCAL = "B", _("Buccal")
    LINGUAL = "L", _("Lingual")


_INCISAL, _FACIAL, _PALATAL = _("Incisal"), _("Facial"), _("Palatal")
_ORDER: Final = "MODBL"


def check_state(tooth: Tooth, state: str, *, field: str = "state") -> None:
    """Raises Refused (`state_impossible`) for a state that this tooth cannot have."""
    if state == ToothState.RETAINED and not tooth.is_primary:
        message = _("%(tooth)s is a permanent tooth: only a primary one is retained.") % {"tooth": named(tooth)}
        raise Refused(message, code="state_impossible", field=field)


def surface_name(tooth: Tooth, surface: Surface) -> str:
    """The surface as it is called on this tooth."""
    if surface == Surface.OCCLUSAL and tooth.is_anterior:
        return str(_INCISAL)
    if surface == Surface.BUCCAL and tooth.is_anterior:
        return str(_FACIAL)
    if surface == Surface.LINGUAL and tooth.arch == Arch.UPPER:
        return str(_PALATAL)
    return str(surface.label)


def surfaces(tooth: Tooth, text: str, *, field: str = "surfaces") -> str:
    """Letters as they are stored, each once and in one order: "dom" is MOD, "IF" on an incisor OB.

    Raises Refused (`surface_unknown`) for a letter that names no surface of this tooth.
    """
    special = {"I": "O", "F": "B"} if tooth.is_anterior else {}
    special |= {"P": "L"} if tooth.arch == Arch.UPPER else {}
    letters = {special.get(letter, letter) for letter in text.upper() if letter not in " ,/"}
    if wrong := sorted(letters - set(_ORDER)):
        message = _("“%(letter)s” is no surface of the %(tooth)s.") % {"letter": wrong[0], "tooth": tooth.name}
        raise Refused(message, code="surface_unknown", field=field)
    return "".join(letter for letter in _ORDER if letter in letters)
