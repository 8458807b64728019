"""When: places, hours, types, appointments and claims."""

from appointments.models.board import BoardTimes, OwnChairs
from appointments.models.booking import Appointment, Claim, ResourceDay, StatusEvent
from appointments.models.day_parts import DayPart, DayParts, TimeOfDay
from appointments.models.day_plans import (
    BlockKind,
    BuiltDay,
    DayBlock,
    DayTemplate,
    MovedVisit,
    MoveRun,
    TemplateBlock,
)
from appointments.models.desk_lists import CallNote, Checkout, ClosedDay, PutAside
from appointments.models.next_visits import NextVisit
from appointments.models.places import Chair, Closure, Location, Weekday, WorkingHours
from appointments.models.types import AppointmentType
from appointments.models.wait_list import WaitlistEntry, WaitlistOffer

__all__ = [
    "Appointment",
    "AppointmentType",
    "BlockKind",
    "BoardTimes",
    "BuiltDay",
    "CallNote",
    "Chair",
    "Checkout",
    "Claim",
    "ClosedDay",
    "Closure",
    "DayBlock",
    "DayPart",
    "DayParts",
    "DayTemplate",
    "Location",
    "MoveRun",
    "MovedVisit",
    "NextVisit",
    "OwnChairs",
    "PutAside",
    "ResourceDay",
    "StatusEvent",
    "TemplateBlock",
    "TimeOfDay",
    "WaitlistEntry",
    "WaitlistOffer",
    "Weekday",
    "WorkingHours",
]
