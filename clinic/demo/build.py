"""Makes the demo clinic, or adds to it: batch by batch, each one whole or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random

from accounts.models import User
from appointments.models import Appointment, AppointmentType
from clinic.demo import batch as batches
from clinic.demo import password, people, places, rows
from clinic.demo.cast import ADA, DANA, DOMAIN, NINA, OMAR, RITA
from clinic.demo.chronicle import Chronicle, Staff
from clinic.demo.diary import Diary
from clinic.demo.today import FULL_DAY
from clinic.demo.visits import Planner
from core import audit, clock
from core.actions import in_transaction
from core.models import AuditEvent
from patients import pairing

EVENT = "demo.created"
# Patients of one transaction. With all their visits 160 fit into the 0.25 GB cache of `make services`' MongoDB and 200
# do not (TransactionTooLargeForCache).
BATCH = 100

Report = Callable[[int, str], None]


@dataclass(frozen=True)
class Standing:
    """How far the demo clinic has been made."""

    seed: int
    families: int
    patients: int


def standing() -> Standing | None:
    """What is here already, as the audit tells it; None without a demo clinic."""
    last = AuditEvent.objects.filter(event=EVENT).order_by("-at", "-id").first()
    if last is None:
        return None
    return Standing(*(int(last.changes[name]) for name in ("seed", "families", "patients")))


def has_others() -> bool:
    """Whether people who are not of the demo clinic have accounts here."""
    return bool(User.objects.exclude(email__endswith=DOMAIN).exists())


def build(target: int, seed: int, report: Report) -> Standing:
    """Make or enlarge the demo clinic to `target` patients; `report(patients, what)` after every part."""
    here = standing()
    if here is None:
        here = in_transaction(lambda _attempt: _open_clinic(seed))
        report(here.patients, "people and places")
    diary = Diary()
    if here.patients < target:
        rows.remember(diary)
    while here.patients < target:
        here = in_transaction(partial(_add, here, target, diary))
        report(here.patients, "patients and their visits")
    pairing.search(settled=timedelta())
    return here


def _open_clinic(seed: int) -> Standing:
    cast = people.make_people(password.settle())
    places.make_places(clock.today(), cast[DANA.email], cast[OMAR.email])
    return _record(Standing(seed, 0, 0), {"people": len(cast)})


def _add(here: Standing, target: int, diary: Diary, _attempt: int) -> Standing:
    cast = people.cast()
    today = clock.today()
    batch = batches.gather(here.families, min(BATCH, target - here.patients), here.seed, today, cast)
    planner = Planner(diary, {kind.code: kind for kind in AppointmentType.objects.all()}, today)
    chronicle = Chronicle(Staff(cast[RITA.email], cast[NINA.email]), clock.now())
    rng = Random(f"{here.seed}/day/{here.families}")  # noqa: S311 - invents a day, guards nothing
    doctors = [cast[DANA.email], cast[OMAR.email]]
    batches.schedule(batch, planner, chronicle, doctors, rng, full=_has_room(today))
    counts = rows.write(batch, cast[ADA.email], cast[NINA.email])
    reached = Standing(here.seed, here.families + len(batch.families), here.patients + len(batch.cases))
    return _record(reached, counts)


def _has_room(day: date) -> bool:
    """Whether the day is still far from full: so it is in a new clinic, and in one that was made days ago."""
    return bool(Appointment.objects.for_day(day).count() < FULL_DAY // 2)


def _record(reached: Standing, counts: dict[str, int]) -> Standing:
    audit.record(None, EVENT, "demo", changes={**vars(reached), "added": counts})
    return reached
