"""Exams: written, signed, locked; the score sheet of IOTN with what was computed and what the clinician judged."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from charting.exams.sheets import kept_iotn
from charting.models import Exam, Index, ScoreSheet
from charting.rules import exam as rules
from charting.rules import iotn
from charting.rules.events import Event
from charting.rules.iotn_criteria import CRITERIA
from charting.rules.visits import RowState, check_changeable, check_length, check_may_sign, check_note
from core import audit, clock
from core.actions import audited
from core.errors import Refused, Stale
from patients.holding import hold
from patients.models import Patient
from patients.rules import check_not_future


@audited
def add_exam(*, by: User, patient: Patient, on: date, kind: str, facts: Mapping[str, Any], note: str = "") -> Exam:
    """Write down an exam. Raises Refused naming the fact (`out_of_range`, `side_missing`, `in_the_future`, ...)."""
    require(by, Permission.CHART_DRAFT)
    hold(patient)
    _check(on, facts, note)
    exam = Exam.objects.create(patient=patient, by=by, on=on, kind=kind, facts=rules.kept(facts), note=note)
    changes = audit.snapshot(exam, "on", "kind", "facts")
    audit.record(by, Event.EXAM_ADDED, exam, patient_id=patient.pk, changes=changes)
    return exam


@audited
def change_exam(
    *, by: User, exam: Exam, version: int, on: date, kind: str, facts: Mapping[str, Any], note: str = ""
) -> Exam:
    """Correct a draft. Raises Refused (`signed`, `archived` and as above), Stale."""
    require(by, Permission.CHART_DRAFT)
    hold(exam.patient)
    check_changeable(exam.state)
    if exam.version != version:
        raise Stale
    _check(on, facts, note)
    changes = exam.change(on=on, kind=kind, facts=rules.kept(facts), note=note)
    if changes:
        audit.record(by, Event.EXAM_CHANGED, exam, patient_id=exam.patient_id, changes=changes)
    else:
        audit.no_change(by, Event.EXAM_CHANGED, exam)
    return exam


@audited
def sign_exam(*, by: User, exam: Exam) -> Exam:
    """Lock the own exam. Raises Refused (`signed`, `not_the_author`, `archived`), Stale."""
    require(by, Permission.CHART_DRAFT, Permission.CHART_SIGN)
    hold(exam.patient)
    check_may_sign(exam.state, author=exam.by_id, by=by.pk)
    changes = exam.change(state=RowState.SIGNED, signed_by_id=by.pk, signed_at=clock.now())
    audit.record(by, Event.EXAM_SIGNED, exam, patient_id=exam.patient_id, changes=changes)
    return exam


@audited
def score_iotn(
    *,
    by: User,
    exam: Exam,
    sheet: iotn.ScoreSheet,
    aesthetic: int | None = None,
    study_casts: bool = False,
    judged: str = "",
    reason: str = "",
) -> ScoreSheet:
    """Keep a score sheet with its computed grade; the clinician's own stands beside, with the reason.

    Raises Refused: `out_of_range`, `reason_missing` for a judgement without one, `invalid` for one that is no grade.
    """
    require(by, Permission.CHART_DRAFT)
    hold(exam.patient)
    iotn.check_sheet(sheet)
    iotn.check_aesthetic(aesthetic)
    check_length(reason, "reason", 500)
    if judged and judged not in {criterion.code for criterion in CRITERIA} | {"1"}:
        raise Refused(_("Give a grade with its letter, such as 4a."), code="invalid", field="judged")
    if judged and not reason.strip():
        raise Refused(_("Say why the grade is another one."), code="reason_missing", field="reason")
    found = iotn.dental(sheet, study_casts=study_casts)
    facts: dict[str, Any] = {**kept_iotn(sheet), "aesthetic": aesthetic, "study_casts": study_casts}
    made = ScoreSheet.objects.create(
        patient_id=exam.patient_id,
        by=by,
        exam=exam,
        index=Index.IOTN,
        on=exam.on,
        facts=facts,
        grade=found.code,
        judged=judged,
        reason=reason.strip(),
    )
    changes = audit.snapshot(made, "grade", "judged", "facts")
    audit.record(by, Event.INDEX_SCORED, made, patient_id=exam.patient_id, changes=changes)
    return made


def _check(on: date, facts: Mapping[str, Any], note: str) -> None:
    check_not_future(on, clock.today(), "on")
    rules.check(facts)
    check_note(note)
