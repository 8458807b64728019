"""What is kept of a draft, as the form of an entry shows it."""

from collections.abc import Iterator
from typing import Any

from charting.forms.entry import MOST_ROWS
from charting.forms.written import ELASTIC
from charting.models import BracketEvent, Elastics, Visit, WireChange
from charting.rules import spans, wires
from charting.rules.notation import Notation, shown
from charting.rules.teeth import tooth
from charting.rules.wires_in_mouth import ChangeKind


def initial_of(visit: Visit, notation: str, usual: tuple[wires.Wire, ...]) -> dict[str, Any]:
    """The values of its fields, teeth in that notation; `usual` are the wires that have a chip."""
    done = [one for one in visit.procedures if isinstance(one, dict)]
    found: dict[str, Any] = {
        "version": visit.version,
        "on": visit.on,
        "doctor": visit.doctor_id,
        "hygiene": visit.hygiene,
        "procedures": [one["code"] for one in done if one["code"] not in {"IPR", "TURN"}],
        "turns": next((one.get("turns") for one in done if one["code"] == "TURN"), None),
        "ipr": ", ".join(
            f"{_written(one['contact'], Notation(notation))} {one['mm']}" for one in done if one["code"] == "IPR"
        ),
        "elastics_stopped": visit.elastics_stopped,
        "history_checked": visit.history_checked,
        "note": visit.note,
        "plan": visit.plan,
        "next_type": visit.next_type.code if visit.next_type else "",
        "next_weeks": visit.next_weeks,
    }
    return found | dict(_kept_wires(visit, Notation(notation), usual)) | dict(_kept_parts(visit, Notation(notation)))


def _written(span: str, notation: Notation) -> str:
    stored = spans.stored_span(span)
    return stored.shown(notation) if stored else ""


def _kept_wires(visit: Visit, notation: Notation, usual: tuple[wires.Wire, ...]) -> Iterator[tuple[str, Any]]:
    sections = []
    for row in WireChange.objects.filter(visit_id=visit.pk).order_by("order"):
        arch = row.arch
        if row.kind == ChangeKind.RETIED:
            yield "retie", True
        elif row.kind == ChangeKind.ALL_REMOVED:
            yield f"{arch}_out", True
        elif row.kind == ChangeKind.REMOVED:
            sections.append(f"{_written(row.span, notation)} out")
        elif row.span:
            sections.append(f"{_written(row.span, notation)} {wires.SIZES[row.size].label} {row.material}")
        else:
            text = f"{row.size} {row.material}"
            chip = any(one.text == text for one in usual)
            yield from (
                [(f"{arch}_wire", text)] if chip else [(f"{arch}_size", row.size), (f"{arch}_material", row.material)]
            )
    yield "wires", "; ".join(sections)


def _kept_parts(visit: Visit, notation: Notation) -> Iterator[tuple[str, Any]]:
    for number, bracket in enumerate(BracketEvent.objects.filter(visit_id=visit.pk).order_by("order")[:MOST_ROWS]):
        yield f"bracket{number}_tooth", shown(tooth(bracket.tooth), notation)
        yield from ((f"bracket{number}_{name}", getattr(bracket, name)) for name in ("event", "attachment"))
    for number, worn in enumerate(Elastics.objects.filter(visit_id=visit.pk).order_by("order")[:MOST_ROWS]):
        yield from ((f"elastic{number}_{name}", getattr(worn, name)) for name in ELASTIC)
        teeth = (shown(tooth(code), notation) for code in worn.teeth.split(","))
        yield f"elastic{number}_teeth", ", ".join(teeth)
