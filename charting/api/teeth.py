"""The tooth chart through the API; teeth are FDI codes, whatever the clinic shows on screen."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import me
from accounts.api.views import ClinicView
from accounts.permissions import Permission
from charting.actions.teeth import NOTE_LENGTH, note_findings
from charting.rules.findings import ToothState
from charting.rules.notation import Notation
from charting.rules.teeth import tooth
from charting.tooth_chart.reading import TeethOn
from core.api.fields import StrictText
from core.api.idempotency import once
from core.api.schema import IDEMPOTENCY_KEY, errors
from patients import actions as patients_actions
from patients.api import fetch


class FindingInput(serializers.Serializer[Any]):
    """One finding at one tooth or several."""

    teeth = serializers.ListField(child=StrictText(max_length=2), min_length=1, max_length=52, help_text="FDI codes")
    state = serializers.ChoiceField(choices=ToothState.choices)
    surfaces = StrictText(required=False, allow_blank=True, max_length=12)
    on = serializers.DateField()
    note = StrictText(required=False, allow_blank=True, max_length=NOTE_LENGTH)


class ToothBody(serializers.Serializer[Any]):
    """What was found last at one tooth up to the day."""

    tooth = serializers.CharField(help_text="FDI code")
    name = serializers.CharField()
    snomed = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=ToothState.choices)
    surfaces = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    attached = serializers.ListField(child=serializers.CharField())


class TeethBody(serializers.Serializer[Any]):
    """The teeth of a day: those at which something was found, or that carry something."""

    on = serializers.DateField()
    days = serializers.ListField(child=serializers.DateField(), help_text="Days on which something changed")
    teeth = ToothBody(many=True)


class FindingsNoted(serializers.Serializer[Any]):
    """The answer to a new finding."""

    message = serializers.CharField()
    ids = serializers.ListField(child=serializers.CharField())


class DayInput(serializers.Serializer[Any]):
    """Which day."""

    on = serializers.DateField(required=False)


class TeethView(ClinicView):
    """One patient's tooth chart."""

    required = {"GET": Permission.CHART_READ, "POST": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="teeth_read",
        parameters=[OpenApiParameter("on", str, description="A day, YYYY-MM-DD; today if it is left out.")],
        responses={200: TeethBody, **errors(301, 404)},
    )
    def get(self, request: Request, pk: str) -> Response:
        """The teeth as they stood on a day."""
        patient = fetch.patient(request, pk)
        asked = DayInput(data=request.query_params)
        asked.is_valid(raise_exception=True)
        patients_actions.open_chart(by=me(request), patient=patient)
        page = TeethOn(patient, asked.validated_data.get("on"), Notation.FDI)
        rows = [
            {
                "tooth": one.tooth.code,
                "name": one.tooth.name,
                "snomed": one.tooth.snomed,
                "state": one.state,
                "surfaces": one.surfaces,
                "note": one.note,
                "attached": list(one.marks),
            }
            for one in page.picture.teeth
            if one.tooth.code in page.findings or one.marks
        ]
        return Response({"on": page.day, "days": page.days, "teeth": rows})

    @extend_schema(
        operation_id="teeth_note",
        parameters=[IDEMPOTENCY_KEY],
        request=FindingInput,
        responses={201: FindingsNoted, **errors(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Note a finding; what was found before stays in the history."""
        fetch.patient(request, pk)
        form = FindingInput(data=request.data)
        form.is_valid(raise_exception=True)
        return once(request, lambda: (201, self._note(request, pk, dict(form.validated_data))))

    def _note(self, request: Request, pk: str, data: dict[str, Any]) -> dict[str, Any]:
        teeth = [tooth(code, field="teeth") for code in data.pop("teeth")]
        made = note_findings(by=me(request), patient=fetch.patient(request, pk), teeth=teeth, **data)
        return {"message": "Findings noted", "ids": [row.pk for row in made]}
