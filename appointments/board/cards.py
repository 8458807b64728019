"""One visit on the board, and what can be tapped on it. No queries here."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from appointments.board.lanes import IN_A_CHAIR, NOT_HERE, Lane, Length, length_of
from appointments.models import Appointment, Chair, StatusEvent
from appointments.rules import Status
from core import clock
from core.errors import Text
from patients.models import Patient


@dataclass(frozen=True)
class Tap:
    """One button; `to` is what it sends: a status, and for seating the chair."""

    to: str
    words: Text
    note: str = ""  # who sits in the chair
    is_taken: bool = False  # somebody does: said, never refused


_NEXT = {
    Status.BOOKED: Tap(Status.ARRIVED, gettext_lazy("Check in")),
    Status.SEATED: Tap(Status.NEEDS_DOCTOR, gettext_lazy("Call doctor")),
    Status.NEEDS_DOCTOR: Tap(Status.WITH_DOCTOR, gettext_lazy("With doctor")),
    Status.WITH_DOCTOR: Tap(Status.CHECKOUT, gettext_lazy("Checkout")),
    Status.NO_SHOW: Tap(Status.ARRIVED, gettext_lazy("Here after all")),
}
_ELSE = {
    Status.BOOKED: [Tap(Status.NO_SHOW, gettext_lazy("Missed"))],
    Status.ARRIVED: [
        Tap(Status.CHECKOUT, gettext_lazy("Checkout")),
        Tap(Status.LEFT_UNSEEN, gettext_lazy("Left unseen")),
    ],
    Status.SEATED: [
        Tap(Status.WITH_DOCTOR, gettext_lazy("With doctor")),
        Tap(Status.CHECKOUT, gettext_lazy("Checkout")),
        Tap(Status.ARRIVED, gettext_lazy("Back to waiting")),
        Tap(Status.LEFT_UNSEEN, gettext_lazy("Left unseen")),
    ],
    Status.NEEDS_DOCTOR: [Tap(Status.SEATED, gettext_lazy("Doctor not needed"))],
    Status.WITH_DOCTOR: [Tap(Status.SEATED, gettext_lazy("Back to the assistant"))],
    Status.CHECKOUT: [Tap(Status.SEATED, gettext_lazy("Back to the chair"))],
}
_BY_DOCTOR = {
    Status.SEATED: Tap(Status.WITH_DOCTOR, gettext_lazy("I'm with them")),
    Status.NEEDS_DOCTOR: Tap(Status.WITH_DOCTOR, gettext_lazy("I'm with them")),
    Status.WITH_DOCTOR: Tap(Status.CHECKOUT, gettext_lazy("Done: checkout")),
}


@dataclass
class Card:
    """One visit; without a patient it is a chart that this person may not open."""

    visit: Appointment
    patient: Patient | None
    doctor: User
    lane: Lane
    since: datetime  # when the stage began; of one that is not here yet, when it should begin
    now: datetime
    limits: tuple[int, int] | None = None
    chair: Chair | None = None
    alert: bool = False
    last: StatusEvent | None = None  # the step that an undo takes back
    family: list["Card"] = field(default_factory=list)  # those of one household who can be checked in together
    seats: list["Seat"] = field(default_factory=list)
    by_doctor: bool = False  # the taps are those of a doctor

    @property
    def minutes(self) -> int:
        """Whole minutes on this stage; negative before the visit should begin."""
        return int((self.now - self.since).total_seconds() // 60)

    @property
    def length(self) -> Length:
        """Whether that is long."""
        return length_of(self.minutes, self.limits)

    @property
    def time(self) -> str:
        """The minutes as a person reads them; static/js/board.js says the same later."""
        if self.minutes < 0:
            return _("in %s min") % -self.minutes
        words = {Length.FINE: "", Length.LONG: _("long"), Length.TOO_LONG: _("too long")}[self.length]
        return ", ".join(filter(None, [_("%s min") % self.minutes, words]))

    @property
    def is_seated(self) -> bool:
        """Whether the patient sits in a chair."""
        return self.lane in IN_A_CHAIR

    @property
    def is_here(self) -> bool:
        """Whether the patient is in the clinic."""
        return self.lane not in (*NOT_HERE, Lane.GONE)

    @property
    def status(self) -> str:
        """How the visit stands, in words."""
        return self.visit.status_words if self.patient else self.visit.get_status_display()

    @property
    def booked_at(self) -> str:
        """The beginning on the wall clock."""
        return clock.wall(self.visit.start).strftime("%H:%M")

    @cached_property
    def main(self) -> Tap | None:
        """What comes next for almost everybody."""
        status = Status(self.visit.status)
        if self.by_doctor:
            return _BY_DOCTOR.get(status)
        if status == Status.ARRIVED:
            return next(self._seat_taps(_("Seat: %s")), Tap(Status.SEATED, _("Seat")))
        return _NEXT.get(status)

    @property
    def is_tappable(self) -> bool:
        """Whether there is anything to tap; a doctor leaves those who wait to the desk."""
        return not self.by_doctor or self.main is not None

    @cached_property
    def others(self) -> list[Tap]:
        """What else the table of statuses allows here."""
        status = Status(self.visit.status)
        if self.lane == Lane.EXPECTED or (self.by_doctor and status not in (Status.NEEDS_DOCTOR, Status.WITH_DOCTOR)):
            return []  # nobody has missed what has not begun
        seats = list(self._seat_taps("%s"))[1:] if status == Status.ARRIVED else []
        return [*seats, *_ELSE.get(status, [])]

    def _seat_taps(self, words: str) -> Iterator[Tap]:
        """The booked chair first, else a free one, then the others: a chair is never refused, whoever sits in it."""
        booked = any(seat.chair.pk == self.visit.chair_id for seat in self.seats)
        ranked = sorted(
            self.seats, key=lambda seat: seat.chair.pk != self.visit.chair_id if booked else bool(seat.cards)
        )
        for seat in ranked:
            yield Tap(f"{Status.SEATED} {seat.chair.pk}", words % seat.chair, seat.who, bool(seat.cards))


@dataclass
class Seat:
    """One chair and who sits in it: two where a visit overruns."""

    chair: Chair
    cards: list[Card] = field(default_factory=list)

    @property
    def who(self) -> str:
        """Who sits there, in words."""
        return ", ".join(str(card.patient or _("Reserved")) for card in self.cards) or _("free")

    @property
    def light(self) -> str:
        """The call light: the status of whoever needs the doctor, else of the first who sits there."""
        calls = [card for card in self.cards if card.lane == Lane.NEEDS_DOCTOR]
        return str(next((card.visit.status for card in [*calls, *self.cards]), ""))
