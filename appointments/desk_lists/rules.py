"""What checkout asks, how calls end, when a missed visit is more than one. Pure; no queries here."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.rules import Status
from core import clock
from core.errors import Refused

MOST_WEEKS: Final = 104
# Two within so long are repeated.
REPEATED: Final = 2
REPEATED_WITHIN: Final = timedelta(days=365)
# So long a missed or cancelled visit asks for a call; later the patient is on the lists by the care status alone.
LOOKED_BACK: Final = timedelta(days=365)


class Answer(models.TextChoices):
    """What a patient leaves with."""

    BOOKED = "booked", gettext_lazy("Next visit booked")
    ORDER = "order", gettext_lazy("Order for the desk")
    NONE = "none", gettext_lazy("No next visit")


class NoNext(models.TextChoices):
    """Why a patient leaves without a next visit."""

    FINISHED = "finished", gettext_lazy("Treatment finished")
    WILL_CALL = "will_call", gettext_lazy("Will call")
    MOVED_AWAY = "moved_away", gettext_lazy("Moved away")
    OTHER = "other", gettext_lazy("Other")


class CallOutcome(models.TextChoices):
    """How a call ended."""

    REACHED = "reached", gettext_lazy("Reached")
    LEFT_MESSAGE = "left_message", gettext_lazy("Left message")
    NO_ANSWER = "no_answer", gettext_lazy("No answer")
    WRONG_NUMBER = "wrong_number", gettext_lazy("Wrong number")


_S = Status
# From where a visit stands to the end, by the steps of the table: what nobody tapped during the day.
_TO_THE_END: Final[Mapping[str, tuple[Status, ...]]] = {
    _S.BOOKED: (_S.ARRIVED, _S.CHECKOUT, _S.COMPLETED),
    _S.ARRIVED: (_S.CHECKOUT, _S.COMPLETED),
    _S.SEATED: (_S.CHECKOUT, _S.COMPLETED),
    _S.NEEDS_DOCTOR: (_S.WITH_DOCTOR, _S.CHECKOUT, _S.COMPLETED),
    _S.WITH_DOCTOR: (_S.CHECKOUT, _S.COMPLETED),
    _S.CHECKOUT: (_S.COMPLETED,),
    _S.COMPLETED: (),
}
# What usually follows a kind of visit; a kind that is not named is followed by another of its own.
_FOLLOWS: Final = {
    "NPE": "REC",
    "REC": "CONS",
    "CONS": "BOND",
    "SEP": "BAND",
    "BAND": "ADJ",
    "BOND": "ADJ",
    "BON1": "ADJ",
    "ADJL": "ADJ",
    "REP": "ADJ",
    "EMG": "ADJ",
    "ALD": "ALC",
    "DEB": "RETD",
    "RETD": "RETC",
}


def steps_to_the_end(status: str) -> tuple[Status, ...]:
    """The steps that complete a visit. Raises Refused (`status_conflict`) for one that nobody came to."""
    if status not in _TO_THE_END:
        message = _("The appointment is now “%(status)s”; that step is not possible from there.")
        words = message % {"status": Status(status).label}
        raise Refused(words, code="status_conflict", field="status", extra={"status": status})
    return _TO_THE_END[status]


def may_check_out(status: str, start: datetime) -> bool:
    """Whether the patient was here, or may have been."""
    return status in _TO_THE_END and (status != Status.BOOKED or start <= clock.now())


def follows(code: str, known: Iterable[str]) -> str:
    """The code of the kind that usually comes next, if the clinic has it."""
    wanted = _FOLLOWS.get(code, code)
    return wanted if wanted in set(known) else ""


def check_reason(why_none: str, note: str) -> None:
    """Raises Refused without a reason, or without words for “other”."""
    if why_none not in NoNext.values:
        raise Refused(_("Say why there is no next visit."), code="reason_required", field="why_none")
    if why_none == NoNext.OTHER and not note:
        raise Refused(_("Say in a few words why there is no next visit."), code="reason_required", field="note")


def check_weeks(weeks: int | None) -> None:
    """Raises Refused for no time, or one out of all bounds."""
    if weeks is None or not 0 <= weeks <= MOST_WEEKS:
        message = _("Say in how many weeks, 0 to %(most)s.") % {"most": MOST_WEEKS}
        raise Refused(message, code="invalid", field="weeks")


def check_until(until: date | None, *, needed: bool) -> None:
    """Raises Refused for a day that is over, or none where the row would never come back by itself."""
    if until is None and needed:
        raise Refused(_("Say until when."), code="invalid", field="until")
    if until is not None and until <= clock.today():
        raise Refused(_("Choose a day to come."), code="in_the_past", field="until")
    if until is not None and until > clock.today() + timedelta(days=731):
        raise Refused(_("Choose a day within two years."), code="too_far_ahead", field="until")


def repeated_since(start: datetime) -> datetime:
    """From when on an earlier missed visit makes this one repeated."""
    return start - REPEATED_WITHIN
