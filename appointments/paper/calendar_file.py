"""A visit as a calendar file (iCalendar, RFC 5545): taken into a phone's calendar, and taken along when it moves.

The UID of a visit never changes. SEQUENCE counts how often its time or place changed or it was called off, so that a
newer file replaces an older one. Times are in UTC: no calendar has to know when our clocks change.
"""

import uuid
from email.utils import parseaddr

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from appointments.models import Appointment, Location, StatusEvent
from appointments.rules import FREES_ALL, Status
from core import clock
from patients.rules import readable_phone

TYPE = "text/calendar; charset=utf-8"
# Chosen once: another one would put every visit into people's calendars a second time.
_NAMESPACE = uuid.UUID("6a3f5d0e-4c1b-5e57-9d0a-2b8f7c6e1d94")
_PROGRAM = "-//Patient management for orthodontic clinics//EN"


def uid(visit: Appointment) -> str:
    """The same for ever for one visit, whatever address the clinic has."""
    return str(uuid.uuid5(_NAMESPACE, visit.pk))


def sequence(visit: Appointment) -> int:
    """How many moves, cancellations and cancellations taken back the visit has seen."""
    steps = StatusEvent.objects.filter(appointment_id=visit.pk).values_list("kind", "from_status", "to_status")
    return sum(kind == "moved" or bool({before, after} & set(FREES_ALL)) for kind, before, after in steps)


def make(visit: Appointment, location: Location) -> bytes:
    """The file. It names the clinic, never the patient nor what is done."""
    called_off = visit.status in FREES_ALL
    book = Calendar()
    book.add("prodid", _PROGRAM)
    book.add("version", "2.0")
    book.add("calscale", "GREGORIAN")
    book.add("method", "CANCEL" if called_off else "PUBLISH")
    event = Event()
    event.add("uid", uid(visit))
    event.add("sequence", sequence(visit))
    event.add("dtstamp", clock.now().replace(microsecond=0))
    event.add("last-modified", visit.updated_at.replace(microsecond=0))
    event.add("dtstart", visit.start)
    event.add("dtend", visit.end)
    event.add("summary", _("Orthodontist: %(clinic)s") % {"clinic": settings.CLINIC_NAME})
    event.add("location", ", ".join([location.name, *location.address.splitlines()]))
    if location.phone:
        event.add("description", _("To change this visit: %(phone)s") % {"phone": readable_phone(location.phone)})
    event.add("status", "CANCELLED" if called_off else _standing(visit))
    event.add("class", "PRIVATE")
    event.add("organizer", _organizer())
    book.add_component(event)
    return bytes(book.to_ical())


def _standing(visit: Appointment) -> str:
    return "TENTATIVE" if visit.status == Status.REQUESTED else "CONFIRMED"


def _organizer() -> vCalAddress:
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    organizer = vCalAddress(f"mailto:{address}")
    organizer.params["cn"] = vText(settings.CLINIC_NAME)
    return organizer
