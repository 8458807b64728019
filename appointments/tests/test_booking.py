"""Booking, moving and cancelling: what fits, what does not, and what is said then."""

from datetime import time, timedelta
from typing import Any

import pytest

from accounts.models import StaffProfile, User
from appointments import actions
from appointments.models import Appointment, Chair, Closure, Location, StatusEvent
from appointments.tests.desk import book, check_claims, kind, monday, refusal
from core import clock
from core.errors import NotFound, NotPermitted, Stale
from core.models import AuditEvent
from patients.models import Patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def others(make_patient: Any) -> list[Patient]:
    return [make_patient(f"Other{n}") for n in range(6)]


def test_a_booking_takes_its_time(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    made = book(rita, pia, dana, monday())
    assert (made.minutes, made.pattern, made.status) == (30, "AADDAA", "booked")
    assert made.chair is not None
    check_claims()
    assert AuditEvent.objects.get(event="appointment.booked").patient_id == pia.pk


def test_the_same_patient_twice_at_one_time(
    practice: Location, rita: User, dana: User, omar: User, pia: Patient
) -> None:
    book(rita, pia, dana, monday())
    with refusal("slot_taken"):
        book(rita, pia, omar, monday(9, 15))


def test_a_refusal_names_the_next_free_times(
    practice: Location, rita: User, dana: User, pia: Patient, others: list[Patient]
) -> None:
    book(rita, pia, dana, monday())
    with refusal("slot_taken") as caught:
        book(rita, others[0], dana, monday())
    free = caught.value.extra["nextFree"]
    assert len(free) == 5
    assert free[0]["start"] == clock.iso(monday(9, 15))
    assert set(free[0]) == {"start", "end", "doctorId", "chairId"}


def test_two_bondings_interleave(
    practice: Location, rita: User, dana: User, pia: Patient, others: list[Patient]
) -> None:
    book(rita, pia, dana, monday(9), "BOND")
    book(rita, others[0], dana, monday(9, 20), "BOND")
    check_claims()
    with refusal("slot_taken"):  # its procedure units would meet the first one's
        book(rita, others[1], dana, monday(9, 5), "BOND")


def test_two_checks_may_meet_while_lanes_are_free(
    practice: Location, rita: User, dana: User, pia: Patient, others: list[Patient]
) -> None:
    book(rita, pia, dana, monday(), "ADJ")
    book(rita, others[0], dana, monday(), "ADJ")
    with refusal("slot_taken"):
        book(rita, others[1], dana, monday(), "ADJ")


def test_a_strict_doctor_has_one_lane(
    practice: Location, rita: User, dana: User, pia: Patient, others: list[Patient]
) -> None:
    StaffProfile.objects.filter(user=dana).update(check_lanes=1)
    book(rita, pia, dana, monday(), "ADJ")
    with refusal("slot_taken"):
        book(rita, others[0], dana, monday(), "ADJ")


def test_a_procedure_that_meets_a_check(
    practice: Location, rita: User, dana: User, pia: Patient, others: list[Patient]
) -> None:
    book(rita, pia, dana, monday(), "ADJ")  # check at 9:10
    with refusal("slot_taken"):
        book(rita, others[0], dana, monday(), "CONS")  # procedure from 9:10 to 9:20


def test_overbook_cancel_book_again(
    practice: Location, rita: User, dana: User, pia: Patient, others: list[Patient]
) -> None:
    first = book(rita, pia, dana, monday())
    second = book(rita, others[0], dana, monday(), overbook=True, override_reason="Pain")
    assert second.overbooked
    actions.cancel(by=rita, appointment=first)
    with refusal("slot_taken"):
        book(rita, others[1], dana, monday())
    actions.cancel(by=rita, appointment=second)
    book(rita, others[1], dana, monday())
    check_claims()


def test_overbooking_needs_right_and_reason(
    practice: Location, rita: User, nina: User, dana: User, pia: Patient, others: list[Patient]
) -> None:
    book(rita, pia, dana, monday())
    with refusal("reason_required"):
        book(rita, others[0], dana, monday(), overbook=True)
    with pytest.raises(NotPermitted):
        book(nina, others[0], dana, monday(), overbook=True, override_reason="Pain")


def test_moving_one_leaves_the_other_alone(
    practice: Location, rita: User, dana: User, pia: Patient, others: list[Patient]
) -> None:
    first, second = book(rita, pia, dana, monday(9)), book(rita, others[0], dana, monday(10))
    actions.confirm(by=rita, appointment=first)
    first.refresh_from_db()
    moved = actions.move(by=rita, appointment=first, start=monday(9, 15))
    assert (moved.pk, moved.start, moved.confirmed) == (first.pk, monday(9, 15), False)
    again = Appointment.objects.get(pk=second.pk)
    assert (again.start, again.version) == (second.start, second.version)
    check_claims()
    with refusal("slot_taken"):
        actions.move(by=rita, appointment=moved, start=monday(10))
    check_claims()


def test_two_people_move_the_same_visit(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    seen_by_both = book(rita, pia, dana, monday())
    other = Appointment.objects.get(pk=seen_by_both.pk)
    actions.move(by=rita, appointment=seen_by_both, start=monday(10))
    with pytest.raises(Stale):
        actions.move(by=rita, appointment=other, start=monday(11))
    check_claims()


@pytest.mark.parametrize(
    ("when", "code"),
    [
        (monday(17, 45), "outside_hours"),
        (monday(7), "outside_hours"),
        (monday() + timedelta(days=6), "outside_hours"),
        (monday(9, 3), "off_grid"),
        (monday(weeks=-2), "in_the_past"),
    ],
)
def test_times_that_are_refused(when: Any, code: str, practice: Location, rita: User, dana: User, pia: Patient) -> None:
    with refusal(code):
        book(rita, pia, dana, when)


def test_a_reason_opens_the_past_and_the_evening(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    book(rita, pia, dana, monday(19), override_reason="Late session")
    book(rita, pia, dana, monday(weeks=-2), override_reason="Entered after the power cut")
    check_claims()


def test_the_doctors_hours_count_for_the_doctors_units_only(
    practice: Location, rita: User, dana: User, pia: Patient, others: list[Patient]
) -> None:
    from appointments.models import WorkingHours

    WorkingHours.objects.filter(doctor=dana).update(opens=time(9, 10), closes=time(9, 20))
    book(rita, pia, dana, monday())
    with refusal("outside_hours"):
        book(rita, others[0], dana, monday(9, 5))


@pytest.mark.parametrize("whose", ["all", "location", "doctor"])
def test_closures(whose: str, practice: Location, rita: User, dana: User, pia: Patient) -> None:
    day = monday().date()
    closed = {"all": {}, "location": {"location": practice}, "doctor": {"doctor": dana}}[whose]
    Closure.objects.create(starts_on=day, ends_on=day, **closed)
    with refusal("outside_hours"):
        book(rita, pia, dana, monday())


@pytest.mark.parametrize(
    ("minutes", "code"), [(0, "invalid"), (-5, "invalid"), (12, "invalid"), (485, "invalid"), (15, "pattern_cut")]
)
def test_lengths_that_are_refused(
    minutes: int, code: str, practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    with refusal(code):
        book(rita, pia, dana, monday(), minutes=minutes)


def test_more_minutes_are_the_assistants(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    assert book(rita, pia, dana, monday(), minutes=45).pattern == "AADDAAAAA"


def test_the_chair_asked_for(
    practice: Location, rita: User, dana: User, omar: User, pia: Patient, others: list[Patient]
) -> None:
    chair = Chair.objects.get(name="Chair 2")
    assert book(rita, pia, dana, monday(), chair=chair).chair == chair
    with refusal("slot_taken"):
        book(rita, others[0], omar, monday(), chair=chair)


def test_when_every_chair_is_taken(
    practice: Location, rita: User, dana: User, omar: User, pia: Patient, others: list[Patient]
) -> None:
    for n in range(3):
        book(rita, others[n], dana, monday(), "REC")
    with refusal("slot_taken"):
        book(rita, pia, omar, monday(), "REC")


def test_an_archived_patient_and_a_person_who_is_no_doctor(
    practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    with pytest.raises(NotFound):
        book(rita, pia, rita, monday())
    pia.change(archived_at=clock.now())
    with refusal("patient_archived"):
        book(rita, pia, dana, monday())


class TestPatients:
    """What patients may do by themselves."""

    def test_own_and_online_types_only(
        self, practice: Location, dana: User, gus: User, pia: Patient, others: list[Patient]
    ) -> None:
        assert book(gus, pia, dana, monday()).origin == "online"
        with pytest.raises(NotFound):
            book(gus, others[0], dana, monday(11))
        with refusal("type_not_online"):
            book(gus, pia, dana, monday(11), "BOND")

    def test_no_overriding(self, practice: Location, dana: User, gus: User, pia: Patient) -> None:
        with pytest.raises(NotPermitted):
            book(gus, pia, dana, monday(), overbook=True, override_reason="Please")

    def test_ninety_days(self, practice: Location, dana: User, gus: User, pia: Patient) -> None:
        with refusal("too_far_ahead"):
            book(gus, pia, dana, monday(weeks=15))

    def test_a_day_of_notice(self, practice: Location, rita: User, dana: User, gus: User, pia: Patient) -> None:
        soon = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=23)
        made = book(rita, pia, dana, soon, override_reason="Test of the notice")
        with refusal("notice_too_short"):
            actions.cancel(by=gus, appointment=made)
        with refusal("notice_too_short"):
            actions.move(by=gus, appointment=made, start=monday())
        assert actions.cancel(by=rita, appointment=made).short_notice


def test_the_history_keeps_every_step(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    made = book(rita, pia, dana, monday())
    made = actions.move(by=rita, appointment=made, start=monday(10))
    actions.cancel(by=rita, appointment=made, reason="Ill")
    kinds = StatusEvent.objects.filter(appointment=made).values_list("kind", flat=True)
    assert list(kinds) == ["booked", "moved", "status"]


def test_a_length_that_the_type_never_had(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    made = book(rita, pia, dana, monday())
    kind("CONS").change(pattern="DD")
    assert Appointment.objects.get(pk=made.pk).pattern == "AADDAA"
