"""A new index beside the serving one, which goes on serving until the new one is complete: then they change places."""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from patients.models import Patient, SearchChange
from patients.search import index, outbox, telling, turns
from patients.search.bars import Report
from patients.search.documents import Entry, entries
from patients.search.link import Unavailable

PORTION: Final = 500
_TRIES: Final = 5
_PAUSE_SECONDS: Final = 6.0  # longer than the link rests


class Busy(Exception):
    """Somebody else rebuilds the index at present."""


@dataclass(frozen=True)
class Rebuilt:
    """What serves now."""

    index: str
    patients: int
    refused: int
    leftovers: int


def rebuild(report: Report) -> Rebuilt:
    """Build the index anew; `report` hears how many patients of how many. Raises Busy or Unavailable.

    Changes made meanwhile go into both indices (`telling`). Whatever fails, the old one serves on.
    """
    lease = turns.Lease()
    if not lease.begin():
        raise Busy
    try:
        return _rebuild(lease, report)
    finally:
        lease.end()


def _rebuild(lease: turns.Lease, report: Report) -> Rebuilt:
    leftovers = index.drop_leftovers()
    for_everybody = outbox.for_everybody()
    new = index.create()
    try:
        patients, refused = _fill(lease, report)
        # The last look before the change: who lost the lease has lost the index too.
        if not lease.goes_on():
            raise Busy
        index.swap(index.places().serving, new)
    except BaseException:
        with suppress(Unavailable):
            index.drop(new)
        raise
    turns.note_built(new)
    outbox.settle(for_everybody)
    return Rebuilt(new, patients, refused, len(leftovers))


def _fill(lease: turns.Lease, report: Report) -> tuple[int, int]:
    total, done, refused = Patient.objects.filter(merged_into=None).count(), 0, 0
    report(0, total)
    for ids in pages():
        if not lease.goes_on():
            raise Busy
        turn = turns.take()
        found = entries(ids)
        written = _write(dict(found), turn)
        telling.note_refused(written.refused)
        # They are found from the database for as long as they wait.
        outbox.put_off(SearchChange.objects.create(patient_id=pk) for pk in written.refused)
        done, refused = done + len(found), refused + len(written.refused)
        report(done, max(done, total))
    return done, refused


def pages() -> Iterator[list[str]]:
    """Ids of all patients in their order, in portions."""
    last = ""
    while ids := list(Patient.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:PORTION]):
        yield ids
        last = ids[-1]


def _write(states: dict[str, Entry | None], turn: int) -> index.Written:
    for number in range(_TRIES):
        try:
            return index.write([index.building()], states, turn)
        except Unavailable:
            if number == _TRIES - 1:
                raise
            time.sleep(_PAUSE_SECONDS)
    raise AssertionError("unreachable")
