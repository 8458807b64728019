"""Exceptional grants on one chart, read the quick way: rows by person or by chart, no join over patients."""

from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from guardian.models import UserObjectPermission

if TYPE_CHECKING:
    from accounts.models import User
    from patients.models.patient import Patient

OPEN_CHART = "open_chart"
_KNOWN = "_granted_patient_ids"


def granted_patient_ids(user: "User") -> list[str]:
    """Ids of the charts that this person may open by a grant; read once per object, as rights are."""
    known: list[str] | None = user.__dict__.get(_KNOWN)
    if known is None:
        known = user.__dict__[_KNOWN] = list(_grants().filter(user=user).values_list("object_pk", flat=True))
    return known


def forget_grants(user: "User") -> None:
    """Read them anew: one has been given or taken back."""
    user.__dict__.pop(_KNOWN, None)


def granted_user_ids(patient: "Patient") -> list[str]:
    """Ids of the people with a grant on this chart."""
    return list(_grants().filter(object_pk=patient.pk).values_list("user_id", flat=True))


def patient_ids_with_grants() -> list[str]:
    """Ids of the charts on which somebody has a grant."""
    return sorted(set(_grants().values_list("object_pk", flat=True)))


def _grants() -> Any:
    from patients.models.patient import Patient

    chart = ContentType.objects.get_for_model(Patient)
    return UserObjectPermission.objects.filter(content_type=chart, permission__codename=OPEN_CHART)
