"""What an exam measures, as data: unit, step, the range that is taken, the normal range, and where it was found.

`MEM` marks a figure of general teaching that no source at hand confirmed. Signs: overjet is negative when reverse,
overbite negative in an open bite, crowding negative when spaced. Nothing is rounded: what has more digits than the step
is refused. Two sources disagree about FMPA: 27 with 4 (Eastman, taken) and 25 with 5 degrees to either side.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from core.errors import Refused, Text

MEM: Final = "(mem)"
MM: Final = "mm"
DEGREES: Final = "°"
PERCENT: Final = "%"
_EASTMAN: Final = "(mem) Eastman standard, Mills 1982"


@dataclass(frozen=True)
class Measure:
    """One number of the exam; `least` to `most` is taken, `normal` is shown beside it."""

    code: str
    label: Text
    unit: str
    least: Decimal
    most: Decimal
    normal: tuple[Decimal, Decimal] | None
    source: str
    step: Decimal = Decimal("0.1")

    def shown(self, value: Decimal) -> str:
        """The number with its unit: "3.5 mm", "82°"."""
        number = number_format(value.normalize() if value else Decimal(0), use_l10n=True)
        return f"{number}{self.unit}" if self.unit in (DEGREES, PERCENT) else f"{number} {self.unit}"


class Band(models.TextChoices):
    """How crowded an arch is."""

    SPACED = "spaced", _("Spaced")
    NONE = "none", _("None")
    MILD = "mild", _("Mild")
    MODERATE = "moderate", _("Moderate")
    SEVERE = "severe", _("Severe")


class Against(models.TextChoices):
    """A value beside its normal range."""

    BELOW = "below", _("Below normal")
    NORMAL = "normal", _("Normal")
    ABOVE = "above", _("Above normal")


def _of(
    code: str,
    label: Text,
    unit: str,
    taken: tuple[int, int],
    normal: tuple[str, str] | None = None,
    source: str = MEM,
) -> Measure:
    between = (Decimal(normal[0]), Decimal(normal[1])) if normal else None
    return Measure(code, label, unit, Decimal(taken[0]), Decimal(taken[1]), between, source)


MEASURES: Final = {
    measure.code: measure
    for measure in (
        _of("overjet", _("Overjet"), MM, (-15, 20), ("2", "3")),
        _of("overbite", _("Overbite"), MM, (-15, 15), ("2", "4")),
        _of("open_bite", _("Lateral open bite"), MM, (0, 15), ("0", "0")),
        _of("crowding_upper", _("Upper crowding"), MM, (-30, 30), ("0", "4"), "(mem) UK teaching"),
        _of("crowding_lower", _("Lower crowding"), MM, (-30, 30), ("0", "4"), "(mem) UK teaching"),
        _of("contact_displacement", _("Worst contact-point displacement"), MM, (0, 20), ("0", "1")),
        _of("midline_upper", _("Upper midline off the face"), MM, (0, 15), ("0", "0")),
        _of("midline_lower", _("Lower midline off the face"), MM, (0, 15), ("0", "0")),
        _of("rcp_icp", _("RCP–ICP displacement"), MM, (0, 15), ("0", "0")),
        _of("curve_of_spee", _("Curve of Spee"), MM, (0, 10), ("0", "2")),
        _of("sna", "SNA", DEGREES, (60, 105), ("78", "84"), _EASTMAN),
        _of("snb", "SNB", DEGREES, (55, 105), ("76", "82"), _EASTMAN),
        _of("anb", "ANB", DEGREES, (-20, 20), ("1", "5"), _EASTMAN),
        _of("fmpa", "FMPA", DEGREES, (5, 60), ("23", "31"), _EASTMAN),
        _of("mmpa", "MMPA", DEGREES, (5, 60), ("23", "31"), _EASTMAN),
        _of("upper_incisor", _("Upper incisor to maxillary plane"), DEGREES, (70, 150), ("103", "115"), _EASTMAN),
        _of("lower_incisor", _("Lower incisor to mandibular plane"), DEGREES, (60, 130), ("87", "99"), _EASTMAN),
        _of("interincisal", _("Interincisal angle"), DEGREES, (80, 190), ("125", "145"), _EASTMAN),
        _of("lower_face_height", _("Lower face height"), PERCENT, (40, 75), ("53", "57"), _EASTMAN),
        _of("wits", "Wits", MM, (-20, 20), ("-1", "1"), "(mem) Jacobson 1975"),
    )
}
CEPH: Final = (
    "sna",
    "snb",
    "anb",
    "fmpa",
    "mmpa",
    "upper_incisor",
    "lower_incisor",
    "interincisal",
    "lower_face_height",
    "wits",
)
# mm of crowding; a value on the border belongs to the lower band: (mem) UK teaching.
MILD_UP_TO: Final = Decimal(4)
MODERATE_UP_TO: Final = Decimal(8)


def check_measure(code: str, value: Decimal | None) -> None:
    """Raises Refused: `out_of_range` with the range in the sentence, `too_precise` for more digits than the step."""
    if value is None:
        return
    measure = MEASURES[code]
    if not value.is_finite():
        sentence = _("%(what)s must be a number.") % {"what": measure.label}
        raise Refused(sentence, code="out_of_range", field=code)
    if not measure.least <= value <= measure.most:
        given = {name: measure.shown(number) for name, number in (("least", measure.least), ("most", measure.most))}
        given |= {"what": str(measure.label), "given": measure.shown(value)}
        sentence = _("%(what)s goes from %(least)s to %(most)s; %(given)s cannot be right.") % given
        raise Refused(sentence, code="out_of_range", field=code)
    if value % measure.step:
        given = {"what": str(measure.label), "step": measure.shown(measure.step)}
        raise Refused(_("%(what)s is noted to %(step)s.") % given, code="too_precise", field=code)


def against_normal(code: str, value: Decimal) -> Against | None:
    """Where the value lies beside the normal range; None where there is none."""
    normal = MEASURES[code].normal
    if normal is None:
        return None
    if value < normal[0]:
        return Against.BELOW
    return Against.ABOVE if value > normal[1] else Against.NORMAL


def crowding_band(value: Decimal) -> Band:
    """How crowded (mm, spacing negative)."""
    if value <= 0:
        return Band.SPACED if value < 0 else Band.NONE
    if value <= MILD_UP_TO:
        return Band.MILD
    return Band.MODERATE if value <= MODERATE_UP_TO else Band.SEVERE


def check_midline(code: str, value: Decimal | None, side: str) -> None:
    """A midline off the face (mm) has a side, a centred one has none. Raises Refused (`side_missing`, ...)."""
    check_measure(code, value)
    if value and not side:
        message = _("Say to which side the midline is off.")
        raise Refused(message, code="side_missing", field=f"{code}_side")
    if side and not value:
        message = _("Say by how many millimetres the midline is off.")
        raise Refused(message, code="measure_missing", field=code)


def anb_of(sna: Decimal, snb: Decimal) -> Decimal:
    """ANB as SNA less SNB, in degrees: what a typed ANB is compared with."""
    return sna - snb
