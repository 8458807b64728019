"""Value sets of the exam.

Angle's class is read at molars and canines, left and right, with fractions of a premolar unit. The BSI incisor class
is another thing (lower incisor edge against the cingulum plateau of the upper one; II intermediate: Williams & Stephens
1992): every page says "molar", "canine" or "incisor" beside the class.
"""

from decimal import Decimal
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import Refused


class AngleClass(models.TextChoices):
    """Sagittal relation of molars or canines after Angle."""

    I = "I", _("Class I")  # noqa: E741 - the class is called so
    II = "II", _("Class II")
    III = "III", _("Class III")


class Unit(models.TextChoices):
    """How far a class II or III is off, in premolar units."""

    QUARTER = "0.25", _("¼ unit")
    HALF = "0.5", _("½ unit")
    THREE_QUARTERS = "0.75", _("¾ unit")
    FULL = "1", _("Full unit")


class Division(models.TextChoices):
    """Of a class II: upper central incisors proclined or normal (1), retroclined (2): (mem)."""

    ONE = "1", _("Division 1")
    TWO = "2", _("Division 2")


class IncisorClass(models.TextChoices):
    """British Standards Institute."""

    I = "I", _("Class I")  # noqa: E741 - the class is called so
    II_1 = "II/1", _("Class II division 1")
    II_2 = "II/2", _("Class II division 2")
    II_INTERMEDIATE = "II/i", _("Class II intermediate")
    III = "III", _("Class III")


class SkeletalClass(models.TextChoices):
    """Jaw to jaw."""

    I = "I", _("Class I")  # noqa: E741 - the class is called so
    II = "II", _("Class II")
    III = "III", _("Class III")


class Coverage(models.TextChoices):
    """How much of the lower incisor the upper one covers; the bands of PAR."""

    OPEN = "open", _("None, open bite")
    THIRD = "third", _("Up to ⅓")
    TWO_THIRDS = "two_thirds", _("More than ⅓, up to ⅔")
    MORE = "more", _("More than ⅔")
    FULL = "full", _("All of it or more")


class OverbiteContact(models.TextChoices):
    """What the lower incisors meet."""

    INCOMPLETE = "incomplete", _("Incomplete: nothing")
    TOOTH = "tooth", _("Complete to teeth")
    GINGIVA = "gingiva", _("Complete to gingiva or palate")


class Crossbite(models.TextChoices):
    """Kind of crossbite; teeth and side are noted beside it."""

    ANTERIOR = "anterior", _("Anterior")
    POSTERIOR = "posterior", _("Posterior")
    LINGUAL = "lingual", _("Posterior lingual (scissors bite)")


class MandibularShift(models.TextChoices):
    """Where the jaw slides from first contact."""

    NONE = "none", _("None")
    RIGHT = "right", _("To the right")
    LEFT = "left", _("To the left")
    FORWARD = "forward", _("Forward")


class LipCompetence(models.TextChoices):
    """Whether the lips meet at rest; IOTN 2a and 3a turn on it."""

    COMPETENT = "competent", _("Competent")
    INCOMPETENT = "incompetent", _("Incompetent")


class Hygiene(models.TextChoices):
    """Oral hygiene, of exams and of every visit."""

    GOOD = "good", _("Good")
    FAIR = "fair", _("Fair")
    POOR = "poor", _("Poor")


class Cooperation(models.TextChoices):
    """How well the patient goes along."""

    GOOD = "good", _("Good")
    FAIR = "fair", _("Fair")
    POOR = "poor", _("Poor")


class Habit(models.TextChoices):
    """Habits that move teeth or break appliances."""

    THUMB = "thumb", _("Thumb or finger sucking")
    DUMMY = "dummy", _("Dummy")
    TONGUE = "tongue", _("Tongue thrust")
    MOUTH_BREATHING = "mouth_breathing", _("Mouth breathing")
    LIP = "lip", _("Lip biting or trapping")
    NAILS = "nails", _("Nail biting")
    PENS = "pens", _("Chewing pens")
    BRUXISM = "bruxism", _("Grinding")


UNITS: Final = {unit: Decimal(unit.value) for unit in Unit}


def check_relation(angle: str, unit: str, *, field: str) -> None:
    """A class I is not off, and how far needs a class. Raises Refused (`unit_impossible`, `class_missing`)."""
    if angle == AngleClass.I and unit:
        message = _("A class I has no fraction of a unit.")
        raise Refused(message, code="unit_impossible", field=field)
    if unit and not angle:
        message = _("Say which class it is.")
        raise Refused(message, code="class_missing", field=field)


def relation(angle: str, unit: str) -> str:
    """The class with its fraction: "Class II ½ unit"."""
    words = [str(AngleClass(angle).label)] if angle else []
    return " ".join([*words, str(Unit(unit).label)] if unit else words)


def summary(right: str, left: str, division: str = "") -> str:
    """One line of both molars: "Class II division 1 subdivision left"; empty unless both sides are noted.

    A subdivision is on the side that differs from class I (mem). Class II on one side and III on the other are both
    named.
    """
    if not (right and left):
        return ""
    if AngleClass.I not in (right, left) and right != left:
        return str(_("Class %(right)s right, class %(left)s left") % {"right": right, "left": left})
    off = right if right != AngleClass.I else left
    words = [str(_("Class %(class)s") % {"class": off})]
    if off == AngleClass.II and division:
        words.append(str(_("division %(number)s") % {"number": division}))
    if right != left:
        words.append(str(_("subdivision left") if right == AngleClass.I else _("subdivision right")))
    return " ".join(words)


def coverage_of(overbite: Decimal, lower_incisor: Decimal) -> Coverage:
    """The band of an overbite (mm) on a lower incisor of a crown height (mm)."""
    if overbite < 0:
        return Coverage.OPEN
    if overbite >= lower_incisor:
        return Coverage.FULL
    if overbite * 3 <= lower_incisor:
        return Coverage.THIRD
    return Coverage.TWO_THIRDS if overbite * 3 <= lower_incisor * 2 else Coverage.MORE
