"""Rows of the chart go along when two records become one, and belong to the patient's whole record."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from charting.models import (
    AlertsSeen,
    AlignerSeries,
    Amendment,
    Appliance,
    ApplianceEvent,
    BracketEvent,
    Consultation,
    Elastics,
    Exam,
    OpenEntry,
    Phase,
    Plan,
    PlanOption,
    RetentionCheck,
    ScoreSheet,
    SignedConsent,
    ToothFinding,
    Visit,
    WireChange,
)
from charting.rules.visits import RowState
from patients import moving, panels
from patients.exports import registry
from patients.exports.parts import facts
from patients.exports.people import names_of
from patients.exports.registry import Part, RecordFile, Request
from patients.models import Patient
from patients.panels import Mover

# Under these keys they stand in the record's file, and in what is kept to undo a merge.
MODELS: Final[dict[str, Any]] = {
    "treatmentCard": Visit,
    "wires": WireChange,
    "brackets": BracketEvent,
    "elastics": Elastics,
    "amendments": Amendment,
    "exams": Exam,
    "scoreSheets": ScoreSheet,
    "teeth": ToothFinding,
    "plans": Plan,
    "planOptions": PlanOption,
    "phases": Phase,
    "consultations": Consultation,
    "signedConsents": SignedConsent,
    "appliances": Appliance,
    "applianceEvents": ApplianceEvent,
    "aligners": AlignerSeries,
    "retentionChecks": RetentionCheck,
}
_MOVED: Final = MODELS | {"alertsSeen": AlertsSeen}
# Of the row itself, not of what it says.
_OWN: Final = frozenset({"id", "patient", "by", "version", "updated_at", "waits", "photo"})


def register() -> None:
    """Once, at the start."""
    panels.movers["chart"] = CHART
    for place, (key, model) in enumerate(MODELS.items()):
        registry.parts.append(Part(90 + place, key, _part(model), (model._meta.label,)))
    registry.files.append(_photos)
    registry.left_out[OpenEntry._meta.label] = (
        "who of the clinic has a draft open at this moment; not about the patient"
    )
    registry.left_out[AlertsSeen._meta.label] = "who of the clinic has read the alerts; about them, not the patient"


def _photos(request: Request) -> Iterator[RecordFile]:
    """Photos of appliances, by their day and the row that tells of them."""
    for row in ApplianceEvent.objects.filter(patient_id=request.patient.pk).exclude(photo="").order_by("on", "id"):
        if default_storage.exists(row.photo):
            yield RecordFile(f"appliances/{row.on}-{row.pk}.jpg", partial(default_storage.open, row.photo))


def _part(model: Any) -> Callable[[Request], list[dict[str, Any]]]:
    """Rows of one kind; drafts are nobody's yet and stay in the clinic."""
    fields = [field for field in model._meta.concrete_fields if field.name not in _OWN]
    names = [field.attname for field in fields if not field.is_relation or field.related_model is not User]
    people = [field.attname for field in fields if field.is_relation and field.related_model is User]

    def load(request: Request) -> list[dict[str, Any]]:
        found = model._default_manager.filter(patient_id=request.patient.pk).order_by("created_at", "id")
        if "state" in names and model in (Visit, Exam) and not request.by_staff:
            found = found.exclude(state=RowState.DRAFT)
        if "visit_id" in names and not request.by_staff:
            drafts = Visit.objects.filter(patient_id=request.patient.pk, state=RowState.DRAFT)
            found = found.exclude(visit_id__in=list(drafts.values_list("pk", flat=True)))
        rows = list(found)
        known = names_of(getattr(row, name) for row in rows for name in ("by_id", *people))
        return [
            {"_id": row.pk, **_plain(facts(row, names)), "by": request.person(row.by_id, known)}
            | {name.removesuffix("_id"): request.person(getattr(row, name), known) for name in people}
            for row in rows
        ]

    return load


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, Decimal) else value for key, value in told.items()}


def _count(user: User, patient: Patient) -> int:
    return Visit.objects.visible_to(user).filter(patient_id=patient.pk).count()


def _move(other: Patient, survivor: Patient) -> dict[str, Any]:
    moved = {
        key: moving.move_rows(model._base_manager.filter(patient_id=other.pk), survivor)
        for key, model in _MOVED.items()
    }
    return {"moved": moved.pop("treatmentCard"), **moved}


def _check(kept: dict[str, Any]) -> None:
    for key, model in _MOVED.items():
        moving.check_unchanged(model, _kept(kept, key), lambda row: str(row._meta.verbose_name))


def _move_back(kept: dict[str, Any], other: Patient) -> None:
    for key, model in _MOVED.items():
        moving.move_rows_back(model, _kept(kept, key), other)


def _kept(kept: dict[str, Any], key: str) -> dict[str, int]:
    found: dict[str, int] = kept.get("moved" if key == "treatmentCard" else key, {})
    return found


CHART: Final = Mover(
    _("entries of the chart"), tuple(model._meta.label for model in _MOVED.values()), _count, _move, _check, _move_back
)
