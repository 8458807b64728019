"""Exceptional grants on one chart, read the quick way."""

from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType
from guardian.models import UserObjectPermission

if TYPE_CHECKING:
    from accounts.models import User

OPEN_CHART = "open_chart"


def granted_patient_ids(user: "User") -> list[str]:
    """Ids of the charts that this person may open by a grant: one query, no join over patients."""
    from patients.models.patient import Patient

    rows = UserObjectPermission.objects.filter(
        user=user, content_type=ContentType.objects.get_for_model(Patient), permission__codename=OPEN_CHART
    )
    return list(rows.values_list("object_pk", flat=True))
