"""What one entry of the treatment card says, as it was typed and as the rules see it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.models import User
from appointments.models import AppointmentType
from charting.rules.brackets import Done
from charting.rules.elastics import Prescription
from charting.rules.wires_in_mouth import Change, ChangeKind


@dataclass(frozen=True)
class Entry:
    """Everything of an entry that its writer decides; `wires`, `brackets` and `elastics` in the order of the day."""

    on: date
    doctor: User
    hygiene: str = ""
    procedures: tuple[Mapping[str, Any], ...] = ()
    history_checked: bool = False
    elastics_stopped: bool = False
    note: str = ""
    plan: str = ""
    next_type: AppointmentType | None = None
    next_weeks: int | None = None
    wires: tuple[Change, ...] = ()
    brackets: tuple[Done, ...] = ()
    elastics: tuple[Prescription, ...] = ()


def wire_row(change: Change) -> dict[str, Any]:
    """The columns of a wire change."""
    placed = change.wire if change.kind == ChangeKind.PLACED else None
    return {
        "arch": change.arch.value,
        "span": str(change.span or ""),
        "kind": change.kind.value,
        "size": str(placed.size) if placed else "",
        "material": placed.material.value if placed else "",
    }


def bracket_row(done: Done) -> dict[str, Any]:
    """The columns of a bracket event."""
    return {"tooth": done.tooth, "attachment": done.attachment.value, "event": done.event.value}


def elastics_row(worn: Prescription) -> dict[str, Any]:
    """The columns of an elastic."""
    return {
        "pattern": worn.pattern.value,
        "teeth": ",".join(worn.teeth),
        "both_sides": worn.both_sides,
        "diameter": worn.diameter.value,
        "ounces": Decimal(worn.ounces),
        "hours": worn.hours,
        "latex": worn.latex,
    }


def same(rows: Iterable[Any], wanted: list[dict[str, Any]]) -> bool:
    """Whether the rows that are kept say just that."""
    kept = [{name: getattr(row, name) for name in one} for row, one in zip(rows, wanted, strict=False)]
    return kept == wanted and len(list(rows)) == len(wanted)
