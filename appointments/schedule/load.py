"""How much of the doctors is wanted at once, row by row across all chairs. No queries."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from appointments.claims import ORDINARY_LANES
from appointments.grid import Block, wall_time
from appointments.rules import ASSISTANT, PROCEDURE, UNIT_MINUTES

_UNIT = timedelta(minutes=UNIT_MINUTES)


@dataclass(frozen=True)
class Row:
    """A stretch of time in which so many visits want a doctor; `too_many` of them more than the doctors can see."""

    at: str
    until: str
    wanted: int
    too_many: int


def doctor_time(blocks: Iterable[Block], lanes: Mapping[str, int]) -> list[Row]:
    """Rows from morning to evening, without those in which nobody wants a doctor.

    `lanes` is how many checks each doctor sees to at once; a procedure needs the doctor alone.
    """
    cells: dict[str, dict[str, list[str]]] = {}
    for block in blocks:
        for at, unit in _units(block):
            cells.setdefault(at, {}).setdefault(block.appointment.doctor_id, []).append(unit)
    counted = [(at, *_count(doctors, lanes)) for at, doctors in sorted(cells.items())]
    return list(_joined(counted))


def _units(block: Block) -> Iterator[tuple[str, str]]:
    visit = block.appointment
    for number, unit in enumerate(visit.pattern):
        if unit != ASSISTANT:
            yield wall_time(visit.start + number * _UNIT), unit


def _count(doctors: dict[str, list[str]], lanes: Mapping[str, int]) -> tuple[int, int]:
    wanted = sum(map(len, doctors.values()))
    too_many = 0
    for doctor, units in doctors.items():
        room = 1 if PROCEDURE in units else lanes.get(doctor, ORDINARY_LANES)
        too_many += max(0, len(units) - room)
    return wanted, too_many


def _joined(counted: list[tuple[str, int, int]]) -> Iterator[Row]:
    """Cells that follow one another and say the same are one row."""
    begun: Row | None = None
    for at, wanted, too_many in counted:
        until = _after(at)
        if begun and (begun.until, begun.wanted, begun.too_many) == (at, wanted, too_many):
            begun = Row(begun.at, until, wanted, too_many)
            continue
        if begun:
            yield begun
        begun = Row(at, until, wanted, too_many)
    if begun:
        yield begun


def _after(at: str) -> str:
    minutes = int(at[:2]) * 60 + int(at[3:]) + UNIT_MINUTES
    return f"{minutes // 60:02}:{minutes % 60:02}"
