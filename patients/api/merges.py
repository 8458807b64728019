"""Two records become one through the API, and two again."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import ClinicView
from accounts.permissions import Permission
from core.api.conditional import check_if_match, etag
from core.api.fields import StrictText
from core.api.names import camel
from core.api.schema import IF_MATCH, errors
from core.errors import NotFound, Stale
from core.ids import ID_PATTERN, is_id
from patients import actions
from patients.api import fetch
from patients.api.fetch import me
from patients.merging import FIELDS, JOINABLE, USER, Keep
from patients.models import MergeRecord, Patient

MERGED = "Records merged successfully"
UNDONE = "Merge undone successfully"
_KEYS = {name: camel(name) for name in FIELDS} | {"treating_doctor": "treatingDoctorId", USER: "signIn"}


@extend_schema_field({"type": "string", "pattern": f"^({'|'.join(Keep)})$"})
class KeepField(serializers.ChoiceField):
    """Which record's value stays; `both` where two can stand together."""


class MergeFieldsInput(serializers.Serializer[Any]):
    """Of which record each value is kept; what is not said is chosen as the page proposes it."""

    def get_fields(self) -> dict[str, Any]:
        return {_KEYS[name]: self._choice(name) for name in (*FIELDS, USER)}

    def _choice(self, name: str) -> Any:
        kept = [Keep.SURVIVOR, Keep.OTHER, *([Keep.BOTH] if name in JOINABLE else [])]
        source: dict[str, Any] = {} if _KEYS[name] == name else {"source": name}
        return KeepField(choices=[keep.value for keep in kept], required=False, **source)


@extend_schema_field({"type": "string", "pattern": f"^{ID_PATTERN}$"})
class IdField(StrictText):
    """An id; anything else is nobody's."""

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not is_id(text):
            raise NotFound(field="other_id")
        return text


class MergeInput(serializers.Serializer[Any]):
    """What becomes a part of the record in the address."""

    otherId = IdField(source="other_id")
    otherEtag = StrictText(source="other_etag", required=False, help_text="ETag of the other record as you saw it.")
    fields_ = MergeFieldsInput(source="choices", required=False)
    reason = StrictText(required=False, allow_blank=True, max_length=500)

    def get_fields(self) -> dict[str, Any]:
        # `fields` is a property of every serializer, and the best name for the key all the same.
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}


class MergeAnswer(serializers.Serializer[Any]):
    """The record that stays, and the merge, by which it can be taken back."""

    message = serializers.CharField()
    patientId = serializers.CharField()
    mergeId = serializers.CharField()


class UndoAnswer(serializers.Serializer[Any]):
    """The two records."""

    message = serializers.CharField()
    patientId = serializers.CharField()
    restoredId = serializers.CharField()


class PatientMergeView(ClinicView):
    """Another record of the same person becomes a part of this one."""

    required = {"POST": Permission.PATIENT_MERGE}

    @extend_schema(
        operation_id="patients_merge",
        parameters=[IF_MATCH],
        request=MergeInput,
        responses={200: MergeAnswer, **errors(404, 409, 412, 413, 415, 422, 428)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Visits, history, family, consents, photo and sign-in of the other record move to this one.

        The other id leads here from then on. Refused with `visits_overlap` while both have a visit at the same time.
        """
        survivor = fetch.patient(request, pk)
        form = MergeInput(data=request.data)
        form.is_valid(raise_exception=True)
        check_if_match(request._request, survivor)
        wanted = form.validated_data
        other = fetch.patient(request, wanted["other_id"])
        _check_other(other, wanted.get("other_etag"))
        record = actions.merge(
            by=me(request),
            survivor=survivor,
            other=other,
            choices=wanted.get("choices", {}),
            survivor_version=survivor.version,
            other_version=other.version,
            reason=wanted.get("reason", ""),
        )
        body = {"message": MERGED, "patientId": survivor.pk, "mergeId": record.pk}
        return Response(body, headers={"ETag": etag(record.survivor)})


class MergeUndoView(ClinicView):
    """A merge is taken back."""

    required = {"POST": Permission.PATIENT_MERGE}

    @extend_schema(operation_id="patients_merge_undo", request=None, responses={200: UndoAnswer, **errors(404, 409)})
    def post(self, request: Request, pk: str) -> Response:
        """Both records as they were; what was added since stays with the one that stayed.

        Refused with `cannot_undo`, and what is in the way, once something that the merge wrote or moved has changed.
        """
        record = MergeRecord.objects.visible_to(me(request)).filter(pk=pk).first()
        if record is None:
            raise NotFound
        actions.undo_merge(by=me(request), record=record)
        return Response({"message": UNDONE, "patientId": record.survivor_id, "restoredId": record.other_id})


def _check_other(other: Patient, seen: str | None) -> None:
    if seen is not None and seen.strip().removeprefix("W/") != etag(other):
        raise Stale
