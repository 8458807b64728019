"""Whether an entry of the treatment card can be: every part of it beside what is in the mouth already."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from charting.card.cautions import allergens_of
from charting.card.entry import Entry
from charting.card.head import wires_in_mouth
from charting.models import BracketEvent, ToothFinding, Visit
from charting.rules import brackets, elastics, procedures, spans
from charting.rules import visits as rules
from charting.rules.findings import OUT_OF_REACH
from charting.rules.teeth import tooth
from charting.rules.wires_in_mouth import Change, ChangeKind, InMouth, check_change, wires_now
from core import clock
from core.errors import Refused
from patients.models import Patient

MOST_WEEKS = 104


def check_entry(visit: Visit, entry: Entry) -> None:
    """Raises Refused that names the field: `on`, `note`, `plan`, `procedures`, `wires`, `brackets`, `elastics`."""
    try:
        rules.check_date(entry.on, clock.today())
    except Refused as refusal:
        raise Refused(refusal.message, code=refusal.code, field="on") from None
    rules.check_note(entry.note)
    rules.check_note(entry.plan, field="plan")
    if entry.next_weeks is not None and not 0 < entry.next_weeks <= MOST_WEEKS:
        message = _("From 1 to %(most)s weeks.") % {"most": MOST_WEEKS}
        raise Refused(message, code="out_of_range", field="next_weeks")
    check_procedures(entry.procedures)
    _check_wires(visit, entry)
    _check_brackets(visit, entry)
    _check_elastics(visit, entry)


def check_procedures(done: Iterable[Any]) -> None:
    """Codes, millimetres per contact, turns."""
    procedures.check_codes([str(one.get("code", "")) for one in done])
    for one in done:
        chip = procedures.CHIPS[one["code"]]
        if chip.per_contact:
            first, _hyphen, second = str(one.get("contact", "")).partition("-")
            spans.contact(tooth(first, field="ipr"), tooth(second, field="ipr"), field="ipr")
            procedures.check_ipr(_decimal(one.get("mm")))
        if chip.turns:
            procedures.check_turns(int(one.get("turns") or 0))


def _check_wires(visit: Visit, entry: Entry) -> None:
    before = wires_in_mouth(visit.patient, besides=visit.pk)
    done: list[Change] = []
    for place, change in enumerate(entry.wires):
        now: tuple[InMouth, ...] = wires_now([*_as_placed(before), *done])
        _at("wires", place, lambda one=change, here=now: check_change(one, here))
        done.append(change)


def _as_placed(wires: Iterable[InMouth]) -> list[Change]:
    return [Change(ChangeKind.PLACED, one.arch, one.since, one.span, one.wire) for one in wires]


def _check_brackets(visit: Visit, entry: Entry) -> None:
    if not entry.brackets:
        return
    # read-scope: of a patient whom the person may treat
    rows = BracketEvent.objects.of(visit.patient).exclude(visit_id=visit.pk).order_by("on", "visit_id", "order")
    before = [row.as_done() for row in rows if row.on <= entry.on]
    absent = out_of_reach(visit.patient)
    for place, one in enumerate(entry.brackets):
        try:
            _at("brackets", place, lambda new=one, known=tuple(before): brackets.check_event(new, known, absent))
        except Refused as refusal:
            if refusal.extra.get("offer") == brackets.Event.PLACED_ELSEWHERE:
                refusal.extra["elsewhere"] = brackets.never_placed(entry.brackets[place:], before)
            raise
        before.append(one)


def _check_elastics(visit: Visit, entry: Entry) -> None:
    if not entry.elastics:
        return
    if entry.elastics_stopped:
        message = _("Either elastics are worn, or they are stopped.")
        raise Refused(message, code="invalid", field="elastics_stopped")
    allergens, absent = allergens_of(visit.patient), out_of_reach(visit.patient)
    for place, worn in enumerate(entry.elastics):
        _at("elastics", place, lambda one=worn: elastics.check_prescription(one, allergens, absent))


def out_of_reach(patient: Patient) -> frozenset[str]:
    """Teeth that nothing can be fixed to, as they were found last."""
    # read-scope: of a patient whom the person may treat
    rows = ToothFinding.objects.of(patient).order_by("on", "created_at", "id")
    states = {row.tooth: row.state for row in rows}
    return frozenset(tooth for tooth, state in states.items() if state in OUT_OF_REACH)


def _at(field: str, place: int, check: Any) -> None:
    """The refusal of a part, with its place: whoever typed it knows which field that was."""
    try:
        check()
    except Refused as refusal:
        extra = refusal.extra | {"part": refusal.field or "", "place": place}
        raise Refused(refusal.message, code=refusal.code, field=field, extra=extra) from None


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal("NaN")
