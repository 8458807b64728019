"""Tells Elasticsearch who has changed: what the outbox holds, in portions, each as it is in the database now."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

import structlog

from patients.models.search_outbox import SearchChange
from patients.search import figures, index, outbox, turns
from patients.search.documents import entries

PORTION: Final = 500
log = structlog.get_logger(__name__)


def tell() -> int:
    """Empty the outbox as far as it is due; how many patients the index was told of. Raises Unavailable.

    Several may do so at once. Each portion ends: what the index refuses is put off.
    """
    told = 0
    while rows := outbox.due(PORTION):
        # 1. The rows were read: all their changes are in the database. 2. The number is taken before the states are
        # read, so a higher number means a later state. 3. The aliases are read after the rows: an index under
        # construction that is not there yet will be filled with these states anyway.
        turn = turns.take()
        targets = index.places().targets
        if not targets:
            break
        told += _tell(rows, targets, turn)
    return told


def is_right() -> bool:
    """Whether the serving index is this database's, and nobody asks for all patients anew. Raises Unavailable."""
    serving = index.places().serving
    return bool(serving) and serving == turns.built() and not outbox.for_everybody()


def _tell(rows: list[SearchChange], targets: list[str], turn: int) -> int:
    ids = {row.patient_id for row in rows}
    found = entries(ids)
    written = index.write(targets, {pk: found.get(pk) for pk in ids}, turn)
    note_refused(written.refused)
    outbox.settle(row.pk for row in rows if row.patient_id in written.done)
    # Another worker told of the same patients. With the next number it works; if not, something else is wrong.
    again = [row for row in rows if row.patient_id in written.overtaken and not row.refusals]
    outbox.try_again(again)
    outbox.put_off(row for row in rows if row.patient_id not in written.done and row not in again)
    return len(written.done)


def note_refused(refused: Mapping[str, str]) -> None:
    """Say so in the log, by the kind of refusal."""
    for why, number in Counter(refused.values()).items():
        log.warning("search_documents_refused", why=why, number=number)
        figures.refused.inc(number)
