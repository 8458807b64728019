"""Aligner series through the API; teeth are FDI codes."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import me
from accounts.api.views import ClinicView
from accounts.permissions import Permission
from charting.actions import appliances as actions
from charting.api.rows import find, listed, opened, sent, stored, teeth_field
from charting.card.wear import Series, Wear
from charting.models import AlignerSeries
from charting.rules.aligners import Tracking
from core.actions import in_transaction
from core.api.conditional import check_if_match, etag
from core.api.fields import StrictInteger, StrictText
from core.api.idempotency import once
from core.api.schema import IDEMPOTENCY_KEY, IF_MATCH, errors
from patients.api import fetch
from patients.models import Patient


class StrippingBody(serializers.Serializer[Any]):
    """Enamel to be taken off at one contact, before an aligner."""

    contact = StrictText(max_length=5, help_text="Two FDI codes: 13-12")
    mm = StrictText(max_length=5)
    tray = StrictInteger(required=False, allow_null=True, min_value=1, max_value=200)


class SeriesInput(serializers.Serializer[Any]):
    """A series or a refinement; the one before ends."""

    brand = StrictText(required=False, allow_blank=True, max_length=80)
    refinement = StrictInteger(required=False, min_value=0, max_value=50)
    startedOn = serializers.DateField(source="started_on")
    upper = StrictInteger(min_value=0, max_value=200)
    lower = StrictInteger(min_value=0, max_value=200)
    daysPerTray = StrictInteger(source="days_per_tray", required=False, min_value=1, max_value=100)
    hours = StrictInteger(required=False, min_value=1, max_value=24)
    attachments = teeth_field()
    ipr = serializers.ListField(child=StrippingBody(), required=False, max_length=40)
    instructions = StrictText(required=False, allow_blank=True, max_length=500)


class SeriesChange(serializers.Serializer[Any]):
    """PATCH: what was delivered, what fits (with its day and tracking), or the end."""

    delivered = StrictInteger(required=False, min_value=0, max_value=1000)
    verified = StrictInteger(required=False, min_value=1, max_value=1000)
    on = serializers.DateField(required=False, help_text="The day on which it was verified")
    tracking = serializers.ChoiceField(choices=Tracking.choices, required=False)
    endedOn = serializers.DateField(source="ended_on", required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "verified" in attrs and "on" not in attrs:
            raise serializers.ValidationError({"on": "Say since when."})
        return attrs


class SeriesBody(SeriesInput):
    """One series and where the patient stands."""

    _id = serializers.CharField()
    delivered = serializers.IntegerField()
    verified = serializers.IntegerField()
    verifiedOn = serializers.DateField(allow_null=True)
    tracking = serializers.ChoiceField(choices=Tracking.choices)
    wornNow = serializers.IntegerField(help_text="As far as it can be told")
    projectedEnd = serializers.DateField()
    traysBehind = serializers.IntegerField()
    endedOn = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class AlignersView(ClinicView):
    """One patient's aligner series."""

    required = {"GET": Permission.CHART_READ, "POST": Permission.CHART_DRAFT}

    @extend_schema(operation_id="aligners_list", responses={200: SeriesBody(many=True), **errors(301, 404)})
    def get(self, request: Request, pk: str) -> Response:
        """Series and refinements, the newest first."""
        return Response([_series(one) for one in Wear(opened(request, pk)).series])

    @extend_schema(
        operation_id="aligners_add",
        parameters=[IDEMPOTENCY_KEY],
        request=SeriesInput,
        responses={201: SeriesBody, **errors(301, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Start a series or a refinement."""
        data = sent(SeriesInput, request, pk)
        data["attachments"] = stored(data.pop("attachments", []), "attachments")

        def work() -> tuple[int, dict[str, Any]]:
            patient = fetch.patient(request, pk)
            made = actions.start_series(by=me(request), patient=patient, **data)
            return 201, _of_series(patient, made)

        return once(request, work)


class AlignerSeriesView(ClinicView):
    """One series."""

    required = {"PATCH": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="aligners_change",
        parameters=[IF_MATCH],
        request=SeriesChange,
        responses={200: SeriesBody, **errors(301, 404, 409, 412, 413, 415, 422, 428)},
    )
    def patch(self, request: Request, pk: str, row: str) -> Response:
        """Deliver aligners, verify the one that is worn, or end the series."""
        data = sent(SeriesChange, request, pk)
        found = find(request, pk, AlignerSeries, row)
        check_if_match(request._request, found)
        by = me(request)

        def work(_attempt: int) -> AlignerSeries:
            if "delivered" in data:
                actions.hand_out_aligners(by=by, series=found, delivered=data["delivered"])
            if "verified" in data:
                tracking = data.get("tracking", found.tracking)
                actions.verify_aligner(by=by, series=found, tray=data["verified"], on=data["on"], tracking=tracking)
            if "ended_on" in data:
                actions.end_series(by=by, series=found, ended_on=data["ended_on"])
            return found

        saved = in_transaction(work)
        return Response(_of_series(saved.patient, saved), headers={"ETag": etag(saved)})


def _of_series(patient: Patient, row: AlignerSeries) -> dict[str, Any]:
    return next(_series(one) for one in Wear(patient).series if one.row.pk == row.pk)


def _series(one: Series) -> dict[str, Any]:
    row = one.row
    return {
        "_id": row.pk,
        "brand": row.brand,
        "refinement": row.refinement,
        "startedOn": row.started_on.isoformat(),
        "upper": row.upper,
        "lower": row.lower,
        "daysPerTray": row.days_per_tray,
        "hours": row.hours,
        "attachments": listed(row.attachments),
        "ipr": row.ipr,
        "instructions": row.instructions,
        "delivered": row.delivered,
        "verified": row.verified,
        "verifiedOn": row.verified_on.isoformat() if row.verified_on else None,
        "tracking": row.tracking,
        "wornNow": one.now.tray,
        "projectedEnd": one.ends_on.isoformat(),
        "traysBehind": one.behind,
        "endedOn": row.ended_on.isoformat() if row.ended_on else None,
        "version": row.version,
    }
