"""Score sheets as far as an exam and the tooth chart fill them; the clinician says the rest.

`facts` are the exam's fields by name, absent or None when not noted. Only what follows with certainty is filled in.
"""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from charting.rules import iotn, par
from charting.rules.classes import AngleClass, Coverage, Crossbite, LipCompetence, OverbiteContact, Unit
from charting.rules.findings import ToothState
from charting.rules.par_bands import Anteroposterior, Cover
from charting.rules.teeth import tooth

_COVERS: Final = {
    Coverage.THIRD: Cover.THIRD,
    Coverage.TWO_THIRDS: Cover.TWO_THIRDS,
    Coverage.MORE: Cover.MORE,
    Coverage.FULL: Cover.FULL,
}
# A full unit interdigitates well again; a quarter and three quarters are less than half a unit off (mem).
_ANTEROPOSTERIOR: Final = {
    "": Anteroposterior.GOOD,
    Unit.QUARTER: Anteroposterior.LESS,
    Unit.HALF: Anteroposterior.HALF,
    Unit.THREE_QUARTERS: Anteroposterior.LESS,
    Unit.FULL: Anteroposterior.GOOD,
}
_THIRD_MOLAR: Final = 8


def iotn_sheet(facts: Mapping[str, Any], states: Mapping[str, str]) -> iotn.ScoreSheet:
    """IOTN from the exam and the states of the teeth (FDI code -> ToothState); no states, nothing about teeth."""
    overbite = facts.get("overbite")
    crossbites = facts.get("crossbites")
    contact = facts.get("overbite_contact") or None
    lips = facts.get("lip_competence") or None
    return iotn.ScoreSheet(
        overjet=facts.get("overjet"),
        lips_competent=None if lips is None else lips == LipCompetence.COMPETENT,
        crossbite=None if crossbites is None else bool(set(crossbites) - {Crossbite.LINGUAL}),
        rcp_icp=facts.get("rcp_icp"),
        lingual_crossbite=False if crossbites is not None and Crossbite.LINGUAL not in crossbites else None,
        contact_displacement=facts.get("contact_displacement"),
        open_bite=_worst_open_bite(facts),
        overbite=overbite,
        overbite_to_gingiva=None if contact is None else contact == OverbiteContact.GINGIVA,
        overbite_trauma=facts.get("overbite_trauma"),
        pre_or_post_normal=_pre_or_post_normal(facts),
        **_of_teeth(states),
    )


def par_sheet(facts: Mapping[str, Any]) -> par.ScoreSheet:
    """PAR from the exam, for models that were taken that day; contact points are read off the models."""
    overjet, overbite = facts.get("overjet"), facts.get("overbite")
    coverage = facts.get("overbite_coverage") or None
    return par.ScoreSheet(
        right=par.Buccal(anteroposterior=_anteroposterior(facts, "right")),
        left=par.Buccal(anteroposterior=_anteroposterior(facts, "left")),
        overjet=overjet,
        cover=_COVERS[coverage].value if coverage in _COVERS else "",
        open_bite=max(-overbite, Decimal(0)) if overbite is not None else None,
    )


def _worst_open_bite(facts: Mapping[str, Any]) -> Decimal | None:
    """The anterior one is a negative overbite, the lateral one is noted on its own; both are needed, or one is huge."""
    overbite, lateral = facts.get("overbite"), facts.get("open_bite")
    if overbite is None or lateral is None:
        return None
    return max(Decimal(lateral), -Decimal(overbite), Decimal(0))


def _pre_or_post_normal(facts: Mapping[str, Any]) -> bool | None:
    """Molars off by up to half a unit on a side; None beyond, which the index leaves open, and when not noted."""
    sides = [(facts.get(f"molar_{side}") or "", facts.get(f"molar_{side}_unit") or "") for side in ("right", "left")]
    if any(not angle for angle, _unit in sides):
        return None
    off = [unit for angle, unit in sides if angle != AngleClass.I]
    if not off:
        return False
    return True if all(unit in (Unit.QUARTER, Unit.HALF) for unit in off) else None


def _anteroposterior(facts: Mapping[str, Any], side: str) -> str:
    angle, unit = facts.get(f"molar_{side}") or "", facts.get(f"molar_{side}_unit") or ""
    if not angle or (angle != AngleClass.I and not unit):
        return ""
    return _ANTEROPOSTERIOR[unit].value


def _of_teeth(states: Mapping[str, str]) -> dict[str, Any]:
    """What the tooth chart says: teeth that never formed, supernumeraries. Third molars do not count."""
    if not states:
        return {}
    teeth = {code: state for code, state in states.items() if tooth(code).number != _THIRD_MOLAR}
    missing = Counter(
        tooth(code).quadrant
        for code, state in teeth.items()
        if state == ToothState.MISSING_CONGENITAL and not tooth(code).is_primary
    )
    impeded = {ToothState.IMPACTED, ToothState.ECTOPIC}
    return {
        "missing_in_a_quadrant": max(missing.values(), default=0),
        "supernumerary": ToothState.SUPERNUMERARY in teeth.values(),
        "impeded_eruption": None if impeded & set(teeth.values()) else False,
    }
