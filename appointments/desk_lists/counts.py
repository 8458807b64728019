"""The lists with their lengths, as the home page shows them."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from appointments.desk_lists.lists import LISTS, MOST_COUNTED, count
from appointments.desk_lists.open_visits import OPEN, days_left_open
from appointments.desk_lists.shared import Shared, midnight
from appointments.models import Appointment, WaitlistEntry
from core.errors import Text

_OPEN_LOOKED_AT: Final = 500


@dataclass(frozen=True)
class Tile:
    """One list: its name, its address, how many rows."""

    title: Text
    url: str
    number: int
    is_task: bool = False

    @property
    def shown(self) -> str:
        """The number; many are not counted to the end."""
        return f"{MOST_COUNTED}+" if self.number > MOST_COUNTED else str(self.number)


def tiles_of(by: User) -> list[Tile]:
    """Every list, then those who wait for another time."""
    shared = Shared(by, counting=True)
    tiles = [
        Tile(one.title, reverse("appointments:desk-list", args=[one]), count(one, shared), one.is_task)
        for one in LISTS.values()
    ]
    waiting = WaitlistEntry.objects.all().waiting()
    if shared.hidden:
        waiting = waiting.exclude(patient_id__in=shared.hidden)
    short = waiting[: MOST_COUNTED + 1].count()
    tiles.append(Tile(_("Short notice: would come sooner"), reverse("appointments:wait-list"), short))
    return tiles


def days_to_close(today: date) -> list[date]:
    """Days before this one that ask to be closed."""
    rows = Appointment.objects.filter(status__in=OPEN, start__lt=midnight(today)).order_by("start", "id")
    return days_left_open(rows.values_list("start", flat=True)[:_OPEN_LOOKED_AT])
