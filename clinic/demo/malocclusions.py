"""What the first exam of an invented patient finds: six patterns, each with its numbers, problems and aims."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any, Final

from charting.rules import exam
from charting.rules.classes import coverage_of
from charting.rules.measures import MODERATE_UP_TO
from patients.rules import CarePhase

Facts = dict[str, Any]
_LOWER_INCISOR: Final = Decimal(9)  # mm of crown
_NORMAL: Final = {"overjet": Decimal("2.5"), "overbite": Decimal("2.5")}


@dataclass(frozen=True)
class Pattern:
    """`fixed` is always found, `tenths` are ranges in tenths of a millimetre or degree."""

    fixed: Mapping[str, Any]
    tenths: Mapping[str, tuple[int, int]]
    problem: str  # {fact} stands for a number
    aim: str
    units: tuple[str, ...] = ()  # how far the molars may be off
    habits: tuple[str, ...] = ()
    ceph: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # whole degrees


def _sagittal(angle: str, incisor: str, skeletal: str, **more: Any) -> Facts:
    sides = {f"{tooth}_{side}": angle for tooth in ("molar", "canine") for side in ("right", "left")}
    return {**sides, "incisor_class": incisor, "skeletal_class": skeletal, "crossbites": [], **more}


PATTERNS: Final = {
    "division_1": Pattern(
        _sagittal("II", "II/1", "II", division="1", overbite_contact="tooth"),
        {"overjet": (45, 105), "overbite": (20, 55), "crowding_upper": (-20, 50), "crowding_lower": (0, 50)},
        "Class II division 1, overjet {overjet} mm",
        "Overjet reduced, class I canines",
        ("0.5", "0.75", "1"),
        ("lip", "thumb", "mouth_breathing"),
        {"sna": (80, 84), "anb": (5, 8), "fmpa": (22, 32)},
    ),
    "crowding": Pattern(
        _sagittal("I", "I", "I", overbite_contact="tooth"),
        {"overjet": (20, 35), "overbite": (20, 40), "crowding_upper": (35, 95), "crowding_lower": (30, 90)},
        "Class I, crowding {crowding_upper} mm above, {crowding_lower} mm below",
        "Arches aligned, class I kept",
        habits=("nails", "pens"),
        ceph={"sna": (79, 83), "anb": (2, 4), "fmpa": (24, 30)},
    ),
    "division_2": Pattern(
        _sagittal("II", "II/2", "II", division="2", overbite_contact="gingiva"),
        {"overjet": (15, 30), "overbite": (50, 80), "crowding_upper": (20, 60), "crowding_lower": (10, 40)},
        "Class II division 2, overbite {overbite} mm to the palate",
        "Bite opened, upper incisors torqued",
        ("0.25", "0.5", "0.75"),
        ("bruxism",),
        {"sna": (79, 83), "anb": (4, 6), "fmpa": (16, 24)},
    ),
    "class_3": Pattern(
        _sagittal("III", "III", "III", crossbites=["anterior"], overbite_contact="tooth"),
        {"overjet": (-25, -5), "overbite": (0, 25), "crowding_upper": (10, 60), "crowding_lower": (-20, 20)},
        "Class III, reverse overjet {overjet} mm",
        "Positive overjet, class I canines",
        ("0.25", "0.5"),
        (),
        {"sna": (76, 81), "anb": (-4, 0), "fmpa": (24, 34)},
    ),
    "open_bite": Pattern(
        _sagittal("I", "I", "II", overbite_contact="incomplete"),
        {"overjet": (25, 50), "overbite": (-45, -10), "crowding_upper": (0, 40), "crowding_lower": (0, 40)},
        "Anterior open bite {overbite} mm",
        "Bite closed, tongue posture trained",
        habits=("tongue", "thumb", "dummy"),
        ceph={"sna": (79, 83), "anb": (3, 6), "fmpa": (31, 38)},
    ),
    "crossbite": Pattern(
        _sagittal("I", "I", "I", crossbites=["posterior"], overbite_contact="tooth"),
        {"overjet": (20, 40), "overbite": (15, 35), "crowding_upper": (20, 70), "crowding_lower": (0, 40)},
        "Posterior crossbite, RCP–ICP displacement {rcp_icp} mm",
        "Upper arch widened, shift gone",
        habits=("mouth_breathing", "thumb"),
        ceph={"sna": (78, 82), "anb": (1, 4), "fmpa": (25, 33)},
    ),
}
_WEIGHTS: Final[dict[CarePhase | None, dict[str, int]]] = {
    CarePhase.PHASE_1: {"crossbite": 50, "division_1": 30, "class_3": 12, "open_bite": 8},
    CarePhase.ALIGNER: {"crowding": 65, "open_bite": 8, "division_2": 15, "division_1": 12},
    CarePhase.LIMITED: {"crowding": 80, "crossbite": 20},
    CarePhase.SURGICAL: {"class_3": 55, "division_1": 30, "open_bite": 15},
}
_USUAL: Final = {"division_1": 34, "crowding": 34, "division_2": 12, "class_3": 7, "open_bite": 6, "crossbite": 7}


@dataclass(frozen=True)
class Malocclusion:
    """What was found, and what follows from it."""

    name: str
    facts: Facts  # as the rules read them

    @property
    def is_severe(self) -> bool:
        """So crowded that teeth have to go."""
        return bool(self.facts["crowding_upper"] > MODERATE_UP_TO or self.facts["crowding_lower"] > MODERATE_UP_TO)

    @property
    def problems(self) -> str:
        """One line each."""
        said = PATTERNS[self.name].problem.format(**{name: abs_mm(value) for name, value in self.facts.items()})
        crowding = f"Upper crowding {abs_mm(self.facts['crowding_upper'])} mm"
        more = [crowding] if self.facts["crowding_upper"] > 4 and self.name != "crowding" else []
        off = self.facts.get("midline_lower")
        shift = [f"Lower midline {off} mm to the {self.facts['midline_lower_side']}"] if off else []
        return "\n".join([said, *more, *shift])

    @property
    def aims(self) -> str:
        """One line each."""
        return "\n".join([PATTERNS[self.name].aim, "Midlines together", "Result kept with retainers"])


def abs_mm(value: Any) -> Any:
    """Reverse and open are said in words, not with a sign."""
    return abs(value) if isinstance(value, Decimal) else value


def found(rng: Random, phase: CarePhase | None) -> Malocclusion:
    """What fits the treatment that was chosen."""
    weights = _WEIGHTS.get(phase, _USUAL)
    name = rng.choices(list(weights), list(weights.values()))[0]
    pattern = PATTERNS[name]
    facts: Facts = dict(pattern.fixed)
    facts |= {fact: _drawn(rng, least, most) for fact, (least, most) in pattern.tenths.items()}
    facts["contact_displacement"] = _drawn(rng, 5, 15) + max(facts["crowding_upper"], Decimal(0)) / 2
    facts["contact_displacement"] = facts["contact_displacement"].quantize(Decimal("0.1"))
    _set_back(rng, pattern, facts)
    _shifted(rng, facts)
    facts |= _besides(rng, pattern, facts)
    return Malocclusion(name, {fact: value for fact, value in facts.items() if value is not None})


def treated(rng: Random, before: Facts, share: float) -> Facts:
    """How it looks when so much of the way is done: 1 is the end."""
    facts = dict(before)
    for name in ("overjet", "overbite", "crowding_upper", "crowding_lower", "contact_displacement"):
        normal = _NORMAL.get(name, Decimal(0))
        rest = (facts[name] - normal) * Decimal(str(1 - share))
        facts[name] = (normal + rest).quantize(Decimal("0.1"))
    facts["overbite_coverage"] = coverage_of(facts["overbite"], _LOWER_INCISOR).value
    facts["hygiene"] = rng.choice(["good", "good", "fair", "poor"])
    if share >= 0.5:
        facts |= {"crossbites": [], "rcp_icp": Decimal(0), "mandibular_shift": "none", "overbite_contact": "tooth"}
        facts["overbite_trauma"] = False
    if share == 1:
        for side in ("molar_right", "molar_left", "canine_right", "canine_left"):
            facts[side] = "I"
            facts.pop(f"{side}_unit", None)
        facts |= {"incisor_class": "I"}
        for gone in ("division", "midline_lower", "midline_lower_side"):
            facts.pop(gone, None)
    return facts


def kept(facts: Facts) -> Facts:
    """As a row keeps it, checked as any other exam."""
    exam.check(facts)
    return exam.kept(facts)


def _drawn(rng: Random, least: int, most: int) -> Decimal:
    return Decimal(rng.randint(least, most)) / 10


def _set_back(rng: Random, pattern: Pattern, facts: Facts) -> None:
    """How far molars and canines are off, side by side; some are a subdivision."""
    for side in ("right", "left"):
        unit = rng.choice(pattern.units) if pattern.units else None
        for tooth in ("molar", "canine"):
            facts[f"{tooth}_{side}_unit"] = unit
    if pattern.units and rng.random() < 0.15:
        facts |= {"molar_left": "I", "molar_left_unit": None, "canine_left": "I", "canine_left_unit": None}


def _shifted(rng: Random, facts: Facts) -> None:
    """A crossbite lets the jaw slide, and the lower midline goes along."""
    facts |= {"rcp_icp": Decimal(0), "mandibular_shift": "none"}
    if not facts["crossbites"]:
        return
    facts["rcp_icp"] = _drawn(rng, 5, 30)
    facts["mandibular_shift"] = "forward"
    if "posterior" in facts["crossbites"]:
        side = rng.choice(["right", "left"])
        facts |= {"mandibular_shift": side, "midline_lower": _drawn(rng, 10, 30), "midline_lower_side": side}


def _besides(rng: Random, pattern: Pattern, facts: Facts) -> Facts:
    """What goes with it: coverage, lips, habits, hygiene, the x-ray of some."""
    protrudes = facts["overjet"] > 6
    more: Facts = {
        "open_bite": Decimal(0),
        "overbite_coverage": coverage_of(facts["overbite"], _LOWER_INCISOR).value,
        "overbite_trauma": facts["overbite_contact"] == "gingiva" and rng.random() < 0.3,
        "lip_competence": "incompetent" if protrudes or rng.random() < 0.15 else "competent",
        "habits": [rng.choice(pattern.habits)] if pattern.habits and rng.random() < 0.4 else [],
        "curve_of_spee": _drawn(rng, 5, 35),
        "hygiene": rng.choice(["good", "good", "fair", "poor"]),
        "cooperation": rng.choice(["good", "good", "fair"]),
    }
    if pattern.ceph and rng.random() < 0.6:
        read = {name: Decimal(rng.randint(*between)) for name, between in pattern.ceph.items()}
        more |= read | {"snb": read["sna"] - read["anb"]}
    return more
