"""Which wish a free time fits, and who comes first. Pure; no queries here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol, TypeVar

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.errors import Refused


class WishState(models.TextChoices):
    """Whether somebody still waits."""

    ACTIVE = "active", gettext_lazy("Waiting")
    PAUSED = "paused", gettext_lazy("Paused")
    SETTLED = "settled", gettext_lazy("Settled")


class OfferState(models.TextChoices):
    """What became of an offer."""

    OFFERED = "offered", gettext_lazy("Offered")
    ACCEPTED = "accepted", gettext_lazy("Accepted")
    DECLINED = "declined", gettext_lazy("Declined")
    EXPIRED = "expired", gettext_lazy("Run out")
    WITHDRAWN = "withdrawn", gettext_lazy("Withdrawn")


_WHY_GONE = {
    OfferState.ACCEPTED: gettext_lazy("This offer has been accepted already."),
    OfferState.DECLINED: gettext_lazy("This offer has been declined."),
    OfferState.EXPIRED: gettext_lazy("This offer has run out."),
    OfferState.WITHDRAWN: gettext_lazy("This time has gone to somebody else, or the clinic took the offer back."),
}


@dataclass(frozen=True)
class Wish:
    """What a time must be like; what is empty does not matter."""

    doctor: str = ""
    weekdays: frozenset[int] = frozenset()
    time_from: time | None = None
    time_to: time | None = None
    earliest: date | None = None
    latest: date | None = None
    notice: timedelta = timedelta()

    def fits(self, start: datetime, end: datetime, doctor: str, now: datetime) -> bool:
        """Whether a visit in [start, end) with this doctor is what was wished for, told early enough."""
        begins, ends = clock.wall(start), clock.wall(end)
        day = begins.date()
        return (
            self.doctor in {"", doctor}
            and (not self.weekdays or day.weekday() in self.weekdays)
            and (self.time_from is None or begins.time() >= self.time_from)
            and (self.time_to is None or (ends.date() == day and ends.time() <= self.time_to))
            and (self.earliest is None or day >= self.earliest)
            and (self.latest is None or day <= self.latest)
            and start - now >= self.notice
        )


class _Waits(Protocol):
    created_at: datetime
    pk: str


W = TypeVar("W", bound=_Waits)


def ranked(entries: Iterable[W]) -> list[W]:
    """Who has waited longest comes first; how far away somebody lives does not matter."""
    return sorted(entries, key=lambda entry: (entry.created_at, entry.pk))


def check_open(standing: str) -> None:
    """Raises Refused (`offer_gone`) unless the offer can still be answered."""
    if standing != OfferState.OFFERED:
        raise Refused(str(_WHY_GONE[OfferState(standing)]), code="offer_gone", extra={"state": standing})


def check_waits(state: str) -> None:
    """Raises Refused (`not_waiting`) unless somebody still waits."""
    if state != WishState.ACTIVE:
        raise Refused(_("This wish is settled or paused."), code="not_waiting")


def check_expiry(expires_at: datetime, start: datetime, now: datetime) -> None:
    """Raises Refused (`invalid`) for an offer that runs out in the past, or after the visit has begun."""
    if not now < expires_at <= start:
        raise Refused(_("An offer runs out later than now, and before the visit."), code="invalid", field="expires_at")


def check_span(time_from: time | None, time_to: time | None, earliest: date | None, latest: date | None) -> None:
    """Raises Refused (`invalid`) for times or days that end before they begin."""
    if time_from and time_to and time_to <= time_from:
        raise Refused(_("The end must be after the beginning."), code="invalid", field="time_to")
    if earliest and latest and latest < earliest:
        raise Refused(_("The last day must not be before the first."), code="invalid", field="latest")
