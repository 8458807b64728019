"""What a family can choose from, and the choice in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from accounts.models import User, with_profiles
from appointments import hours
from appointments.models import AppointmentType
from core.errors import NotFound, Refused
from core.ids import is_id
from patients.models import Patient
from portal.visits import address_of, describe, in_words


@dataclass(frozen=True)
class Choice:
    """One time that was chosen, before it is booked."""

    patient: Patient
    type: AppointmentType
    doctor: User
    start: datetime

    @property
    def what(self) -> str:
        """Kind, length and doctor."""
        return describe(self.type.name, self.type.minutes, self.doctor.display_name)

    @property
    def where(self) -> str:
        """Where the doctor works at that time."""
        return address_of(hours.find_location(self.doctor, self.start, self.type.pattern))

    @property
    def when(self) -> str:
        """Weekday, day and time."""
        return in_words(self.start)


def types_online(user: User) -> list[AppointmentType]:
    """Kinds of visits that families book themselves."""
    return list(AppointmentType.objects.visible_to(user).filter(bookable_online=True).order_by("name"))


def doctors(user: User, first: str | None = None) -> list[User]:
    """Active doctors by name; the patient's own one first."""
    found = with_profiles(User.objects.visible_to(user).doctors())
    return sorted(found, key=lambda doctor: doctor.pk != first)


def one_doctor(user: User, pk: str) -> User:
    """Raises NotFound for anybody who is no active doctor."""
    found = next((doctor for doctor in doctors(user) if doctor.pk == pk), None)
    if found is None:
        raise NotFound
    return found


def one_type(code: str) -> AppointmentType:
    """Also a kind that is not booked online: the action says so. Raises Refused for an unknown one."""
    # read-scope: the action refuses what families may not book, with the clinic's sentence
    found = AppointmentType.objects.filter(code=code, is_active=True).first()
    if found is None:
        raise Refused(_("There is no such kind of visit."), code="invalid", field="type")
    return found


def next_free(extra: dict[str, Any]) -> list[tuple[datetime, str]]:
    """Starts and doctors of the free times that came with a refusal."""
    rows = extra.get("nextFree", [])
    return [
        (start, row["doctorId"]) for row in rows if (start := parse_datetime(row["start"])) and is_id(row["doctorId"])
    ]


def preferred(wanted: str, found: Sequence[User]) -> list[User]:
    """The doctor asked for, or all of them."""
    return [doctor for doctor in found if doctor.pk == wanted] or list(found)
