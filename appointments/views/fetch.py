"""Fetching what a person may see."""

from accounts.models import User
from appointments.models import Appointment
from core.errors import NotFound


def appointment_or_404(user: User, pk: str) -> Appointment:
    """The appointment with its people and places. Raises NotFound for unknown and foreign ids alike."""
    rows = Appointment.objects.visible_to(user).select_related(
        "patient", "doctor", "type", "location", "chair", "seated_in"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found
