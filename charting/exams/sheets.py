"""Score sheets as they are kept, read back for the rules."""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from charting.rules import iotn

_MILLIMETRES = frozenset({"overjet", "rcp_icp", "contact_displacement", "open_bite", "overbite"})
_TRUTH = {"True": True, "False": False}


def kept_iotn(sheet: iotn.ScoreSheet) -> dict[str, str | None]:
    """As JSON keeps it."""
    return {name: None if value is None else str(value) for name, value in vars(sheet).items()}


def read_iotn(stored: Mapping[str, Any]) -> iotn.ScoreSheet:
    """As it was kept."""
    return iotn.ScoreSheet(**{one.name: _value(one.name, stored.get(one.name)) for one in fields(iotn.ScoreSheet)})


def _value(name: str, text: str | None) -> Any:
    if text is None:
        return None
    if name in _MILLIMETRES:
        return Decimal(text)
    if name == "missing_in_a_quadrant":
        return int(text)
    return _TRUTH.get(text, text)
