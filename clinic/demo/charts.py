"""What the charts say: findings, plans and what is worn, and of the visits that were a word or two and the wires."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Final

from django.db.models import Model

from accounts.models import User
from appointments.models import AppointmentType
from appointments.rules import Status
from charting.models import (
    AlignerSeries,
    Appliance,
    ApplianceEvent,
    BracketEvent,
    Consultation,
    Elastics,
    Exam,
    Phase,
    Plan,
    PlanOption,
    RetentionCheck,
    ScoreSheet,
    SignedConsent,
    ToothFinding,
    Visit,
    WireChange,
)
from charting.rules.brackets import Attachment, Event
from charting.rules.elastics import Diameter, Pattern
from charting.rules.teeth import PERMANENT, Arch
from charting.rules.visits import RowState
from charting.rules.wires import Material
from charting.rules.wires_in_mouth import ChangeKind
from clinic.demo.appliances import worn_of
from clinic.demo.batch import Batch
from clinic.demo.chronicle import Entry
from clinic.demo.exams import exams_of, extracted
from clinic.demo.malocclusions import found
from clinic.demo.plans import Family, consent_of, consultation_of, phases_of, plan_of
from clinic.demo.stories import Story, stories
from core import clock
from patients.rules import ConsentKind

ORDER: Final[tuple[type[Model], ...]] = (
    Exam,
    ScoreSheet,
    ToothFinding,
    Plan,
    PlanOption,
    Phase,
    SignedConsent,
    Consultation,
    Appliance,
    ApplianceEvent,
    AlignerSeries,
    RetentionCheck,
    Visit,
    WireChange,
    BracketEvent,
    Elastics,
)
_BONDS = frozenset({"BOND", "BON1"})
_CHECKS = frozenset({"ADJ", "ADJL"})
_WRITTEN = _BONDS | _CHECKS | {"DEB", "OBS", "ALC", "ALD", "RETC"}
_SEQUENCE = (
    ("0.014", Material.NITI),
    ("0.016", Material.NITI),
    ("0.018", Material.NITI),
    ("0.016x0.022", Material.NITI),
    ("0.019x0.025", Material.SS),
)
_PROCEDURES = {
    "BOND": ["BOND"],
    "BON1": ["BOND"],
    "DEB": ["DEB", "RET"],
    "OBS": ["OBS"],
    "ALC": ["ALIGN"],
    "ALD": ["ALIGN", "ATT"],
    "RETC": ["RETC"],
}
_MORE: tuple[list[str], ...] = (["PCC"], ["SLIG"], ["TURBO"], [], [], [])
_NOTES = (
    "Comfortable since the last visit.",
    "Space closing well on the right.",
    "13 still rotated.",
    "Brushing shown again, parent informed.",
    "Elastics worn at night only: talked about it.",
    "Wants to be done for the school photo.",
    "",
    "",
)
_HYGIENE = ("good", "good", "good", "fair", "fair", "poor")


@dataclass
class _Mouth:
    """How far the wires of one patient are (-1 is none), which teeth are gone, and which carry something."""

    stage: int = -1
    gone: list[str] = field(default_factory=list)
    bonded: list[str] = field(default_factory=list)
    has_elastics: bool = False


def charts_of(
    batch: Batch, types: Iterable[AppointmentType], assistant: User, now: datetime
) -> dict[type[Model], list[Model]]:
    """Rows to write, by kind and in an order in which each finds those that it names."""
    kinds, rows = list(types), dict[type[Model], list[Model]]()
    family = _family(batch)
    gone: dict[str, list[str]] = {}
    for story in stories(batch.cases, batch.entries, kinds, now):
        drawing = None
        for row in _story(story, family):
            rows.setdefault(type(row), []).append(row)
            if isinstance(row, Plan):
                drawing = row
        gone[story.patient.pk] = drawing.extractions.split(",") if drawing else []
    for card_row in _cards(batch, kinds, assistant, now, gone):
        rows.setdefault(type(card_row), []).append(card_row)
    return {model: rows[model] for model in ORDER if model in rows}


def _story(story: Story, family: Family) -> Iterator[Model]:
    """Everything of one chart but the treatment card."""
    if story.examined is None:
        return
    patient = story.patient
    malocclusion = found(story.rng, story.phase)
    yield from exams_of(story, malocclusion)
    drawing = plan_of(story, malocclusion)
    if drawing:
        yield from [drawing.plan, *drawing.options, *phases_of(story, drawing.plan)]
        yield from extracted(story, drawing.extractions)
        signed = consent_of(story, drawing, family.consents.get(patient.pk))
        yield from [signed] if signed else []
        yield from worn_of(story, malocclusion)
    talk = consultation_of(story, malocclusion, drawing, family.companions.get(patient.pk, ""))
    yield from [talk] if talk else []


def _family(batch: Batch) -> Family:
    """Who signed for whom, and who comes along to the talk."""
    consents = {
        row.patient.pk: row for one in batch.families for row in one.consents if row.kind == ConsentKind.TREATMENT
    }
    companions: dict[str, str] = {}
    for tie in (tie for one in batch.families for tie in one.relationships):
        said = f"{tie.guardian.name} ({tie.get_kind_display().lower()})"
        companions.setdefault(tie.patient.pk, said)
    return Family(consents, companions)


def _cards(
    batch: Batch, types: Iterable[AppointmentType], assistant: User, now: datetime, gone: Mapping[str, list[str]]
) -> Iterator[Model]:
    """The treatment cards of everybody who was treated, in the order of their visits."""
    codes = {row.pk: row.code for row in types}
    names = {case.patient.pk: case.patient.name for case in batch.cases}
    mouths = {case.patient.pk: _Mouth(gone=gone.get(case.patient.pk, [])) for case in batch.cases}
    for entry in sorted(batch.entries, key=lambda one: one.appointment.start):
        visit = entry.appointment
        code = codes[visit.type_id]
        if visit.status == Status.COMPLETED and code in _WRITTEN and visit.end < now:
            rng = Random(f"card/{names[visit.patient_id]}/{visit.start}")  # noqa: S311 - guards nothing
            yield from _write(entry, code, mouths[visit.patient_id], assistant, rng)


def _write(entry: Entry, code: str, mouth: _Mouth, assistant: User, rng: Random) -> Iterator[Model]:
    booked = entry.appointment
    at = entry.events[-1].at
    done = [*_PROCEDURES.get(code, ["ADJ"]), *(rng.choice(_MORE) if code in _CHECKS else [])]
    visit = Visit(
        patient_id=booked.patient_id,
        by_id=assistant.pk if rng.random() < 0.5 else booked.doctor_id,
        appointment_id=booked.pk,
        doctor_id=booked.doctor_id,
        on=clock.wall(booked.start).date(),
        hygiene=rng.choice(_HYGIENE),
        procedures=[{"code": one} for one in done],
        history_checked=rng.random() < 0.8,
        note=rng.choice(_NOTES),
        elastics_stopped=code == "DEB" and mouth.has_elastics,
        next_weeks=6 if code in _BONDS | _CHECKS else None,
        state=RowState.COUNTERSIGNED,
        signed_at=at,
        created_at=at,
        updated_at=at,
    )
    visit.signed_by_id = visit.by_id
    if visit.by_id == booked.doctor_id:
        visit.state = RowState.SIGNED
    else:
        visit.countersigned_by_id, visit.countersigned_at = booked.doctor_id, at
    yield visit
    yield from _wires(visit, code, mouth, rng)
    if code == "BOND" and not mouth.bonded:
        mouth.bonded = [tooth for tooth in _BONDED if tooth not in mouth.gone]
        yield from (_bracket(visit, order, tooth, Event.PLACED) for order, tooth in enumerate(mouth.bonded))
    if code in _CHECKS and not mouth.has_elastics and mouth.stage == len(_SEQUENCE) - 1 and rng.random() < 0.5:
        mouth.has_elastics = True
        yield _elastics(visit, rng)
    if code == "DEB":
        yield from (_bracket(visit, order, tooth, Event.REMOVED) for order, tooth in enumerate(mouth.bonded))
        mouth.bonded = []


def _wires(visit: Visit, code: str, mouth: _Mouth, rng: Random) -> Iterator[WireChange]:
    if code == "DEB" and mouth.stage >= 0:
        mouth.stage = -1
        yield from (_wire(visit, order, arch, ChangeKind.ALL_REMOVED) for order, arch in enumerate(Arch))
        return
    if code not in _BONDS | _CHECKS or (code in _CHECKS and mouth.stage < 0):
        return
    kind = ChangeKind.PLACED
    if mouth.stage + 1 < len(_SEQUENCE) and (code in _BONDS or rng.random() < 0.6):
        mouth.stage = 0 if code in _BONDS else mouth.stage + 1
    else:
        kind = ChangeKind.RETIED
    wire = _SEQUENCE[mouth.stage] if kind == ChangeKind.PLACED else ("", "")
    yield from (_wire(visit, order, arch, kind, *wire) for order, arch in enumerate(Arch))


def _wire(visit: Visit, order: int, arch: Arch, kind: ChangeKind, size: str = "", material: str = "") -> WireChange:
    return WireChange(
        patient_id=visit.patient_id,
        by_id=visit.by_id,
        visit_id=visit.pk,
        on=visit.on,
        order=order,
        arch=arch,
        kind=kind,
        size=size,
        material=material,
    )


def _elastics(visit: Visit, rng: Random) -> Elastics:
    """Class II, both sides, from the upper canine to the lower first molar."""
    return Elastics(
        patient_id=visit.patient_id,
        by_id=visit.by_id,
        visit_id=visit.pk,
        on=visit.on,
        pattern=Pattern.CLASS_II,
        teeth="13,46",
        both_sides=True,
        diameter=Diameter.QUARTER,
        ounces=rng.choice((Decimal("3.5"), Decimal("4.5"))),
        hours=rng.choice((12, 22)),
    )


def _bracket(visit: Visit, order: int, tooth: str, event: Event) -> BracketEvent:
    return BracketEvent(
        patient_id=visit.patient_id,
        by_id=visit.by_id,
        visit_id=visit.pk,
        on=visit.on,
        order=order,
        tooth=tooth,
        attachment=Attachment.TUBE if tooth[1] == "6" else Attachment.BRACKET,
        event=event,
    )


_BONDED = tuple(tooth.code for arch in Arch for tooth in PERMANENT[arch] if tooth.number <= 6)
