"""What an exam holds: its facts by name, in groups, with their choices; kept as JSON, checked as a whole."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from charting.rules import classes
from charting.rules.measures import CEPH, MEASURES, check_measure, check_midline
from charting.rules.teeth import Side
from core.errors import Refused, Text

_SIDES: Final = ("right", "left")
_RELATIONS: Final = {
    "molar_right": _("Molar right (Angle)"),
    "molar_left": _("Molar left (Angle)"),
    "canine_right": _("Canine right (Angle)"),
    "canine_left": _("Canine left (Angle)"),
}
# One of several: the choices and what it is called.
CHOICES: Final[dict[str, tuple[Any, Text]]] = {
    **{name: (classes.AngleClass, label) for name, label in _RELATIONS.items()},
    **{f"{name}_unit": (classes.Unit, format_lazy("{}: {}", label, _("off by"))) for name, label in _RELATIONS.items()},
    "division": (classes.Division, _("Division of a class II")),
    "incisor_class": (classes.IncisorClass, _("Incisor class (BSI)")),
    "skeletal_class": (classes.SkeletalClass, _("Skeletal class")),
    "overbite_coverage": (classes.Coverage, _("Lower incisor covered")),
    "overbite_contact": (classes.OverbiteContact, _("Overbite")),
    "mandibular_shift": (classes.MandibularShift, _("Mandibular shift")),
    "lip_competence": (classes.LipCompetence, _("Lips")),
    "midline_upper_side": (Side, _("Upper midline to the")),
    "midline_lower_side": (Side, _("Lower midline to the")),
    "hygiene": (classes.Hygiene, _("Hygiene")),
    "cooperation": (classes.Cooperation, _("Cooperation")),
}
SEVERAL: Final[dict[str, tuple[Any, Text]]] = {
    "crossbites": (classes.Crossbite, _("Crossbite")),
    "habits": (classes.Habit, _("Habits")),
}
YES_NO: Final[dict[str, Text]] = {"overbite_trauma": _("Trauma to gingiva or palate")}
# As a doctor goes through the mouth.
GROUPS: Final[tuple[tuple[Text, tuple[str, ...]], ...]] = (
    (
        _("Sagittal"),
        (
            *(part for name in _RELATIONS for part in (name, f"{name}_unit")),
            "division",
            "incisor_class",
            "skeletal_class",
            "overjet",
        ),
    ),
    (_("Vertical"), ("overbite", "overbite_coverage", "overbite_contact", "overbite_trauma", "open_bite")),
    (
        _("Transverse"),
        (
            "crossbites",
            "rcp_icp",
            "mandibular_shift",
            "midline_upper",
            "midline_upper_side",
            "midline_lower",
            "midline_lower_side",
        ),
    ),
    (_("Space"), ("crowding_upper", "crowding_lower", "contact_displacement", "curve_of_spee")),
    (_("Soft tissue and habits"), ("lip_competence", "habits", "hygiene", "cooperation")),
    (_("Cephalometry"), CEPH),
)
NAMES: Final = tuple(name for _title, names in GROUPS for name in names)


def label(name: str) -> Text:
    """What a fact is called."""
    if name in MEASURES:
        return MEASURES[name].label
    return YES_NO[name] if name in YES_NO else (CHOICES | SEVERAL)[name][1]


def shown(name: str, value: Any) -> str:
    """A fact in words: "3.5 mm", "Class II", "Anterior, Posterior"; empty for one that is not noted."""
    if value is None or value in ("", []):
        return ""
    if name in MEASURES:
        return MEASURES[name].shown(value)
    if name in YES_NO:
        return str(_("yes") if value else _("no"))
    kind = (CHOICES | SEVERAL)[name][0]
    values = value if isinstance(value, list) else [value]
    return ", ".join(str(kind(one).label) for one in values)


def check(facts: Mapping[str, Any]) -> None:
    """Raises Refused naming the fact: out of range, a side without millimetres, a fraction of a class I."""
    for name, value in facts.items():
        if name not in NAMES:
            raise Refused(_("An exam has no such fact."), code="invalid", field=name)
        if name in MEASURES and not name.startswith("midline"):
            check_measure(name, value)
    for name in ("midline_upper", "midline_lower"):
        check_midline(name, facts.get(name), facts.get(f"{name}_side") or "")
    for name in _RELATIONS:
        classes.check_relation(facts.get(name) or "", facts.get(f"{name}_unit") or "", field=f"{name}_unit")


def kept(facts: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON keeps it: millimetres as text, what is not noted left out; an empty list is "none"."""
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in _noted(facts)}


def read(stored: Mapping[str, Any]) -> dict[str, Any]:
    """As the rules read it: millimetres and degrees as Decimal."""
    return {name: Decimal(value) if name in MEASURES else value for name, value in stored.items() if name in NAMES}


def _noted(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in NAMES:
        value = facts.get(name)
        if value is not None and value != "":
            yield name, value
