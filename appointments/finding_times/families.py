"""Times at which a whole family fits in: one after the other in any order, or side by side in different chairs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings

from accounts.models import User
from appointments import rules
from appointments.finding_times.diary import Diary, Visit
from appointments.finding_times.wishes import ANYTHING, Wish
from appointments.models import AppointmentType
from appointments.offers import Days, OfferedDay
from core import clock
from patients.models import Patient

IN_A_ROW, SIDE_BY_SIDE = "row", "side"
_SEPARATOR: Final = ";"


@dataclass(frozen=True)
class Member:
    """One of the family and what they come for."""

    patient: Patient
    type: AppointmentType


@dataclass(frozen=True)
class Seat:
    """Where and when one of them would be treated."""

    patient_id: str
    code: str
    start: datetime
    doctor_id: str
    chair_id: str

    @property
    def value(self) -> str:
        """As a button sends it."""
        return "|".join((self.patient_id, self.code, clock.iso(self.start), self.doctor_id, self.chair_id))


@dataclass(frozen=True)
class Together:
    """One way in which all of them fit in, by their times."""

    seats: tuple[Seat, ...]
    names: tuple[str, ...] = ()  # of those who sit there
    doctors: str = ""

    @property
    def has_one_doctor(self) -> bool:
        """Whether the same doctor sees all of them."""
        return len({seat.doctor_id for seat in self.seats}) == 1

    @property
    def rows(self) -> list[tuple[datetime, str]]:
        """When who begins."""
        return list(zip((seat.start for seat in self.seats), self.names, strict=False))

    @property
    def start(self) -> datetime:
        """When the first one begins."""
        return self.seats[0].start

    @property
    def value(self) -> str:
        """What its button sends; `read` understands it."""
        return _SEPARATOR.join(seat.value for seat in self.seats)


def read(text: str) -> tuple[Seat, ...]:
    """The seats of a button that a page made; none for anything else."""
    seats = []
    for part in text.split(_SEPARATOR):
        try:
            patient, code, start, doctor, chair = part.split("|")
            instant = datetime.fromisoformat(start)
        except ValueError:
            return ()
        if instant.tzinfo is None or not 2000 <= instant.year < 2200:
            return ()
        seats.append(Seat(patient, code, instant, doctor, chair))
    return tuple(seats)


@dataclass
class FamilySearch(Days):
    """Looks for times at which everybody fits in, with one doctor if possible."""

    members: Sequence[Member]
    doctors: Sequence[User]
    arrangement: str = IN_A_ROW
    wish: Wish = ANYTHING
    _doctor_ids: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self._doctor_ids = [doctor.pk for doctor in self.doctors]

    def between(self, first: date, last: date) -> list[OfferedDay]:
        if not self.doctors or not self.members:
            return []
        diary = Diary(self.doctors, first, last, [member.patient.pk for member in self.members])
        visits = [
            Visit(
                diary,
                pattern=member.type.pattern,
                patient_id=member.patient.pk,
                type_code=member.type.code,
                wish=self.wish,
            )
            for member in self.members
        ]
        days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
        rows = (OfferedDay(day, self._best(diary, visits, day)) for day in days if self.wish.suits_day(day))
        return [row for row in rows if row.offers]

    def _best(self, diary: Diary, visits: list[Visit], day: date) -> list[Together]:
        """Those with one doctor for all; on a day without any of them those with several."""
        found = sorted(self._on_day(diary, visits, day), key=lambda together: together.start)
        return [together for together in found if together.has_one_doctor] or found

    def _on_day(self, diary: Diary, visits: list[Visit], day: date) -> Iterator[Together]:
        offered: set[datetime] = set()
        for location_id in sorted({pk for doctor in self._doctor_ids for pk in diary.calendar.locations_of(doctor)}):
            place = _Place(diary, visits, self._doctor_ids, location_id, day)
            for start in place.starts():
                found = None if start in offered else self._at(place, start)
                if found:
                    offered.add(start)
                    yield self._together(found)

    def _at(self, place: "_Place", start: datetime) -> "list[_Seat] | None":
        fits = place.side_by_side if self.arrangement == SIDE_BY_SIDE else place.in_a_row
        choices = [[doctor] for doctor in self._doctor_ids]
        if len(choices) > 1:
            choices.append(self._doctor_ids)  # with several doctors, where none of them can see all
        return next((found for doctors in choices if (found := fits(start, doctors))), None)

    def _together(self, found: "list[_Seat]") -> Together:
        people = {doctor.pk: doctor.display_name for doctor in self.doctors}
        seats, names = [], []
        for number, start, doctor_id, chair_id in found:
            member = self.members[number]
            seats.append(Seat(member.patient.pk, member.type.code, start, doctor_id, chair_id or ""))
            names.append(member.patient.given_name or member.patient.name)
        doctors = dict.fromkeys(people[seat.doctor_id] for seat in seats)
        return Together(tuple(seats), tuple(names), ", ".join(doctors))


_Seat = tuple[int, datetime, str, str | None]  # whose visit, when, with whom, on which chair


class _Place:
    """One location on one day: who of the family fits in where."""

    def __init__(
        self, diary: Diary, visits: Sequence[Visit], doctor_ids: Sequence[str], location_id: str, day: date
    ) -> None:
        self.visits, self._diary, self._location = visits, diary, location_id
        self._open = list(diary.calendar.spans(location_id, None, day))
        self._there = {pk: diary.mask(diary.calendar.spans(location_id, pk, day)) for pk in doctor_ids}
        self._suits = [diary.mask(visit.wish.spans(self._open, day)) for visit in visits]

    def starts(self) -> Iterator[datetime]:
        """On the wall clock's grid, while the location is open."""
        step, now = timedelta(minutes=settings.SLOT_STEP_MINUTES), clock.now()
        for opens, closes in self._open:
            late = clock.wall(opens).minute % settings.SLOT_STEP_MINUTES
            start = opens + (step - timedelta(minutes=late) if late else timedelta())
            while start < closes:
                if start >= now:
                    yield start
                start += step

    def in_a_row(self, start: datetime, doctor_ids: Sequence[str]) -> list[_Seat] | None:
        """One after the other without a gap, in the first order that fits; on one chair where it is free."""
        everybody = frozenset(range(len(self.visits)))
        hopeless: set[frozenset[int]] = set()

        def go_on(left: frozenset[int], at: datetime, chair: str | None) -> list[_Seat] | None:
            if not left:
                return []
            if left in hopeless:
                return None
            for number in sorted(left):
                doctor = next((pk for pk in doctor_ids if self._fits(number, at, pk)), None)
                chairs = self._chairs(number, at) if doctor else []
                if doctor and chairs:
                    chosen = chair if chair in chairs else chairs[0]
                    rest = go_on(left - {number}, at + self.visits[number].length, chosen)
                    if rest is not None:
                        return [(number, at, doctor, chosen), *rest]
            hopeless.add(left)
            return None

        return go_on(everybody, start, None)

    def side_by_side(self, start: datetime, doctor_ids: Sequence[str]) -> list[_Seat] | None:
        """All at once, everybody in a chair of their own."""
        doctors = self._doctors_at_once(start, doctor_ids)
        chairs = self._different_chairs(start) if doctors else None
        if doctors is None or chairs is None:
            return None
        return [(number, start, doctors[number], chairs[number]) for number in range(len(self.visits))]

    def _fits(self, number: int, start: datetime, doctor_id: str) -> bool:
        visit = self.visits[number]
        if visit.whole(start) & ~self._suits[number]:
            return False
        there = self._there[doctor_id]
        return visit.doctor_is_free(start, doctor_id, there) and visit.is_open(start, self._location)

    def _chairs(self, number: int, start: datetime) -> list[str | None]:
        return self.visits[number].free_chairs(start, self._location)

    def _doctors_at_once(self, start: datetime, doctor_ids: Sequence[str]) -> list[str] | None:
        chosen: list[str] = []

        def go_on() -> bool:
            number = len(chosen)
            if number == len(self.visits):
                return True
            for doctor in doctor_ids:
                chosen.append(doctor)
                if self._fits(number, start, doctor) and self._manages(start, doctor, chosen) and go_on():
                    return True
                chosen.pop()
            return False

        return chosen if go_on() else None

    def _manages(self, start: datetime, doctor_id: str, chosen: Sequence[str]) -> bool:
        """Whether the doctor can look after all of those at once who have been given to them."""
        own = [visit for visit, doctor in zip(self.visits, chosen, strict=False) if doctor == doctor_id]
        busy, first = self._diary.busy[f"doctor:{doctor_id}"], rules.cell_of(start) - self._diary.first
        for offset in range(max(len(visit.pattern) for visit in own)):
            units = [visit.pattern[offset] for visit in own if offset < len(visit.pattern)]
            wanted = len(units) - units.count(rules.ASSISTANT)
            if wanted > 1 and (rules.PROCEDURE in units or wanted + busy.used.get(first + offset, 0) > busy.lanes):
                return False
        return True

    def _different_chairs(self, start: datetime) -> list[str | None] | None:
        options = [self._chairs(number, start) for number in range(len(self.visits))]
        if all(option == [None] for option in options):
            return [None] * len(options)
        sits: dict[str | None, int] = {}

        def seat(number: int, tried: set[str | None]) -> bool:
            for chair in options[number]:
                if chair not in tried:
                    tried.add(chair)
                    if chair not in sits or seat(sits[chair], tried):
                        sits[chair] = number
                        return True
            return False

        if not all(seat(number, set()) for number in range(len(options))):
            return None
        chairs = {number: chair for chair, number in sits.items()}
        return [chairs[number] for number in range(len(options))]
