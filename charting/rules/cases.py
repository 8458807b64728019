"""The life cycle of a case and the phases of a plan. The words are the patient record's: `CareStatus`, `CarePhase`.

What the desk's lists need stands on the patient; the plan's phases lead it (`care_of`). Steps after the C9 tracking,
Gaidge and DentalPin: a finished case reopens only to active and keeps its finish date, transferred out is an end.
"""

from collections.abc import Mapping
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import Refused
from patients.rules import CarePhase, CareStatus

_C = CareStatus
_LEAVES: Final = frozenset({_C.TRANSFERRED_OUT, _C.DISMISSED})
CASE_STEPS: Final[Mapping[CareStatus, frozenset[CareStatus]]] = {
    _C.INQUIRY: frozenset({_C.PENDING, _C.DECLINED}) | _LEAVES,
    _C.PENDING: frozenset({_C.OBSERVATION, _C.RECORDS, _C.READY, _C.ACTIVE, _C.DECLINED}) | _LEAVES,
    _C.OBSERVATION: frozenset({_C.PENDING, _C.RECORDS, _C.READY, _C.ACTIVE, _C.RELEASED, _C.DECLINED}) | _LEAVES,
    _C.RECORDS: frozenset({_C.PENDING, _C.OBSERVATION, _C.READY, _C.ACTIVE, _C.DECLINED}) | _LEAVES,
    _C.READY: frozenset({_C.OBSERVATION, _C.RECORDS, _C.ACTIVE, _C.DECLINED}) | _LEAVES,
    # Between phase I and II a child is observed; removable appliances and aligners end without a debond.
    _C.ACTIVE: frozenset({_C.PAUSED, _C.OBSERVATION, _C.DEBONDED, _C.RETENTION}) | _LEAVES,
    _C.PAUSED: frozenset({_C.ACTIVE, _C.DEBONDED}) | _LEAVES,
    _C.DEBONDED: frozenset({_C.RETENTION, _C.RELEASED, _C.ACTIVE}) | _LEAVES,
    _C.RETENTION: frozenset({_C.RELEASED, _C.ACTIVE}) | _LEAVES,
    _C.RELEASED: frozenset({_C.ACTIVE}),
    _C.DECLINED: frozenset({_C.PENDING}),
    _C.DISMISSED: frozenset({_C.PENDING}),
    _C.TRANSFERRED_OUT: frozenset(),
}
# Treatment is over; going back to active is a reopening.
FINISHED: Final = frozenset({_C.DEBONDED, _C.RETENTION, _C.RELEASED})


class PhaseKind(models.TextChoices):
    """What a phase is: observation, one of the care phases, retention."""

    OBSERVATION = "observation", _("Observation")
    PHASE_1 = CarePhase.PHASE_1.value, CarePhase.PHASE_1.label
    PHASE_2 = CarePhase.PHASE_2.value, CarePhase.PHASE_2.label
    FULL = CarePhase.FULL.value, CarePhase.FULL.label
    LIMITED = CarePhase.LIMITED.value, CarePhase.LIMITED.label
    ALIGNER = CarePhase.ALIGNER.value, CarePhase.ALIGNER.label
    SURGICAL = CarePhase.SURGICAL.value, CarePhase.SURGICAL.label
    RETENTION = "retention", _("Retention")


class PhaseState(models.TextChoices):
    """Where one phase stands."""

    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    FINISHED = "finished", _("Finished")
    STOPPED = "stopped", _("Stopped early")


_K = PhaseKind
_TREATMENTS: Final = frozenset({_K.FULL, _K.LIMITED, _K.ALIGNER, _K.SURGICAL})
# Which phase may follow which; a plan begins with anything but phase II.
FOLLOWS: Final[Mapping[PhaseKind, frozenset[PhaseKind]]] = {
    _K.OBSERVATION: frozenset({_K.PHASE_1, _K.PHASE_2}) | _TREATMENTS,
    _K.PHASE_1: frozenset({_K.OBSERVATION, _K.PHASE_2, _K.RETENTION}) | _TREATMENTS,
    _K.PHASE_2: frozenset({_K.ALIGNER, _K.SURGICAL, _K.RETENTION}),
    _K.FULL: frozenset({_K.ALIGNER, _K.SURGICAL, _K.RETENTION}),
    _K.LIMITED: frozenset({_K.OBSERVATION, _K.FULL, _K.ALIGNER, _K.SURGICAL, _K.RETENTION}),
    _K.ALIGNER: frozenset({_K.FULL, _K.LIMITED, _K.SURGICAL, _K.RETENTION}),
    _K.SURGICAL: frozenset({_K.FULL, _K.ALIGNER, _K.RETENTION}),
    _K.RETENTION: frozenset({_K.OBSERVATION, _K.PHASE_2}) | _TREATMENTS,
}
_S = PhaseState
PHASE_STEPS: Final[Mapping[PhaseState, frozenset[PhaseState]]] = {
    _S.PLANNED: frozenset({_S.RUNNING, _S.STOPPED}),
    _S.RUNNING: frozenset({_S.PAUSED, _S.FINISHED, _S.STOPPED}),
    _S.PAUSED: frozenset({_S.RUNNING, _S.FINISHED, _S.STOPPED}),
    _S.FINISHED: frozenset({_S.RUNNING}),
    _S.STOPPED: frozenset(),
}


def check_case(present: str, wanted: str) -> None:
    """Raises Refused (`status_conflict`) with the present status."""
    if CareStatus(wanted) not in CASE_STEPS[CareStatus(present)]:
        message = _("The case is “%(status)s”; that step is not possible from there.")
        values = {"status": CareStatus(present).label}
        raise Refused(message % values, code="status_conflict", field="care_status", extra={"status": present})


def is_reopening(present: str, wanted: str) -> bool:
    """Whether the step takes a finished case up again: the finish date stays, the day of reopening is noted."""
    return present in FINISHED and wanted == CareStatus.ACTIVE


def check_phase(present: str, wanted: str) -> None:
    """Raises Refused (`status_conflict`) with the present state of the phase."""
    if PhaseState(wanted) not in PHASE_STEPS[PhaseState(present)]:
        message = _("The phase is “%(state)s”; that step is not possible from there.")
        values = {"state": PhaseState(present).label}
        raise Refused(message % values, code="status_conflict", field="state", extra={"status": present})


def check_follows(before: str, kind: str) -> None:
    """Raises Refused (`phase_order`) for a phase that cannot come after the one before; empty: the first of a plan."""
    if not before:
        if kind == PhaseKind.PHASE_2:
            raise Refused(_("A phase II comes after a phase I."), code="phase_order", field="kind")
        return
    if PhaseKind(kind) not in FOLLOWS[PhaseKind(before)]:
        message = _("“%(kind)s” does not follow “%(before)s”.")
        values = {"kind": PhaseKind(kind).label, "before": PhaseKind(before).label}
        raise Refused(message % values, code="phase_order", field="kind")


def care_of(kind: str, state: str = PhaseState.RUNNING) -> tuple[CareStatus, str]:
    """What a running or paused phase says about the patient: status, and care phase ("" outside of treatment)."""
    if kind == PhaseKind.OBSERVATION:
        return CareStatus.OBSERVATION, ""
    if kind == PhaseKind.RETENTION:
        return CareStatus.RETENTION, ""
    status = CareStatus.PAUSED if state == PhaseState.PAUSED else CareStatus.ACTIVE
    return status, CarePhase(kind).value


# A running or paused phase: it leads the case until it ends.
OPEN: Final = frozenset({PhaseState.RUNNING, PhaseState.PAUSED})


def is_treatment(kind: str) -> bool:
    """Whether teeth are moved: anything but observation and retention."""
    return kind in CarePhase.values


def care_after(kind: str, present: str, *, goes_on: bool) -> tuple[CareStatus, str]:
    """What the end of a phase says about the patient; `goes_on`: the plan holds a further phase of treatment.

    After a phase I the child is observed; aligners end without a debond.
    """
    if kind == PhaseKind.OBSERVATION:
        return CareStatus(present), ""
    if kind == PhaseKind.RETENTION:
        return CareStatus.RELEASED, ""
    if kind == PhaseKind.PHASE_1:
        return CareStatus.OBSERVATION, ""
    if goes_on:
        return CareStatus.ACTIVE, ""
    return (CareStatus.RETENTION if kind == PhaseKind.ALIGNER else CareStatus.DEBONDED), ""


def check_alone(open_kind: str) -> None:
    """Raises Refused (`status_conflict`) while another phase is open; empty: none is."""
    if open_kind:
        message = _("“%(kind)s” is not finished yet: finish or stop it first.")
        values = {"kind": PhaseKind(open_kind).label}
        raise Refused(message % values, code="status_conflict", field="state", extra={"phase": open_kind})


def check_led(wanted: str, open_kind: str) -> None:
    """An open phase leads the case; only leaving passes it by. Raises Refused (`status_conflict`)."""
    if open_kind and wanted not in _LEAVES:
        message = _("“%(kind)s” is under way and leads the case: pause, finish or stop that phase.")
        values = {"kind": PhaseKind(open_kind).label}
        raise Refused(message % values, code="status_conflict", field="care_status", extra={"phase": open_kind})
