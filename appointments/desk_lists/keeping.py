"""Answers, calls and rows put aside go along when records become one, and belong to the whole record."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from appointments.models import CallNote, Checkout, PutAside
from appointments.rules import Event
from patients import moving, panels
from patients.exports import registry
from patients.exports.parts import facts
from patients.exports.people import names_of
from patients.exports.registry import Part, Request
from patients.models import Patient
from patients.panels import Mover

_MODELS: Final[dict[str, Any]] = {"moved": CallNote, "answers": Checkout, "aside": PutAside}


def register() -> None:
    """Once, at the start."""
    panels.movers["desk"] = DESK
    registry.parts.append(Part(78, "checkouts", checkouts, (Checkout._meta.label,)))
    registry.parts.append(Part(79, "calls", calls, (CallNote._meta.label,)))
    registry.parts.append(Part(79, "putAside", put_aside, (PutAside._meta.label,)))
    registry.list_events[Event.LIST_DISCLOSED] = _("List of the desk")


def checkouts(request: Request) -> list[dict[str, Any]]:
    """What the patient left with after each visit."""
    rows = list(Checkout.objects.filter(patient_id=request.patient.pk).order_by("created_at", "id"))
    names = names_of(row.by_id for row in rows)
    fields = ("created_at", "answer", "why_none", *(("note",) if request.by_staff else ()))
    return [
        {"_id": row.pk, "appointment": row.appointment_id, **facts(row, fields), "by": request.person(row.by_id, names)}
        for row in rows
    ]


def calls(request: Request) -> list[dict[str, Any]]:
    """Calls to the patient or family."""
    rows = list(CallNote.objects.filter(patient_id=request.patient.pk).order_by("created_at", "id"))
    names = names_of(row.by_id for row in rows)
    fields = ("created_at", "outcome", *(("note",) if request.by_staff else ()))
    return [{"_id": row.pk, **facts(row, fields), "by": request.person(row.by_id, names)} for row in rows]


def put_aside(request: Request) -> list[dict[str, Any]] | None:
    """What the clinic notes for itself about whom not to call."""
    if not request.by_staff:
        return None
    rows = list(PutAside.objects.filter(patient_id=request.patient.pk).order_by("created_at", "id"))
    names = names_of(row.by_id for row in rows)
    fields = ("created_at", "desk_list", "subject", "until", "reason")
    return [{"_id": row.pk, **facts(row, fields), "by": request.person(row.by_id, names)} for row in rows]


def _count(user: User, patient: Patient) -> int:
    return CallNote.objects.visible_to(user).filter(patient_id=patient.pk).count()


def _move(other: Patient, survivor: Patient) -> dict[str, Any]:
    return {
        name: moving.move_rows(model._base_manager.filter(patient_id=other.pk), survivor)
        for name, model in _MODELS.items()
    }


def _check(kept: dict[str, Any]) -> None:
    for name, model in _MODELS.items():
        moving.check_unchanged(model, kept.get(name, {}), lambda row: str(row._meta.verbose_name))


def _move_back(kept: dict[str, Any], other: Patient) -> None:
    for name, model in _MODELS.items():
        moving.move_rows_back(model, kept.get(name, {}), other)


DESK: Final = Mover(
    _("calls of the desk"), tuple(model._meta.label for model in _MODELS.values()), _count, _move, _check, _move_back
)
