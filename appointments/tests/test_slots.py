"""Free times: complete, honest, and quick by construction."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from appointments import slots
from appointments.models import Chair, Location
from appointments.tests.desk import book, forget, kind, monday
from core import clock
from core.errors import Refused
from patients.models import Patient

pytestmark = pytest.mark.django_db


def free(doctor: User, code: str = "CONS", **more: Any) -> list[slots.Slot]:
    day = monday().date()
    asked = {"first_day": day, "last_day": day, "pattern": kind(code).pattern} | more
    return slots.free_slots(doctors=[doctor], **asked)


def starts(found: list[slots.Slot]) -> set[str]:
    return {clock.wall(slot.start).strftime("%H:%M") for slot in found}


def test_an_empty_day(practice: Location, dana: User) -> None:
    found = free(dana)
    assert len(found) == 39  # every quarter of an hour from 8:00 to 17:30
    assert found == sorted(found)
    assert found[0].end - found[0].start == timedelta(minutes=30)


def test_a_visit_takes_away_what_it_meets(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    book(rita, pia, dana, monday(9))
    # The doctor is needed from 9:10 to 9:20; a consultation needs the doctor from its 10th to its 20th minute.
    assert {"08:45", "09:15"} <= starts(free(dana))
    assert "09:00" not in starts(free(dana))


def test_the_patients_own_visits_count(practice: Location, rita: User, dana: User, omar: User, pia: Patient) -> None:
    book(rita, pia, omar, monday(9))
    assert "09:15" in starts(free(dana))
    assert "09:15" not in starts(free(dana, patient_id=pia.pk))


def test_no_chair_no_time(practice: Location, rita: User, dana: User, omar: User, make_patient: Any) -> None:
    for chair in Chair.objects.all():
        book(rita, make_patient(), omar, monday(9), "REC", chair=chair)
    assert not {"08:45", "09:00", "09:15"} & starts(free(dana))


def test_the_past_is_not_free(practice: Location, dana: User) -> None:
    day = clock.today()
    found = slots.free_slots(doctors=[dana], first_day=day, last_day=day, pattern="A")
    assert all(slot.start >= clock.now() - timedelta(seconds=5) for slot in found)


def test_next_free_goes_on_to_other_days(practice: Location, rita: User, dana: User) -> None:
    found = slots.next_free(doctors=[dana], pattern="AA", after=monday(17, 45), count=3)
    assert [clock.wall(slot.start).strftime("%a %H:%M") for slot in found] == ["Mon 17:45", "Tue 08:00", "Tue 08:15"]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    taken=st.lists(st.tuples(st.integers(0, 110), st.sampled_from(["ADJ", "CONS", "BOND", "REC", "DEB"])), max_size=8),
    code=st.sampled_from(["ADJ", "CONS", "BOND", "NPE"]),
)
def test_every_free_time_can_be_booked_and_no_other(
    practice: Location, rita: User, dana: User, make_patient: Any, taken: list[tuple[int, str]], code: str
) -> None:
    made = []

    def can_book(patient: Patient, start: datetime, type_code: str) -> bool:
        try:
            made.append(book(rita, patient, dana, start, type_code).pk)
        except Refused:
            return False
        return True

    try:
        for cell, other in taken:
            can_book(make_patient(), monday(8) + timedelta(minutes=5 * cell), other)
        found = {slot.start for slot in free(dana, code, step=5)}
        newcomer = make_patient()
        for cell in range(0, 120, 7):
            start = monday(8) + timedelta(minutes=5 * cell)
            possible = can_book(newcomer, start, code)
            assert (start in found) == possible
            if possible:
                forget([made.pop()])
    finally:
        forget(made)


@pytest.mark.parametrize("booked", [0, 12])
def test_the_number_of_queries_is_constant(
    booked: int, practice: Location, rita: User, dana: User, make_patient: Any, django_assert_num_queries: Any
) -> None:
    for n in range(booked):
        book(rita, make_patient(), dana, monday(8) + timedelta(minutes=30 * n))
    type_code = kind("CONS").pattern
    day = monday().date()
    with django_assert_num_queries(6):
        slots.free_slots(doctors=[dana], first_day=day, last_day=day + timedelta(days=30), pattern=type_code)
