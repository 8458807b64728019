"""The week at a glance: hours of every location, and of every doctor there."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User, with_profiles
from appointments.models import Location, Weekday, WorkingHours


@dataclass(frozen=True)
class DayHours:
    """One weekday of one line."""

    weekday: int
    label: str
    rows: list[WorkingHours]


@dataclass(frozen=True)
class Line:
    """The location itself (no doctor), or one doctor there."""

    doctor_id: str
    name: str
    days: list[DayHours]

    @property
    def hours(self) -> float:
        """How many they are in a week."""
        return sum(_length(row) for day in self.days for row in day.rows)


@dataclass(frozen=True)
class Week:
    """One location."""

    location: Location
    lines: list[Line]

    @property
    def weekdays(self) -> list[str]:
        """Their names."""
        return [str(label) for label in Weekday.labels]


def weeks() -> list[Week]:
    """Every location in use."""
    rows = list(WorkingHours.objects.order_by("weekday", "opens"))  # read-scope: hours are no person's
    doctors = with_profiles(User.objects.doctors())
    whose = [("", _("The location itself")), *((doctor.pk, doctor.display_name) for doctor in doctors)]
    found = []
    for place in Location.objects.filter(is_active=True):  # read-scope: locations are no person's
        own = [row for row in rows if row.location_id == place.pk]
        lines = [Line(pk, name, _days([row for row in own if (row.doctor_id or "") == pk])) for pk, name in whose]
        found.append(Week(place, lines))
    return found


def _days(rows: list[WorkingHours]) -> list[DayHours]:
    return [DayHours(day.value, str(day.label), [row for row in rows if row.weekday == day]) for day in Weekday]


def _length(row: WorkingHours) -> float:
    return row.closes.hour - row.opens.hour + (row.closes.minute - row.opens.minute) / 60
