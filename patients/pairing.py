"""Looks for records that may be one person among those that changed, and keeps the list for review.

The walk follows the time of the last change, so it can stop anywhere and go on from there: at first it meets everybody.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import audit, clock
from core.actions import in_transaction
from core.errors import Stale
from patients.duplicates import LISTED, Bond, Traits, Verdict, judge
from patients.models import DuplicatePair, DuplicateScan, Patient, SearchKey
from patients.models.duplicates import Decision
from patients.models.patient import PatientQuerySet
from patients.panels import Mover
from patients.rules import Event

CHUNK: Final = 50
PER_RUN: Final = 50_000
# Whoever writes now may have looked at the clock a moment ago: the walk keeps this far behind.
SETTLED: Final = timedelta(minutes=5)
_SCAN_ID: Final = "0" * 24  # there is one row
_READ_AT_ONCE: Final = 1000
_READ: Final = (
    *("id", "given_name", "family_name", "preferred_name", "former_name", "birth_date", "sex"),
    *("phone", "phone_alternative", "email", "address", "archived_at", "updated_at", "merged_into"),
)

PairKey = tuple[str, str]


@dataclass(frozen=True)
class Match:
    """Two records that may be one person, and what was compared."""

    verdict: Verdict
    mark: str


@dataclass
class Progress:
    """How many records were looked at, and how many pairs are new on the list."""

    looked: int = 0
    found: int = 0
    finished: bool = False


@dataclass
class _Chunk:
    """Some changed records, everybody whom they were compared with, and the matches."""

    changed: list[Patient]
    matches: dict[PairKey, Match] = field(default_factory=dict)

    @property
    def ids(self) -> set[str]:
        return {patient.pk for patient in self.changed}


def search(
    *,
    most: int = PER_RUN,
    settled: timedelta = SETTLED,
    report: Callable[[Progress], None] = lambda progress: None,
) -> Progress:
    """Go on where the last search stopped, for at most so many records; `report` after every part.

    Two at once do no harm: a pair is there once, and whoever finds the other ahead stops.
    """
    scan, until = _scan(), clock.now() - settled
    progress = Progress()
    while progress.looked < most:
        chunk = _next(scan, until, min(CHUNK, most - progress.looked))
        if not chunk.changed:
            progress.finished = True
            break
        try:
            progress.found += in_transaction(partial(_keep, scan, chunk))
        except Stale:
            break
        scan = _scan()
        progress.looked += len(chunk.changed)
        report(progress)
    if progress.looked:
        facts = {"looked": progress.looked, "found": progress.found}
        audit.record(None, Event.DUPLICATES_SEARCHED, "patients.DuplicatePair", changes=facts)
    return progress


def start_over() -> None:
    """Let the next search meet everybody again."""
    _scan().change(seen_until=None, seen_id="")


def left_to_see() -> int:
    """How many records have changed since the last search."""
    return _changed_since(_scan()).count()


def _scan() -> DuplicateScan:
    found = DuplicateScan.objects.filter(pk=_SCAN_ID).first()
    # Two who start at once: one of them inserts, the other tries again and finds it.
    return found or in_transaction(
        lambda attempt: DuplicateScan.objects.filter(pk=_SCAN_ID).first() or DuplicateScan.objects.create(pk=_SCAN_ID)
    )


def _changed_since(scan: DuplicateScan) -> PatientQuerySet:
    rows = Patient.objects.order_by("updated_at", "id")
    if scan.seen_until is None:
        return rows
    # The first bound lets every database use the index; the second drops what was seen.
    return rows.filter(updated_at__gte=scan.seen_until).filter(
        Q(updated_at__gt=scan.seen_until) | Q(pk__gt=scan.seen_id)
    )


def _next(scan: DuplicateScan, until: datetime, size: int) -> _Chunk:
    chunk = _Chunk(list(_changed_since(scan).filter(updated_at__lte=until).only(*_READ)[:size]))
    alike = {one.pk: SearchKey.objects.like(one) for one in chunk.changed if one.merged_into_id is None}
    for pair in DuplicatePair.objects.about(chunk.ids):
        for mine, theirs in ((pair.one_id, pair.other_id), (pair.other_id, pair.one_id)):
            if mine in alike:
                alike[mine].add(theirs)
    others = _read({pk for ids in alike.values() for pk in ids})
    traits = {pk: Traits.of(patient) for pk, patient in others.items()}
    for patient in chunk.changed:
        met = [others[pk] for pk in alike.get(patient.pk, ()) if pk in others]
        chunk.matches.update(_matches(patient, met, traits))
    return chunk


def _read(ids: Iterable[str]) -> dict[str, Patient]:
    wanted = sorted(ids)
    found: dict[str, Patient] = {}
    for start in range(0, len(wanted), _READ_AT_ONCE):
        rows = Patient.objects.filter(pk__in=wanted[start : start + _READ_AT_ONCE], merged_into=None)
        found |= {patient.pk: patient for patient in rows.only(*_READ)}
    return found


def _matches(patient: Patient, others: Iterable[Patient], known: dict[str, Traits]) -> Iterator[tuple[PairKey, Match]]:
    mine = Traits.of(patient)
    for other in others:
        verdict = judge(mine, known[other.pk])
        if verdict is None or verdict.bond != Bond.SAME or verdict.score < LISTED:
            continue
        if patient.is_archived and other.is_archived:
            continue
        first, second = sorted((patient.pk, other.pk))
        sides = (mine, known[other.pk]) if first == patient.pk else (known[other.pk], mine)
        yield (first, second), Match(verdict, DuplicatePair.mark_of(*sides))


def _keep(seen: DuplicateScan, chunk: _Chunk, _attempt: int) -> int:
    """Write the pairs of a chunk and how far the walk has come, together. Returns how many are new on the list."""
    scan = DuplicateScan.objects.get(pk=seen.pk)
    if scan.version != seen.version:
        raise Stale
    known = {(pair.one_id, pair.other_id): pair for pair in DuplicatePair.objects.about(chunk.ids)}
    fresh = [_new(key, match) for key, match in chunk.matches.items() if key not in known]
    DuplicatePair.objects.bulk_create(fresh)
    again = [pair for key, pair in known.items() if _renew(pair, chunk.matches.get(key))]
    last = chunk.changed[-1]
    scan.change(seen_until=last.updated_at, seen_id=last.pk)
    return len(fresh) + len(again)


def _new(key: PairKey, match: Match) -> DuplicatePair:
    return DuplicatePair(one_id=key[0], other_id=key[1], found_at=clock.now(), **_facts(match, clock.now()))


def _facts(match: Match, found_at: datetime) -> dict[str, Any]:
    score = match.verdict.score
    reasons = [reason.value for reason in match.verdict.reasons]
    return {"score": score, "reasons": reasons, "rank": DuplicatePair.rank_of(score, found_at), "mark": match.mark}


def _renew(pair: DuplicatePair, match: Match | None) -> bool:
    """Bring a known pair up to date; True if it is on the list again."""
    if pair.decision == Decision.OPEN:
        if match is None:
            pair.delete()
        else:
            pair.change(**_facts(match, pair.found_at))
        return False
    if pair.decision == Decision.MERGED or match is None or pair.mark == match.mark:
        return False
    now = clock.now()
    opened = {"decision": Decision.OPEN, "decided_by_id": "", "decided_at": None, "found_at": now}
    pair.change(**opened, **_facts(match, now))
    return True


def _close(other: Patient, survivor: Patient) -> dict[str, Any]:
    """Both records are one now: what was open about the one that went is settled."""
    rows = list(DuplicatePair.objects.about([other.pk]).open())
    for pair in rows:
        pair.change(decision=Decision.MERGED, decided_at=clock.now())
    return {"moved": {pair.pk: pair.version for pair in rows}}


def _open_again(kept: dict[str, Any], other: Patient) -> None:
    for pair in DuplicatePair.objects.filter(pk__in=list(kept["moved"]), decision=Decision.MERGED):
        pair.change(decision=Decision.OPEN, decided_at=None)


# Nothing that a person looks for on the record, so none are counted, and nothing stands in the way of an undo.
MOVER: Final = Mover(
    label=_("possible duplicates"),
    models=(DuplicatePair._meta.label,),
    count=lambda user, patient: 0,
    move=_close,
    check=lambda kept: None,
    move_back=_open_again,
)
