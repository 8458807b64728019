"""Appliances and the checks of retention through the API; teeth are FDI codes."""

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
from charting.card.wear import Wear, Worn
from charting.models import Appliance, ApplianceEvent, RetentionCheck
from core.api.conditional import check_if_match, etag
from core.api.fields import StrictInteger, StrictText
from core.api.idempotency import once
from core.api.schema import IDEMPOTENCY_KEY, IF_MATCH, errors
from patients.api import fetch

_NOTE = 2000


class ApplianceInput(serializers.Serializer[Any]):
    """One that is put in."""

    kind = StrictText(max_length=80)
    teeth = teeth_field()
    placedOn = serializers.DateField(source="placed_on")
    note = StrictText(required=False, allow_blank=True, max_length=_NOTE)


class RemovalInput(serializers.Serializer[Any]):
    """It is out."""

    removedOn = serializers.DateField(source="removed_on")


class EventInput(serializers.Serializer[Any]):
    """An activation with its turns, a repair, a loss, a check."""

    what = serializers.ChoiceField(choices=ApplianceEvent.What.choices)
    on = serializers.DateField()
    turns = StrictInteger(required=False, allow_null=True)
    note = StrictText(required=False, allow_blank=True, max_length=_NOTE)


class EventBody(EventInput):
    """What happened to an appliance."""

    _id = serializers.CharField()


class ApplianceBody(serializers.Serializer[Any]):
    """One appliance with what happened to it."""

    _id = serializers.CharField()
    kind = serializers.CharField()
    teeth = serializers.ListField(child=serializers.CharField())
    placedOn = serializers.DateField()
    removedOn = serializers.DateField(allow_null=True)
    turns = serializers.IntegerField(help_text="All so far")
    note = serializers.CharField(allow_blank=True)
    events = EventBody(many=True)
    version = serializers.IntegerField()


class RetentionInput(serializers.Serializer[Any]):
    """Plans the checks 1, 3, 6 and 12 months after that day."""

    since = serializers.DateField()


class CheckInput(serializers.Serializer[Any]):
    """A check was done."""

    doneOn = serializers.DateField(source="done_on")
    note = StrictText(required=False, allow_blank=True, max_length=_NOTE)


class CheckBody(serializers.Serializer[Any]):
    """One check after the debond."""

    _id = serializers.CharField()
    dueOn = serializers.DateField()
    doneOn = serializers.DateField(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField()


class AppliancesView(ClinicView):
    """What one patient wears beside wires, and wore."""

    required = {"GET": Permission.CHART_READ, "POST": Permission.CHART_DRAFT}

    @extend_schema(operation_id="appliances_list", responses={200: ApplianceBody(many=True), **errors(301, 404)})
    def get(self, request: Request, pk: str) -> Response:
        """Appliances, those that are in first."""
        wear = Wear(opened(request, pk))
        return Response([_appliance(worn) for worn in [*wear.present, *wear.past]])

    @extend_schema(
        operation_id="appliances_add",
        parameters=[IDEMPOTENCY_KEY],
        request=ApplianceInput,
        responses={201: ApplianceBody, **errors(301, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Put one in."""
        data = sent(ApplianceInput, request, pk)
        data["teeth"] = stored(data.pop("teeth", []), "teeth")

        def work() -> tuple[int, dict[str, Any]]:
            patient = fetch.patient(request, pk)
            return 201, _appliance(Worn(actions.place_appliance(by=me(request), patient=patient, **data)))

        return once(request, work)


class ApplianceView(ClinicView):
    """One appliance."""

    required = {"PATCH": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="appliances_remove",
        parameters=[IF_MATCH],
        request=RemovalInput,
        responses={200: ApplianceBody, **errors(301, 404, 409, 412, 413, 415, 422, 428)},
    )
    def patch(self, request: Request, pk: str, row: str) -> Response:
        """Take it out."""
        data = sent(RemovalInput, request, pk)
        found = find(request, pk, Appliance, row)
        check_if_match(request._request, found)
        saved = actions.remove_appliance(by=me(request), appliance=found, **data)
        return Response(_appliance(_with_events(saved)), headers={"ETag": etag(saved)})


class ApplianceEventsView(ClinicView):
    """What happened to one appliance."""

    required = {"POST": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="appliances_note",
        parameters=[IDEMPOTENCY_KEY],
        request=EventInput,
        responses={201: ApplianceBody, **errors(301, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str, row: str) -> Response:
        """An activation, a repair, a loss, a check."""
        data = sent(EventInput, request, pk)

        def work() -> tuple[int, dict[str, Any]]:
            found = find(request, pk, Appliance, row)
            actions.note_appliance_event(by=me(request), appliance=found, **data)
            return 201, _appliance(_with_events(found))

        return once(request, work)


class RetentionView(ClinicView):
    """One patient's checks after the debond."""

    required = {"GET": Permission.CHART_READ, "POST": Permission.CHART_DRAFT}

    @extend_schema(operation_id="retention_list", responses={200: CheckBody(many=True), **errors(301, 404)})
    def get(self, request: Request, pk: str) -> Response:
        """The checks in the order in which they are due."""
        return Response([_check(one) for one in Wear(opened(request, pk)).checks])

    @extend_schema(
        operation_id="retention_plan",
        parameters=[IDEMPOTENCY_KEY],
        request=RetentionInput,
        responses={201: CheckBody(many=True), **errors(301, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Plan them; those that are open already give way."""
        data = sent(RetentionInput, request, pk)
        made = actions.plan_retention(by=me(request), patient=fetch.patient(request, pk), **data)
        return Response([_check(one) for one in made], status=201)


class RetentionCheckView(ClinicView):
    """One check."""

    required = {"PATCH": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="retention_note",
        parameters=[IF_MATCH],
        request=CheckInput,
        responses={200: CheckBody, **errors(301, 404, 409, 412, 413, 415, 422, 428)},
    )
    def patch(self, request: Request, pk: str, row: str) -> Response:
        """It has been done."""
        data = sent(CheckInput, request, pk)
        found = find(request, pk, RetentionCheck, row)
        check_if_match(request._request, found)
        saved = actions.note_retention_check(by=me(request), check=found, **data)
        return Response(_check(saved), headers={"ETag": etag(saved)})


def _with_events(row: Appliance) -> Worn:
    # read-scope: of an appliance that the person may see
    return Worn(row, list(ApplianceEvent.objects.filter(appliance_id=row.pk).order_by("on", "created_at", "id")))


def _appliance(worn: Worn) -> dict[str, Any]:
    row = worn.appliance
    return {
        "_id": row.pk,
        "kind": row.kind,
        "teeth": listed(row.teeth),
        "placedOn": row.placed_on.isoformat(),
        "removedOn": row.removed_on.isoformat() if row.removed_on else None,
        "turns": worn.turns,
        "note": row.note,
        "events": [
            {"_id": one.pk, "what": one.what, "on": one.on.isoformat(), "turns": one.turns, "note": one.note}
            for one in worn.events
        ],
        "version": row.version,
    }


def _check(row: RetentionCheck) -> dict[str, Any]:
    done = row.done_on.isoformat() if row.done_on else None
    return {"_id": row.pk, "dueOn": row.due_on.isoformat(), "doneOn": done, "note": row.note, "version": row.version}
