"""The plan as the API shows it; teeth are FDI codes, whatever the clinic shows on screen."""

from typing import Any

from rest_framework import serializers

from charting.models import Phase, PlanOption, SignedConsent
from charting.plan.reading import PlanPage
from charting.rules.cases import PhaseKind, PhaseState
from core import clock
from patients.models import Patient


class OptionBody(serializers.Serializer[Any]):
    """A way to treat that was presented."""

    _id = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    fee = serializers.CharField(help_text="As it was entered")
    months = serializers.IntegerField(allow_null=True)
    chosen = serializers.BooleanField()
    version = serializers.IntegerField()


class PhaseBody(serializers.Serializer[Any]):
    """A phase and where it stands."""

    _id = serializers.CharField()
    kind = serializers.ChoiceField(choices=PhaseKind.choices)
    state = serializers.ChoiceField(choices=PhaseState.choices)
    estimatedMonths = serializers.IntegerField(allow_null=True)
    firstEstimate = serializers.IntegerField(allow_null=True)
    startedOn = serializers.DateField(allow_null=True)
    endedOn = serializers.DateField(allow_null=True)
    reopenedAt = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class SignedBody(serializers.Serializer[Any]):
    """A consent that was signed on screen."""

    _id = serializers.CharField()
    signer = serializers.CharField()
    signedAt = serializers.DateTimeField()
    textHash = serializers.CharField(help_text="SHA-256 of the words")
    withdrawnOn = serializers.DateField(allow_null=True)


class PlanBody(serializers.Serializer[Any]):
    """A plan."""

    _id = serializers.CharField()
    on = serializers.DateField()
    problems = serializers.CharField()
    aims = serializers.CharField()
    appliances = serializers.CharField()
    extractions = serializers.ListField(child=serializers.CharField(), help_text="FDI codes")
    estimatedMonths = serializers.IntegerField(allow_null=True)
    firstEstimate = serializers.IntegerField(allow_null=True)
    options = OptionBody(many=True)
    phases = PhaseBody(many=True)
    consents = SignedBody(many=True)
    version = serializers.IntegerField()


class EarlierPlan(serializers.Serializer[Any]):
    """A plan that was replaced."""

    _id = serializers.CharField()
    on = serializers.DateField()


class PlansBody(serializers.Serializer[Any]):
    """The present plan, null while there is none, and those before."""

    plan = PlanBody(allow_null=True)
    earlier = EarlierPlan(many=True)


def plans_of(patient: Patient) -> dict[str, Any]:
    """The body for one patient whose chart was opened."""
    page = PlanPage(patient)
    return {"plan": _plan(page), "earlier": [{"_id": row.pk, "on": row.on.isoformat()} for row in page.earlier]}


def _plan(page: PlanPage) -> dict[str, Any] | None:
    plan = page.plan
    if plan is None:
        return None
    return {
        "_id": plan.pk,
        "on": plan.on.isoformat(),
        "problems": plan.problems,
        "aims": plan.aims,
        "appliances": plan.appliances,
        "extractions": page.extractions,
        "estimatedMonths": plan.estimated_months,
        "firstEstimate": plan.first_estimate,
        "options": [_option(option) for option in page.options],
        "phases": [_phase(row.phase) for row in page.phases],
        "consents": [_signed(row) for row in page.consents],
        "version": plan.version,
    }


def _option(row: PlanOption) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("title", "text", "fee", "months")}
    return {"_id": row.pk, **told, "chosen": row.is_chosen, "version": row.version}


def _phase(row: Phase) -> dict[str, Any]:
    return {
        "_id": row.pk,
        "kind": row.kind,
        "state": row.state,
        "estimatedMonths": row.estimated_months,
        "firstEstimate": row.first_estimate,
        "startedOn": row.started_on.isoformat() if row.started_on else None,
        "endedOn": row.ended_on.isoformat() if row.ended_on else None,
        "reopenedAt": clock.iso(row.reopened_at) if row.reopened_at else None,
        "version": row.version,
    }


def _signed(row: SignedConsent) -> dict[str, Any]:
    return {
        "_id": row.pk,
        "signer": row.signer,
        "signedAt": clock.iso(row.created_at),
        "textHash": row.text_hash,
        "withdrawnOn": row.consent.withdrawn_on.isoformat() if row.consent.withdrawn_on else None,
    }
