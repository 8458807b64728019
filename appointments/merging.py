"""Visits go along when two records become one, with the patient's time that they hold."""

from collections.abc import Iterable
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from appointments import claims
from appointments.models import Appointment, Claim, NextVisit, WaitlistEntry, WaitlistOffer
from appointments.rules import HOLDING, Need
from core import clock
from core.errors import Refused
from patients import merging, moving
from patients.models import Patient
from patients.panels import Mover

_CHUNK: Final = 500


def count(user: User, patient: Patient) -> int:
    """Visits that this person sees."""
    return Appointment.objects.visible_to(user).filter(patient_id=patient.pk).count()


def move(other: Patient, survivor: Patient) -> dict[str, Any]:
    """Raises Refused (`visits_overlap`) while both have a visit at the same time."""
    visits = list(Appointment.objects.filter(patient_id=other.pk))
    _move_time(_resource(other), _resource(survivor))
    return {"moved": moving.move_rows(visits, survivor)}


def check(kept: dict[str, Any]) -> None:
    """Raises Refused (`cannot_undo`) once a visit that moved has changed."""
    moving.check_unchanged(Appointment, kept["moved"], lambda visit: _("the visit of %s") % _when(visit))


def move_back(kept: dict[str, Any], other: Patient) -> None:
    """Visits booked since stay; the others take their time with them. It is free: the record was hidden meanwhile."""
    ids = sorted(kept["moved"])
    for start in range(0, len(ids), _CHUNK):
        held = Claim.objects.filter(appointment_id__in=ids[start : start + _CHUNK])
        rows = [claim for claim in held if claim.resource.startswith("patient:")]
        _line_up(_resource(other), (claim.cell for claim in rows))
        _give(rows, resource=_resource(other))
    moving.move_rows_back(Appointment, kept["moved"], other)


def _move_time(before: str, after: str) -> None:
    theirs = list(Claim.objects.filter(resource=before).order_by("cell", "lane"))
    _line_up(after, (claim.cell for claim in theirs))
    mine: dict[int, list[Claim]] = {}
    for claim in Claim.objects.filter(resource=after).order_by("cell", "lane"):
        mine.setdefault(claim.cell, []).append(claim)
    _check_overlaps(theirs, mine)
    by_lane: dict[int, list[Claim]] = {}
    for claim in theirs:
        used = [held.lane for held in mine.get(claim.cell, [])]
        # What is over holds its minutes until midnight: nobody was in two chairs, so it may lie beside another visit.
        by_lane.setdefault(claim.lane + (max(used) + 1 if used else 0), []).append(claim)
    for lane, rows in by_lane.items():
        _give(rows, resource=after, lane=lane)


def _check_overlaps(theirs: list[Claim], mine: dict[int, list[Claim]]) -> None:
    met = [(claim, held) for claim in theirs for held in mine.get(claim.cell, [])]
    ids = {claim.appointment_id for pair in met for claim in pair}
    standing = {row.pk: row for row in Appointment.objects.filter(pk__in=ids, status__in=HOLDING)}
    for claim, held in met:
        pair = [standing.get(held.appointment_id), standing.get(claim.appointment_id)]
        visits = sorted((visit for visit in pair if visit), key=lambda visit: visit.start)
        if len(visits) == 2:
            raise _overlap(visits[0], visits[1])


def _overlap(first: Appointment, second: Appointment) -> Refused:
    times = _("%(one)s and %(other)s") % {"one": _when(first), "other": f"{clock.wall(second.start):%H:%M}"}
    return merging.visits_overlap(times)


def _give(rows: list[Claim], **fields: Any) -> None:
    ids = [claim.pk for claim in rows]
    for start in range(0, len(ids), _CHUNK):
        Claim.objects.filter(pk__in=ids[start : start + _CHUNK]).update(**fields)


def _line_up(resource: str, cells: Iterable[int]) -> None:
    claims.touch(Need(resource, cell, 1, True) for cell in cells)


def _resource(patient: Patient) -> str:
    return f"patient:{patient.pk}"


def _when(visit: Appointment) -> str:
    start = clock.wall(visit.start)
    return f"{date_format(start, 'DATE_FORMAT')}, {start:%H:%M}"


VISITS: Final = Mover(gettext_lazy("Visits"), (Appointment._meta.label,), count, move, check, move_back)


def _count_due(user: User, patient: Patient) -> int:
    return NextVisit.objects.visible_to(user).filter(patient_id=patient.pk).open().count()


def _move_due(other: Patient, survivor: Patient) -> dict[str, Any]:
    return {"moved": moving.move_rows(NextVisit.objects.filter(patient_id=other.pk), survivor)}


def _check_due(kept: dict[str, Any]) -> None:
    moving.check_unchanged(NextVisit, kept["moved"], lambda due: _("a visit that is due"))


def _move_due_back(kept: dict[str, Any], other: Patient) -> None:
    moving.move_rows_back(NextVisit, kept["moved"], other)


DUE: Final = Mover(
    gettext_lazy("visits due"), (NextVisit._meta.label,), _count_due, _move_due, _check_due, _move_due_back
)


def _count_wishes(user: User, patient: Patient) -> int:
    return WaitlistEntry.objects.visible_to(user).filter(patient_id=patient.pk).waiting().count()


def _move_wishes(other: Patient, survivor: Patient) -> dict[str, Any]:
    offers = moving.move_rows(WaitlistOffer.objects.filter(patient_id=other.pk), survivor)
    return {"moved": moving.move_rows(WaitlistEntry.objects.filter(patient_id=other.pk), survivor), "offers": offers}


def _check_wishes(kept: dict[str, Any]) -> None:
    moving.check_unchanged(WaitlistEntry, kept["moved"], lambda entry: _("a wish on the wait list"))
    moving.check_unchanged(WaitlistOffer, kept["offers"], lambda offer: _("an offer from the wait list"))


def _move_wishes_back(kept: dict[str, Any], other: Patient) -> None:
    moving.move_rows_back(WaitlistEntry, kept["moved"], other)
    moving.move_rows_back(WaitlistOffer, kept["offers"], other)


WISHES: Final = Mover(
    gettext_lazy("wishes on the wait list"),
    (WaitlistEntry._meta.label, WaitlistOffer._meta.label),
    _count_wishes,
    _move_wishes,
    _check_wishes,
    _move_wishes_back,
)
