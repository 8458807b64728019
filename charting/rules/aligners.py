"""Aligner series: how many trays, which one is worn, when it ends. Fields after OrthoTrac.

A tray is delivered first and verified when it was seen to fit. The current one is estimated from the last verified tray
and the days since; nobody wears a tray that was not delivered.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from charting.rules.teeth import Arch
from core.errors import Refused

MOST_TRAYS: Final = 80
MOST_REFINEMENTS: Final = 3
DAYS_PER_TRAY: Final = (3, 42)  # (mem)
WEAR_HOURS: Final = (20, 22)  # a day; (mem)


class TrayState(models.TextChoices):
    """Where one tray stands; "current" is estimated, not stored."""

    PLANNED = "planned", _("Not delivered")
    DELIVERED = "delivered", _("Delivered")
    VERIFIED = "verified", _("Verified")


class Tracking(models.TextChoices):
    """How well the teeth follow."""

    ON_TRACK = "on_track", _("On track")
    WATCH = "watch", _("Watch")
    OFF_TRACK = "off_track", _("Off track")
    REFINEMENT = "refinement", _("Needs a refinement")


@dataclass(frozen=True)
class Series:
    """`upper` and `lower` are numbers of trays, 0 for an arch without."""

    upper: int
    lower: int
    days_per_tray: int
    started_on: date
    refinement: int = 0

    def trays(self, arch: str) -> int:
        return self.upper if arch == Arch.UPPER else self.lower

    @property
    def last(self) -> int:
        return max(self.upper, self.lower)


@dataclass(frozen=True)
class Worn:
    """The estimate: which tray, since when, when the next one is due (None after the last or for lack of trays)."""

    tray: int
    since: date
    next_on: date | None
    is_waiting: bool = False


def check_series(series: Series) -> None:
    """Raises Refused (`out_of_range`) naming the field."""
    for field, count in (("upper", series.upper), ("lower", series.lower)):
        if not 0 <= count <= MOST_TRAYS:
            message = _("A series has at most %(most)s aligners per arch.") % {"most": MOST_TRAYS}
            raise Refused(message, code="out_of_range", field=field)
    if not series.last:
        raise Refused(_("Say how many aligners there are."), code="out_of_range", field="upper")
    least, most = DAYS_PER_TRAY
    if not least <= series.days_per_tray <= most:
        message = _("An aligner is worn for %(least)s to %(most)s days.") % {"least": least, "most": most}
        raise Refused(message, code="out_of_range", field="days_per_tray")
    if not 0 <= series.refinement <= MOST_REFINEMENTS:
        message = _("There are at most %(most)s refinements.") % {"most": MOST_REFINEMENTS}
        raise Refused(message, code="out_of_range", field="refinement")


def check_tray(series: Series, arch: str, tray: int, *, field: str = "tray") -> None:
    """Raises Refused (`tray_beyond_series`) for a tray that the series does not have."""
    count = series.trays(arch)
    values = {"arch": str(Arch(arch).label).lower(), "count": count, "tray": tray}
    if not count:
        message = _("This series has no %(arch)s aligners.") % values
        raise Refused(message, code="tray_beyond_series", field=field)
    if not 1 <= tray <= count:
        message = _("This series has %(arch)s aligners 1 to %(count)s; there is no %(tray)s.") % values
        raise Refused(message, code="tray_beyond_series", field=field)


def state_of(tray: int, *, delivered: int, verified: int) -> TrayState:
    """Trays are delivered and verified from the first on."""
    if tray <= verified:
        return TrayState.VERIFIED
    return TrayState.DELIVERED if tray <= delivered else TrayState.PLANNED


def worn_now(series: Series, *, verified: int, verified_on: date, delivered: int, today: date) -> Worn:
    """The tray worn today, if the patient began `verified` that day and changes on time.

    `verified` 0 is "none yet": the first one begins on `verified_on`. `is_waiting`: the next tray is due and not
    delivered.
    """
    days = series.days_per_tray
    begun = max(verified, 1)
    by_days = begun + max((today - verified_on).days, 0) // days
    most = min(series.last, max(delivered, begun))
    tray = min(by_days, most)
    since = verified_on + timedelta(days=(tray - begun) * days)
    is_last = tray >= series.last
    is_waiting = not is_last and by_days > most
    return Worn(tray, since, None if is_last or is_waiting else since + timedelta(days=days), is_waiting)


def projected_end(series: Series, worn: Worn, today: date) -> date:
    """When the last tray has been worn; a patient who waits for trays goes on tomorrow at the earliest."""
    rest = series.last - worn.tray
    if worn.is_waiting:
        return today + timedelta(days=1 + rest * series.days_per_tray)
    return worn.since + timedelta(days=(rest + 1) * series.days_per_tray)


def planned_end(series: Series) -> date:
    """When it would have ended without a day lost."""
    return series.started_on + timedelta(days=series.last * series.days_per_tray)


def trays_behind(series: Series, worn: Worn, today: date) -> int:
    """How many trays later than planned; negative when ahead."""
    planned = 1 + max((today - series.started_on).days, 0) // series.days_per_tray
    return min(planned, series.last) - worn.tray
