"""A whole family at once: everybody is booked, or nobody."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from appointments import claims, rules
from appointments.actions.booking import book
from appointments.finding_times.families import Seat
from appointments.models import Appointment, AppointmentType, Chair, NextVisit
from appointments.rules import Clash, Need
from core.actions import audited
from core.errors import NotFound, Refused
from patients.models import Patient


@audited
def book_together(*, by: User, seats: Sequence[Seat], dues: Mapping[str, str] | None = None) -> list[Appointment]:
    """Book all of these visits; `dues` says by patient which visit due is settled by it. Raises Refused: see `book`."""
    require(by, Permission.APPOINTMENT_BOOK)
    if not seats:
        raise Refused(_("Choose who comes, and a time."), code="invalid", field="slot")
    people = Patient.objects.visible_to(by).in_bulk([seat.patient_id for seat in seats])
    types = {kind.code: kind for kind in AppointmentType.objects.filter(code__in=[seat.code for seat in seats])}
    doctors = User.objects.in_bulk([seat.doctor_id for seat in seats])
    chairs = {row.pk: row for row in Chair.objects.select_related("location") if row.is_active}
    due = {row.pk: row for row in NextVisit.objects.visible_to(by).filter(pk__in=list((dues or {}).values()))}
    for seat in seats:
        known = (seat.patient_id in people, seat.code in types, seat.doctor_id in doctors)
        if not all(known) or (seat.chair_id and seat.chair_id not in chairs):
            raise NotFound
    _line_up(seats, types)
    return [
        book(
            by=by,
            patient=people[seat.patient_id],
            type=types[seat.code],
            doctor=doctors[seat.doctor_id],
            chair=chairs.get(seat.chair_id),
            start=seat.start,
            due=due.get((dues or {}).get(seat.patient_id, "")),
        )
        for seat in seats
    ]


def _line_up(seats: Sequence[Seat], types: Mapping[str, AppointmentType]) -> None:
    """Touch everything that all of them need at once and in order: families that meet wait instead of blocking."""
    wanted: list[Need] = []
    for seat in seats:
        own = rules.needs(
            start=seat.start,
            pattern=types[seat.code].pattern,
            patient=seat.patient_id,
            doctor=seat.doctor_id,
            chair=seat.chair_id or None,
            lanes=claims.lanes_of(seat.doctor_id),
        )
        try:
            rules.decide(own, claims.taken({need.resource for need in own}, own), overbook=False)
        except Clash:
            return  # who comes too late need not line up: booking says what is in the way
        wanted += own
    if all(claims.holds_time(seat.start) for seat in seats):
        claims.touch(wanted)
