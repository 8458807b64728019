"""PAR through the API: the sheets of start and finish, and what treatment changed."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import me
from accounts.api.views import ClinicView
from accounts.permissions import Permission
from charting.actions.par import score_par
from charting.api.rows import opened, sent
from charting.exams.par_sheets import ParPage, Scored, typed_contact
from charting.models import ChartSettings, Index
from charting.rules import par
from charting.rules import par_bands as bands
from charting.rules.par_bands import CONTACTS, UNITED_KINGDOM
from core.api.fields import StrictInteger, StrictText
from core.api.idempotency import once
from core.api.names import camel
from core.api.schema import IDEMPOTENCY_KEY, errors
from core.errors import NotFound
from patients.api import fetch

_INDEX = {"start": Index.PAR_START, "finish": Index.PAR_FINISH}


def _contacts() -> serializers.ListField:
    return serializers.ListField(
        child=StrictText(allow_null=True, max_length=8),
        min_length=CONTACTS,
        max_length=CONTACTS,
        help_text="From the patient's right canine to the left: millimetres, “impacted”, or null",
    )


class BuccalBody(serializers.Serializer[Any]):
    """One side; empty is not assessed."""

    anteroposterior = serializers.ChoiceField(choices=bands.Anteroposterior.choices, allow_blank=True, required=False)
    vertical = serializers.ChoiceField(choices=bands.Vertical.choices, allow_blank=True, required=False)
    transverse = serializers.ChoiceField(choices=bands.Transverse.choices, allow_blank=True, required=False)


class ParSheetBody(serializers.Serializer[Any]):
    """What is read off one pair of models."""

    upperAnterior = _contacts()
    lowerAnterior = _contacts()
    right = BuccalBody()
    left = BuccalBody()
    overjet = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True)
    crossbite = serializers.ChoiceField(choices=bands.AnteriorCrossbite.choices, allow_blank=True)
    cover = serializers.ChoiceField(choices=bands.Cover.choices, allow_blank=True)
    openBite = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True)
    centreline = serializers.ChoiceField(choices=bands.Centreline.choices, allow_blank=True)


class ParInput(serializers.Serializer[Any]):
    """Start or finish."""

    index = serializers.ChoiceField(choices=[(name, name) for name in _INDEX])
    on = serializers.DateField()
    sheet = ParSheetBody()
    judged = StrictInteger(required=False, allow_null=True)
    reason = StrictText(required=False, allow_blank=True, max_length=500)


class ComponentBody(serializers.Serializer[Any]):
    """One component; null while something is missing."""

    component = serializers.ChoiceField(choices=bands.Component.choices)
    score = serializers.IntegerField(allow_null=True)
    weight = serializers.IntegerField()


class ParSideBody(serializers.Serializer[Any]):
    """One sheet with its rating; the clinician's own total stands beside it."""

    on = serializers.DateField()
    components = ComponentBody(many=True)
    total = serializers.IntegerField(allow_null=True)
    missing = serializers.ListField(child=serializers.CharField())
    flags = serializers.ListField(child=serializers.CharField(), help_text="What the index leaves open, in words")
    judged = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    sheet = ParSheetBody()


class ParChangeBody(serializers.Serializer[Any]):
    """What treatment changed."""

    points = serializers.IntegerField()
    percent = serializers.CharField(allow_null=True)
    outcome = serializers.ChoiceField(choices=par.Outcome.choices)


class ParBody(serializers.Serializer[Any]):
    """Start, finish and the change."""

    start = ParSideBody(allow_null=True)
    finish = ParSideBody(allow_null=True)
    change = ParChangeBody(allow_null=True)
    citation = serializers.CharField()


class ParView(ClinicView):
    """PAR of one patient; 404 in a clinic that does not score it."""

    required = {"GET": Permission.CHART_READ, "POST": Permission.CHART_DRAFT}

    @extend_schema(operation_id="par_read", responses={200: ParBody, **errors(301, 404)})
    def get(self, request: Request, pk: str) -> Response:
        """The sheets that were kept last, and what treatment changed."""
        _check_scored()
        return Response(_body(ParPage(opened(request, pk))))

    @extend_schema(
        operation_id="par_keep",
        parameters=[IDEMPOTENCY_KEY],
        request=ParInput,
        responses={201: ParBody, **errors(301, 404, 409, 413, 415, 422)},
    )
    def post(self, request: Request, pk: str) -> Response:
        """Keep a sheet; one that misses a component has no total."""
        _check_scored()
        data = sent(ParInput, request, pk)
        said = {name: data[name] for name in ("on", "judged", "reason") if name in data}

        def work() -> tuple[int, dict[str, Any]]:
            patient = fetch.patient(request, pk)
            sheet = _sheet(data["sheet"])
            score_par(by=me(request), patient=patient, index=_INDEX[data["index"]], sheet=sheet, **said)
            return 201, _body(ParPage(patient))

        return once(request, work)


def _check_scored() -> None:
    if not ChartSettings.present().with_par:
        raise NotFound


def _sheet(data: dict[str, Any]) -> par.ScoreSheet:
    arches = {"upper_anterior": "upperAnterior", "lower_anterior": "lowerAnterior"}
    values: dict[str, Any] = {
        name: tuple(typed_contact(one or "", name) for one in data[sent_as]) for name, sent_as in arches.items()
    }
    values |= {name: par.Buccal(**data[name]) for name in ("right", "left")}
    values |= {name: data[name] for name in ("overjet", "crossbite", "cover", "centreline")}
    return par.ScoreSheet(**values, open_bite=data["openBite"])


def _body(page: ParPage) -> dict[str, Any]:
    change = page.change
    told = None
    if change is not None:
        percent = None if change.percent is None else f"{change.percent:.1f}"
        told = {"points": change.points, "percent": percent, "outcome": change.outcome}
    return {"start": _side(page.start), "finish": _side(page.finish), "change": told, "citation": UNITED_KINGDOM.source}


def _side(scored: Scored | None) -> dict[str, Any] | None:
    if scored is None:
        return None
    row, rating, facts = scored.row, scored.rating, scored.row.facts
    return {
        "on": row.on.isoformat(),
        "components": [{"component": one.component, "score": one.score, "weight": one.weight} for one in rating.rows],
        "total": rating.total,
        "missing": [str(one.value) for one in rating.missing],
        "flags": [str(flag) for flag in rating.flags],
        "judged": row.judged,
        "reason": row.reason,
        "sheet": {camel(name): value for name, value in facts.items()},
    }
