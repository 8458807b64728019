"""Last and next visits beside the names that a search finds."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import User
from appointments import glance
from appointments.models import Appointment, Location
from appointments.tests.browser import web, words
from appointments.tests.desk import book, monday
from core import clock
from patients.models import Patient, SearchKey
from patients.panels import ShortVisit, VisitNote
from patients.search.finding import find

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_wednesday")]


@pytest.fixture
def _wednesday() -> Any:
    with time_machine.travel("2026-11-25T09:07:00Z", tick=False):
        yield


def past(rita: User, patient: Patient, doctor: User, weeks: int, status: str = "completed") -> Appointment:
    made = book(rita, patient, doctor, monday(9, weeks=-weeks), override_reason="Written down late")
    Appointment.objects.filter(pk=made.pk).update(status=status)
    return made


def test_the_latest_and_the_soonest(practice: Location, rita: User, dana: User, omar: User, pia: Patient) -> None:
    past(rita, pia, dana, 5)
    last = past(rita, pia, omar, 2)
    book(rita, pia, dana, monday(9, weeks=3))
    soon = book(rita, pia, dana, monday(9))
    note = glance.visit_notes(rita, [pia.pk])[pia.pk]
    assert note == VisitNote(ShortVisit(last.start, "Dr. Omar"), ShortVisit(soon.start, "Dr. Dana"))


@pytest.mark.parametrize("status", ["cancelled", "no_show", "left_unseen", "entered_in_error", "requested"])
def test_what_did_not_take_place_is_no_visit(
    status: str, practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    past(rita, pia, dana, 2, status)
    made = book(rita, pia, dana, monday(9))
    Appointment.objects.filter(pk=made.pk).update(status=status)
    assert glance.visit_notes(rita, [pia.pk]) == {}


def test_today(practice: Location, rita: User, dana: User, pia: Patient, make_patient: Any) -> None:
    other, third = make_patient(), make_patient()
    book(rita, pia, dana, clock.now() + timedelta(minutes=23))
    made = book(rita, other, dana, clock.now() + timedelta(minutes=53))
    Appointment.objects.filter(pk=made.pk).update(status="cancelled")
    book(rita, third, dana, clock.now() + timedelta(days=1, minutes=23))
    assert glance.patients_of_today() == {pia.pk}
    notes = glance.visit_notes(rita, [pia.pk, third.pk])
    assert [bool(notes[pk].next and notes[pk].next.is_today) for pk in (pia.pk, third.pk)] == [True, False]


def test_who_may_not_read_visits_gets_none(practice: Location, rita: User, dana: User, gus: User, pia: Patient) -> None:
    book(rita, pia, dana, monday(9))
    assert glance.visit_notes(gus, [pia.pk]) == {}


@pytest.mark.parametrize("count", [1, 6])
def test_the_same_number_of_queries_for_all(
    count: int, practice: Location, rita: User, dana: User, make_patient: Any, django_assert_num_queries: Any
) -> None:
    patients = [make_patient() for _n in range(count)]
    for n, patient in enumerate(patients):
        book(rita, patient, dana, monday(9 + n))
        past(rita, patient, dana, 1 + n)
    assert rita.rights
    with django_assert_num_queries(4):
        assert len(glance.visit_notes(rita, [patient.pk for patient in patients])) == count


def test_the_search_box_says_so(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    SearchKey.objects.write(pia)
    past(rita, pia, dana, 2)
    book(rita, pia, dana, monday(9, 30))
    said = words(web(rita).post("/patients/find/", {"search": "lindholm"}))
    assert "Next 30 Nov 2026, 09:30 · Dr. Dana Last 9 Nov 2026, 09:00 · Dr. Dana" in said
    book(rita, pia, dana, clock.now() + timedelta(minutes=23))
    assert "Next today, 09:30 · Dr. Dana" in words(web(rita).post("/patients/find/", {"search": "lindholm"}))


def test_of_equals_those_of_today_come_first(
    practice: Location, rita: User, dana: User, make_patient: Any, pia: Patient
) -> None:
    for patient in (make_patient("Jane", "Doe"), late := make_patient("Jane", "Doe")):
        SearchKey.objects.write(patient)
    book(rita, late, dana, clock.now() + timedelta(minutes=23))
    assert next(hit.patient for hit in find("jane doe", by=rita)) == late
