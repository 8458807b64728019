"""Through the day: statuses exactly as the table has them."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from appointments import actions
from appointments.models import Appointment, Chair, Claim, Location, StatusEvent
from appointments.rules import TRANSITIONS, Status
from appointments.tests.desk import book, check_claims, monday
from core import clock
from core.errors import NotPermitted, Refused
from patients.models import Patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(practice: Location, rita: User, dana: User, pia: Patient) -> Appointment:
    return book(rita, pia, dana, monday())


def walk(rita: User, visit: Appointment, *statuses: str) -> Appointment:
    for status in statuses:
        visit = actions.set_status(by=rita, appointment=visit, status=status)
    return visit


@pytest.mark.parametrize("present", Status.values)
@pytest.mark.parametrize("wanted", Status.values)
def test_every_pair(present: str, wanted: str, rita: User, visit: Appointment) -> None:
    Appointment.objects.filter(pk=visit.pk).update(status=present)
    visit.refresh_from_db()
    if wanted in TRANSITIONS[Status(present)]:
        if present != "requested":
            assert actions.set_status(by=rita, appointment=visit, status=wanted).status == wanted
    else:
        with pytest.raises(Refused) as caught:
            actions.set_status(by=rita, appointment=visit, status=wanted)
        assert (caught.value.code, caught.value.extra["status"]) == ("status_conflict", present)


def test_a_whole_visit(rita: User, visit: Appointment) -> None:
    steps = ["arrived", "seated", "needs_doctor", "with_doctor", "checkout", "completed"]
    assert walk(rita, visit, *steps).status == "completed"
    history = StatusEvent.objects.filter(appointment=visit, kind="status").values_list("to_status", flat=True)
    assert list(history) == steps


def test_the_chair_seated_in_is_a_fact(rita: User, visit: Appointment) -> None:
    other = Chair.objects.exclude(pk=visit.chair_id).first()
    seated = actions.set_status(by=rita, appointment=walk(rita, visit, "arrived"), status="seated", chair=other)
    assert (seated.seated_in_id, seated.chair_id) == (other and other.pk, visit.chair_id)


def test_a_stale_tap(rita: User, visit: Appointment) -> None:
    old = Appointment.objects.get(pk=visit.pk)
    walk(rita, visit, "arrived")
    with pytest.raises(Refused) as caught:
        actions.set_status(by=rita, appointment=old, status="no_show")
    assert caught.value.extra == {"status": "arrived"}
    with pytest.raises(Refused):
        actions.set_status(by=rita, appointment=visit, status="seated", expected="booked")


def test_called_off_frees_all(rita: User, visit: Appointment) -> None:
    walk(rita, visit, "entered_in_error")
    assert not Claim.objects.exists()


def test_missed_frees_what_is_left_and_coming_after_all_takes_it_again(
    rita: User, dana: User, make_patient: Any, visit: Appointment
) -> None:
    missed = walk(rita, visit, "no_show")
    assert not Claim.objects.exists()
    book(rita, make_patient("Quick"), dana, visit.start)
    back = walk(rita, missed, "arrived")
    assert back.overbooked
    check_claims()


def test_an_undo_is_a_step_too(rita: User, visit: Appointment) -> None:
    arrived = walk(rita, visit, "arrived")
    undone = actions.undo_status(by=rita, appointment=arrived)
    assert undone.status == "booked"
    assert list(StatusEvent.objects.filter(appointment=visit).values_list("kind", flat=True)) == [
        "booked",
        "status",
        "undone",
    ]
    with pytest.raises(Refused):
        actions.undo_status(by=rita, appointment=undone)
    check_claims()


def test_an_undone_cancellation_takes_its_time_again(rita: User, visit: Appointment) -> None:
    actions.cancel(by=rita, appointment=visit)
    actions.undo_status(by=rita, appointment=Appointment.objects.get(pk=visit.pk))
    check_claims()


def test_patients_do_not_move_statuses(gus: User, visit: Appointment) -> None:
    with pytest.raises(NotPermitted):
        actions.set_status(by=gus, appointment=visit, status="arrived")


def test_a_walk_in_is_there(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    start = clock.now().replace(minute=0, second=0, microsecond=0) - timedelta(minutes=0)
    made = book(rita, pia, dana, start, "EMG", walk_in=True, overbook=True, override_reason="Wire pokes")
    assert (made.status, made.origin) == ("arrived", "walk_in")
    check_claims()


def test_a_request_holds_nothing_until_it_is_booked(rita: User, visit: Appointment) -> None:
    Appointment.objects.filter(pk=visit.pk).update(status="requested")
    Claim.objects.all().delete()
    visit.refresh_from_db()
    walk(rita, visit, "booked")
    check_claims()
