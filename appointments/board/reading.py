"""The board of a day, read in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import StaffProfile, User
from accounts.permissions import Permission
from appointments.board.cards import Card, Seat
from appointments.board.families import together
from appointments.board.lanes import IN_A_CHAIR, LANES, NOT_HERE, Lane, lane_of
from appointments.history import stage_began, step_to_undo
from appointments.models import Appointment, BoardTimes, Chair, StatusEvent
from appointments.models.booking import AppointmentQuerySet
from core import clock
from patients.models import MedicalEntry, Patient

# So long an undo stands above the board after a tap.
_FRESH = timedelta(seconds=60)
_MOST_FRESH = 4
_COLUMNS = (
    (Lane.LATE, Lane.SOON),
    (Lane.ARRIVED,),
    (Lane.SEATED,),
    (Lane.NEEDS_DOCTOR,),
    (Lane.WITH_DOCTOR,),
    (Lane.CHECKOUT,),
)
# In these lanes whoever has been there longest comes first; in the others the day's order holds.
_BY_WAITING = (Lane.ARRIVED, *IN_A_CHAIR, Lane.CHECKOUT)


class Fresh:
    """One tap of a moment ago, as the undo names it."""

    def __init__(self, card: Card, step: StatusEvent) -> None:
        self.visit, self.step, self.by, self.at = card.visit.pk, step.pk, step.by_id, step.at
        self.who, self.status = str(card.patient), card.status


def fresh_of(user: User, steps: list[Fresh]) -> list[Fresh]:
    """What this person tapped."""
    since = clock.now() - _FRESH
    return [step for step in steps if step.by == user.pk and step.at >= since][:_MOST_FRESH]


class Board:
    """The cards of some of today's visits, lane by lane, and the chairs of a location."""

    def __init__(
        self, user: User, rows: AppointmentQuerySet, location_id: str = "", chairs: Iterable[Chair] = ()
    ) -> None:
        self.now, self.times, self._user = clock.now(), BoardTimes.present(), user
        # All visits, also those of charts that this person may not open: their chairs are taken too.
        self.visits = list(rows.select_related("type").order_by("start", "id"))
        self.seats = [Seat(chair) for chair in self._chairs(location_id, chairs)]
        self.cards = self._cards()
        self._sit_down()
        self.lanes = {lane: self._in_order(lane) for lane in Lane}
        together([card for lane in NOT_HERE for card in self.lanes[lane] if card.patient])

    @property
    def columns(self) -> list[list[tuple[Lane, list[Card]]]]:
        """The lanes as they stand beside one another; nobody is asked to look at an empty list of late ones."""
        shown = [[lane for lane in column if lane != Lane.LATE or self.lanes[lane]] for column in _COLUMNS]
        return [[(lane, self.lanes[lane]) for lane in column] for column in shown]

    @property
    def later(self) -> list[tuple[Lane, list[Card]]]:
        """Those who come later today, below everybody who asks for attention now."""
        return [(Lane.EXPECTED, self.lanes[Lane.EXPECTED])] if self.lanes[Lane.EXPECTED] else []

    @property
    def gone(self) -> list[Card]:
        """Those who have left, or never came; the last first."""
        return self.lanes[Lane.GONE][::-1]

    @property
    def for_everybody(self) -> list[tuple[str, list[Card]]]:
        """What the waiting room may see: nobody whose chart is hidden, no reason, no name."""
        seated = sorted((card for lane in IN_A_CHAIR for card in self.lanes[lane]), key=lambda card: card.since)
        groups = [
            (_("Waiting"), self.lanes[Lane.ARRIVED]),
            (_("In the chair"), seated),
            (_("Checkout"), self.lanes[Lane.CHECKOUT]),
        ]
        return [(words, [card for card in cards if card.patient]) for words, cards in groups]

    @property
    def steps(self) -> list[Fresh]:
        """What anybody tapped a moment ago, the last first: a mis-tap is taken back where it happened."""
        found = [Fresh(card, card.last) for card in self.cards if card.patient and card.last]
        recent = [step for step in found if step.at >= self.now - _FRESH]
        return sorted(recent, key=lambda step: step.at, reverse=True)

    @property
    def here(self) -> int:
        """How many patients are in the clinic."""
        return sum(card.is_here for card in self.cards)

    def _chairs(self, location_id: str, known: Iterable[Chair]) -> list[Chair]:
        """Those in use here, or those given, and any other that somebody sits in; the booked ones are known by name."""
        sat_in = {pk for visit in self.visits if _sits(visit) and (pk := visit.seated_in_id or visit.chair_id)}
        if location_id:
            known = Chair.objects.filter(location_id=location_id)  # read-scope: chairs are no person's
        self.chairs = {chair.pk: chair for chair in known}
        offered = [chair for chair in self.chairs.values() if chair.is_active]
        wanted = sat_in | {visit.chair_id for visit in self.visits if visit.chair_id}
        missing = wanted - self.chairs.keys()
        if missing:
            self.chairs |= Chair.objects.in_bulk(missing)  # read-scope: chairs are no person's
        return [*offered, *(self.chairs[pk] for pk in sorted(sat_in - {chair.pk for chair in offered}))]

    def _cards(self) -> list[Card]:
        shown = [(visit, lane) for visit in self.visits if (lane := lane_of(visit, self.now, self.times))]
        patients = Patient.objects.visible_to(self._user).in_bulk({visit.patient_id for visit, lane in shown})
        doctors = _doctors({visit.doctor_id for visit, lane in shown})
        alerts = self._alerts(patients)
        steps = _steps(visit.pk for visit, lane in shown if lane not in NOT_HERE)
        cards = []
        for visit, lane in shown:
            if visit.patient_id in patients:
                visit.patient = patients[visit.patient_id]
            card = Card(
                visit=visit,
                patient=patients.get(visit.patient_id),
                doctor=doctors[visit.doctor_id],
                lane=lane,
                since=self._since(visit, lane, steps[visit.pk]),
                now=self.now,
                limits=self.times.limits(visit.status),
                chair=self.chairs.get(visit.seated_in_id or visit.chair_id or ""),
                alert=visit.patient_id in alerts,
                last=step_to_undo(_of_today(steps[visit.pk]), visit.status),
                seats=self.seats,
            )
            cards.append(card)
        return cards

    def _since(self, visit: Appointment, lane: Lane, steps: list[StatusEvent]) -> datetime:
        return visit.start if lane in NOT_HERE else stage_began(steps, visit.status) or visit.updated_at

    def _alerts(self, patients: dict[str, Patient]) -> set[str]:
        told = {pk for pk, patient in patients.items() if patient.alerts}
        if not patients or not self._user.may(Permission.CRITICAL_ALERT_READ):
            return told
        # read-scope: of patients whom the person may see, read above
        rows = MedicalEntry.objects.filter(patient_id__in=list(patients), archived_at=None).critical().running()
        return told | set(rows.values_list("patient_id", flat=True))

    def _sit_down(self) -> None:
        places = {seat.chair.pk: seat for seat in self.seats}
        for card in self.cards:
            if card.lane in IN_A_CHAIR and card.chair:
                places[card.chair.pk].cards.append(card)

    def _in_order(self, lane: Lane) -> list[Card]:
        cards = [card for card in self.cards if card.lane == lane]
        return sorted(cards, key=lambda card: card.since) if lane in _BY_WAITING else cards


def _sits(visit: Appointment) -> bool:
    return LANES.get(visit.status) in IN_A_CHAIR


def _doctors(wanted: set[str]) -> dict[str, User]:
    found: dict[str, User] = {}
    for profile in StaffProfile.objects.filter(user_id__in=wanted).select_related("user"):
        found[profile.user_id] = profile.user
        profile.user.__dict__["profile_or_none"] = profile
    missing = wanted - found.keys()
    return found | {user.pk: user for user in User.objects.filter(pk__in=missing)} if missing else found


def _steps(visits: Iterable[str]) -> dict[str, list[StatusEvent]]:
    """The history of these visits, oldest first."""
    steps: dict[str, list[StatusEvent]] = defaultdict(list)
    # read-scope: of visits read above
    for step in StatusEvent.objects.filter(appointment_id__in=list(visits)).order_by("at", "id"):
        steps[step.appointment_id].append(step)
    return steps


def _of_today(steps: list[StatusEvent]) -> list[StatusEvent]:
    midnight = clock.day_bounds(clock.today())[0]
    return [step for step in steps if step.at >= midnight]
