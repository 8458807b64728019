"""What the history of an appointment says: booked when, by whom, and every step until its outcome."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from accounts.models import User
from appointments.models import Appointment, StatusEvent
from appointments.rules import UNIT_MINUTES, Origin, Status
from clinic.demo import stock
from clinic.demo.visits import Visit
from core import clock

_DAY = timedelta(days=1)
_SHORT_NOTICE = _DAY
_FLOW = (Status.ARRIVED, Status.SEATED, Status.NEEDS_DOCTOR, Status.WITH_DOCTOR, Status.CHECKOUT, Status.COMPLETED)
# Minutes on both sides of the start, then of the end.
_AROUND_START = {Status.ARRIVED: (-14, -2), Status.SEATED: (0, 4)}
_AROUND_END = {Status.CHECKOUT: (-2, 1), Status.COMPLETED: (3, 9)}


@dataclass(frozen=True)
class Staff:
    """Who writes the steps."""

    desk: User
    assistant: User


@dataclass
class Entry:
    """One appointment with its history."""

    appointment: Appointment
    events: list[StatusEvent]


class Chronicle:
    """Writes entries as the actions would have left them; nothing in them lies after `now`."""

    def __init__(self, staff: Staff, now: datetime) -> None:
        self.staff, self.now = staff, now

    def entry(self, visit: Visit, booked_at: datetime) -> Entry:
        """The appointment of a visit, and its steps."""
        rng = visit.case.rng
        start = visit.place.start
        online = visit.type.bookable_online and rng.random() < 0.25
        appointment = Appointment(
            patient_id=visit.case.patient.pk,
            doctor_id=visit.doctor.pk,
            location_id=visit.place.chair.location_id,
            chair_id=visit.place.chair.pk,
            type_id=visit.type.pk,
            start=start,
            minutes=visit.type.minutes,
            pattern=visit.type.pattern,
            origin=Origin.ONLINE if online else rng.choice([Origin.DESK, Origin.DESK, Origin.PHONE]),
            reason=rng.choice(stock.BOOKING_NOTES),
            overbooked=bool(visit.overbooked_because),
            override_reason=visit.overbooked_because,
        )
        entry = Entry(appointment, [])
        self._write(entry, min(booked_at, self.now), "booked", Status.BOOKED, self.staff.desk)
        self._confirm(entry, rng)
        self._outcome(entry, visit, rng)
        last = entry.events[-1].at
        appointment.created_at, appointment.updated_at = entry.events[0].at, last
        appointment.version = len(entry.events)
        return entry

    def _confirm(self, entry: Entry, rng: Random) -> None:
        day_before = clock.wall(entry.appointment.start).date() - _DAY
        at = clock.at(day_before, time(rng.randint(9, 17), rng.randrange(60)))
        if entry.events[0].at < at <= self.now and rng.random() < 0.65:
            entry.appointment.confirmed_at = at
            self._write(entry, at, "confirmed", None, self.staff.desk)

    def _outcome(self, entry: Entry, visit: Visit, rng: Random) -> None:
        match visit.outcome:
            case Status.BOOKED:
                return
            case Status.NO_SHOW:
                self._step(entry, entry.appointment.start + timedelta(minutes=rng.randint(15, 25)), Status.NO_SHOW)
            case Status.CANCELLED:
                self._cancel(entry, rng)
            case Status.LEFT_UNSEEN:
                self._step(entry, entry.appointment.start - timedelta(minutes=4), Status.ARRIVED)
                self._step(entry, entry.appointment.start + timedelta(minutes=35), Status.LEFT_UNSEEN)
            case _:
                self._flow(entry, visit, rng)

    def _cancel(self, entry: Entry, rng: Random) -> None:
        appointment = entry.appointment
        hours = rng.randint(2, 22) if rng.random() < 0.7 else rng.randint(30, 120)
        at = max(min(appointment.start - timedelta(hours=hours), self.now), entry.events[-1].at)
        appointment.cancelled_by_patient = rng.random() < 0.9
        appointment.short_notice = appointment.start - at < _SHORT_NOTICE
        self._step(entry, at, Status.CANCELLED, rng.choice(stock.CANCELLATIONS))

    def _flow(self, entry: Entry, visit: Visit, rng: Random) -> None:
        path = _path(visit)
        nominal = [_nominal(entry.appointment, status, rng) for status in path]
        # Whatever the plan says, nothing has happened after now, and every step comes after the one before.
        for left, (status, at) in enumerate(zip(path, nominal, strict=True)):
            latest = self.now - timedelta(minutes=len(path) - 1 - left)
            by = {Status.SEATED: self.staff.assistant, Status.WITH_DOCTOR: visit.doctor}.get(status)
            if status is Status.SEATED:
                entry.appointment.seated_in_id = visit.place.chair.pk
            self._step(entry, max(min(at, latest), entry.events[-1].at), status, by=by)

    def _step(self, entry: Entry, at: datetime, status: Status, note: str = "", *, by: User | None = None) -> None:
        self._write(entry, min(at, self.now), "status", status, by or self.staff.desk, note)

    def _write(self, entry: Entry, at: datetime, kind: str, to: Status | None, by: User, note: str = "") -> None:
        appointment = entry.appointment
        is_new = kind == "booked"
        entry.events.append(
            StatusEvent(
                appointment_id=appointment.pk,
                at=at,
                by_id=by.pk,
                kind=kind,
                from_status="" if is_new or to is None else appointment.status,
                to_status=to or "",
                to_start=appointment.start if is_new else None,
                note=note,
                created_at=at,
                updated_at=at,
            )
        )
        appointment.status = to or appointment.status


def _path(visit: Visit) -> list[Status]:
    """The steps of a visit up to its outcome; who never needs the doctor never waits for one."""
    needs_doctor = set(visit.type.pattern) & {"d", "D"}
    asked = {Status.NEEDS_DOCTOR} if visit.outcome is Status.NEEDS_DOCTOR else set()
    skipped = {Status.NEEDS_DOCTOR} - asked if needs_doctor else {Status.NEEDS_DOCTOR, Status.WITH_DOCTOR}
    return [status for status in _FLOW[: _FLOW.index(visit.outcome) + 1] if status not in skipped]


def _nominal(appointment: Appointment, status: Status, rng: Random) -> datetime:
    if status in _AROUND_START:
        return appointment.start + timedelta(minutes=rng.randint(*_AROUND_START[status]))
    if status in _AROUND_END:
        return appointment.end + timedelta(minutes=rng.randint(*_AROUND_END[status]))
    unit = next(place for place, letter in enumerate(appointment.pattern) if letter in "dD")
    return appointment.start + timedelta(minutes=max(1, unit) * UNIT_MINUTES)
