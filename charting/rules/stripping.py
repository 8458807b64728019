"""What is planned beside the aligners: enamel taken off at contacts (IPR), and attachments on teeth.

Kept with a series as [{"contact": "13-12", "mm": "0.2", "tray": 5}]: before which aligner; without `tray` at any time.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from charting.rules import aligners, procedures, spans
from charting.rules.notation import Notation, named
from charting.rules.teeth import Arch, Tooth, in_order, tooth
from core.errors import Refused

MOST: Final = 40  # contacts of one series; 30 teeth touch 28 times
FIELD: Final = "ipr"
_WRITTEN: Final = re.compile(
    r"(?P<contact>.+?)[ :=]+(?P<mm>\d*\.?\d+)\s*(?:mm)?"
    r"(?:\s*(?:@|\bat\b|\bbefore\b|\btray\b)\s*#?\s*(?P<tray>\d{1,3}))?",
    re.IGNORECASE,
)


def read(text: str, notation: Notation = Notation.FDI) -> list[dict[str, Any]]:
    """What was typed, teeth in the notation on screen: "13-12 0.2 before 5", one a line or with commas between.

    Raises Refused (`invalid`, `tooth_unknown`, `contact_impossible`) naming `ipr` and quoting the part.
    """
    parts = [part.strip() for part in re.split(r"[,;\n]", text)]
    return [_read(part, notation) for part in parts if part]


def written(rows: Iterable[Mapping[str, Any]], notation: Notation = Notation.FDI) -> str:
    """The plan as it is typed, one contact a line."""
    return "\n".join(_line(row, notation) for row in rows)


def check_plan(
    rows: Iterable[Mapping[str, Any]], series: aligners.Series, absent: Collection[str] = ()
) -> list[dict[str, Any]]:
    """The plan as it is kept. `absent` are codes of teeth that are gone: their neighbours touch.

    Raises Refused naming `ipr`: `tooth_unknown`, `contact_impossible`, `out_of_range`, `tray_beyond_series`,
    `contact_twice` for a contact named twice before one aligner.
    """
    kept: list[dict[str, Any]] = []
    for row in rows:
        one = _checked(row, series, absent)
        _check_beside(one, kept)
        kept.append(one)
    if len(kept) > MOST:
        message = _("At most %(most)s contacts fit into one plan.") % {"most": MOST}
        raise Refused(message, code="out_of_range", field=FIELD)
    return kept


def check_attachments(codes: str, absent: Collection[str] = ()) -> str:
    """FDI codes with commas, each once, as a chart shows them. Raises Refused (`tooth_unknown`, `tooth_absent`)."""
    found = [tooth(code, field="attachments") for code in dict.fromkeys(codes.split(",")) if code]
    for one in found:
        if one.code in absent:
            message = _("%(tooth)s is not in the mouth.") % {"tooth": named(one)}
            raise Refused(message, code="tooth_absent", field="attachments")
    return ",".join(in_order([one.code for one in found]))


def _read(part: str, notation: Notation) -> dict[str, Any]:
    match = _WRITTEN.fullmatch(part)
    if match is None:
        message = _("“%(part)s” cannot be read. Write contact, millimetres and aligner: 13-12 0.2 before 5.")
        raise Refused(message % {"part": part[:30]}, code="invalid", field=FIELD)
    ends = spans.span(match["contact"], notation, field=FIELD)
    return {"contact": str(ends), "mm": match["mm"], "tray": int(match["tray"]) if match["tray"] else None}


def _line(row: Mapping[str, Any], notation: Notation) -> str:
    span = spans.stored_span(row["contact"])
    said = f"{span.shown(notation) if span else ''} {row['mm']}"
    return f"{said} before {row['tray']}" if row.get("tray") else said


def _checked(row: Mapping[str, Any], series: aligners.Series, absent: Collection[str]) -> dict[str, Any]:
    first, last = _ends(str(row.get("contact", "")))
    contact = spans.contact(first, last, absent, field=FIELD)
    millimetres = _millimetres(row.get("mm"))
    try:
        procedures.check_ipr(millimetres)
    except Refused as refusal:
        raise _about(contact, refusal) from None
    kept: dict[str, Any] = {"contact": contact, "mm": f"{millimetres.normalize():f}"}
    tray = row.get("tray")
    if tray is not None:
        _check_tray(contact, first, series, tray)
        kept["tray"] = tray
    return kept


def _ends(contact: str) -> tuple[Tooth, Tooth]:
    first, _hyphen, last = contact.partition("-")
    return tooth(first, field=FIELD), tooth(last, field=FIELD)


def _check_tray(contact: str, end: Tooth, series: aligners.Series, tray: int) -> None:
    try:
        aligners.check_tray(series, Arch(end.arch), tray, field=FIELD)
    except Refused as refusal:
        raise _about(contact, refusal) from None


def _check_beside(one: Mapping[str, Any], kept: Iterable[Mapping[str, Any]]) -> None:
    """Beside what is planned for the same contact already: before another aligner, and not too much in all."""
    same = [row for row in kept if row["contact"] == one["contact"]]
    if any(row.get("tray") == one.get("tray") for row in same):
        message = _("%(contact)s is named twice.") % {"contact": _named(one["contact"])}
        raise Refused(message, code="contact_twice", field=FIELD)
    total = sum((Decimal(row["mm"]) for row in [*same, one]), Decimal(0))
    if total > procedures.MOST_IPR:
        values = {"contact": _named(one["contact"]), "total": total, "most": procedures.MOST_IPR}
        message = _("%(contact)s: %(total)s mm in all; at most %(most)s mm of enamel go from one contact.") % values
        raise Refused(message, code="out_of_range", field=FIELD)


def _millimetres(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal("NaN")


def _about(contact: str, refusal: Refused) -> Refused:
    """The refusal with the contact in front: a plan has many."""
    return Refused(f"{_named(contact)}: {refusal.message}", code=refusal.code, field=FIELD)


def _named(contact: str) -> str:
    span = spans.stored_span(contact)
    return span.named if span else contact
