"""An entry of the treatment card in JSON: what may be sent, and what is answered. Teeth are FDI codes."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from appointments.api import inputs
from charting.card.entry import Entry
from charting.card.rows import Row
from charting.models import BracketEvent, Elastics, WireChange
from charting.rules import brackets, elastics, procedures, spans, wires
from charting.rules.classes import Hygiene
from charting.rules.teeth import Arch, tooth
from charting.rules.visits import REASON_LENGTH, RowState
from charting.rules.wires_in_mouth import Change, ChangeKind
from core import clock
from core.api.fields import StrictBoolean, StrictInteger, StrictText

MOST_PARTS = 64


class ProcedureBody(serializers.Serializer[Any]):
    """One thing that was done; IPR has a contact and millimetres, TURN the turns of the expander."""

    code = serializers.ChoiceField(choices=[(chip.code, str(chip.code)) for chip in procedures.CHIPS.values()])
    contact = StrictText(required=False, max_length=5, help_text="Two FDI codes: 13-12")
    mm = serializers.DecimalField(required=False, max_digits=4, decimal_places=2)
    turns = StrictInteger(required=False, min_value=1, max_value=procedures.MOST_TURNS)


class WireBody(serializers.Serializer[Any]):
    """One change of a wire; without `span` it is that of the whole arch."""

    kind = serializers.ChoiceField(choices=ChangeKind.choices)
    arch = serializers.ChoiceField(choices=Arch.choices)
    span = StrictText(required=False, allow_blank=True, max_length=spans.SPAN_LENGTH, help_text="FDI: 13-23")
    size = StrictText(required=False, allow_blank=True, max_length=16, help_text="In inches: 0.016, 0.019x0.025")
    material = serializers.ChoiceField(choices=wires.Material.choices, required=False, allow_blank=True)


class BracketBody(serializers.Serializer[Any]):
    """What was done to one attachment."""

    tooth = StrictText(max_length=2, help_text="FDI code")
    event = serializers.ChoiceField(choices=brackets.Event.choices)
    attachment = serializers.ChoiceField(choices=brackets.Attachment.choices)


class ElasticBody(serializers.Serializer[Any]):
    """One elastic that is worn from now on."""

    pattern = serializers.ChoiceField(choices=elastics.Pattern.choices)
    teeth = serializers.ListField(child=StrictText(max_length=2), min_length=1, max_length=20, help_text="FDI codes")
    bothSides = StrictBoolean(source="both_sides", required=False)
    diameter = serializers.ChoiceField(choices=elastics.Diameter.choices, help_text="Inches")
    ounces = serializers.DecimalField(max_digits=3, decimal_places=1)
    hours = StrictInteger(min_value=0, max_value=100, help_text="A day")
    latex = StrictBoolean(required=False)


class VisitInput(serializers.Serializer[Any]):
    """POST and PATCH: whatever is sent changes; wires, brackets, elastics and procedures as a whole."""

    on = serializers.DateField(required=False)
    doctorId = StrictText(source="doctor_id", required=False, max_length=24)
    hygiene = serializers.ChoiceField(choices=Hygiene.choices, required=False, allow_blank=True)
    procedures = serializers.ListField(child=ProcedureBody(), required=False, max_length=MOST_PARTS)
    wires = serializers.ListField(child=WireBody(), required=False, max_length=MOST_PARTS)
    brackets = serializers.ListField(child=BracketBody(), required=False, max_length=MOST_PARTS)
    elastics = serializers.ListField(child=ElasticBody(), required=False, max_length=MOST_PARTS)
    elasticsStopped = StrictBoolean(source="elastics_stopped", required=False)
    historyChecked = StrictBoolean(source="history_checked", required=False)
    note = StrictText(required=False, allow_blank=True)
    plan = StrictText(required=False, allow_blank=True, help_text="For the next time")
    nextType = StrictText(source="next_type", required=False, allow_blank=True, max_length=8)
    nextWeeks = StrictInteger(source="next_weeks", required=False, allow_null=True, min_value=0, max_value=1000)


class AmendmentInput(serializers.Serializer[Any]):
    """What is said later about a signed entry."""

    reason = StrictText(max_length=REASON_LENGTH)
    text = StrictText()


class AmendmentBody(serializers.Serializer[Any]):
    """What was said later."""

    _id = serializers.CharField()
    reason = serializers.CharField()
    text = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class VisitBody(serializers.Serializer[Any]):
    """One entry of the treatment card."""

    _id = serializers.CharField()
    on = serializers.DateField()
    doctorId = serializers.CharField()
    doctor = serializers.CharField()
    by = serializers.CharField(help_text="Who wrote it")
    appointmentId = serializers.CharField(allow_null=True)
    minutesLate = serializers.IntegerField()
    stamps = serializers.DictField(child=serializers.DateTimeField(), help_text="Of the board, by status")
    hygiene = serializers.ChoiceField(choices=Hygiene.choices, allow_blank=True)
    procedures = ProcedureBody(many=True)
    wires = WireBody(many=True)
    brackets = BracketBody(many=True)
    elastics = ElasticBody(many=True)
    elasticsStopped = serializers.BooleanField()
    historyChecked = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)
    plan = serializers.CharField(allow_blank=True)
    nextType = serializers.CharField(allow_blank=True, help_text="As it was called then")
    nextWeeks = serializers.IntegerField(allow_null=True)
    state = serializers.ChoiceField(choices=RowState.choices)
    waits = serializers.BooleanField(help_text="For a second signature")
    signedBy = serializers.CharField(allow_null=True)
    signedAt = serializers.DateTimeField(allow_null=True)
    countersignedBy = serializers.CharField(allow_null=True)
    countersignedAt = serializers.DateTimeField(allow_null=True)
    amendments = AmendmentBody(many=True)
    version = serializers.IntegerField()


class VisitSaved(serializers.Serializer[Any]):
    """The entry, and what should be looked at twice (nickel, slot)."""

    visit = VisitBody()
    warnings = serializers.ListField(child=serializers.CharField())


def changed(entry: Entry, data: Mapping[str, Any]) -> Entry:
    """The entry with what was sent in place of what was. Raises Refused naming the field, NotFound for a doctor."""
    plain = ("on", "hygiene", "elastics_stopped", "history_checked", "note", "plan", "next_weeks")
    values: dict[str, Any] = {name: data[name] for name in plain if name in data}
    if "doctor_id" in data:
        values["doctor"] = inputs.doctor(data["doctor_id"])
    if "next_type" in data:
        values["next_type"] = inputs.appointment_type(data["next_type"]) if data["next_type"] else None
    if "procedures" in data:
        values["procedures"] = tuple(_procedure(one) for one in data["procedures"])
    entry = replace(entry, **values)
    if "wires" in data:
        values["wires"] = tuple(_wire(one, entry) for one in data["wires"])
    if "brackets" in data:
        values["brackets"] = tuple(_bracket(one, entry) for one in data["brackets"])
    if "elastics" in data:
        values["elastics"] = tuple(_elastic(one) for one in data["elastics"])
    return replace(entry, **values)


def _procedure(one: Mapping[str, Any]) -> dict[str, Any]:
    return {name: f"{value.normalize():f}" if isinstance(value, Decimal) else value for name, value in one.items()}


def _wire(one: Mapping[str, Any], entry: Entry) -> Change:
    span = spans.span(one["span"], field="wires") if one.get("span") else None
    placed = None
    if one["kind"] == ChangeKind.PLACED:
        placed = wires.Wire(
            wires.size(one.get("size", ""), field="wires"), wires.material(one.get("material", ""), field="wires")
        )
    return Change(ChangeKind(one["kind"]), Arch(one["arch"]), entry.on, span, placed)


def _bracket(one: Mapping[str, Any], entry: Entry) -> brackets.Done:
    code = tooth(one["tooth"], field="brackets").code
    return brackets.Done(brackets.Event(one["event"]), code, brackets.Attachment(one["attachment"]), entry.on)


def _elastic(one: Mapping[str, Any]) -> elastics.Prescription:
    return elastics.Prescription(
        elastics.Pattern(one["pattern"]),
        tuple(tooth(code, field="elastics").code for code in one["teeth"]),
        elastics.Diameter(one["diameter"]),
        one["ounces"],
        one["hours"],
        one.get("latex", False),
        one.get("both_sides", False),
    )


def visit_body(row: Row) -> dict[str, Any]:
    """One entry with everything that belongs to it."""
    visit = row.visit
    return {
        "_id": visit.pk,
        "on": visit.on,
        "doctorId": visit.doctor_id,
        "doctor": visit.doctor.display_name,
        "by": visit.by.display_name,
        "appointmentId": visit.appointment_id,
        "minutesLate": row.late,
        "stamps": {status: clock.iso(at) for status, at in row.stamps.items()},
        "hygiene": visit.hygiene,
        "procedures": visit.procedures,
        "wires": [wire_body(one) for one in row.wires],
        "brackets": [bracket_body(one) for one in row.brackets],
        "elastics": [elastic_body(one) for one in row.elastics],
        "elasticsStopped": visit.elastics_stopped,
        "historyChecked": visit.history_checked,
        "note": visit.note,
        "plan": visit.plan,
        "nextType": visit.next_name,
        "nextWeeks": visit.next_weeks,
        "state": visit.state,
        "waits": visit.waits,
        "signedBy": visit.signed_by.display_name if visit.signed_by else None,
        "signedAt": clock.iso(visit.signed_at) if visit.signed_at else None,
        "countersignedBy": visit.countersigned_by.display_name if visit.countersigned_by else None,
        "countersignedAt": clock.iso(visit.countersigned_at) if visit.countersigned_at else None,
        "amendments": [
            {
                "_id": one.pk,
                "reason": one.reason,
                "text": one.text,
                "by": one.by.display_name,
                "at": clock.iso(one.created_at),
            }
            for one in row.amendments
        ],
        "version": visit.version,
    }


def wire_body(row: WireChange) -> dict[str, Any]:
    """One change of a wire."""
    return {name: getattr(row, name) for name in ("kind", "arch", "span", "size", "material")}


def bracket_body(row: BracketEvent) -> dict[str, Any]:
    """What was done to one attachment."""
    return {name: getattr(row, name) for name in ("tooth", "event", "attachment")}


def elastic_body(row: Elastics) -> dict[str, Any]:
    """One elastic."""
    return {
        "pattern": row.pattern,
        "teeth": row.teeth.split(","),
        "bothSides": row.both_sides,
        "diameter": row.diameter,
        "ounces": str(row.ounces),
        "hours": row.hours,
        "latex": row.latex,
    }
