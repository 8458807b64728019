"""IOTN: the dental health component (grade, letter, reason), the aesthetic component, and what they say about need.

The score sheet is one of its own, prefilled from the exam. Every field may be empty: not assessed. Sources, and where
they disagree, stand with the criteria. NHS: grades 4 and 5, and grade 3 with an aesthetic component of 6 or more
(cygnetorthodontics.co.uk "3.6", brainscape); the BOS sheet of 2019 prints "> 6".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from charting.rules.iotn_criteria import CRITERIA, Case, Criterion, HypodontiaNeed
from charting.rules.measures import check_measure
from core.errors import Refused, Text

SOURCE: Final = "Brook & Shaw 1989, as in the IOTN pages of Manchester and the BOS sheet of 2019"
NHS_GRADES: Final = (4, 5)
NHS_AESTHETIC_FROM: Final = 6


@dataclass(frozen=True)
class ScoreSheet:
    """What the index needs; None is "not assessed". Millimetres; overjet negative when reverse."""

    impeded_eruption: bool | None = None
    missing_in_a_quadrant: int | None = None
    hypodontia_need: HypodontiaNeed | str | None = None
    craniofacial: bool | None = None
    submerged_primary: bool | None = None
    tipped_and_impacted: bool | None = None
    supernumerary: bool | None = None
    overjet: Decimal | None = None
    lips_competent: bool | None = None
    difficulty: bool | None = None
    crossbite: bool | None = None
    rcp_icp: Decimal | None = None
    lingual_crossbite: bool | None = None
    contact_displacement: Decimal | None = None
    open_bite: Decimal | None = None
    overbite: Decimal | None = None
    overbite_to_gingiva: bool | None = None
    overbite_trauma: bool | None = None
    pre_or_post_normal: bool | None = None


LABELS: Final[Mapping[str, Text]] = {
    "impeded_eruption": _("Eruption impeded (not of third molars)"),
    "missing_in_a_quadrant": _("Most teeth missing in one quadrant"),
    "hypodontia_need": _("What the missing teeth ask for"),
    "craniofacial": _("Cleft or craniofacial anomaly"),
    "submerged_primary": _("Submerged primary teeth, two cusps visible or neighbours severely tipped"),
    "tipped_and_impacted": _("Partially erupted teeth tipped against their neighbours"),
    "supernumerary": _("Supernumerary teeth"),
    "overjet": _("Overjet"),
    "lips_competent": _("Lips competent"),
    "difficulty": _("Difficulty in chewing or speech"),
    "crossbite": _("Crossbite, anterior or posterior"),
    "rcp_icp": _("RCP–ICP displacement"),
    "lingual_crossbite": _("Posterior lingual crossbite without functional contact"),
    "contact_displacement": _("Worst contact-point displacement"),
    "open_bite": _("Worst open bite, lateral or anterior"),
    "overbite": _("Overbite"),
    "overbite_to_gingiva": _("Overbite complete to gingiva or palate"),
    "overbite_trauma": _("Trauma to gingiva or palate"),
    "pre_or_post_normal": _("Pre-normal or post-normal occlusion, up to half a unit"),
}
MEASURED: Final = ("overjet", "rcp_icp", "contact_displacement", "open_bite", "overbite")


@dataclass(frozen=True)
class Met:
    """A criterion that is met: "4a", and why in a sentence."""

    code: str
    reason: str

    @property
    def grade(self) -> int:
        return int(self.code[0])

    @property
    def letter(self) -> str:
        return self.code[1:]


@dataclass(frozen=True)
class Dental:
    """The dental health component.

    `grade` 1 to 5, None when too little is assessed; `decides` is the criterion behind it (None for grade 1); `met`
    holds every criterion met, the deciding one first. `missing` are the fields that could still make it worse.
    """

    grade: int | None
    decides: Met | None
    met: tuple[Met, ...]
    missing: tuple[str, ...]

    @property
    def code(self) -> str:
        """As it is written: "4a", "1", empty without a grade."""
        if self.decides:
            return self.decides.code
        return str(self.grade) if self.grade else ""

    @property
    def is_final(self) -> bool:
        """Whether nothing left out could change it; otherwise it is "at least"."""
        return self.grade is not None and not self.missing


class Aesthetic(models.TextChoices):
    """What the aesthetic component (1 to 10) says."""

    NONE = "none", _("No or slight need")
    BORDERLINE = "borderline", _("Borderline need")
    NEED = "need", _("Need")


class Need(models.TextChoices):
    """Whether the NHS would treat."""

    YES = "yes", _("Qualifies")
    NO = "no", _("Does not qualify")
    OPEN = "open", _("Not known yet")


def check_sheet(sheet: ScoreSheet) -> None:
    """Raises Refused for numbers out of range (`out_of_range`) and for answers that contradict each other."""
    for name in MEASURED:
        check_measure(name, getattr(sheet, name))
    count = sheet.missing_in_a_quadrant
    if count is not None and not 0 <= count <= 7:
        message = _("At most 7 teeth can be missing in a quadrant, third molars aside.")
        raise Refused(message, code="out_of_range", field="missing_in_a_quadrant")
    if sheet.overbite_trauma and sheet.overbite_to_gingiva is False:
        message = _("A bite that does not reach the gingiva does not hurt it. Correct one of the two.")
        raise Refused(message, code="contradiction", field="overbite_trauma")


def dental(sheet: ScoreSheet, *, study_casts: bool = False) -> Dental:
    """The worst criterion met, within a grade the first by MOCDO; a value on a border has the lower grade.

    `study_casts` fills what models cannot show by the protocol: lips incompetent, crossbite displaced by more than
    2 mm, reverse overjet with difficulty. What was assessed stays.
    """
    assumed = _assumptions(sheet) if study_casts else {}
    known = replace(sheet, **assumed)
    certain = replace(known, **_implied(known))
    met = [criterion for criterion in CRITERIA if _verdict(criterion, certain) is True]
    if len(met) > 1:
        met = [criterion for criterion in met if criterion.code != "2g"]
    worst = met[0] if met else None
    missing = _missing(known, worst)
    reasons = tuple(Met(criterion.code, _reason(criterion, certain, assumed)) for criterion in met)
    if worst:
        return Dental(worst.grade, reasons[0], reasons, missing)
    return Dental(None if missing else 1, None, (), missing)


def _missing(sheet: ScoreSheet, worst: Criterion | None) -> tuple[str, ...]:
    """The fields without which something worse cannot be ruled out, in the order of the sheet."""
    unknown: set[str] = set()
    for criterion in CRITERIA:
        verdict = _verdict(criterion, sheet)
        if isinstance(verdict, frozenset) and _outranks(criterion, worst):
            unknown |= verdict
    return tuple(name for name in LABELS if name in unknown)


def _outranks(criterion: Criterion, worst: Criterion | None) -> bool:
    """Whether meeting this one would change what is written; the criteria stand in the order in which they decide."""
    return worst is None or CRITERIA.index(criterion) < CRITERIA.index(worst)


def _verdict(criterion: Criterion, sheet: ScoreSheet) -> bool | frozenset[str]:
    """True, False, or the fields that are missing to know."""
    missing: set[str] = set()
    for case in criterion.cases:
        verdict = _case_verdict(case, sheet)
        if verdict is True:
            return True
        if isinstance(verdict, frozenset):
            missing |= verdict
    return frozenset(missing) or False


def _case_verdict(case: Case, sheet: ScoreSheet) -> bool | frozenset[str]:
    values = {name: getattr(sheet, name) for name in case}
    if any(value is not None and not case[name](value) for name, value in values.items()):
        return False
    return frozenset(name for name, value in values.items() if value is None) or True


def _implied(sheet: ScoreSheet) -> dict[str, Any]:
    """What follows from the rest: trauma needs contact, an anterior open bite is an open bite of at least its size."""
    implied: dict[str, Any] = {}
    if sheet.overbite_trauma and sheet.overbite_to_gingiva is None:
        implied["overbite_to_gingiva"] = True
    if sheet.overbite is not None and sheet.overbite < 0:
        implied["open_bite"] = max(sheet.open_bite or Decimal(0), -sheet.overbite)
    return implied


def _assumptions(sheet: ScoreSheet) -> dict[str, Any]:
    """The study-cast protocol, for what was not assessed."""
    assumed: dict[str, Any] = {}
    if sheet.lips_competent is None:
        assumed["lips_competent"] = False
    if sheet.crossbite and sheet.rcp_icp is None:
        assumed["rcp_icp"] = Decimal("2.1")
    if sheet.overjet is not None and sheet.overjet < 0 and sheet.difficulty is None:
        assumed["difficulty"] = True
    return assumed


def _reason(criterion: Criterion, sheet: ScoreSheet, assumed: Mapping[str, Any]) -> str:
    """The criterion with the number that met it: "Overjet more than 6 and up to 9 mm: 7.5 mm"."""
    used = [name for case in criterion.cases for name in case]
    numbers = [f"{getattr(sheet, name):f} mm" for name in used if name in MEASURED and name not in assumed]
    sentence = ": ".join([str(criterion.label), *numbers[:1]])
    if any(name in assumed for name in used):
        return _("%(reason)s (assumed, from study casts)") % {"reason": sentence}
    return sentence


def check_aesthetic(component: int | None) -> None:
    """Raises Refused (`out_of_range`) outside 1 to 10."""
    if component is not None and not 1 <= component <= 10:
        message = _("The aesthetic component goes from 1 to 10.")
        raise Refused(message, code="out_of_range", field="aesthetic")


def aesthetic(component: int) -> Aesthetic:
    """1 to 4 none or slight, 5 to 7 borderline, 8 to 10 need."""
    if component <= 4:
        return Aesthetic.NONE
    return Aesthetic.BORDERLINE if component <= 7 else Aesthetic.NEED


def nhs(grade: int | None, component: int | None, *, is_final: bool = True) -> Need:
    """Whether the NHS would treat: grade 4 or 5, or grade 3 with an aesthetic component of 6 or more."""
    if grade in NHS_GRADES:
        return Need.YES
    if grade == 3 and component is not None and component >= NHS_AESTHETIC_FROM:
        return Need.YES
    if grade is None or not is_final or (grade == 3 and component is None):
        return Need.OPEN
    return Need.NO
