"""Notes who has changed, for Elasticsearch, in the transaction of the change: nothing is lost or told too soon."""

import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from core import clock
from patients.models.search_outbox import SearchChange, SearchTurn

EVERYBODY: Final = ""
_CHUNK: Final = 500
_LONGEST_REST: Final = timedelta(days=1)
_GATHER_SECONDS: Final = 1  # changes of one second are told by one job
_asked_at = -1e9
_given_up = False


def note(*patient_ids: str) -> None:
    """These patients have changed: call it in the transaction that changes them."""
    if not settings.ELASTICSEARCH_URL:
        _note_that_nobody_follows()
        return
    rows = [SearchChange(patient_id=pk) for pk in dict.fromkeys(patient_ids)]
    for start in range(0, len(rows), _CHUNK):
        SearchChange.objects.bulk_create(rows[start : start + _CHUNK])
    # Robust: the patient is saved, and the job of the next minute does it too.
    transaction.on_commit(_ask_for_a_job, robust=True)


def note_everybody() -> None:
    """The index knows nothing of what is in the database now, such as after a restore."""
    if not SearchChange.objects.filter(patient_id=EVERYBODY).exists():
        SearchChange.objects.create(patient_id=EVERYBODY)


def _note_that_nobody_follows() -> None:
    # Elasticsearch was switched off: an index that was built before is out of date from the first change on.
    if not _given_up:
        if SearchTurn.objects.exists():
            note_everybody()
        transaction.on_commit(_give_up)


def _give_up() -> None:
    global _given_up
    _given_up = True


def _ask_for_a_job() -> None:
    global _asked_at
    if time.monotonic() - _asked_at < _GATHER_SECONDS:
        return
    _asked_at = time.monotonic()
    from patients.search.jobs import tell_the_index

    tell_the_index.schedule(delay=_GATHER_SECONDS)


def changed(most: int) -> set[str] | None:
    """Who has changed since the index was told; None if more than `most` have, or everybody."""
    found = set(SearchChange.objects.values_list("patient_id", flat=True)[: most + 1])
    return None if len(found) > most or EVERYBODY in found else found


def due(most: int) -> list[SearchChange]:
    """The oldest changes that the index can be told now; EVERYBODY is none of them."""
    rows = SearchChange.objects.filter(due_at__lte=clock.now()).exclude(patient_id=EVERYBODY)
    return list(rows.order_by("due_at", "id")[:most])


def for_everybody() -> list[str]:
    """Ids of the rows that ask for all patients anew."""
    return list(SearchChange.objects.filter(patient_id=EVERYBODY).values_list("pk", flat=True))


def settle(ids: Iterable[str]) -> None:
    """The index has been told of these rows."""
    rows = list(ids)
    for start in range(0, len(rows), _CHUNK):
        SearchChange.objects.filter(pk__in=rows[start : start + _CHUNK]).delete()


def try_again(rows: Iterable[SearchChange]) -> None:
    """At once, but count it."""
    for row in rows:
        SearchChange.objects.filter(pk=row.pk).update(refusals=row.refusals + 1)


def put_off(rows: Iterable[SearchChange]) -> None:
    """The index refuses these: try again later, each time after twice as long."""
    for row in rows:
        rest = min(timedelta(minutes=2 ** min(row.refusals, 20)), _LONGEST_REST)
        SearchChange.objects.filter(pk=row.pk).update(refusals=row.refusals + 1, due_at=clock.now() + rest)


def waiting() -> int:
    """How many changes the index has not been told of."""
    return SearchChange.objects.count()
