"""The list of possible duplicates through the API."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import ClinicView
from accounts.permissions import Permission
from core import clock
from core.api.paging import flag, page
from core.api.schema import PAGING, errors, query
from core.errors import NotFound
from patients import actions, shown
from patients.api.fetch import me
from patients.duplicates import Reason
from patients.models import DuplicatePair, Patient

_RIGHTS = (Permission.PATIENT_MERGE, Permission.PATIENT_EDIT)


class DuplicateSide(serializers.Serializer[Any]):
    """One of the two records."""

    _id = serializers.CharField()
    name = serializers.CharField()
    birthDate = serializers.DateField(allow_null=True)
    chartNumber = serializers.CharField()
    archivedAt = serializers.DateTimeField(allow_null=True)


class DuplicateRow(serializers.Serializer[Any]):
    """Two records that may be one person."""

    _id = serializers.CharField()
    patients = DuplicateSide(many=True, help_text="Always two.")
    reasons = serializers.ListField(child=serializers.ChoiceField(choices=Reason.choices))
    score = serializers.IntegerField(min_value=0, max_value=100, help_text="How alike: from 70 on nearly certain.")
    foundAt = serializers.DateTimeField()
    dismissedAt = serializers.DateTimeField(allow_null=True, help_text="When somebody said that they are two people.")


class DuplicatesView(ClinicView):
    """The list for review."""

    required = {"GET": _RIGHTS}

    @extend_schema(
        operation_id="duplicates_list",
        parameters=[
            query("strong", bool, "With `true` only pairs that are nearly certain."),
            query("dismissed", bool, "With `true` the pairs of which somebody said that they are two people."),
            *(parameter for parameter in PAGING if parameter.name != "fields"),
        ],
        responses={200: DuplicateRow(many=True), **errors()},
    )
    def get(self, request: Request) -> Response:
        """Pairs of records that may be one person, the strongest first; found every night."""
        rows = DuplicatePair.objects.visible_to(me(request))
        rows = rows.dismissed() if flag(request._request, "dismissed") else rows.open()
        rows = rows.strong() if flag(request._request, "strong") else rows
        found = page(request._request, rows, sort="-rank")
        ids = {pk for pair in found.rows for pk in (pair.one_id, pair.other_id)}
        known = {patient.pk: patient for patient in Patient.objects.visible_to(me(request)).filter(pk__in=ids)}
        shown.note(me(request), known.values())
        return Response(
            [_row(pair, known) for pair in found.rows if {pair.one_id, pair.other_id} <= known.keys()],
            headers=found.headers,
        )


class DuplicateDismissalView(ClinicView):
    """What a person says about a pair."""

    required = {"POST": _RIGHTS, "DELETE": _RIGHTS}

    @extend_schema(
        operation_id="duplicates_dismiss",
        request=None,
        responses={204: OpenApiResponse(description="Off the list."), **errors(404, 422)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """They are two people: the pair leaves the list until one of the records changes."""
        actions.dismiss_duplicate(by=me(request), pair=_pair(request, pk))
        return Response(status=204)

    @extend_schema(
        operation_id="duplicates_reopen",
        responses={204: OpenApiResponse(description="On the list again."), **errors(404, 422)},
    )
    def delete(self, request: Request, pk: str) -> Response:
        """Take that back."""
        actions.reopen_duplicate(by=me(request), pair=_pair(request, pk))
        return Response(status=204)


def _pair(request: Request, pk: str) -> DuplicatePair:
    found = DuplicatePair.objects.visible_to(me(request)).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _row(pair: DuplicatePair, known: dict[str, Patient]) -> dict[str, Any]:
    return {
        "_id": pair.pk,
        "patients": [_side(known[pair.one_id]), _side(known[pair.other_id])],
        "reasons": pair.reasons,
        "score": pair.score,
        "foundAt": clock.iso(pair.found_at),
        "dismissedAt": clock.iso(pair.decided_at) if pair.decided_at else None,
    }


def _side(patient: Patient) -> dict[str, Any]:
    return {
        "_id": patient.pk,
        "name": patient.name,
        "birthDate": patient.birth_date.isoformat() if patient.birth_date else None,
        "chartNumber": patient.chart_number,
        "archivedAt": clock.iso(patient.archived_at) if patient.archived_at else None,
    }
