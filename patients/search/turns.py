"""Turns: who writes to the index takes a number first, so that an older state never replaces a newer one."""

from datetime import timedelta
from typing import Final

from core import clock
from core.actions import Contention, in_transaction
from core.ids import new_id
from patients.models.search_outbox import SearchTurn

_NAME: Final = "patients"
_LEASE: Final = timedelta(minutes=2)


def take(at_least: int = 0) -> int:
    """A number higher than every one before, on all machines.

    Take it before reading what is to be written: of two states that meet in the index, the one with the higher number
    was read later. It follows the clock, so that it grows after a restore too.
    """

    def attempt(_number: int) -> int:
        row = _row()
        number = max(row.number + 1, int(clock.now().timestamp() * 1000), at_least)
        if SearchTurn.objects.filter(pk=_NAME, number=row.number).update(number=number) != 1:
            raise Contention
        return number

    return in_transaction(attempt)


def built() -> str:
    """Name of the index that was last built from this database; empty if none was."""
    row = SearchTurn.objects.filter(pk=_NAME).first()
    return row.index if row else ""


def note_built(index: str) -> None:
    """This index serves now."""
    SearchTurn.objects.filter(pk=_NAME).update(index=index)


class Lease:
    """The right to rebuild the index, for one process at a time; it ends by itself if that one dies."""

    def __init__(self) -> None:
        self._holder = new_id()

    def begin(self) -> bool:
        """Whether it is ours now."""

        def attempt(_number: int) -> bool:
            _row()
            free = SearchTurn.objects.filter(pk=_NAME, held_until__lte=clock.now())
            return free.update(holder=self._holder, held_until=clock.now() + _LEASE) == 1

        return in_transaction(attempt)

    def goes_on(self) -> bool:
        """Hold it for longer; False if somebody else has it."""
        return self._ours(clock.now() + _LEASE)

    def end(self) -> None:
        """Let others have it."""
        self._ours(clock.now())

    def _ours(self, until: object) -> bool:
        return SearchTurn.objects.filter(pk=_NAME, holder=self._holder).update(held_until=until) == 1


def _row() -> SearchTurn:
    return SearchTurn.objects.filter(pk=_NAME).first() or SearchTurn.objects.create(pk=_NAME)
