"""The appointment card: when and where, in words for a fridge door. No diagnosis, no family name, no kind of visit."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from appointments.models import Appointment, Location
from appointments.rules import HOLDING
from core import clock
from core.errors import Refused
from patients.models import Patient
from patients.rules import readable_phone


@dataclass(frozen=True)
class Card:
    """What stands on the card."""

    first_name: str
    day: str
    time: str
    clinic: str
    place: str  # empty when it is called as the clinic
    address: list[str]
    phone: str
    bring: str

    @property
    def text(self) -> str:
        """The same to copy into a message."""
        lines = [
            _("Appointment for %(name)s") % {"name": self.first_name},
            _("%(day)s at %(time)s") % {"day": self.day, "time": self.time},
            "",
            self.clinic,
            *([self.place] if self.place else []),
            *self.address,
            *([_("Phone %(phone)s") % {"phone": self.phone}] if self.phone else []),
            *(["", self.bring] if self.bring else []),
        ]
        return "\n".join(lines)


def of(visit: Appointment, patient: Patient, location: Location) -> Card:
    """The card of a visit that stands. Raises Refused (`called_off`) for one that is over or called off."""
    if visit.status not in HOLDING:
        raise Refused(_("This visit does not stand any more: there is no card for it."), code="called_off")
    local = clock.wall(visit.start)
    return Card(
        first_name=patient.preferred_name or patient.given_name or patient.name,
        day=date_format(local, "l j F Y"),
        time=date_format(local, "H:i"),
        clinic=settings.CLINIC_NAME,
        place=location.name if location.name != settings.CLINIC_NAME else "",
        address=location.address.splitlines(),
        phone=readable_phone(location.phone),
        bring=settings.CARD_NOTE,
    )
