"""Where visits could go, all read at once: what has been proposed to one of them is taken for the next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import User
from appointments.finding_times.diary import Diary, Visit
from appointments.models import Appointment
from core import clock


@dataclass(frozen=True)
class Opening:
    """A time that is free for one visit."""

    start: datetime
    doctor_id: str
    location_id: str
    chair_id: str | None


class Openings:
    """What is free on some days, both included, for visits that will leave where they stand."""

    def __init__(self, visits: Sequence[Appointment], doctors: Sequence[User], first: date, last: date) -> None:
        patients, leaving = {visit.patient_id for visit in visits}, [visit.pk for visit in visits]
        self._diary = Diary(doctors, first, last, patients, leaving)
        self._there: dict[tuple[str, str, date], int] = {}
        self._seekers: dict[tuple[str, str], Visit] = {}

    def at(self, visit: Appointment, code: str, start: datetime, doctor_id: str, location_id: str) -> Opening | None:
        """The opening for the visit exactly there, if there is one; its own chair if that is free."""
        seeker, day = self._seeker(visit, code), clock.wall(start).date()
        spans = seeker.wish.spans(self._diary.calendar.spans(location_id, None, day), day)
        if not any(opens <= start and start + seeker.length <= closes for opens, closes in spans):
            return None
        if not seeker.is_open(start, location_id):
            return None
        if not seeker.doctor_is_free(start, doctor_id, self._cells(location_id, doctor_id, day)):
            return None
        chairs = sorted(seeker.free_chairs(start, location_id), key=lambda pk: pk != visit.chair_id)
        return Opening(start, doctor_id, location_id, chairs[0]) if chairs else None

    def on_day(self, visit: Appointment, code: str, day: date, doctor_id: str, step: int) -> Iterator[Opening]:
        """The doctor's openings for the visit on that day, at the visit's own location first."""
        seeker, now = self._seeker(visit, code), clock.now()
        places = sorted(self._diary.calendar.locations_of(doctor_id), key=lambda pk: pk != visit.location_id)
        for location_id in places:
            for start in seeker.starts(location_id, day, step, now):
                if found := self.at(visit, code, start, doctor_id, location_id):
                    yield found

    def take(self, visit: Appointment, code: str, opening: Opening) -> None:
        """Keep the opening for the visit: the next one does not get it."""
        seeker, busy = self._seeker(visit, code), self._diary.busy
        whole = seeker.whole(opening.start)
        for resource in (f"patient:{visit.patient_id}", f"chair:{opening.chair_id}"):
            if resource in busy:
                busy[resource].procedure |= whole
        doctor = busy[f"doctor:{opening.doctor_id}"]
        needed = (seeker.checks | seeker.procedures) << seeker.at(opening.start)
        doctor.procedure |= needed
        doctor.check |= needed  # careful: one check beside another might have done

    def _seeker(self, visit: Appointment, code: str) -> Visit:
        # What a type may do is read once; who comes is all that differs.
        key = (code, visit.pattern)
        if key not in self._seekers:
            self._seekers[key] = Visit(self._diary, pattern=visit.pattern, type_code=code)
        self._seekers[key].patient_id = visit.patient_id
        return self._seekers[key]

    def _cells(self, location_id: str, doctor_id: str, day: date) -> int:
        key = (location_id, doctor_id, day)
        if key not in self._there:
            self._there[key] = self._diary.mask(self._diary.calendar.spans(location_id, doctor_id, day))
        return self._there[key]
