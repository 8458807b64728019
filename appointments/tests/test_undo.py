"""Steps taken back, chairs as facts, and visits that stood still meanwhile."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import time_machine

from accounts.models import User
from appointments import actions
from appointments.models import Appointment, Chair, Claim, Location
from appointments.rules import cell_of
from appointments.tests.desk import book, check_claims, monday, refusal
from core.models import AuditEvent
from patients.models import Patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(practice: Location, rita: User, dana: User, pia: Patient) -> Appointment:
    return book(rita, pia, dana, monday(9))


def walk(by: User, visit: Appointment, *statuses: str, **more: Any) -> Appointment:
    for status in statuses:
        visit = actions.set_status(by=by, appointment=visit, status=status, **more)
    return visit


def cells(visit: Appointment, kind: str) -> list[datetime]:
    """Beginnings of the cells that the visit holds of a kind of resource."""
    rows = Claim.objects.filter(appointment=visit, resource__startswith=kind).order_by("cell")
    return [visit.start + timedelta(minutes=5 * (row.cell - cell_of(visit.start))) for row in rows]


def test_an_undone_cancellation_does_not_push_others_aside(
    rita: User, nina: User, dana: User, visit: Appointment, make_patient: Any
) -> None:
    cancelled = actions.cancel(by=rita, appointment=visit)
    book(rita, make_patient(), dana, visit.start)
    with refusal("slot_taken") as caught:
        actions.undo_status(by=nina, appointment=cancelled)
    assert caught.value.extra["nextFree"]
    assert Appointment.objects.get(pk=visit.pk).status == "cancelled"
    check_claims()


def test_an_undone_cancellation_leaves_no_trace_of_it(rita: User, visit: Appointment) -> None:
    cancelled = actions.cancel(by=rita, appointment=visit, by_patient=True)
    back = actions.undo_status(by=rita, appointment=cancelled)
    assert (back.status, back.cancelled_by_patient, back.short_notice) == ("booked", None, False)
    check_claims()


def test_an_overbooked_visit_comes_back_over_the_other(
    practice: Location, rita: User, dana: User, visit: Appointment, make_patient: Any
) -> None:
    over = book(rita, make_patient(), dana, visit.start, overbook=True, override_reason="Pain")
    cancelled = actions.cancel(by=rita, appointment=over)
    assert actions.undo_status(by=rita, appointment=cancelled).overbooked
    check_claims()


def test_several_steps_are_taken_back_one_by_one(rita: User, visit: Appointment) -> None:
    visit = walk(rita, visit, "arrived", "seated")
    visit = actions.undo_status(by=rita, appointment=visit)
    assert visit.status == "arrived"
    visit = actions.undo_status(by=rita, appointment=visit)
    assert visit.status == "booked"
    with refusal("nothing_to_undo"):
        actions.undo_status(by=rita, appointment=visit)
    check_claims()


def test_yesterdays_step_stays(rita: User, visit: Appointment) -> None:
    with time_machine.travel(visit.start, tick=True):
        walk(rita, visit, "arrived")
    with time_machine.travel(visit.start + timedelta(days=1), tick=True), refusal("nothing_to_undo"):
        actions.undo_status(by=rita, appointment=Appointment.objects.get(pk=visit.pk))


def test_where_the_patient_sits(rita: User, visit: Appointment) -> None:
    other = Chair.objects.exclude(pk=visit.chair_id)[0]
    arrived = walk(rita, visit, "arrived", chair=other)
    assert arrived.seated_in is None  # who waits sits in no chair
    seated = walk(rita, arrived, "seated", chair=other)
    assert seated.seated_in == other
    event = AuditEvent.objects.filter(event="appointment.status_changed").latest("id")
    assert event.changes == {"status": ["arrived", "seated"], "seated_in": [None, other.pk]}
    assert walk(rita, seated, "arrived").seated_in is None


def test_two_people_in_one_chair_is_a_fact_too(
    practice: Location, rita: User, dana: User, visit: Appointment, make_patient: Any
) -> None:
    walk(rita, visit, "arrived", "seated")
    late = book(rita, make_patient(), dana, monday(9, 15))
    late = walk(rita, late, "arrived")
    assert walk(rita, late, "seated", chair=visit.chair).seated_in == visit.chair


@pytest.mark.parametrize("first", ["arrived", "no_show"])
def test_who_comes_second_learns_the_status(first: str, rita: User, visit: Appointment) -> None:
    calls: list[Any] = [actions.cancel, actions.confirm, partial(actions.move, start=monday(11))]
    seen_before = [Appointment.objects.get(pk=visit.pk) for _call in calls]
    visit = walk(rita, visit, first)
    for call, seen in zip(calls, seen_before, strict=True):
        with refusal("status_conflict") as caught:
            call(by=rita, appointment=seen)
        assert caught.value.extra == {"status": first}
    assert Appointment.objects.get(pk=visit.pk).version == visit.version


def test_a_visit_over_early_gives_back_the_rest(rita: User, visit: Appointment) -> None:
    with time_machine.travel(visit.start + timedelta(minutes=12), tick=False):
        walk(rita, visit, "arrived", "checkout", "completed")
    held = cells(visit, "chair")
    assert held == [visit.start + timedelta(minutes=5 * n) for n in range(3)]


def test_coming_late_after_all_takes_what_is_left(
    rita: User, dana: User, visit: Appointment, make_patient: Any
) -> None:
    with time_machine.travel(visit.start + timedelta(minutes=11), tick=False):
        missed = walk(rita, visit, "no_show")
        newcomer = book(rita, make_patient(), dana, visit.start + timedelta(minutes=15), "OBS", chair=visit.chair)
        back = walk(rita, missed, "arrived")
    assert back.overbooked
    assert cells(back, "chair")[-1] == visit.start + timedelta(minutes=25)
    assert not newcomer.overbooked


def test_a_request_is_given_a_chair_when_it_is_booked(
    practice: Location, rita: User, dana: User, visit: Appointment, make_patient: Any
) -> None:
    actions.set_status(by=rita, appointment=visit, status="entered_in_error")
    Appointment.objects.filter(pk=visit.pk).update(status="requested", chair=None)
    book(rita, make_patient(), dana, visit.start, "REC", chair=Chair.objects.get(name="Chair 1"))
    asked = Appointment.objects.get(pk=visit.pk)
    booked = actions.set_status(by=rita, appointment=asked, status="booked")
    assert Appointment.objects.get(pk=booked.pk).chair is not None
    check_claims()
    undone = actions.undo_status(by=rita, appointment=booked)
    assert undone.status == "requested"
    assert not Claim.objects.filter(appointment=undone).exists()


def test_a_request_whose_time_is_gone(rita: User, dana: User, visit: Appointment, make_patient: Any) -> None:
    actions.set_status(by=rita, appointment=visit, status="entered_in_error")
    Appointment.objects.filter(pk=visit.pk).update(status="requested")
    book(rita, make_patient(), dana, visit.start)
    with refusal("slot_taken"):
        actions.set_status(by=rita, appointment=Appointment.objects.get(pk=visit.pk), status="booked")
