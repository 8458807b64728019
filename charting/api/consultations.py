"""Consultations through the API."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import me
from accounts.api.views import ClinicView
from accounts.permissions import Permission
from appointments.api.appointments import patient_for
from appointments.api.inputs import doctor as doctor_for
from charting.actions import consultations as actions
from charting.models import Consultation, Plan
from charting.rules.consultations import Decision
from core.api.conditional import check_if_match, etag
from core.api.fields import StrictText
from core.api.idempotency import once
from core.api.paging import page
from core.api.schema import IDEMPOTENCY_KEY, IF_MATCH, PAGING, errors, query
from core.errors import NotFound, Refused
from core.ids import is_id
from patients import actions as patients_actions


def _text() -> StrictText:
    return StrictText(required=False, allow_blank=True)


class ConsultationChange(serializers.Serializer[Any]):
    """PATCH: whatever is sent changes."""

    on = serializers.DateField(required=False)
    doctorId = StrictText(source="doctor_id", required=False, max_length=24)
    present = _text()
    concern = _text()
    said = _text()
    options = _text()
    fee = _text()
    decision = serializers.ChoiceField(choices=Decision.choices, required=False, allow_blank=True)
    nextStep = StrictText(source="next_step", required=False, allow_blank=True)


class ConsultationInput(ConsultationChange):
    """POST: a plan makes it the presentation of that case."""

    patientId = StrictText(source="patient_id", max_length=24)
    doctorId = StrictText(source="doctor_id", max_length=24)
    planId = StrictText(source="plan_id", required=False, max_length=24)


class ConsultationBody(serializers.Serializer[Any]):
    """One consultation."""

    _id = serializers.CharField()
    patientId = serializers.CharField()
    doctorId = serializers.CharField()
    planId = serializers.CharField(allow_null=True, help_text="Of the case that was presented.")
    on = serializers.DateField()
    present = serializers.CharField(help_text="Who was there")
    concern = serializers.CharField(help_text="Why they came")
    said = serializers.CharField(help_text="What was explained")
    options = serializers.CharField()
    fee = serializers.CharField(help_text="As it was shown")
    decision = serializers.ChoiceField(choices=Decision.choices, allow_blank=True)
    nextStep = serializers.CharField()
    version = serializers.IntegerField()


class ConsultationAdded(serializers.Serializer[Any]):
    """The answer to a new consultation."""

    message = serializers.CharField()
    _id = serializers.CharField()


class ConsultationsView(ClinicView):
    """One patient's list, and a new one."""

    required = {"GET": Permission.CHART_READ, "POST": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="consultations_list",
        parameters=[query("patientId", str, "Whose.", required=True), *PAGING[:-1]],
        responses={200: ConsultationBody(many=True), **errors(404, 409)},
    )
    def get(self, request: Request) -> Response:
        """One patient's consultations, newest first."""
        asked = request.GET.get("patientId", "")
        if not is_id(asked):
            raise Refused(_("Say which patient's."), code="invalid", field="patient_id")
        patient = patient_for(request, asked)
        patients_actions.open_chart(by=me(request), patient=patient)
        rows = Consultation.objects.visible_to(me(request)).of(patient)
        cut = page(request, rows, sort="-on")
        return Response([_body(row) for row in cut.rows], headers=cut.headers)

    @extend_schema(
        operation_id="consultations_add",
        parameters=[IDEMPOTENCY_KEY],
        request=ConsultationInput,
        responses={201: ConsultationAdded, **errors(404, 409, 413, 415, 422)},
    )
    def post(self, request: Request) -> Response:
        """Note a consultation."""
        form = ConsultationInput(data=request.data)
        form.is_valid(raise_exception=True)
        return once(request, lambda: (201, self._add(request, dict(form.validated_data))))

    def _add(self, request: Request, data: dict[str, Any]) -> dict[str, Any]:
        patient = patient_for(request, data.pop("patient_id"))
        doctor = doctor_for(data.pop("doctor_id"))
        plan = None
        if pk := data.pop("plan_id", ""):
            plan = Plan.objects.visible_to(me(request)).of(patient).filter(pk=pk).first() if is_id(pk) else None
            if plan is None:
                raise NotFound(_("No such plan."), field="plan_id")
        made = actions.add_consultation(by=me(request), patient=patient, plan=plan, doctor=doctor, **data)
        return {"message": "Consultation noted", "_id": made.pk}


class ConsultationView(ClinicView):
    """One consultation."""

    required = {"GET": Permission.CHART_READ, "PATCH": Permission.CHART_DRAFT}

    @extend_schema(operation_id="consultations_read", responses={200: ConsultationBody, **errors(404)})
    def get(self, request: Request, pk: str) -> Response:
        """One consultation; its ETag goes into If-Match."""
        found = _find(request, pk)
        patients_actions.open_chart(by=me(request), patient=found.patient)
        return Response(_body(found), headers={"ETag": etag(found)})

    @extend_schema(
        operation_id="consultations_change",
        parameters=[IF_MATCH],
        request=ConsultationChange,
        responses={200: ConsultationBody, **errors(404, 409, 412, 413, 415, 422, 428)},
    )
    def patch(self, request: Request, pk: str) -> Response:
        """Correct it; what was not sent stays."""
        found = _find(request, pk)
        check_if_match(request._request, found)
        form = ConsultationChange(data=request.data)
        form.is_valid(raise_exception=True)
        data = dict(form.validated_data)
        if "doctor_id" in data:
            data["doctor"] = doctor_for(data.pop("doctor_id"))
        saved = actions.change_consultation(by=me(request), consultation=found, version=found.version, **data)
        return Response(_body(saved), headers={"ETag": etag(saved)})


def _find(request: Request, pk: str) -> Consultation:
    """The consultation, if this person may see it. Raises NotFound."""
    rows = Consultation.objects.visible_to(me(request)).filter(pk=pk)
    found: Consultation | None = rows.select_related("patient").first()
    if found is None:
        raise NotFound
    return found


def _body(row: Consultation) -> dict[str, Any]:
    return {
        "_id": row.pk,
        "patientId": row.patient_id,
        "doctorId": row.doctor_id,
        "planId": row.plan_id,
        "on": row.on,
        **{name: getattr(row, name) for name in ("present", "concern", "said", "options", "fee")},
        "decision": row.decision,
        "nextStep": row.next_step,
        "version": row.version,
    }
