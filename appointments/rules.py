"""The words of booking: statuses, who may go where from where. Pure; no queries here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.errors import Refused

if TYPE_CHECKING:
    from appointments.models import AppointmentType

UNIT_MINUTES = 5


class Event(StrEnum):
    """What the audit calls the events of this package."""

    BOOKED = "appointment.booked"
    MOVED = "appointment.moved"
    CHANGED = "appointment.changed"
    PARKED = "appointment.parked"
    CANCELLED = "appointment.cancelled"
    CONFIRMED = "appointment.confirmed"
    STATUS_CHANGED = "appointment.status_changed"
    STATUS_UNDONE = "appointment.status_undone"
    SETUP_CHANGED = "setup.changed"
    OWN_CHAIRS_CHOSEN = "own_chairs.chosen"
    DAY_BUILT = "day_plan.built"
    DAY_REBUILT = "day_plan.rebuilt"
    DAY_CLEARED = "day_plan.cleared"
    VISITS_MOVED = "visits.moved_together"
    VISITS_MOVED_BACK = "visits.moved_back"
    NEXT_VISIT_NOTED = "next_visit.noted"
    NEXT_VISIT_CHANGED = "next_visit.changed"
    NEXT_VISIT_SETTLED = "next_visit.settled"
    CHECKED_OUT = "appointment.checked_out"
    CALL_LOGGED = "call.logged"
    ROW_PUT_ASIDE = "desk_list.put_aside"
    ROW_BROUGHT_BACK = "desk_list.brought_back"
    LIST_DISCLOSED = "desk_list.disclosed"
    DAY_CLOSED = "day.closed"
    WISH_NOTED = "wish.noted"
    WISH_CHANGED = "wish.changed"
    OFFER_MADE = "offer.made"
    OFFER_ANSWERED = "offer.answered"
    BROUGHT_OVER = "appointment.brought_over"
    EXPORTED = "appointment.list_disclosed"
    SHEET_DISCLOSED = "appointment.sheet_disclosed"
    EVENING_LIST_KEPT = "appointment.evening_list_kept"
    EVENING_LIST_TAKEN = "appointment.evening_list_taken"


class Status(models.TextChoices):
    """Where an appointment stands (domain.md 1.11b)."""

    REQUESTED = "requested", _("Requested")
    BOOKED = "booked", _("Booked")
    ARRIVED = "arrived", _("Arrived")
    SEATED = "seated", _("Seated")
    NEEDS_DOCTOR = "needs_doctor", _("Needs doctor")
    WITH_DOCTOR = "with_doctor", _("With doctor")
    CHECKOUT = "checkout", _("Checkout")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")
    NO_SHOW = "no_show", _("Missed")
    LEFT_UNSEEN = "left_unseen", _("Left unseen")
    ENTERED_IN_ERROR = "entered_in_error", _("Entered in error")


class Origin(models.TextChoices):
    """How an appointment came about."""

    DESK = "desk", _("At the desk")
    PHONE = "phone", _("By phone")
    ONLINE = "online", _("Online")
    WALK_IN = "walk_in", _("Walk-in")
    WAIT_LIST = "wait_list", _("From the wait list")
    IMPORTED = "import", _("Brought over")


_S = Status
TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    _S.REQUESTED: frozenset({_S.BOOKED, _S.CANCELLED}),
    _S.BOOKED: frozenset({_S.ARRIVED, _S.CANCELLED, _S.NO_SHOW, _S.ENTERED_IN_ERROR}),
    _S.ARRIVED: frozenset({_S.SEATED, _S.CHECKOUT, _S.LEFT_UNSEEN}),
    _S.SEATED: frozenset({_S.NEEDS_DOCTOR, _S.WITH_DOCTOR, _S.ARRIVED, _S.CHECKOUT, _S.LEFT_UNSEEN}),
    _S.NEEDS_DOCTOR: frozenset({_S.WITH_DOCTOR, _S.SEATED}),
    _S.WITH_DOCTOR: frozenset({_S.SEATED, _S.CHECKOUT}),
    _S.CHECKOUT: frozenset({_S.COMPLETED, _S.SEATED}),
    _S.NO_SHOW: frozenset({_S.ARRIVED}),
    _S.COMPLETED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.LEFT_UNSEEN: frozenset(),
    _S.ENTERED_IN_ERROR: frozenset(),
}

# Statuses whose time is taken; `requested` holds nothing.
HOLDING = (_S.BOOKED, _S.ARRIVED, _S.SEATED, _S.NEEDS_DOCTOR, _S.WITH_DOCTOR, _S.CHECKOUT)

# Ends after which what is left of the time is free again; the others free all of it.
FREES_THE_REST = (_S.NO_SHOW, _S.LEFT_UNSEEN, _S.COMPLETED)
FREES_ALL = (_S.CANCELLED, _S.ENTERED_IN_ERROR)

CHECK, PROCEDURE, ASSISTANT = "d", "D", "A"
# More checks than any doctor may have at once: a doctor's overbookings lie beyond, and a procedure takes every lane
# up to here, so that another number of checks never opens a procedure or makes an overbooking an ordinary visit.
MOST_CHECKS = 6
LONGEST_MINUTES = 480
_CELL_SECONDS = UNIT_MINUTES * 60
CELLS_PER_DAY = 24 * 60 // UNIT_MINUTES


@dataclass(frozen=True, order=True)
class Need:
    """One resource in one 5-minute cell; `lanes` may be used at once, `whole` needs it alone."""

    resource: str
    cell: int
    lanes: int
    whole: bool

    @property
    def beyond(self) -> int:
        """The first lane of overbookings."""
        return first_beyond(self.resource, self.lanes)


class Clash(Exception):
    """An ordinary booking meets something; `resource` is the first thing it meets."""

    def __init__(self, resource: str) -> None:
        super().__init__(resource)
        self.resource = resource


def cell_of(instant: datetime) -> int:
    """The 5-minute cell that an instant falls into, counted from 1970 in UTC."""
    return int(instant.timestamp()) // _CELL_SECONDS


def cell_from(instant: datetime) -> int:
    """The first 5-minute cell that does not begin before the instant."""
    return -(-int(instant.timestamp()) // _CELL_SECONDS)


def fit_pattern(pattern: str, minutes: int | None) -> str:
    """The pattern for a visit of so many minutes: more minutes add assistant units, fewer cut trailing ones.

    Raises Refused: `invalid` for a length that is no positive multiple of 5, `pattern_cut` if the doctor were cut.
    """
    if minutes is None:
        return pattern
    if minutes <= 0 or minutes % UNIT_MINUTES or minutes > LONGEST_MINUTES:
        message = _("Give the length in minutes as a multiple of 5, from 5 to %(most)s.") % {"most": LONGEST_MINUTES}
        raise Refused(message, code="invalid", field="minutes")
    units = minutes // UNIT_MINUTES
    kept, cut = pattern[:units], pattern[units:]
    if cut.strip(ASSISTANT):
        raise Refused(_("This length would cut off time with the doctor."), code="pattern_cut", field="minutes")
    return kept.ljust(units, ASSISTANT)


def check_on_grid(start: datetime) -> None:
    """Visits start on the 5-minute grid. Raises Refused (`off_grid`)."""
    if start.minute % UNIT_MINUTES or start.second or start.microsecond:
        raise Refused(_("Visits start on a multiple of 5 minutes."), code="off_grid", field="date")


def check_type(type: "AppointmentType", *, as_staff: bool) -> None:
    """Raises Refused: `invalid` for a type out of use, `type_not_online` for a patient and a type of the clinic's."""
    if not type.is_active:
        raise Refused(_("This kind of visit is not in use any more."), code="invalid", field="type")
    if not as_staff and not type.bookable_online:
        raise Refused(_("Please call the clinic to book this kind of visit."), code="type_not_online", field="type")


def check_transition(present: str, wanted: str) -> None:
    """Raises Refused (`status_conflict`) with the present status."""
    if Status(wanted) not in TRANSITIONS[Status(present)]:
        raise status_conflict(present)


def status_conflict(present: str) -> Refused:
    """The refusal for a step that does not start from where the appointment stands."""
    message = _("The appointment is now “%(status)s”; that step is not possible from there.")
    return Refused(
        message % {"status": Status(present).label}, code="status_conflict", field="status", extra={"status": present}
    )


def patient_archived() -> Refused:
    """The refusal to book for a record that is out of the lists."""
    message = _("This patient is archived. Restore the patient first.")
    return Refused(message, code="patient_archived", field="patient_id")


def needs(*, start: datetime, pattern: str, patient: str, doctor: str, chair: str | None, lanes: int) -> list[Need]:
    """What a visit needs: patient and chair all the time, the doctor in the units marked d or D."""
    first = cell_of(start)
    wanted = []
    for offset, unit in enumerate(pattern):
        wanted.append(Need(f"patient:{patient}", first + offset, 1, True))
        if chair:
            wanted.append(Need(f"chair:{chair}", first + offset, 1, True))
        if unit != ASSISTANT:
            wanted.append(Need(f"doctor:{doctor}", first + offset, lanes, unit == PROCEDURE))
    return sorted(wanted)


def decide(wanted: list[Need], taken: Mapping[tuple[str, int], set[int]], *, overbook: bool) -> list[tuple[Need, int]]:
    """Which lane of which cell to take. An ordinary booking that meets anything raises Clash.

    An ordinary booking wants every cell free of overbookings too. An overbooking takes ordinary lanes where they are
    free and lanes beyond them where they are not.
    """
    chosen: list[tuple[Need, int]] = []
    for need in wanted:
        used = taken.get((need.resource, need.cell), set())
        lanes = _ordinary_lanes(need, used)
        if not lanes:
            if not overbook:
                raise Clash(need.resource)
            lanes = [max(need.beyond, max(used) + 1)]
        chosen += [(need, lane) for lane in lanes]
    return chosen


def first_beyond(resource: str, lanes: int) -> int:
    """The first lane of overbookings of a resource with so many ordinary lanes."""
    return max(lanes, MOST_CHECKS) if resource.startswith("doctor:") else lanes


def is_full(used: set[int], *, lanes: int, beyond: int) -> bool:
    """Whether not even a check fits: all lanes are in use, or somebody has been overbooked here."""
    return len(used) >= lanes or any(lane >= beyond for lane in used)


def _ordinary_lanes(need: Need, used: set[int]) -> list[int]:
    if need.whole:
        return [] if used else list(range(need.beyond))
    if is_full(used, lanes=need.lanes, beyond=need.beyond):
        return []
    return [min(set(range(need.lanes)) - used)]
