"""Where a case stands, by age, and the visits that brought it there (domain.md 1.10 and 1.11)."""

from dataclasses import dataclass
from random import Random
from typing import TypeAlias

from patients.rules import CarePhase, CareStatus

S, P = CareStatus, CarePhase
Standing: TypeAlias = tuple[CareStatus, CarePhase | None]

_CHILD: dict[Standing, int] = {
    (S.OBSERVATION, None): 52,
    (S.ACTIVE, P.PHASE_1): 20,
    (S.INQUIRY, None): 8,
    (S.PENDING, None): 7,
    (S.RECORDS, None): 4,
    (S.READY, P.PHASE_1): 4,
    (S.DECLINED, None): 3,
    (S.TRANSFERRED_OUT, None): 2,
}
_ELEVEN: dict[Standing, int] = {
    (S.OBSERVATION, None): 28,
    (S.ACTIVE, P.PHASE_1): 14,
    (S.ACTIVE, P.FULL): 22,
    (S.INQUIRY, None): 9,
    (S.PENDING, None): 9,
    (S.RECORDS, None): 6,
    (S.READY, P.FULL): 5,
    (S.DECLINED, None): 4,
    (S.TRANSFERRED_OUT, None): 3,
}
_TEEN: dict[Standing, int] = {
    (S.ACTIVE, P.FULL): 48,
    (S.ACTIVE, P.PHASE_2): 7,
    (S.ACTIVE, P.ALIGNER): 6,
    (S.PAUSED, P.FULL): 2,
    (S.OBSERVATION, None): 5,
    (S.INQUIRY, None): 5,
    (S.PENDING, None): 6,
    (S.RECORDS, None): 4,
    (S.READY, P.FULL): 4,
    (S.DEBONDED, P.FULL): 2,
    (S.RETENTION, P.FULL): 7,
    (S.DECLINED, None): 2,
    (S.TRANSFERRED_OUT, P.FULL): 2,
}
_SIXTEEN: dict[Standing, int] = {
    (S.ACTIVE, P.FULL): 27,
    (S.ACTIVE, P.ALIGNER): 6,
    (S.RETENTION, P.FULL): 38,
    (S.DEBONDED, P.FULL): 4,
    (S.RELEASED, P.FULL): 12,
    (S.INQUIRY, None): 4,
    (S.PENDING, None): 4,
    (S.READY, P.FULL): 2,
    (S.TRANSFERRED_OUT, P.FULL): 2,
    (S.DISMISSED, P.FULL): 1,
}
_ADULT: dict[Standing, int] = {
    (S.ACTIVE, P.ALIGNER): 20,
    (S.ACTIVE, P.FULL): 14,
    (S.ACTIVE, P.LIMITED): 7,
    (S.ACTIVE, P.SURGICAL): 3,
    (S.PAUSED, P.ALIGNER): 2,
    (S.RETENTION, P.ALIGNER): 11,
    (S.RETENTION, P.FULL): 13,
    (S.RELEASED, P.FULL): 10,
    (S.INQUIRY, None): 6,
    (S.PENDING, None): 5,
    (S.RECORDS, None): 2,
    (S.READY, P.ALIGNER): 3,
    (S.DECLINED, None): 3,
    (S.TRANSFERRED_OUT, P.ALIGNER): 1,
}
# Charts that the years have left behind.
_FORMER: dict[Standing, int] = {
    (S.RELEASED, P.FULL): 66,
    (S.RELEASED, P.ALIGNER): 10,
    (S.DECLINED, None): 12,
    (S.TRANSFERRED_OUT, P.FULL): 9,
    (S.DISMISSED, P.FULL): 1,
    (S.INQUIRY, None): 2,
}

MONTHS = {P.PHASE_1: (9, 14), P.PHASE_2: (16, 22), P.FULL: (18, 26), P.LIMITED: (6, 10), P.ALIGNER: (10, 18)}
_SURGICAL_MONTHS = (24, 30)
STARTS = frozenset({"BOND", "BON1", "BAND", "ALD"})


@dataclass(frozen=True)
class Step:
    """One visit of a career, and the weeks since the one before."""

    code: str
    weeks: int


def standing(age: int, rng: Random, *, former: bool = False) -> Standing:
    """Status and phase that fit the age."""
    table = _FORMER if former else _table(age)
    return rng.choices(list(table), list(table.values()))[0]


def _table(age: int) -> dict[Standing, int]:
    for below, table in ((10, _CHILD), (12, _ELEVEN), (16, _TEEN), (18, _SIXTEEN)):
        if age < below:
            return table
    return _ADULT


def months(phase: CarePhase, rng: Random) -> int:
    """How long the treatment was meant to take."""
    return rng.randint(*MONTHS.get(phase, _SURGICAL_MONTHS))


_LAST_SEEN = {S.ACTIVE: (1, 60), S.PENDING: (3, 90), S.PAUSED: (20, 150), S.RELEASED: (60, 900)}


def days_since_last_visit(status: CareStatus, rng: Random, *, former: bool = False) -> int:
    """For a case without a next visit: when the clinic saw the patient last."""
    return rng.randint(*((200, 3000) if former else _LAST_SEEN.get(status, (30, 700))))


def career(status: CareStatus, phase: CarePhase | None, rng: Random) -> tuple[list[Step], Step | None]:
    """The visits so far and, unless the case has none, the next one."""
    first = [Step("NPE", 0), Step("REC", 2), Step("CONS", 2)]
    begun = [*first, *_start(phase)]
    match status:
        case S.INQUIRY:
            return [], Step("NPE", 3)
        case S.PENDING:
            return first[:1], rng.choice([Step("REC", 2), Step("CONS", 3), None])
        case S.RECORDS:
            return first[:2], first[2]
        case S.READY:
            return first, _start(phase)[0]
        case S.OBSERVATION:
            return [first[0], *[Step("OBS", 26)] * rng.randint(0, 4)], Step("OBS", rng.choice([13, 26, 26, 26, 52]))
        case S.DECLINED:
            return first, None
        case S.ACTIVE:
            return _active(begun, phase, rng)
        case S.PAUSED | S.TRANSFERRED_OUT | S.DISMISSED:
            return [*begun, *_checks(phase, rng.randint(2, 8), rng)], None
    return _after(status, [*begun, *_checks(phase, rng.randint(8, 12), rng)], phase, rng)


def _start(phase: CarePhase | None) -> list[Step]:
    match phase:
        case P.PHASE_1:
            return [Step("SEP", 2), Step("BAND", 1)]
        case P.LIMITED:
            return [Step("BON1", 3)]
        case P.ALIGNER:
            return [Step("ALD", 4)]
    return [Step("BOND", 3)]


def _active(begun: list[Step], phase: CarePhase | None, rng: Random) -> tuple[list[Step], Step | None]:
    most = {P.PHASE_1: 6, P.LIMITED: 5, P.ALIGNER: 7}.get(phase or P.FULL, 12)
    done = rng.randint(0, most)
    steps = [*begun, *_checks(phase, done, rng)]
    if rng.random() < 0.08:
        return steps, None
    if done == most and phase not in {P.PHASE_1, P.ALIGNER}:
        return steps, Step("DEB", 6)
    return steps, _checks(phase, 1, rng)[0]


def _checks(phase: CarePhase | None, count: int, rng: Random) -> list[Step]:
    if phase is P.ALIGNER:
        return [Step("ALC", rng.randint(9, 11)) for _ in range(count)]
    codes = rng.choices(["ADJ", "ADJL", "REP"], [80, 15, 5], k=count)
    return [Step(code, rng.randint(6, 8) if code != "REP" else rng.randint(2, 4)) for code in codes]


def _after(
    status: CareStatus, treated: list[Step], phase: CarePhase | None, rng: Random
) -> tuple[list[Step], Step | None]:
    finished = treated if phase is P.ALIGNER else [*treated, Step("DEB", 6)]
    if status is S.DEBONDED:
        return finished, Step("RETD", 1)
    checks = [Step("RETC", 4), Step("RETC", 8), Step("RETC", 13), Step("RETC", 26)]
    kept = [*finished, Step("RETD", 1)]
    if status is S.RELEASED:
        return [*kept, *checks], None
    done = rng.randint(0, 3)
    return [*kept, *checks[:done]], checks[done]
