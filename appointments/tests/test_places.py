"""Where a visit lands: location, chair and lanes, when it is booked and when it is moved."""

from datetime import time, timedelta
from typing import Any

import pytest

from accounts.models import StaffProfile, User
from appointments import actions, placing
from appointments.models import Appointment, Chair, Location, WorkingHours
from appointments.tests.desk import book, check_claims, kind, monday, refusal
from core.errors import NotFound, NotPermitted
from core.models import AuditEvent
from patients.models import Patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def on_tuesdays(practice: Location, dana: User) -> Location:
    """A second location, without chairs, where Dana works on Tuesdays."""
    second = Location.objects.create(name="Hill Street")
    WorkingHours.objects.filter(doctor=dana, weekday=1).update(location=second)
    WorkingHours.objects.create(location=second, weekday=1, opens=time(8), closes=time(18))
    return second


@pytest.mark.parametrize(("before", "after"), [(2, 3), (2, 6), (1, 2)])
def test_more_lanes_never_open_a_procedure(
    before: int, after: int, practice: Location, rita: User, dana: User, pia: Patient, make_patient: Any
) -> None:
    StaffProfile.objects.filter(user=dana).update(check_lanes=before)
    book(rita, pia, dana, monday(9), "CONS")  # procedure from 9:10 to 9:20
    StaffProfile.objects.filter(user=dana).update(check_lanes=after)
    with refusal("slot_taken"):
        book(rita, make_patient(), dana, monday(9), "ADJ")  # check at 9:10


def test_fewer_lanes_count_what_is_there(
    practice: Location, rita: User, dana: User, pia: Patient, make_patient: Any
) -> None:
    first = book(rita, pia, dana, monday(9), "ADJ")
    book(rita, make_patient(), dana, monday(9), "ADJ")
    StaffProfile.objects.filter(user=dana).update(check_lanes=1)
    actions.cancel(by=rita, appointment=first)
    with refusal("slot_taken"):
        book(rita, make_patient(), dana, monday(9), "ADJ")


def test_an_overbooking_stays_one_when_lanes_are_added(
    practice: Location, rita: User, dana: User, pia: Patient, make_patient: Any
) -> None:
    first = book(rita, pia, dana, monday(9), "CONS")
    book(rita, make_patient(), dana, monday(9), "CONS", overbook=True, override_reason="Pain")
    StaffProfile.objects.filter(user=dana).update(check_lanes=6)
    actions.cancel(by=rita, appointment=first)
    with refusal("slot_taken"):
        book(rita, make_patient(), dana, monday(9), "ADJ")


def test_a_patient_may_be_overbooked_too(practice: Location, rita: User, dana: User, omar: User, pia: Patient) -> None:
    book(rita, pia, dana, monday(9))
    second = book(rita, pia, omar, monday(9), overbook=True, override_reason="Two doctors at once")
    assert second.overbooked
    check_claims()


def test_the_location_follows_the_doctors_hours(
    on_tuesdays: Location, practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    made = book(rita, pia, dana, monday(9) + timedelta(days=1))
    assert (made.location, made.chair) == (on_tuesdays, None)


def test_a_move_goes_where_the_doctor_is(
    on_tuesdays: Location, practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    made = book(rita, pia, dana, monday(9))
    moved = actions.move(by=rita, appointment=made, start=monday(9) + timedelta(days=1))
    assert (moved.location, moved.chair) == (on_tuesdays, None)
    back = actions.move(by=rita, appointment=moved, start=monday(10))
    assert back.location == practice
    assert back.chair is not None
    check_claims()


def test_a_move_keeps_the_chair_if_it_can(
    practice: Location, rita: User, dana: User, pia: Patient, make_patient: Any
) -> None:
    chair = Chair.objects.get(name="Chair 2")
    made = book(rita, pia, dana, monday(9), chair=chair)
    moved = actions.move(by=rita, appointment=made, start=monday(10))
    assert moved.chair == chair
    book(rita, make_patient(), dana, monday(11), "REC", chair=chair)
    moved = actions.move(by=rita, appointment=moved, start=monday(11))
    assert moved.chair not in {None, chair}


def test_a_chair_out_of_use(practice: Location, rita: User, dana: User, pia: Patient, make_patient: Any) -> None:
    chair = Chair.objects.get(name="Chair 1")
    made = book(rita, pia, dana, monday(9), chair=chair)
    chair.change(is_active=False)
    assert actions.move(by=rita, appointment=made, start=monday(10)).chair != chair
    with pytest.raises(NotFound):
        book(rita, make_patient(), dana, monday(11), chair=chair)


def test_the_same_place_again_changes_nothing(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    made = actions.confirm(by=rita, appointment=book(rita, pia, dana, monday(9)))
    events = AuditEvent.objects.count()
    again = actions.move(by=rita, appointment=made, start=monday(9), doctor=dana, chair=made.chair, minutes=30)
    assert again.confirmed
    assert AuditEvent.objects.count() == events
    check_claims()


def test_a_longer_visit_at_the_same_time(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    made = book(rita, pia, dana, monday(9))
    longer = actions.move(by=rita, appointment=made, start=monday(9), minutes=45)
    assert (longer.minutes, longer.pattern) == (45, "AADDAAAAA")
    check_claims()
    with refusal("pattern_cut"):
        actions.move(by=rita, appointment=longer, start=monday(9), minutes=15)


def test_a_move_over_another_visit(practice: Location, rita: User, dana: User, pia: Patient, make_patient: Any) -> None:
    book(rita, make_patient(), dana, monday(10))
    made = book(rita, pia, dana, monday(9))
    with refusal("reason_required"):
        actions.move(by=rita, appointment=made, start=monday(10), overbook=True)
    moved = actions.move(by=rita, appointment=made, start=monday(10), overbook=True, override_reason="Pain")
    assert moved.overbooked
    assert not actions.move(by=rita, appointment=moved, start=monday(11)).overbooked
    check_claims()


def test_a_refused_move_offers_times_that_overlap_the_old_one(
    practice: Location, rita: User, dana: User, pia: Patient, make_patient: Any
) -> None:
    book(rita, make_patient(), dana, monday(9, 30), "NPE")  # procedure from 9:45 to 10:00
    made = book(rita, pia, dana, monday(10), "NPE")  # procedure from 10:15 to 10:30
    with refusal("slot_taken") as caught:
        actions.move(by=rita, appointment=made, start=monday(9, 30))
    starts = [slot["start"][11:16] for slot in caught.value.extra["nextFree"]]
    assert starts[0] == "09:45"  # its own time counts as free


def test_families_do_not_decide_how_long(practice: Location, dana: User, gus: User, pia: Patient) -> None:
    with pytest.raises(NotPermitted):
        book(gus, pia, dana, monday(9), minutes=480)
    made = book(gus, pia, dana, monday(9), minutes=30)
    with pytest.raises(NotPermitted):
        actions.move(by=gus, appointment=made, start=monday(10), minutes=60)
    with pytest.raises(NotPermitted):
        book(gus, pia, dana, monday(11), walk_in=True)


def test_a_type_out_of_use(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    kind("CONS").change(is_active=False)
    with refusal("invalid") as caught:
        book(rita, pia, dana, monday(9))
    assert caught.value.field == "type"


def test_no_location_yet(rita: User, dana: User, pia: Patient) -> None:
    with refusal("no_location"):
        book(rita, pia, dana, monday(9))


def test_yesterday_holds_nothing(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    made = book(rita, pia, dana, monday(9, weeks=-1), override_reason="Written down late")
    assert not made.claims.exists()
    assert Appointment.objects.get(pk=made.pk).chair is not None


def test_hours_that_meet_are_one(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    WorkingHours.objects.filter(weekday=0).update(closes=time(12))
    for doctor in (None, dana):
        WorkingHours.objects.create(location=practice, doctor=doctor, weekday=0, opens=time(12), closes=time(18))
    book(rita, pia, dana, monday(11, 45))


def test_a_chair_somewhere_else(
    on_tuesdays: Location, practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    chair = Chair.objects.get(name="Chair 1")
    with refusal("chair_elsewhere"):
        book(rita, pia, dana, monday(9), chair=chair, location=on_tuesdays)


def test_our_choice_of_chair_is_taken_a_moment_before(
    practice: Location, rita: User, dana: User, omar: User, pia: Patient, make_patient: Any, monkeypatch: Any
) -> None:
    """The chair that looked free is gone: the booking is tried again and finds another one."""
    taken = book(rita, make_patient(), omar, monday(9), "REC").chair
    honest, first = placing._free_chair, iter([taken])
    monkeypatch.setattr(placing, "_free_chair", lambda *args, **kwargs: next(first, None) or honest(*args, **kwargs))
    assert book(rita, pia, dana, monday(9)).chair not in {None, taken}
    check_claims()


def test_the_note_for_the_desk(practice: Location, rita: User, dana: User, gus: User, pia: Patient) -> None:
    made = book(rita, pia, dana, monday(9), reason="First visit")
    changed = actions.change_details(by=rita, appointment=made, reason="Bring the plates")
    assert AuditEvent.objects.latest("id").changes == {"reason": ["First visit", "Bring the plates"]}
    events = AuditEvent.objects.count()
    actions.change_details(by=rita, appointment=changed, reason="Bring the plates")
    assert AuditEvent.objects.count() == events
    with pytest.raises(NotPermitted):
        actions.change_details(by=gus, appointment=changed, reason="Mine")
