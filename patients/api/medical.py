"""The medical history through the API."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import SIGNED_IN
from accounts.api.views import ClinicView
from accounts.permissions import Permission
from core.api.conditional import check_if_match, etag
from core.api.idempotency import once
from core.api.schema import IDEMPOTENCY_KEY, IF_MATCH, errors
from patients import actions
from patients.api import fetch
from patients.api.fetch import me
from patients.api.inputs import MedicalEntryInput
from patients.api.shapes import MedicalEntryBody, entry_body, histories

ADDED = "Medical entry added successfully"


class MedicalEntryAdded(serializers.Serializer[Any]):
    """The answer to a new entry."""

    message = serializers.CharField()
    _id = serializers.CharField()


class MedicalHistoryView(ClinicView):
    """One patient's history."""

    required = {"GET": SIGNED_IN, "POST": Permission.MEDICAL_WRITE}

    @extend_schema(
        operation_id="medical_history_list", responses={200: MedicalEntryBody(many=True), **errors(301, 404)}
    )
    def get(self, request: Request, pk: str) -> Response:
        """The entries that you may read: the desk reads critical ones only."""
        patient = fetch.patient(request, pk)
        actions.open_chart(by=me(request), patient=patient)
        return Response(histories(me(request), [patient])[patient.pk])

    @extend_schema(
        operation_id="medical_history_add",
        parameters=[IDEMPOTENCY_KEY],
        request=MedicalEntryInput,
        responses={201: MedicalEntryAdded, **errors(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Add one entry."""
        fetch.patient(request, pk)
        form = MedicalEntryInput(data=request.data)
        form.is_valid(raise_exception=True)
        return once(request, lambda: (201, self._add(request, pk, form.values(complete=True))))

    def _add(self, request: Request, pk: str, fields: dict[str, Any]) -> dict[str, Any]:
        entry = actions.add_medical_entry(by=me(request), patient=fetch.patient(request, pk), fields=fields)
        return {"message": ADDED, "_id": entry.pk}


class MedicalEntryView(ClinicView):
    """One entry."""

    required = {"PATCH": Permission.MEDICAL_WRITE, "DELETE": Permission.MEDICAL_WRITE}

    @extend_schema(
        operation_id="medical_history_change",
        parameters=[IF_MATCH],
        request=MedicalEntryInput(partial=True),
        responses={200: MedicalEntryBody, **errors(404, 409, 412, 413, 415, 422)},
    )
    def patch(self, request: Request, pk: str, entry_pk: str) -> Response:
        """Correct an entry; If-Match is optional."""
        entry = fetch.medical_entry(request, fetch.patient(request, pk), entry_pk)
        form = MedicalEntryInput(entry, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        check_if_match(request._request, entry, required=False)
        fields = form.values(complete=False)
        entry = actions.change_medical_entry(by=me(request), entry=entry, version=entry.version, fields=fields)
        return Response(entry_body(entry), headers={"ETag": etag(entry)})

    @extend_schema(
        operation_id="medical_history_remove",
        responses={204: OpenApiResponse(description="Removed."), **errors(404, 409)},
    )
    def delete(self, request: Request, pk: str, entry_pk: str) -> Response:
        """Take an entry out that should not be there; it stays in the archive."""
        entry = fetch.medical_entry(request, fetch.patient(request, pk), entry_pk)
        actions.remove_medical_entry(by=me(request), entry=entry)
        return Response(status=204)
