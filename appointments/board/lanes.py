"""The lanes of the board and when time in them is long. Pure; no queries here."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment, BoardTimes
from appointments.rules import Status
from core.errors import Text


class Lane(TextChoices):
    """Where a visit stands on the board; `late` and `soon` are computed and free nothing."""

    LATE = "late", _("Late")
    SOON = "soon", _("Expected soon, not here yet")
    EXPECTED = "expected", _("Expected later")
    ARRIVED = "arrived", _("Waiting")
    SEATED = "seated", _("Seated")
    NEEDS_DOCTOR = "needs_doctor", _("Needs doctor")
    WITH_DOCTOR = "with_doctor", _("With doctor")
    CHECKOUT = "checkout", _("Checkout")
    GONE = "gone", _("Gone")

    @property
    def short(self) -> Text:
        """One word, for a phone."""
        return _("Soon") if self == Lane.SOON else _("Later") if self == Lane.EXPECTED else self.label


class Length(StrEnum):
    """How long a stage has lasted, by the clinic's own times."""

    FINE = ""
    LONG = "long"
    TOO_LONG = "too_long"


LANES: Final[Mapping[str, Lane]] = {
    Status.ARRIVED: Lane.ARRIVED,
    Status.SEATED: Lane.SEATED,
    Status.NEEDS_DOCTOR: Lane.NEEDS_DOCTOR,
    Status.WITH_DOCTOR: Lane.WITH_DOCTOR,
    Status.CHECKOUT: Lane.CHECKOUT,
    Status.COMPLETED: Lane.GONE,
    Status.LEFT_UNSEEN: Lane.GONE,
    Status.NO_SHOW: Lane.GONE,
}
IN_A_CHAIR = (Lane.SEATED, Lane.NEEDS_DOCTOR, Lane.WITH_DOCTOR)
NOT_HERE = (Lane.LATE, Lane.SOON, Lane.EXPECTED)


def lane_of(visit: Appointment, now: datetime, times: BoardTimes) -> Lane | None:
    """The visit's lane; None for one that is not on the board: requested, cancelled, entered in error."""
    if visit.status != Status.BOOKED:
        return LANES.get(visit.status)
    if now >= visit.start + timedelta(minutes=times.late_after):
        return Lane.LATE
    return Lane.SOON if visit.start <= now + timedelta(minutes=times.soon_before) else Lane.EXPECTED


def length_of(minutes: int, limits: tuple[int, int] | None) -> Length:
    """Whether so many minutes are long, or too long."""
    if limits is None or minutes < limits[0]:
        return Length.FINE
    return Length.TOO_LONG if minutes >= limits[1] else Length.LONG
