"""Which allergies of a patient matter to an appliance, read from what was written in the medical history."""

import re
from collections.abc import Iterable
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.rules import fold


class Allergen(models.TextChoices):
    """What appliances may contain."""

    LATEX = "latex", _("Latex")
    NICKEL = "nickel", _("Nickel")


# Beginnings of words, folded; as clinics of several countries write them.
_NAMES: Final = {
    Allergen.LATEX: ("latex", "lattice", "lateks", "rubber", "kautschuk", "caoutchouc"),
    Allergen.NICKEL: ("nickel", "nichel", "niquel", "nikkel", "nikel", "nikl"),
}
_WORD: Final = re.compile(r"\w+")


def named_in(texts: Iterable[str]) -> frozenset[Allergen]:
    """The allergens that these entries (allergies of the history, alerts) name.

    On the safe side: "latex?" and even "no latex allergy" count. Such an entry is to be ended, not to be read past.
    """
    words = [word for text in texts for word in _WORD.findall(fold(text))]
    return frozenset(allergen for allergen, names in _NAMES.items() if any(word.startswith(names) for word in words))
