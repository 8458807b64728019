"""One visit's page: its steps, its history, moving, cancelling, and what happens when somebody else was quicker."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine

from appointments import actions
from appointments.models import Appointment, Chair
from appointments.tests.browser import code_of, offers_of, text_of, web, words
from appointments.tests.desk import book, check_claims, monday
from core import clock
from patients.models import MedicalEntry

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 11, 25, 8, 55, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def today():
    with time_machine.travel(MORNING, tick=True):
        yield MORNING.date()


@pytest.fixture
def visit(today, rita, pia, dana, practice):
    return book(rita, pia, dana, clock.at(today, time(9)), "ADJ")


@pytest.fixture
def desk(today, rita, practice):
    return web(rita)


def address(visit, verb=""):
    return f"/appointments/{visit.pk}/{verb}"


def place(start, **more):
    moment = clock.wall(start)
    return {"day": moment.date().isoformat(), "time": f"{moment:%H:%M}", **more}


@pytest.mark.parametrize(("who", "status"), [("nina", 200), ("dana", 200), ("ada", 200), ("pia", 403), ("gus", 403)])
def test_who_sees_it(who, status, request, visit, pia):
    person = request.getfixturevalue(who)
    browser = web(getattr(person, "user", person))
    answer = browser.get(address(visit))
    assert answer.status_code == status
    assert ("Adjustment" in text_of(answer)) is (status == 200)
    assert browser.post(address(visit, "status/"), {"status": "arrived"}).status_code == (302 if status == 200 else 403)


@pytest.mark.parametrize("verb", ["", "move/", "cancel/"])
@pytest.mark.parametrize("pk", ["0" * 24, "x", "1"])
def test_unknown_visits(desk, verb, pk):
    assert desk.get(f"/appointments/{pk}/{verb}").status_code == 404


@pytest.mark.parametrize("verb", ["", "move/", "cancel/"])
def test_visits_of_sensitive_charts_are_not_there(desk, visit, pia, verb):
    pia.change(sensitive=True)
    answer = desk.get(address(visit, verb))
    assert answer.status_code == 404
    assert "Lindholm" not in text_of(answer)


@pytest.mark.parametrize("verb", ["status/", "undo/", "confirm/", "note/"])
def test_nothing_is_changed_by_a_link(desk, visit, verb):
    assert desk.get(address(visit, verb)).status_code == 405


def test_alerts_are_seen_here(desk, visit, pia):
    pia.change(alerts=["Wheelchair"])
    MedicalEntry.objects.create(patient=pia, category="allergy", description="Latex", critical=True)
    MedicalEntry.objects.create(patient=pia, category="condition", description="Asthma", critical=False)
    page = words(desk.get(address(visit)))
    assert "Latex" in page
    assert "Wheelchair" in page
    assert "Asthma" not in page


def test_through_the_clinic(desk, visit):
    steps = ["arrived", "seated", "needs_doctor", "with_doctor", "checkout"]
    for before, after in zip(["booked", *steps], steps, strict=False):
        page = text_of(desk.get(address(visit)))
        assert f'name="status" value="{after}"' in page
        sent = {"status": after, "expected": before}
        assert desk.post(address(visit, "status/"), sent).status_code == 302
    answer = {"answer": "none", "why_none": "finished", "expected": "checkout"}
    assert desk.post(address(visit, "checkout/"), answer).status_code == 302
    history = words(desk.get(address(visit)))
    places = [history.rindex(word) for word in ("Booked for", "Arrived", "Seated", "With doctor", "Completed")]
    assert places == sorted(places)


def test_the_chair_that_the_patient_sits_in(desk, visit):
    chair = Chair.objects.last()
    desk.post(address(visit, "status/"), {"status": "arrived"})
    desk.post(address(visit, "status/"), {"status": "seated", "chair": chair.pk})
    assert Appointment.objects.get().seated_in_id == chair.pk
    assert f"Seated in {chair.name}" in words(desk.get(address(visit)))


def test_steps_that_end_a_visit_wrongly_are_asked_about(desk, visit):
    page = text_of(desk.get(address(visit)))
    assert 'data-confirm="Set this visit to “Missed”?"' in page
    assert 'data-confirm="Set this visit to “Arrived”?"' not in page


def test_somebody_else_was_quicker(desk, visit, rita):
    actions.set_status(by=rita, appointment=visit, status="arrived")
    answer = desk.post(address(visit, "status/"), {"status": "no_show", "expected": "booked"})
    assert (answer.status_code, code_of(answer)) == (409, "status_conflict")
    assert "The appointment is now “Arrived”" in words(answer)
    assert 'value="seated"' in text_of(answer), "the page shows the steps that are possible now"
    assert Appointment.objects.get().status == "arrived"


@pytest.mark.parametrize("status", ["", "nonsense", "completed", "x" * 200])
def test_steps_that_are_not_possible(desk, visit, status):
    answer = desk.post(address(visit, "status/"), {"status": status})
    assert answer.status_code in {400, 409}
    assert code_of(answer)
    assert Appointment.objects.get().status == "booked"


def test_undo(desk, visit):
    desk.post(address(visit, "status/"), {"status": "arrived"})
    assert "Undo the last step" in words(desk.get(address(visit)))
    assert desk.post(address(visit, "undo/")).status_code == 302
    assert Appointment.objects.get().status == "booked"
    assert "“Arrived” taken back" in words(desk.get(address(visit)))
    again = desk.post(address(visit, "undo/"))
    assert (again.status_code, code_of(again)) == (422, "nothing_to_undo")


def test_confirming(desk, visit):
    assert desk.post(address(visit, "confirm/")).status_code == 302
    page = words(desk.get(address(visit)))
    assert page.count("Confirmed by the patient") == 1, "in the history; the button is gone"


def test_the_note(desk, visit):
    assert desk.post(address(visit, "note/"), {"reason": "Bring the old retainer"}).status_code == 302
    assert 'value="Bring the old retainer"' in text_of(desk.get(address(visit)))
    refused = desk.post(address(visit, "note/"), {"reason": "x" * 501})
    assert refused.status_code == 400
    assert "x" * 501 in text_of(refused)


# --- Moving


def test_moving_by_hand(desk, visit, dana):
    page = text_of(desk.get(address(visit, "move/")))
    assert 'value="09:00"' in page
    answer = desk.post(address(visit, "move/"), place(monday(10), doctor=dana.pk), follow=True)
    assert "Moved to Monday" in words(answer)
    assert "Moved from 25 Nov 2026, 09:00 to" in words(answer)
    assert Appointment.objects.get().start == monday(10)
    check_claims()


def test_moving_with_one_tap(desk, visit):
    slot = offers_of(desk.get(address(visit, "move/")))[-1]
    assert desk.post(address(visit, "move/"), place(visit.start, slot=slot)).status_code == 302
    assert slot.startswith(clock.iso(Appointment.objects.get().start))


def test_free_times_for_moving_without_a_script(desk, visit):
    day = clock.wall(monday(weeks=2)).date()
    answer = desk.post(address(visit, "move/"), {"step": "times", "day": day, "time": "09:00"})
    assert answer.status_code == 200
    assert offers_of(answer)[0].startswith(clock.iso(monday(8, weeks=2)))
    assert Appointment.objects.get().start == visit.start


def test_moving_to_a_taken_time(desk, visit, rita, dana, make_patient):
    other = book(rita, make_patient("Jo", "Other"), dana, monday(), "CONS")
    typed = place(monday(), doctor=dana.pk, chair=other.chair_id)
    answer = desk.post(address(visit, "move/"), typed)
    assert (answer.status_code, code_of(answer)) == (409, "slot_taken")
    assert offers_of(answer)
    assert Appointment.objects.get(pk=visit.pk).start == visit.start
    check_claims()


def test_only_booked_visits_move(desk, visit):
    desk.post(address(visit, "status/"), {"status": "arrived"})
    assert "move/" not in text_of(desk.get(address(visit)))
    answer = desk.post(address(visit, "move/"), place(monday()))
    assert (answer.status_code, code_of(answer)) == (409, "status_conflict")


# --- Cancelling


def test_cancelling(desk, visit):
    assert "Cancel the visit" in words(desk.get(address(visit, "cancel/")))
    answer = desk.post(address(visit, "cancel/"), {"reason": "Ill", "by_patient": "on"}, follow=True)
    stored = Appointment.objects.get()
    assert (stored.status, stored.cancelled_by_patient, stored.short_notice) == ("cancelled", True, True)
    assert "its time is free again" in words(answer)
    assert "the patient or family" in words(answer)
    assert "Ill" in words(answer)
    check_claims()


def test_cancelling_twice(desk, visit):
    desk.post(address(visit, "cancel/"), {"reason": ""})
    answer = desk.post(address(visit, "cancel/"), {"reason": "again"})
    assert (answer.status_code, code_of(answer)) == (409, "status_conflict")
    assert 'value="again"' in text_of(answer)


def test_a_cancelled_visit_offers_no_step(desk, visit):
    desk.post(address(visit, "cancel/"), {})
    page = text_of(desk.get(address(visit)))
    assert not re.search(r'name="status" value="', page)
    assert "cancel/" not in page


# --- On the patient's page


def test_the_patients_page_lists_the_visits(desk, visit, rita, pia, dana):
    coming = book(rita, pia, dana, monday() + timedelta(days=1), "CONS")
    page = text_of(desk.get(f"/patients/{pia.pk}/"))
    assert address(visit) in page
    assert address(coming) in page
    assert f"/appointments/new/?patient={pia.pk}" in page


def test_the_page_costs_the_same_however_long_its_history(desk, visit, rita, django_assert_max_num_queries):
    desk.get(address(visit))
    with django_assert_max_num_queries(16) as few:
        desk.get(address(visit))
    for _ in range(5):
        actions.set_status(by=rita, appointment=visit, status="arrived")
        actions.undo_status(by=rita, appointment=visit)
    with django_assert_max_num_queries(len(few)):
        desk.get(address(visit))
