"""Diagnosis, plan, options and phases through the API; every answer is the plan as it stands then."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import me
from accounts.api.views import ClinicView
from accounts.permissions import Permission
from charting.actions import phases as phase_actions
from charting.actions import plans as actions
from charting.api.plan_shapes import PlansBody, plans_of
from charting.api.rows import find, opened, sent, stored, teeth_field
from charting.models import Phase, Plan, PlanOption
from charting.rules.cases import PhaseKind, PhaseState
from core.api.conditional import check_if_match
from core.api.fields import StrictInteger, StrictText
from core.api.idempotency import once
from core.api.schema import IDEMPOTENCY_KEY, IF_MATCH, errors
from core.errors import NotFound
from patients.api import fetch
from patients.models import Patient
from patients.rules import CareStatus


def _text() -> StrictText:
    return StrictText(required=False, allow_blank=True)


class PlanChange(serializers.Serializer[Any]):
    """PATCH: whatever is sent changes."""

    on = serializers.DateField(required=False)
    problems = _text()
    aims = _text()
    appliances = _text()
    extractions = teeth_field()
    estimatedMonths = StrictInteger(source="estimated_months", required=False, allow_null=True)


class PlanInput(PlanChange):
    """POST: a new plan takes the place of the present one."""

    on = serializers.DateField()


class OptionChange(serializers.Serializer[Any]):
    """PATCH: whatever is sent changes."""

    title = StrictText(required=False, max_length=200)
    text = _text()
    fee = StrictText(required=False, allow_blank=True, max_length=100)
    months = StrictInteger(required=False, allow_null=True)


class OptionInput(OptionChange):
    """POST: one way to treat."""

    title = StrictText(max_length=200)


class PhaseInput(serializers.Serializer[Any]):
    """POST: a phase after the others."""

    kind = serializers.ChoiceField(choices=PhaseKind.choices)
    estimatedMonths = StrictInteger(source="estimated_months", required=False, allow_null=True)


class PhaseChange(serializers.Serializer[Any]):
    """PATCH: a new estimate; the first one stays."""

    estimatedMonths = StrictInteger(source="estimated_months", allow_null=True)


class PhaseStep(serializers.Serializer[Any]):
    """Start, pause, resume, finish, stop, reopen."""

    to = serializers.ChoiceField(choices=PhaseState.choices)
    on = serializers.DateField()


class CaseStep(serializers.Serializer[Any]):
    """A step of the case where no phase leads it."""

    to = serializers.ChoiceField(choices=CareStatus.choices)


class PatientPlanView(ClinicView):
    """One patient's plan."""

    required = {"GET": Permission.CHART_READ, "POST": Permission.CHART_DRAFT, "PATCH": Permission.CHART_DRAFT}

    @extend_schema(operation_id="plan_read", responses={200: PlansBody, **errors(301, 404)})
    def get(self, request: Request, pk: str) -> Response:
        """The present plan with its options, phases and consents, and which plans were before."""
        return Response(plans_of(opened(request, pk)))

    @extend_schema(
        operation_id="plan_add",
        parameters=[IDEMPOTENCY_KEY],
        request=PlanInput,
        responses={201: PlansBody, **errors(301, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """A new plan; the one before is kept as an earlier one."""
        data = _plan_fields(sent(PlanInput, request, pk))
        return _made(request, pk, lambda patient: actions.add_plan(by=me(request), patient=patient, **data))

    @extend_schema(
        operation_id="plan_change",
        parameters=[IF_MATCH],
        request=PlanChange,
        responses={200: PlansBody, **errors(301, 404, 409, 412, 413, 415, 422, 428)},
    )
    def patch(self, request: Request, pk: str) -> Response:
        """Change the present plan; If-Match takes its `version` in quotes. The first estimate stays."""
        data = _plan_fields(sent(PlanChange, request, pk))
        patient = fetch.patient(request, pk)
        plan = _present(request, patient)
        check_if_match(request._request, plan)
        actions.change_plan(by=me(request), plan=plan, version=plan.version, **data)
        return Response(plans_of(patient))


class PlanOptionsView(ClinicView):
    """What was presented."""

    required = {"POST": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="plan_options_add",
        parameters=[IDEMPOTENCY_KEY],
        request=OptionInput,
        responses={201: PlansBody, **errors(301, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Present a way to treat."""
        data = sent(OptionInput, request, pk)
        return _made(
            request,
            pk,
            lambda patient: actions.add_option(by=me(request), plan=_present(request, patient), **data),
        )


class PlanOptionView(ClinicView):
    """One option."""

    required = {"PATCH": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="plan_options_change",
        parameters=[IF_MATCH],
        request=OptionChange,
        responses={200: PlansBody, **errors(301, 404, 409, 412, 413, 415, 422, 428)},
    )
    def patch(self, request: Request, pk: str, row: str) -> Response:
        """Change its words; what was signed keeps its own."""
        data = sent(OptionChange, request, pk)
        option = find(request, pk, PlanOption, row)
        check_if_match(request._request, option)
        actions.change_option(by=me(request), option=option, version=option.version, **data)
        return Response(plans_of(option.patient))


class ChooseView(ClinicView):
    """The choice."""

    required = {"POST": Permission.CHART_SIGN}

    @extend_schema(
        operation_id="plan_options_choose",
        parameters=[IF_MATCH],
        request=None,
        responses={200: PlansBody, **errors(301, 404, 409, 412, 422, 428)},
    )
    def post(self, request: Request, pk: str, row: str) -> Response:
        """This way is taken."""
        option = find(request, pk, PlanOption, row)
        check_if_match(request._request, option)
        actions.choose_option(by=me(request), option=option, version=option.version)
        return Response(plans_of(option.patient))


class PhasesView(ClinicView):
    """The phases of the present plan."""

    required = {"POST": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="phases_add",
        parameters=[IDEMPOTENCY_KEY],
        request=PhaseInput,
        responses={201: PlansBody, **errors(301, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Plan a phase after the others."""
        data = sent(PhaseInput, request, pk)
        return _made(
            request,
            pk,
            lambda patient: phase_actions.add_phase(by=me(request), plan=_present(request, patient), **data),
        )


class PhaseView(ClinicView):
    """One phase."""

    required = {"PATCH": Permission.CHART_DRAFT}

    @extend_schema(
        operation_id="phases_change",
        parameters=[IF_MATCH],
        request=PhaseChange,
        responses={200: PlansBody, **errors(301, 404, 409, 412, 413, 415, 422, 428)},
    )
    def patch(self, request: Request, pk: str, row: str) -> Response:
        """Say anew how long it takes."""
        data = sent(PhaseChange, request, pk)
        phase = find(request, pk, Phase, row)
        check_if_match(request._request, phase)
        phase_actions.estimate_phase(by=me(request), phase=phase, version=phase.version, **data)
        return Response(plans_of(phase.patient))


class PhaseStateView(ClinicView):
    """The steps of a phase."""

    required = {"POST": Permission.CHART_SIGN}

    @extend_schema(
        operation_id="phases_step",
        parameters=[IF_MATCH],
        request=PhaseStep,
        responses={200: PlansBody, **errors(301, 404, 409, 412, 413, 415, 422, 428)},
    )
    def post(self, request: Request, pk: str, row: str) -> Response:
        """Start, pause, resume, finish, stop or reopen it; the patient's care follows."""
        data = sent(PhaseStep, request, pk)
        phase = find(request, pk, Phase, row)
        check_if_match(request._request, phase)
        phase_actions.move_phase(by=me(request), phase=phase, version=phase.version, **data)
        return Response(plans_of(phase.patient))


class CaseView(ClinicView):
    """The case."""

    required = {"POST": Permission.CHART_SIGN}

    @extend_schema(
        operation_id="case_step",
        parameters=[IF_MATCH],
        request=CaseStep,
        responses={200: PlansBody, **errors(301, 404, 409, 412, 413, 415, 422, 428)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Take the case a step on where no phase leads it; If-Match takes the patient's version."""
        data = sent(CaseStep, request, pk)
        patient = fetch.patient(request, pk)
        check_if_match(request._request, patient)
        phase_actions.move_case(by=me(request), patient=patient, version=patient.version, **data)
        return Response(plans_of(patient))


def _plan_fields(data: dict[str, Any]) -> dict[str, Any]:
    if "extractions" in data:
        data["extractions"] = stored(data["extractions"], "extractions")
    return data


def _made(request: Request, pk: str, work: Any) -> Response:
    def run() -> tuple[int, dict[str, Any]]:
        patient = fetch.patient(request, pk)
        work(patient)
        return 201, plans_of(patient)

    return once(request, run)


def _present(request: Request, patient: Patient) -> Plan:
    """The plan that holds now. Raises NotFound."""
    found: Plan | None = Plan.objects.visible_to(me(request)).of(patient).filter(is_current=True).first()
    if found is None:
        raise NotFound
    found.patient = patient
    return found
