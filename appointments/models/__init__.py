"""When: places, hours, types, appointments and claims."""

from appointments.models.booking import Appointment, Claim, ResourceDay, StatusEvent
from appointments.models.next_visits import NextVisit
from appointments.models.places import Chair, Closure, Location, Weekday, WorkingHours
from appointments.models.types import AppointmentType

__all__ = [
    "Appointment",
    "AppointmentType",
    "Chair",
    "Claim",
    "Closure",
    "Location",
    "NextVisit",
    "ResourceDay",
    "StatusEvent",
    "Weekday",
    "WorkingHours",
]
