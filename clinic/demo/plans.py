"""Plans of the demo clinic: problems, aims, two options, phases as far as they are, consent, and the talk before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from charting.models import Consultation, Phase, Plan, PlanOption, SignedConsent
from charting.plan.words import consent_words, fees_shown, options_presented
from charting.rules import signatures
from charting.rules.cases import PhaseKind, PhaseState
from charting.rules.consultations import Decision
from clinic.demo.malocclusions import Malocclusion
from clinic.demo.stories import FINISHED, LEFT, Story
from patients.models import Consent
from patients.rules import CarePhase, CareStatus

_P, _S, _D = CarePhase, CareStatus, Decision
_FIXED: Final = ("Upper and lower fixed appliances", "MBT .022, upper and lower", 6200)
_ALIGNERS: Final = ("Clear aligners", "Aligners, upper and lower", 6800)
# The way that is taken, and the other one: what it is called, what is worn, the fee in dollars.
_WAYS: Final[dict[CarePhase, tuple[tuple[str, str, int], tuple[str, str, int]]]] = {
    _P.PHASE_1: (("Early treatment", "Rapid palatal expander", 2900), ("Observation, one treatment later", "", 250)),
    _P.PHASE_2: (_FIXED, _ALIGNERS),
    _P.FULL: (_FIXED, _ALIGNERS),
    _P.LIMITED: (("Fixed appliances on the upper arch", "MBT .022, upper", 3100), _FIXED),
    _P.ALIGNER: (_ALIGNERS, _FIXED),
    _P.SURGICAL: (
        ("Fixed appliances and jaw surgery", "MBT .022, upper and lower; surgical hooks", 7900),
        ("Camouflage with fixed appliances", "MBT .022, upper and lower", 6400),
    ),
}
_MEANS: Final = (
    "Visits every 6 to 8 weeks. Retainers afterwards for good.",
    "Visits every 8 to 10 weeks. Retainers afterwards for good.",
    "Visits every 6 weeks. Brushing after each meal, no hard food.",
)
_CONCERNS: Final = {
    "division_1": (
        "Front teeth stick out.",
        "Teased at school because of the front teeth.",
        "Lip caught by the teeth.",
    ),
    "crowding": ("Crooked teeth.", "Canine out of line.", "Crooked teeth, asks for aligners."),
    "division_2": ("Lower teeth touch the palate.", "Dentist refers: deep bite."),
    "class_3": ("Lower teeth in front of the upper ones.", "Dentist refers: crossbite in front."),
    "open_bite": ("Cannot bite off.", "Dentist refers: open bite."),
    "crossbite": ("Dentist refers: crossbite.", "Jaw slides to the side."),
}
_SAID: Final = (
    "Findings shown on photos. Growth and timing explained.",
    "Both options with risks: root resorption, relapse, decalcification.",
    "Need for retention explained. Questions about school answered.",
)
_DECISIONS: Final = {
    _S.PENDING: (_D.THINKING, "Records: photos, scan, x-rays"),
    _S.RECORDS: (_D.GOES_AHEAD, "Case presentation with the records"),
    _S.READY: (_D.GOES_AHEAD, "Start"),
    _S.OBSERVATION: (_D.OBSERVE, "Look again in 6 months"),
    _S.DECLINED: (_D.DECLINED, ""),
}
_OPEN: Final = {_S.ACTIVE: PhaseState.RUNNING, _S.PAUSED: PhaseState.PAUSED}


@dataclass(frozen=True)
class Family:
    """Who signs and who comes along, by patient's id."""

    consents: Mapping[str, Consent]
    companions: Mapping[str, str]


@dataclass(frozen=True)
class Drawing:
    """A plan with the way that is taken."""

    plan: Plan
    options: list[PlanOption]

    @property
    def extractions(self) -> list[str]:
        """FDI codes."""
        return [code for code in self.plan.extractions.split(",") if code]


def plan_of(story: Story, malocclusion: Malocclusion) -> Drawing | None:
    """The plan of a case that has one, with two options; the first is taken."""
    if not story.has_plan or story.presented is None:
        return None
    phase, at = story.phase or _P.FULL, story.at(story.presented)
    (title, worn, fee), other = _WAYS[phase]
    gone = _extractions(story, phase, malocclusion)
    months = story.months
    row = {"patient_id": story.patient.pk, "by_id": story.doctor.pk, "created_at": at, "updated_at": at}
    plan = Plan(
        on=story.presented,
        problems=malocclusion.problems,
        aims=malocclusion.aims,
        appliances=worn,
        extractions=gone,
        estimated_months=months,
        first_estimate=max(1, months - story.rng.choice([0, 0, 0, 0, 2, 3])),
        **row,
    )
    text = story.rng.choice(_MEANS)
    fee += 100 * story.rng.randint(-3, 6)
    taken = PlanOption(plan=plan, title=title, text=text, fee=_fee(fee), months=months, is_chosen=True, **row)
    left = PlanOption(
        plan=plan,
        title=other[0],
        text=story.rng.choice(_MEANS),
        fee=_fee(other[2]),
        months=months + 3,
        position=1,
        **row,
    )
    return Drawing(plan, [taken, left])


def phases_of(story: Story, plan: Plan) -> list[Phase]:
    """What was done before, what is done, retention."""
    kind = PhaseKind((story.phase or _P.FULL).value)
    main = _phase(story, plan, kind, story.begun, story.ended, story.months)
    main.state = _state(story)
    rows = [main]
    if kind == PhaseKind.PHASE_2 and story.begun:
        rows.insert(0, _early(story, plan, story.begun))
    if story.status in LEFT:
        return _numbered(rows)
    since = story.ended if story.status in {_S.RETENTION, _S.RELEASED} else None
    kept = _phase(story, plan, PhaseKind.RETENTION, since, None, 24)
    if since:
        kept.state = PhaseState.RUNNING
    if story.status is _S.RELEASED and since:
        kept.state, kept.ended_on = PhaseState.FINISHED, max([since, *story.kept["RETC"][-1:]])
    return _numbered([*rows, kept])


def consent_of(story: Story, drawing: Drawing, consent: Consent | None) -> SignedConsent | None:
    """The words as the parent or the patient signed them; some signed on paper."""
    if consent is None or story.begun is None or not story.chance(0.6):
        return None
    words = consent_words(story.patient.name, drawing.plan, drawing.options[0], drawing.extractions)
    text = signatures.tidied(words)
    at = story.at(story.begun, 13)
    return SignedConsent(
        patient_id=story.patient.pk,
        by_id=story.doctor.pk,
        consent=consent,
        plan=drawing.plan,
        text=text,
        text_hash=signatures.hash_of(text),
        signer=consent.given_by,
        drawn=_signature(story),
        created_at=at,
        updated_at=at,
    )


def consultation_of(
    story: Story, malocclusion: Malocclusion, drawing: Drawing | None, companion: str
) -> Consultation | None:
    """The talk with those who are new; of the others, with those who came to hear the plan."""
    is_new = story.status in _DECISIONS
    on = story.presented if drawing or story.kept["CONS"] else story.examined
    if on is None or not (is_new or (drawing and story.kept["CONS"])):
        return None
    decision, following = _DECISIONS.get(story.status, (_D.GOES_AHEAD, "Start"))
    at = story.at(on, 13)
    options = drawing.options if drawing else []
    return Consultation(
        patient_id=story.patient.pk,
        by_id=story.doctor.pk,
        doctor_id=story.doctor.pk,
        plan=drawing.plan if drawing else None,
        on=on,
        present=", ".join(filter(None, ["Patient", companion])),
        concern=story.rng.choice(_CONCERNS[malocclusion.name]),
        said=story.rng.choice(_SAID),
        options=options_presented(options),
        fee=fees_shown(options),
        decision=decision,
        next_step=following,
        created_at=at,
        updated_at=at,
    )


def _fee(dollars: int) -> str:
    return f"${dollars:,}"


def _extractions(story: Story, phase: CarePhase, malocclusion: Malocclusion) -> str:
    """First premolars, where the arches have no room for all teeth."""
    if phase not in {_P.FULL, _P.PHASE_2} or not malocclusion.is_severe:
        return ""
    return story.rng.choice(["14,24,34,44", "14,24,34,44", "14,24", ""])


def _state(story: Story) -> PhaseState:
    if story.begun is None:
        return PhaseState.PLANNED
    if story.status in FINISHED:
        return PhaseState.FINISHED
    return PhaseState.STOPPED if story.status in LEFT else _OPEN[story.status]


def _phase(story: Story, plan: Plan, kind: PhaseKind, started: date | None, ended: date | None, months: int) -> Phase:
    at = story.at(ended or started or plan.on, 14)
    return Phase(
        patient_id=story.patient.pk,
        by_id=story.doctor.pk,
        plan=plan,
        kind=kind,
        estimated_months=months,
        first_estimate=min(months, plan.first_estimate or months),
        started_on=started,
        ended_on=ended,
        created_at=plan.created_at,
        updated_at=at,
    )


def _early(story: Story, plan: Plan, begun: date) -> Phase:
    """Phase I, over a year or more before."""
    ended = begun - timedelta(days=story.rng.randint(300, 700))
    row = _phase(story, plan, PhaseKind.PHASE_1, ended - timedelta(days=300), ended, 10)
    row.state, row.first_estimate = PhaseState.FINISHED, 10
    return row


def _numbered(rows: list[Phase]) -> list[Phase]:
    for position, row in enumerate(rows):
        row.position = position
    return rows


def _signature(story: Story) -> str:
    """A name in a few strokes, from the left to the right of the box."""
    rng, x, strokes = story.rng, 40, list[str]()
    for _letter in range(rng.randint(2, 4)):
        points: list[str] = []
        for _turn in range(rng.randint(5, 9)):
            points.append(f"{x} {rng.randint(50, 150)}")
            x += rng.randint(8, 16)
        strokes.append("M" + "L".join(points))
    return "".join(strokes)
