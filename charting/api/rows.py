"""What every call about a chart does first: find the patient, note the opening, read what was sent, find the row."""

from typing import Any, TypeVar

from rest_framework import serializers
from rest_framework.request import Request

from accounts.access import me
from charting.models import ChartRecord
from charting.rules.teeth import tooth
from core.api.fields import StrictText
from core.errors import NotFound
from patients import actions as patients_actions
from patients.api import fetch
from patients.models import Patient

C = TypeVar("C", bound=ChartRecord)


def opened(request: Request, pk: str) -> Patient:
    """The patient whose chart is read; the opening is noted. Raises NotFound."""
    patient = fetch.patient(request, pk)
    patients_actions.open_chart(by=me(request), patient=patient)
    return patient


def sent(shape: type[serializers.Serializer[Any]], request: Request, pk: str) -> dict[str, Any]:
    """What was sent, once it is known that the person may see the patient. Raises NotFound, ValidationError."""
    fetch.patient(request, pk)
    form = shape(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def find(request: Request, pk: str, model: type[C], row: str) -> C:
    """One row of this chart. Raises NotFound for unknown and foreign ids alike."""
    patient = fetch.patient(request, pk)
    found: C | None = model._default_manager.all().visible_to(me(request)).of(patient).filter(pk=row).first()  # type: ignore[attr-defined]
    if found is None:
        raise NotFound
    found.patient = patient
    return found


def teeth_field() -> serializers.ListField:
    """A list of FDI codes that may be left out."""
    return serializers.ListField(child=StrictText(max_length=2), required=False, max_length=32, help_text="FDI codes")


def stored(codes: list[str], field: str) -> str:
    """FDI codes as a column holds them. Raises Refused (`tooth_unknown`)."""
    return ",".join(tooth(code, field=field).code for code in codes)


def listed(text: str) -> list[str]:
    """The codes of a column."""
    return text.split(",") if text else []
