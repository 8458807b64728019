"""When: places, hours, types, appointments and claims."""

from appointments.models.booking import Appointment, Claim, ResourceDay, StatusEvent
from appointments.models.places import Chair, Closure, Location, Weekday, WorkingHours
from appointments.models.types import AppointmentType

__all__ = [
    "Appointment",
    "AppointmentType",
    "Chair",
    "Claim",
    "Closure",
    "Location",
    "ResourceDay",
    "StatusEvent",
    "Weekday",
    "WorkingHours",
]
