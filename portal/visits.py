"""Appointments as families read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User, with_profiles
from appointments import hours
from appointments.models import Appointment, AppointmentType, Location
from appointments.models.booking import AppointmentQuerySet
from appointments.rules import HOLDING, Status
from core import clock
from core.errors import NotFound, Refused
from patients.models import Patient

_AT_THE_CLINIC = {Status.ARRIVED, Status.SEATED, Status.NEEDS_DOCTOR, Status.WITH_DOCTOR, Status.CHECKOUT}
_WEEKS_FROM_DAYS = 14


@dataclass(frozen=True)
class Shown:
    """One visit in words. `why_fixed` is the clinic's sentence when it can no longer be moved or cancelled here."""

    appointment: Appointment
    patient: Patient
    type: AppointmentType
    doctor: str
    location: Location
    why_fixed: str

    @property
    def when(self) -> str:
        """Wednesday 2 December 2026, 09:30."""
        return in_words(self.appointment.start)

    @property
    def how_soon(self) -> str:
        """Today, tomorrow, in so many days or weeks."""
        return how_soon(self.appointment.start)

    @property
    def what(self) -> str:
        """Kind, length and doctor."""
        return describe(self.type.name, self.appointment.minutes, self.doctor)

    @property
    def where(self) -> str:
        """Name and address of the location."""
        return address_of(self.location)

    @property
    def is_ahead(self) -> bool:
        """Whether it is still to come."""
        return self.appointment.status in HOLDING and self.appointment.start >= clock.now()

    @property
    def may_change(self) -> bool:
        """Whether the family may still move or cancel it here."""
        return self.is_ahead and self.appointment.status == Status.BOOKED and not self.why_fixed

    @property
    def status(self) -> str:
        """The state in plain words."""
        status = Status(self.appointment.status)
        if status in _AT_THE_CLINIC:
            return _("At the clinic")
        if status is Status.BOOKED and self.appointment.confirmed:
            return _("Confirmed")
        words = {Status.COMPLETED: _("Done"), Status.LEFT_UNSEEN: _("Left early"), Status.NO_SHOW: _("Missed")}
        return words.get(status) or str(status.label)


def address_of(location: Location) -> str:
    """Name and address on one line."""
    return ", ".join([location.name, *location.address.splitlines()])


def in_words(start: datetime) -> str:
    """Weekday, day and time on the clinic's wall."""
    local = clock.wall(start)
    return _("%(day)s, %(time)s") % {"day": date_format(local, "l j F Y"), "time": date_format(local, "H:i")}


def how_soon(start: datetime) -> str:
    """Today, tomorrow, in so many days or weeks."""
    days = (clock.wall(start).date() - clock.today()).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days < _WEEKS_FROM_DAYS:
        return ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}
    return ngettext("in %(n)s week", "in %(n)s weeks", days // 7) % {"n": days // 7}


def describe(kind: str, minutes: int, doctor: str) -> str:
    """Adjustment, 20 minutes, with Dr. Smith."""
    values = {"kind": kind, "minutes": minutes, "doctor": doctor}
    return _("%(kind)s, %(minutes)s minutes, with %(doctor)s") % values


def of_people(user: User, people: Iterable[Patient]) -> AppointmentQuerySet:
    """Their appointments; slips of the desk are nobody's business."""
    ids = [patient.pk for patient in people]
    mine: AppointmentQuerySet = Appointment.objects.visible_to(user).filter(patient_id__in=ids)
    return mine.exclude(status=Status.ENTERED_IN_ERROR)


def one(user: User, people: Iterable[Patient], pk: str) -> Appointment:
    """One of theirs. Raises NotFound for all others."""
    found = of_people(user, people).filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def show(people: Iterable[Patient], appointments: Iterable[Appointment]) -> list[Shown]:
    """All of them in words, with four queries however many they are."""
    rows = list(appointments)
    by_id = {patient.pk: patient for patient in people}
    # read-scope: names of kinds and places on one's own visits, also of those no longer in use
    types = AppointmentType.objects.in_bulk({row.type_id for row in rows})
    # read-scope: see above
    locations = Location.objects.in_bulk({row.location_id for row in rows})
    doctors = doctor_names({row.doctor_id for row in rows})
    return [
        Shown(
            row,
            by_id[row.patient_id],
            types[row.type_id],
            doctors[row.doctor_id],
            locations[row.location_id],
            why_fixed(row),
        )
        for row in rows
    ]


def doctor_names(ids: Iterable[str]) -> dict[str, str]:
    """Titles and names by id."""
    # read-scope: doctors of one's own visits, also of those who have left
    doctors = User.objects.filter(pk__in=list(ids))
    return {doctor.pk: doctor.display_name for doctor in with_profiles(doctors)}


def why_fixed(appointment: Appointment) -> str:
    """The clinic's sentence if it is too late for a family to change this visit here; empty otherwise."""
    try:
        hours.check_notice(appointment.start, as_staff=False)
    except Refused as refusal:
        return str(refusal)
    return ""
