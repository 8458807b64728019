"""One batch of the clinic: whole families with everything that happened to them, planned first, then written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from accounts.models import User
from clinic.demo import today as the_day
from clinic.demo.cast import pias_family
from clinic.demo.chronicle import Chronicle, Entry
from clinic.demo.families import Case, Household, household
from clinic.demo.lookalikes import add_second_record
from clinic.demo.visits import Planner, Visit
from core import clock
from patients.rules import CareStatus


@dataclass
class Batch:
    """Families and the entries of their appointments."""

    families: list[Household] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    @property
    def cases(self) -> list[Case]:
        """All patients of the batch."""
        return [case for family in self.families for case in family.cases]


def gather(first: int, patients: int, seed: int, today: date, users: Mapping[str, User]) -> Batch:
    """Families from number `first` on with exactly so many patients; number 0 is Pia's."""
    batch = Batch()
    room, number = patients, first
    while room > 0:
        family = household(number, seed, today) if number else pias_family(today, users)
        add_second_record(family, number, seed)
        _shorten(family, room)
        batch.families.append(family)
        room -= len(family.cases)
        number += 1
    return batch


def _shorten(family: Household, room: int) -> None:
    """Leave out children who would be too many."""
    family.cases = family.cases[:room]
    kept = {case.patient.pk for case in family.cases}
    family.relationships = [item for item in family.relationships if item.patient_id in kept]
    family.medical = [item for item in family.medical if item.patient_id in kept]
    family.consents = [item for item in family.consents if item.patient_id in kept]


def schedule(
    batch: Batch, planner: Planner, chronicle: Chronicle, doctors: list[User], rng: Random, full: bool
) -> None:
    """Plan all visits; with `full`, today and tomorrow become full days."""
    now = chronicle.now
    for case in batch.cases:
        case.doctor = case.rng.choice(doctors)
        case.patient.treating_doctor = None if case.standing[0] is CareStatus.INQUIRY else case.doctor
        case.patient.care_status, case.patient.care_phase = case.standing[0], case.standing[1] or ""
    near = _near_days(batch.cases, planner, doctors, rng, now) if full else {}
    for case in batch.cases:
        extra = near.get(case.patient.pk, [])
        following = next((visit for visit in extra if visit.is_next), None) or planner.next_visit(case)
        past = planner.past_visits(case, following.place.day if following else None)
        chain = [*past, *[visit for visit in extra if visit is not following], *([following] if following else [])]
        entries = _write(chain, chronicle)
        batch.entries += entries
        if entries:
            case.patient.created_at = min(now, entries[0].appointment.created_at)


def _near_days(
    cases: list[Case], planner: Planner, doctors: list[User], rng: Random, now: datetime
) -> dict[str, list[Visit]]:
    shuffled = rng.sample(cases, len(cases))
    today = the_day.plan(planner, shuffled, doctors, planner.today, now)
    placed = {visit.case.patient.pk for visit in [*today.visits, *today.extra]}
    rest = [case for case in shuffled if case.patient.pk not in placed]
    tomorrow = the_day.plan(planner, rest, doctors, planner.today + timedelta(days=1), now)
    found: dict[str, list[Visit]] = {}
    for visit in [*today.extra, *today.visits, *tomorrow.visits]:
        found.setdefault(visit.case.patient.pk, []).append(visit)
    return found


def _write(chain: list[Visit], chronicle: Chronicle) -> list[Entry]:
    """Entries of one patient; each visit was booked when the one before it ended."""
    entries: list[Entry] = []
    written: dict[int, Entry] = {}
    for visit in sorted(chain, key=lambda visit: (visit.place.day, visit.place.cell)):
        rng = visit.case.rng
        lead = timedelta(days=rng.randint(7, 40), minutes=5 * rng.randrange(12))
        start = visit.place.start
        booked_at = entries[-1].events[-1].at if entries else min(start - lead, _last_week(chronicle.now, rng))
        entry = chronicle.entry(visit, booked_at)
        if visit.replaces and id(visit.replaces) in written:
            entry.appointment.follows_id = written[id(visit.replaces)].appointment.pk
        written[id(visit)] = entry
        entries.append(entry)
    return entries


def _last_week(now: datetime, rng: Random) -> datetime:
    return clock.day_bounds(clock.wall(now).date() - timedelta(days=rng.randint(1, 7)))[0] + timedelta(
        hours=rng.randint(9, 16)
    )
