"""Where one patient stands: what the head of the chart shows, in one answer."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import me
from accounts.api.views import ClinicView
from accounts.permissions import Permission
from charting.api.rows import opened
from charting.api.visit_shapes import ElasticBody, elastic_body
from charting.card.head import AlignersNow, ChartHead
from charting.rules.classes import Hygiene
from core import clock
from core.api.schema import errors


class WireInBody(serializers.Serializer[Any]):
    """A wire that is in the mouth."""

    arch = serializers.CharField()
    span = serializers.CharField(allow_blank=True, help_text="FDI; empty is the whole arch")
    size = serializers.CharField()
    material = serializers.CharField()
    since = serializers.DateField()


class AlignerNowBody(serializers.Serializer[Any]):
    """The aligner worn today, as far as it can be told."""

    tray = serializers.IntegerField()
    of = serializers.IntegerField()
    projectedEnd = serializers.DateField()


class ProgressBody(serializers.Serializer[Any]):
    """Month X of about N."""

    month = serializers.IntegerField()
    months = serializers.IntegerField()
    monthsOver = serializers.IntegerField()


class ChartBody(serializers.Serializer[Any]):
    """Where the patient stands."""

    patientId = serializers.CharField()
    status = serializers.CharField()
    phase = serializers.CharField(allow_blank=True)
    alerts = serializers.ListField(child=serializers.CharField())
    progress = ProgressBody(allow_null=True)
    wires = WireInBody(many=True)
    elastics = ElasticBody(many=True)
    aligner = AlignerNowBody(allow_null=True)
    hygiene = serializers.ListField(
        child=serializers.ChoiceField(choices=Hygiene.choices), help_text="The last five, oldest first"
    )
    nextStep = serializers.CharField(allow_blank=True)
    lastVisit = serializers.DateTimeField(allow_null=True)
    nextVisit = serializers.DateTimeField(allow_null=True)


class ChartView(ClinicView):
    """The head of one chart."""

    required = {"GET": Permission.CHART_READ}

    @extend_schema(operation_id="chart_read", responses={200: ChartBody, **errors(301, 404)})
    def get(self, request: Request, pk: str) -> Response:
        """Where the patient stands."""
        patient = opened(request, pk)
        head = ChartHead(me(request), patient)
        return Response(
            {
                "patientId": patient.pk,
                "status": patient.care_status,
                "phase": patient.care_phase,
                "alerts": [*(entry.description for entry in head.critical), *patient.alerts],
                "progress": _progress(head),
                "wires": [
                    {
                        "arch": one.arch,
                        "span": str(one.span or ""),
                        "size": str(one.wire.size),
                        "material": one.wire.material,
                        "since": one.since,
                    }
                    for one in head.wires
                ],
                "elastics": [elastic_body(one) for one in head.elastics],
                "aligner": _aligner(head.aligners),
                "hygiene": head.hygiene,
                "nextStep": head.next_step,
                "lastVisit": clock.iso(head.facts.last) if head.facts.last else None,
                "nextVisit": clock.iso(head.facts.next) if head.facts.next else None,
            }
        )


def _progress(head: ChartHead) -> dict[str, Any] | None:
    found = head.progress
    return {"month": found.month, "months": found.months, "monthsOver": found.over} if found else None


def _aligner(now: AlignersNow | None) -> dict[str, Any] | None:
    return {"tray": now.tray, "of": now.of, "projectedEnd": now.ends_on} if now else None
