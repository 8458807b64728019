"""Putting an appointment onto the grid: chair, claims, and what to say when it does not fit."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from appointments import claims, slots
from appointments.day_plans import rules as plans
from appointments.finding_times import conflicts
from appointments.models import Appointment, Chair, Location
from appointments.rules import Clash, Need
from core.actions import Contention
from core.errors import NotFound, Refused


def place(
    appointment: Appointment,
    *,
    chosen_chair: Chair | None,
    overbook: bool,
    overridden: bool | None = None,
    by: User | None = None,
) -> bool:
    """Choose a chair if none was asked for, and claim the time; True when it had to overbook.

    Raises Refused: `slot_taken` with the next free times, or, unless `overridden`, `time_blocked`. What it tells of
    others is for `by`; without anybody it names nobody.
    """
    overridden = overbook if overridden is None else overridden
    if chosen_chair is None:
        chairs = _chairs_for(appointment, overridden=overridden)
        appointment.chair = _free_chair(appointment, chairs, overbook=overbook, by=by)
    else:
        chairs, appointment.chair = [], chosen_chair
        if not overridden:
            plans.check_blocks(appointment, chosen_chair.pk)
    try:
        return claims.take(appointment, overbook=overbook)
    except Clash as clash:
        if clash.resource.startswith("chair:") and _another_chair(appointment, chairs):
            raise Contention from clash  # somebody took our choice a moment ago; another chair is free
        raise slot_taken(appointment, clash.resource, by=by) from clash


def slot_taken(appointment: Appointment, resource: str, *, by: User | None = None, any_chair: bool = False) -> Refused:
    """The refusal; who is in the way and the next free times are looked up once the transaction is over."""

    def look_up() -> dict[str, Any]:
        refused.message = conflicts.explained(appointment, resource, by, any_chair=any_chair)
        return _next_free(appointment)

    refused = Refused(conflicts.sentence(resource), code="slot_taken", field="date", after=look_up)
    return refused


def _next_free(appointment: Appointment) -> dict[str, Any]:
    doctors = User.objects.filter(pk=appointment.doctor_id)
    found = slots.next_free(
        doctors=list(doctors),
        pattern=appointment.pattern,
        after=appointment.start,
        patient_id=appointment.patient_id,
        leaving=appointment.pk,
        type_code=appointment.type.code,
    )
    return {"nextFree": [slot.as_json() for slot in found]}


def _chairs_for(appointment: Appointment, *, overridden: bool) -> list[Chair]:
    chairs = list(Chair.objects.filter(location_id=appointment.location_id, is_active=True))
    blocks = plans.blocks_around(appointment)
    if not overridden:
        return plans.open_chairs(appointment, chairs, blocks)
    return sorted(chairs, key=lambda chair: plans.block_over(appointment, chair.pk, blocks) is not None)


def _free_chair(appointment: Appointment, chairs: Sequence[Chair], *, overbook: bool, by: User | None) -> Chair | None:
    if not chairs or not claims.holds_time(appointment.start):
        return chairs[0] if chairs else None
    load = _load(appointment, chairs)
    best = min(chairs, key=lambda chair: load[chair.pk])
    if load[best.pk] and not overbook:
        raise slot_taken(appointment, f"chair:{best.pk}", by=by, any_chair=len(chairs) > 1)
    return best


def _another_chair(appointment: Appointment, chairs: Sequence[Chair]) -> bool:
    return bool(chairs) and any(not load for load in _load(appointment, chairs).values())


def _load(appointment: Appointment, chairs: Sequence[Chair]) -> dict[str, int]:
    """How many claims each chair has during the visit."""
    cells = [need.cell for need in claims.needs_of(appointment)]
    wanted = [Need(f"chair:{chair.pk}", cell, 1, True) for chair in chairs for cell in (min(cells), max(cells))]
    taken = claims.taken({need.resource for need in wanted}, wanted)
    load = {chair.pk: 0 for chair in chairs}
    for (resource, _cell), lanes in taken.items():
        load[resource.partition(":")[2]] += len(lanes)
    return load


def location_of(chair: Chair | None, location: Location | None) -> Location | None:
    """The chair's location, else the one asked for. Raises Refused when they contradict, NotFound out of use."""
    if chair is None:
        return location
    if not (chair.is_active and chair.location.is_active):
        raise NotFound(_("No such chair."), field="chair_id")
    if location is not None and chair.location_id != location.pk:
        raise Refused(_("This chair stands at another location."), code="chair_elsewhere", field="chair")
    return chair.location
