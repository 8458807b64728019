"""Carrying out a run, visit by visit: what could not be moved says why and holds up nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from appointments.actions import absences as actions
from appointments.models import Appointment, Closure, MovedVisit, MoveRun
from core.errors import Refused


@dataclass(frozen=True)
class Wish:
    """Where one visit is to go; without a start it is left where it is."""

    appointment: Appointment
    version: int
    start: datetime | None = None
    doctor: User | None = None


def carry_out(*, by: User, closure: Closure, wishes: Sequence[Wish]) -> MoveRun:
    """Move the visits one after the other; the run says what became of each."""
    run = actions.start_run(by=by, about=about(closure))
    for wish in wishes:
        if wish.start is None or wish.doctor is None:
            actions.note_unmoved(by=by, run=run, appointment=wish.appointment)
            continue
        try:
            where: dict[str, Any] = {"start": wish.start, "doctor": wish.doctor}
            actions.move_in_run(by=by, run=run, appointment=wish.appointment, version=wish.version, **where)
        except Refused as refusal:
            actions.note_unmoved(by=by, run=run, appointment=wish.appointment, why=_why(refusal))
    return run


def undo(*, by: User, run: MoveRun) -> MoveRun:
    """Put back what nobody has changed since, the latest first; the run says why others stay."""
    run = actions.end_undo(by=by, run=run)
    for moved in run.visits.filter(outcome=MovedVisit.Outcome.MOVED).order_by("-id"):
        try:
            actions.move_back(by=by, moved=moved)
        except Refused as refusal:
            actions.note_stays(by=by, moved=moved, why=_why(refusal))
    return run


def _why(refusal: Refused) -> str:
    # Who has the time is not kept: others read the run who may not see that patient.
    return _("The time is taken by somebody else.") if refusal.code == "slot_taken" else str(refusal)


def about(closure: Closure) -> str:
    """Whose absence or which closing it is, and when."""
    who = closure.doctor.display_name if closure.doctor else str(closure.location or _("All locations"))
    return f"{who}, {closure.starts_on.isoformat()} – {closure.ends_on.isoformat()}"


def summary(run: MoveRun) -> str:
    """How it went, in one sentence."""
    outcomes = list(run.visits.values_list("outcome", flat=True))
    moved = sum(outcome == MovedVisit.Outcome.MOVED for outcome in outcomes)
    failed = sum(outcome == MovedVisit.Outcome.FAILED for outcome in outcomes)
    told = ngettext("%(n)s visit moved.", "%(n)s visits moved.", moved) % {"n": moved}
    if failed:
        told += " " + ngettext("%(n)s could not be moved.", "%(n)s could not be moved.", failed) % {"n": failed}
    return told
