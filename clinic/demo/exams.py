"""First, progress and final exams of the demo clinic's patients, and the score sheets of some."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from charting.exams.sheets import kept_iotn
from charting.models import Exam, ExamKind, Index, ScoreSheet, ToothFinding
from charting.rules import exam, iotn
from charting.rules.findings import ToothState
from charting.rules.prefill import iotn_sheet
from charting.rules.visits import RowState
from clinic.demo.malocclusions import Facts, Malocclusion, kept, treated
from clinic.demo.stories import FINISHED, Story, first_start

_NOTES: Final = {
    ExamKind.INITIAL: ("", "", "TMJ without symptoms.", "Second molars erupting.", "Frenulum to be watched."),
    ExamKind.PROGRESS: ("", "On schedule.", "Space closure slower on the left.", "Roots parallel on the OPG."),
    ExamKind.FINAL: ("", "Good interdigitation.", "Slight rotation of 22 accepted."),
}
# What no measure of an exam says about the teeth; hypodontia and impaction are rare.
_TEETH: Final[dict[str, Any]] = {
    "impeded_eruption": False,
    "missing_in_a_quadrant": 0,
    "craniofacial": False,
    "submerged_primary": False,
    "tipped_and_impacted": False,
    "supernumerary": False,
    "difficulty": False,
    "lingual_crossbite": False,
}


def exams_of(story: Story, malocclusion: Malocclusion) -> list[Any]:
    """What was found at the beginning, on the way and at the end."""
    if story.examined is None:
        return []
    first = _exam(story, ExamKind.INITIAL, story.examined, malocclusion.facts)
    rows: list[Any] = [first]
    if story.chance(0.4):
        rows.append(_iotn(story, first))
    if len(story.checks) >= 4 and story.begun and story.chance(0.45):
        middle = story.checks[len(story.checks) // 2]
        rows.append(_exam(story, ExamKind.PROGRESS, middle, treated(story.rng, malocclusion.facts, 0.6)))
    if story.ended and story.status in FINISHED:
        rows.append(_exam(story, ExamKind.FINAL, story.ended, treated(story.rng, malocclusion.facts, 1)))
    return rows


def extracted(story: Story, codes: list[str]) -> list[ToothFinding]:
    """Teeth that are to go, and that are gone before treatment begins."""
    assert story.presented is not None  # there is a plan
    rows = [_finding(story, code, ToothState.PLANNED_EXTRACTION, story.presented) for code in codes]
    if start := first_start(story):
        gone = max(story.presented, start - timedelta(days=7))
        rows += [_finding(story, code, ToothState.EXTRACTED, gone) for code in codes]
    return rows


def _exam(story: Story, kind: ExamKind, on: date, facts: Facts) -> Exam:
    at = story.at(on)
    return Exam(
        patient_id=story.patient.pk,
        by_id=story.doctor.pk,
        on=on,
        kind=kind,
        facts=kept(facts),
        note=story.rng.choice(_NOTES[kind]),
        state=RowState.SIGNED,
        signed_by_id=story.doctor.pk,
        signed_at=at,
        created_at=at,
        updated_at=at,
    )


def _iotn(story: Story, first: Exam) -> ScoreSheet:
    sheet = replace(iotn_sheet(exam.read(first.facts), {}), **_TEETH)
    aesthetic = story.rng.randint(4, 9)
    at = story.at(first.on, 13)
    return ScoreSheet(
        patient_id=first.patient_id,
        by_id=first.by_id,
        exam_id=first.pk,
        index=Index.IOTN,
        on=first.on,
        facts={**kept_iotn(sheet), "aesthetic": aesthetic, "study_casts": False},
        grade=iotn.dental(sheet).code,
        created_at=at,
        updated_at=at,
    )


def _finding(story: Story, code: str, state: ToothState, on: date) -> ToothFinding:
    at = story.at(on, 13)
    return ToothFinding(
        patient_id=story.patient.pk, by_id=story.doctor.pk, on=on, tooth=code, state=state, created_at=at, updated_at=at
    )
