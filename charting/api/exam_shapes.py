"""An exam and its score sheets in JSON: made from what the rules say an exam holds."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

from rest_framework import serializers

from charting.models import Exam, ExamKind
from charting.rules import exam as rules
from charting.rules import iotn
from charting.rules.iotn_criteria import HypodontiaNeed
from charting.rules.measures import MEASURES
from charting.rules.visits import RowState
from core import clock
from core.api.fields import StrictBoolean, StrictInteger, StrictText
from core.api.names import camel

_SAID = ("on", "kind", "note")
_OF_SHEET = ("aesthetic", "study_casts", "judged", "reason")


class Measured(serializers.DecimalField):
    """A number as it was measured: no zeros are added to it."""

    def quantize(self, value: Decimal) -> Decimal:
        return value


def _fact(name: str) -> serializers.Field[Any, Any, Any, Any]:
    """One fact: millimetres or degrees, one of several, a list, yes or no; null is "not noted"."""
    more: dict[str, Any] = {"required": False, "help_text": str(rules.label(name))}
    if camel(name) != name:
        more["source"] = name
    if name in MEASURES:
        more["help_text"] += f" ({MEASURES[name].unit})"
        return Measured(max_digits=6, decimal_places=2, allow_null=True, **more)
    if name in rules.SEVERAL:
        child = serializers.ChoiceField(choices=rules.SEVERAL[name][0].choices)
        return serializers.ListField(child=child, max_length=20, **more)
    if name in rules.YES_NO:
        return StrictBoolean(allow_null=True, **more)
    return serializers.ChoiceField(choices=rules.CHOICES[name][0].choices, allow_blank=True, **more)


def _sheet_field(name: str) -> serializers.Field[Any, Any, Any, Any]:
    more: dict[str, Any] = {"required": False, "allow_null": True, "help_text": str(iotn.LABELS[name])}
    if camel(name) != name:
        more["source"] = name
    if name in iotn.MEASURED:
        return Measured(max_digits=5, decimal_places=2, **more)
    if name == "missing_in_a_quadrant":
        return StrictInteger(min_value=0, max_value=8, **more)
    if name == "hypodontia_need":
        return serializers.ChoiceField(choices=HypodontiaNeed.choices, **more)
    return StrictBoolean(**more)


def _made(name: str, doc: str, fields: Mapping[str, Any]) -> type[serializers.Serializer[Any]]:
    return cast("type[serializers.Serializer[Any]]", type(name, (serializers.Serializer,), {"__doc__": doc, **fields}))


FactsBody: Any = _made(
    "FactsBody",
    "What was measured and classified; teeth and sides as the patient's.",
    {camel(name): _fact(name) for name in rules.NAMES},
)
IotnSheet: Any = _made(
    "IotnSheet", "What the index asks; null is not assessed.", {camel(name): _sheet_field(name) for name in iotn.LABELS}
)


class ExamChange(serializers.Serializer[Any]):
    """PATCH: facts that are sent change, null or empty takes one away; the others stay."""

    on = serializers.DateField(required=False)
    kind = serializers.ChoiceField(choices=ExamKind.choices, required=False)
    note = StrictText(required=False, allow_blank=True)
    facts = FactsBody(required=False)


class ExamInput(ExamChange):
    """POST."""

    on = serializers.DateField()
    kind = serializers.ChoiceField(choices=ExamKind.choices)


class ExamBody(serializers.Serializer[Any]):
    """One exam."""

    _id = serializers.CharField()
    on = serializers.DateField()
    kind = serializers.ChoiceField(choices=ExamKind.choices)
    note = serializers.CharField(allow_blank=True)
    facts = FactsBody()
    state = serializers.ChoiceField(choices=RowState.choices)
    by = serializers.CharField(help_text="Who wrote it")
    signedBy = serializers.CharField(allow_null=True)
    signedAt = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class IotnInput(serializers.Serializer[Any]):
    """What is not sent comes from the exam and the tooth chart."""

    sheet = IotnSheet(required=False)
    aesthetic = StrictInteger(required=False, allow_null=True)
    studyCasts = StrictBoolean(source="study_casts", required=False)
    judged = StrictText(required=False, allow_blank=True, max_length=3, help_text="A grade with its letter: 4a")
    reason = StrictText(required=False, allow_blank=True, max_length=500)


class MetBody(serializers.Serializer[Any]):
    """A criterion that is met."""

    code = serializers.CharField()
    reason = serializers.CharField()


class IotnBody(serializers.Serializer[Any]):
    """The grade with its reasons; the clinician's own stands beside it."""

    code = serializers.CharField(allow_blank=True, help_text="4a; empty while too little is assessed")
    isFinal = serializers.BooleanField(help_text="False: at least this")
    met = MetBody(many=True)
    missing = serializers.ListField(child=serializers.CharField(), help_text="What could still make it worse")
    need = serializers.ChoiceField(choices=iotn.Need.choices)
    aesthetic = serializers.IntegerField(allow_null=True)
    judged = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    sheet = IotnSheet()
    citation = serializers.CharField()


def exam_body(row: Exam) -> dict[str, Any]:
    """One exam."""
    facts = {camel(name): value for name, value in row.facts.items() if name in rules.NAMES}
    return {
        "_id": row.pk,
        "on": row.on.isoformat(),
        "kind": row.kind,
        "note": row.note,
        "facts": facts,
        "state": row.state,
        "by": row.by.display_name,
        "signedBy": row.signed_by.display_name if row.signed_by else None,
        "signedAt": clock.iso(row.signed_at) if row.signed_at else None,
        "version": row.version,
    }


def changed(facts: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with what was sent in place of what was."""
    return {name: value for name, value in {**facts, **sent}.items() if value is not None and value != ""}
