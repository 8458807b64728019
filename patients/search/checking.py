"""Compares the serving index with the database, patient by patient, and puts right what differs."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from patients.models import Patient, SearchChange
from patients.search import index, turns
from patients.search.bars import Report
from patients.search.documents import entries
from patients.search.rebuilding import pages

_CHUNK: Final = 500


@dataclass
class Drift:
    """How index and database differ, by patients' ids."""

    patients: int = 0
    documents: int = 0
    missing: set[str] = field(default_factory=set)  # from the index
    stale: set[str] = field(default_factory=set)  # indexed as they were once
    surplus: set[str] = field(default_factory=set)  # not in the database
    waiting: int = 0  # changes that the outbox still holds: no drift

    @property
    def ids(self) -> set[str]:
        """All of them."""
        return self.missing | self.stale | self.surplus

    def note(self, pk: str, wanted: str | None, held: str | None) -> None:
        """One patient's mark in the database and in the index."""
        if wanted != held:
            (self.surplus if wanted is None else self.missing if held is None else self.stale).add(pk)


def compare(report: Report) -> Drift:
    """Look at everybody. What changes meanwhile is looked at twice, and no drift. Raises Unavailable."""
    index.refresh()
    first, total = Drift(), Patient.objects.filter(merged_into=None).count()
    report(0, total)
    last = ""
    for ids in (*pages(), []):
        wanted = {pk: entry.mark for pk, entry in entries(ids).items()}
        held = index.marks(after=last, until=ids[-1] if ids else "")
        first.patients, first.documents = first.patients + len(wanted), first.documents + len(held)
        for pk in wanted.keys() | held.keys():
            first.note(pk, wanted.get(pk), held.get(pk))
        report(first.patients, max(first.patients, total))
        last = ids[-1] if ids else last
    return _looked_at_again(first)


def _looked_at_again(first: Drift) -> Drift:
    second = Drift(first.patients, first.documents)
    for ids in _chunks(first.ids):
        held = index.held(ids)
        wanted = {pk: entry.mark for pk, entry in entries(ids).items()}
        waiting = set(SearchChange.objects.filter(patient_id__in=ids).values_list("patient_id", flat=True))
        for pk in set(ids) - waiting:
            second.note(pk, wanted.get(pk), held[pk].mark if pk in held else None)
    second.waiting = SearchChange.objects.count()
    return second


def repair(drift: Drift) -> int:
    """Write the present state of those that differ, whatever the index holds; how many it took. Raises Unavailable."""
    repaired = 0
    for ids in _chunks(drift.ids):
        # Higher than what is there, even if it was written by a clock that went wrong.
        highest = max((document.version for document in index.held(ids).values()), default=0)
        turn = turns.take(at_least=highest + 1)
        found = entries(ids)
        written = index.write(index.places().targets, {pk: found.get(pk) for pk in ids}, turn)
        repaired += len(written.done)
    return repaired


def _chunks(ids: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(ids)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]
