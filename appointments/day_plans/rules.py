"""May a visit of this type stand where the day's plan keeps the time for something else?"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from appointments.day_plans.reading import PlannedBlock, blocks_of
from appointments.models import Appointment, Chair
from appointments.models.day_plans import BlockKind
from appointments.rules import Origin
from core import clock
from core.errors import Refused

EMERGENCY: Final = "EMG"  # the type that may use what is kept for emergencies; walk-ins of any type may too


def bars(block: PlannedBlock, code: str, *, walk_in: bool = False) -> bool:
    """Whether the block takes no visits of this type."""
    if block.kind == BlockKind.EMERGENCY:
        return not (walk_in or code == EMERGENCY or code in block.types)
    return block.kind != BlockKind.RESERVED or code not in block.types


def barring(
    blocks: Iterable[PlannedBlock],
    chair_id: str | None,
    start: datetime,
    end: datetime,
    code: str,
    *,
    walk_in: bool = False,
) -> PlannedBlock | None:
    """The first block over this time in this chair that takes no visits of this type."""
    met = (block for block in blocks if block.is_over(chair_id, start, end) and bars(block, code, walk_in=walk_in))
    return next(met, None)


def blocks_around(appointment: Appointment) -> list[PlannedBlock]:
    """What its day is kept for at its location."""
    day = clock.wall(appointment.start).date()
    return blocks_of([appointment.location_id], day, day)


def block_over(
    appointment: Appointment, chair_id: str | None, blocks: Iterable[PlannedBlock] | None = None
) -> PlannedBlock | None:
    """The block that keeps the visit out of that chair."""
    if blocks is None:
        blocks = blocks_around(appointment)
    walk_in = appointment.origin == Origin.WALK_IN
    return barring(blocks, chair_id, appointment.start, appointment.end, appointment.type.code, walk_in=walk_in)


def check_blocks(appointment: Appointment, chair_id: str | None, blocks: Iterable[PlannedBlock] | None = None) -> None:
    """Raises Refused (`time_blocked`) if the day's plan keeps the time for something else."""
    block = block_over(appointment, chair_id, blocks)
    if block is not None:
        raise time_blocked(block)


def open_chairs(
    appointment: Appointment, chairs: Sequence[Chair], blocks: Iterable[PlannedBlock] | None = None
) -> list[Chair]:
    """The chairs that the plan leaves to this visit, those kept for such visits first. Raises Refused (`time_blocked`).

    A location without chairs has none to leave; a block over all of it counts all the same.
    """
    if blocks is None:
        blocks = blocks_around(appointment)
    blocks = list(blocks)
    found = [chair for chair in chairs if block_over(appointment, chair.pk, blocks) is None]
    if not found:
        check_blocks(appointment, chairs[0].pk if chairs else None, blocks)
    return sorted(found, key=lambda chair: not _kept_for(blocks, chair.pk, appointment))


def time_blocked(block: PlannedBlock) -> Refused:
    """The refusal, with what the time is kept for and until when."""
    spoken = {"what": block.words, "from": f"{clock.wall(block.start):%H:%M}", "to": f"{clock.wall(block.end):%H:%M}"}
    if block.kind in {BlockKind.LUNCH, BlockKind.MEETING}:
        message = _("“%(what)s” is planned from %(from)s to %(to)s.")
    else:
        message = _("This chair is kept for “%(what)s” from %(from)s to %(to)s.")
    extra = {"keptFor": block.kind, "keptTypes": list(block.types)}
    return Refused(message % spoken, code="time_blocked", field="date", extra=extra)


def _kept_for(blocks: Iterable[PlannedBlock], chair_id: str, appointment: Appointment) -> bool:
    return any(block.is_over(chair_id, appointment.start, appointment.end) for block in blocks)
