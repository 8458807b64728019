"""Taking and freeing time. Whoever touches a resource on a day first bumps its counter, in sorted order: that lines
everybody up on every database. The rules decide on what is then read; the unique key is the backstop."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

from django.db.models import F

from accounts.models import StaffProfile
from appointments import rules
from appointments.models import Appointment, Claim, ResourceDay
from appointments.rules import CELLS_PER_DAY, Need
from core import clock

ORDINARY_LANES = 2  # of a doctor without a staff profile

Taken: TypeAlias = dict[tuple[str, int], set[int]]


def lanes_of(doctor_id: str) -> int:
    """How many checks may meet at this doctor."""
    lanes = StaffProfile.objects.filter(user_id=doctor_id).values_list("check_lanes", flat=True).first()
    return max(1, lanes if lanes is not None else ORDINARY_LANES)


def holds_time(start: datetime) -> bool:
    """Only today's and future visits hold claims: two years of history would be millions of rows."""
    return start >= clock.day_bounds(clock.today())[0]


def needs_of(appointment: Appointment, *, from_cell: int = 0) -> list[Need]:
    """What the appointment needs from that cell on."""
    wanted = rules.needs(
        start=appointment.start,
        pattern=appointment.pattern,
        patient=appointment.patient_id,
        doctor=appointment.doctor_id,
        chair=appointment.chair_id,
        lanes=lanes_of(appointment.doctor_id),
    )
    return [need for need in wanted if need.cell >= from_cell]


def take(appointment: Appointment, *, overbook: bool = False, from_cell: int = 0) -> bool:
    """Claim the appointment's time; True when it had to overbook. Raises rules.Clash."""
    wanted = needs_of(appointment, from_cell=from_cell)
    if not wanted or not holds_time(appointment.start):
        return False
    resources = {need.resource for need in wanted}
    # Whoever sees that the time is taken need not line up: on MongoDB two who line up at once are one failure more.
    rules.decide(wanted, taken(resources, wanted), overbook=overbook)
    touch(wanted)
    chosen = rules.decide(wanted, taken(resources, wanted), overbook=overbook)
    Claim.objects.bulk_create(
        [
            Claim(resource=need.resource, cell=need.cell, lane=lane, appointment_id=appointment.pk)
            for need, lane in chosen
        ]
    )
    return any(lane >= need.beyond for need, lane in chosen)


def release(appointment: Appointment, *, from_cell: int = 0) -> None:
    """Free the appointment's time from that cell on."""
    touch(needs_of(appointment, from_cell=from_cell))
    Claim.objects.filter(appointment_id=appointment.pk, cell__gte=from_cell).delete()


def touch(wanted: Iterable[Need]) -> None:
    """Line up with everybody else who touches these resources on these UTC days."""
    for key in sorted({f"{need.resource}/{need.cell // CELLS_PER_DAY}" for need in wanted}):
        if not ResourceDay.objects.filter(pk=key).update(touches=F("touches") + 1):
            # Somebody else may insert first: the unique key then ends this try and the next one finds the row.
            ResourceDay.objects.create(pk=key, touches=1)


def taken(resources: Iterable[str], wanted: list[Need]) -> Taken:
    """Lanes in use, of any kind, by resource and cell."""
    first, last = min(need.cell for need in wanted), max(need.cell for need in wanted)
    rows = Claim.objects.filter(resource__in=sorted(resources), cell__gte=first, cell__lte=last)
    used: Taken = {}
    for resource, cell, lane in rows.values_list("resource", "cell", "lane"):
        used.setdefault((resource, cell), set()).add(lane)
    return used
