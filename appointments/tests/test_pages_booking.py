"""Booking by form, without a script running: find the patient, find a time, book; refusals keep what was typed."""

import html
import re
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import unquote

import pytest
import time_machine

from appointments.models import Appointment, Chair, Claim, WorkingHours
from appointments.tests.browser import code_of, offers_of, text_of, web, words
from appointments.tests.desk import book, check_claims, kind, monday
from core import clock
from patients.models import Patient, SearchKey

pytestmark = pytest.mark.django_db

NEW = "/appointments/new/"
MORNING = datetime(2026, 11, 25, 9, 7, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def desk(rita, practice):
    return web(rita)


@pytest.fixture
def jo(make_patient):
    patient = make_patient("Jo", "Keller", birth_date=date(2013, 3, 12))
    SearchKey.objects.write(patient)
    return patient


def wanted(patient, start=None, **more):
    """What the form sends for a visit at that time."""
    moment = clock.wall(start or monday())
    place = {"day": moment.date().isoformat(), "time": f"{moment:%H:%M}", "type": "ADJ"}
    return {"patient": patient.pk, "patient_query": "Jo", "patient_shown": "Jo", "step": "book", **place, **more}


# --- Who


@pytest.mark.parametrize(("who", "status"), [("nina", 200), ("dana", 200), ("ada", 200), ("pia", 403), ("gus", 403)])
def test_who_books_at_the_desk(who, status, request, practice, jo, pia):
    person = request.getfixturevalue(who)
    browser = web(getattr(person, "user", person))
    assert browser.get(NEW).status_code == status
    assert browser.post("/appointments/patients/", {"patient_query": "Jo"}).status_code == status
    assert browser.post("/appointments/times/", {"type": "ADJ"}).status_code == status
    assert browser.post(NEW, wanted(jo)).status_code == (302 if status == 200 else 403)
    assert Appointment.objects.count() == (status == 200)


def test_the_search_is_part_of_the_form(desk, jo):
    answer = desk.post(NEW, {"step": "find", "patient_query": "kell", "type": "BOND", "reason": "Front tooth"})
    page = text_of(answer)
    assert answer.status_code == 200
    assert "Keller, Jo" in page
    assert re.search(rf'value="{jo.pk}"\s+checked', page), "the only one found is chosen"
    assert 'value="BOND" selected' in page
    assert 'value="Front tooth"' in page


def test_nobody_found(desk, jo):
    assert "Nobody found" in words(desk.post(NEW, {"step": "find", "patient_query": "zzz"}))
    assert "Nobody found" in words(desk.post("/appointments/patients/", {"patient_query": "zzz"}))


def test_the_fragment_offers_those_who_fit(desk, jo, make_patient):
    SearchKey.objects.write(make_patient("Jo", "Keller-Smith"))
    page = text_of(desk.post("/appointments/patients/", {"patient_query": "keller"}))
    assert page.count('type="radio"') == 2
    assert "checked" not in page


def test_archived_and_sensitive_patients_are_not_offered(desk, jo):
    jo.change(archived_at=clock.now())
    assert "Nobody found" in words(desk.post("/appointments/patients/", {"patient_query": "keller"}))
    jo.change(archived_at=None, sensitive=True)
    assert "Nobody found" in words(desk.post("/appointments/patients/", {"patient_query": "keller"}))
    assert desk.post(NEW, wanted(jo)).status_code == 404


@pytest.mark.parametrize("patient", ["", "0" * 24, "x", "'; drop", "a" * 5000])
def test_a_patient_who_does_not_exist(desk, patient, jo):
    answer = desk.post(NEW, wanted(jo) | {"patient": patient})
    assert answer.status_code in {400, 404}
    assert Appointment.objects.count() == 0


# --- Enter


def test_enter_finds_first_and_books_then(desk, jo):
    typed = wanted(jo) | {"step": "enter", "patient": "", "patient_query": "kell", "patient_shown": ""}
    found = desk.post(NEW, typed)
    assert found.status_code == 200
    assert Appointment.objects.count() == 0
    chosen = typed | {"patient": jo.pk, "patient_shown": "kell"}
    assert desk.post(NEW, chosen).status_code == 200, "the choices came while one typed: now the type is chosen"
    assert f'name="patient_known" value="{jo.pk}"' in text_of(desk.post(NEW, chosen))
    assert Appointment.objects.count() == 0
    assert desk.post(NEW, chosen | {"patient_known": jo.pk}).status_code == 302
    assert Appointment.objects.get().patient_id == jo.pk


def test_enter_does_not_book_for_somebody_found_before(desk, jo):
    typed = wanted(jo) | {"step": "enter", "patient_query": "someone else", "patient_shown": "kell"}
    assert desk.post(NEW, typed).status_code == 200
    assert Appointment.objects.count() == 0


@pytest.mark.parametrize("button", [{"step": "book"}, {"slot": "x"}])
def test_another_name_in_the_box_is_never_booked_for_the_one_found_before(desk, jo, button, make_patient):
    SearchKey.objects.write(make_patient("Nele", "Other"))
    typed = wanted(jo) | {"patient_query": "other", "patient_shown": "kell"} | button
    answer = desk.post(NEW, typed)
    assert answer.status_code == 200
    assert "Other, Nele" in text_of(answer)
    assert not re.search(rf'value="{jo.pk}"\s+checked', text_of(answer))
    assert 'value="09:00"' in text_of(answer), "the time stays"
    assert Appointment.objects.count() == 0


# --- When


def test_an_empty_cell_fills_the_form_in(desk, jo):
    chair = Chair.objects.last()
    page = text_of(desk.get(f"{NEW}?start={clock.iso(monday(10, 30))}&chair={chair.pk}"))
    assert f'value="{clock.wall(monday()).date()}"' in page
    assert 'value="10:30"' in page
    assert f'value="{chair.pk}" selected' in page


@pytest.mark.parametrize("start", ["", "x", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2026-11-30T10:00"])
def test_a_link_with_nonsense_is_an_empty_form(desk, start):
    assert desk.get(NEW, {"start": start, "chair": "x", "doctor": "y", "type": "z", "patient": "p"}).status_code == 200


def test_booking_by_hand(desk, rita, jo, dana):
    answer = desk.post(NEW, wanted(jo, doctor=dana.pk, reason="Front tooth"), follow=True)
    visit = Appointment.objects.get()
    assert (visit.start, visit.doctor_id, visit.minutes, visit.reason) == (monday(), dana.pk, 20, "Front tooth")
    assert "Booked for Monday" in words(answer)
    assert answer.redirect_chain[-1][0] == f"/appointments/{visit.pk}/"
    check_claims()


def test_any_doctor_means_the_patients_own(desk, jo, omar):
    jo.change(treating_doctor_id=omar.pk)
    desk.post(NEW, wanted(jo))
    assert Appointment.objects.get().doctor_id == omar.pk


def test_any_doctor_means_one_who_is_there(desk, jo, dana, omar):
    jo.change(treating_doctor_id=dana.pk)
    WorkingHours.objects.filter(doctor=dana).delete()
    desk.post(NEW, wanted(jo))
    assert Appointment.objects.get().doctor_id == omar.pk


def test_free_times_are_buttons_that_book(desk, jo, dana):
    asked = wanted(jo, type="CONS", doctor=dana.pk) | {"step": "times", "time": ""}
    offered = desk.post(NEW, asked)
    offers = offers_of(offered)
    assert offered.status_code == 200
    assert offers[0] == f"{clock.iso(monday(8))}|{dana.pk}|{Chair.objects.first().pk}"
    del asked["step"]
    assert desk.post(NEW, asked | {"slot": offers[3]}).status_code == 302
    visit = Appointment.objects.get()
    assert (visit.start, visit.doctor_id) == (monday(8, 45), dana.pk)


def test_a_tapped_time_is_kept_when_the_patient_is_missing(desk, jo, dana):
    slot = f"{clock.iso(monday(8, 45))}|{dana.pk}|"
    answer = desk.post(NEW, wanted(jo, slot=slot, time="") | {"patient": ""})
    assert answer.status_code == 400
    assert code_of(answer) == "invalid"
    assert 'value="08:45"' in text_of(answer)
    assert f'value="{dana.pk}" selected' in text_of(answer)


def test_the_fragment_of_free_times_leaves_out_what_is_taken(desk, rita, jo, dana):
    book(rita, jo, dana, monday(8), "CONS")
    form = {"type": "CONS", "day": clock.wall(monday()).date(), "patient": jo.pk, "minutes": "", "doctor": ""}
    offers = offers_of(desk.post("/appointments/times/", form))
    assert not any(clock.iso(monday(8)) in offer for offer in offers), "the patient is busy then"
    later = offers_of(desk.post("/appointments/times/", form | {"times_from": clock.wall(monday(weeks=2)).date()}))
    assert later[0].startswith(clock.iso(monday(8, weeks=2)))


@pytest.mark.parametrize("day", ["", "x", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_free_times_from_a_day_that_is_none(desk, jo, day):
    for more in ({"day": day}, {"day": "2027-01-01", "times_from": day}, {"day": day, "minutes": "999999999999"}):
        assert desk.post("/appointments/times/", {"type": "ADJ", **more}).status_code == 200
        assert desk.post(NEW, {"type": "ADJ", "step": "times", **more}).status_code == 200


def test_a_known_patient_sees_free_times_at_once(desk, jo):
    assert offers_of(desk.get(f"{NEW}?patient={jo.pk}"))
    assert not offers_of(desk.get(NEW))


# --- Refusals


def test_a_taken_time_offers_the_next_ones_and_keeps_what_was_typed(desk, rita, jo, pia, dana):
    book(rita, pia, dana, monday(), "CONS")
    answer = desk.post(NEW, wanted(jo, monday(9, 5), type="CONS", doctor=dana.pk, reason="Front tooth"))
    assert (answer.status_code, code_of(answer)) == (409, "slot_taken")
    assert "Dr. Dana is taken by Pia L. until 09:20." in words(answer)
    assert 'value="Front tooth"' in text_of(answer)
    assert re.search(rf'value="{jo.pk}"\s+checked', text_of(answer))
    free = offers_of(answer)
    assert f"{clock.iso(monday(9, 30))}|{dana.pk}|" in "".join(free)
    assert desk.post(NEW, wanted(jo, type="CONS", slot=free[-1])).status_code == 302
    check_claims()


def test_outside_hours_offers_times_too(desk, jo):
    answer = desk.post(NEW, wanted(jo, monday(17, 50)))
    assert (answer.status_code, code_of(answer)) == (422, "outside_hours")
    assert offers_of(answer)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"time": "09:03"}, "off_grid"),
        ({"day": "2020-01-06"}, "in_the_past"),
        ({"minutes": "5", "type": "CONS"}, "pattern_cut"),
        ({"day": "", "time": ""}, "invalid"),
        ({"day": "0001-01-01"}, "invalid"),
        ({"day": "9999-12-31"}, "invalid"),
        ({"time": "25:00"}, "invalid"),
        ({"time": ""}, "invalid"),
        ({"minutes": "-5"}, "invalid"),
        ({"minutes": "7"}, "invalid"),
        ({"minutes": "9999"}, "invalid"),
        ({"type": "NONE"}, "invalid"),
        ({"type": ""}, "invalid"),
        ({"doctor": "0" * 24}, "invalid"),
        ({"chair": "x"}, "invalid"),
        ({"reason": "x" * 501}, "invalid"),
        ({"reason": "a\x00b"}, "invalid"),
        ({"overbook": "on"}, "reason_required"),
    ],
)
def test_what_cannot_be_is_said_and_kept(desk, jo, typed, code):
    answer = desk.post(NEW, wanted(jo) | typed)
    assert answer.status_code == (400 if code == "invalid" else 422)
    assert code_of(answer) == code
    assert Appointment.objects.count() == Claim.objects.count() == 0


def test_a_time_that_the_clock_skips(settings, rita, practice, jo):
    settings.TIME_ZONE = "Europe/Zurich"
    with time_machine.travel(datetime(2027, 3, 1, 9, tzinfo=UTC), tick=True):
        answer = web(rita).post(NEW, wanted(jo) | {"day": "2027-03-28", "time": "02:30"})
    assert (answer.status_code, code_of(answer)) == (422, "no_such_time")
    assert "02:30 does not exist on that day" in words(answer)
    assert 'id="id_time_error"' in text_of(answer)


def test_both_hours_of_the_night_on_which_the_clock_goes_back(settings, rita, practice, jo, dana):
    settings.TIME_ZONE = "Europe/Zurich"
    for doctor in (None, dana):
        WorkingHours.objects.create(location=practice, doctor=doctor, weekday=6, opens=time(0), closes=time(6))
    with time_machine.travel(datetime(2027, 10, 1, 9, tzinfo=UTC), tick=True):
        slot = f"2027-10-31T01:30:00Z|{dana.pk}|"
        assert web(rita).post(NEW, wanted(jo, slot=slot)).status_code == 302
    assert clock.iso(Appointment.objects.get().start) == "2027-10-31T01:30:00Z"


# --- Exceptions


def test_overbooking_is_offered_to_those_who_may(desk, nina, rita, jo, pia, dana):
    book(rita, pia, dana, monday(), "CONS")
    typed = wanted(jo, monday(9, 5), type="CONS", doctor=dana.pk)
    assert "Reason for the exception" in words(desk.post(NEW, typed))
    assert "<details open" in " ".join(text_of(desk.post(NEW, typed)).split())
    assert "Reason for the exception" not in words(web(nina).post(NEW, typed))
    override = {"overbook": "on", "override_reason": "In pain"}
    assert web(nina).post(NEW, typed | override).status_code == 403
    assert desk.post(NEW, typed | override).status_code == 302
    assert Appointment.objects.get(patient=jo).overbooked


def test_outside_hours_with_a_reason(desk, jo):
    assert desk.post(NEW, wanted(jo, monday(17, 50), override_reason="Train was late")).status_code == 302
    assert Appointment.objects.get().override_reason == "Train was late"


def test_a_walk_in_needs_no_time(rita, practice, jo):
    with time_machine.travel(MORNING, tick=True):
        browser = web(rita)
        assert "checked" in text_of(browser.get(f"{NEW}?walk_in=1"))
        typed = {"patient": jo.pk, "type": "EMG", "day": "2026-11-25", "walk_in": "on"}
        assert browser.post(NEW, typed).status_code == 302
    visit = Appointment.objects.get()
    assert (visit.status, visit.origin) == ("arrived", "walk_in")
    assert clock.iso(visit.start) == "2026-11-25T09:05:00Z"


# --- A new patient


def test_a_new_patient_comes_back_to_the_booking(desk, dana):
    page = text_of(desk.get(f"{NEW}?start={clock.iso(monday(10))}&doctor={dana.pk}"))
    link = html.unescape(re.search(r'formaction="(/patients/new/[^"]+)"', page)[1])
    made = desk.post(link, {"given_name": "Nele", "family_name": "New", "sex": "female", "anyway": "1"})
    assert made.status_code == 302, words(made)
    back = made.headers["Location"]
    assert back.startswith(NEW)
    patient = Patient.objects.get(family_name="New")
    page = text_of(desk.get(back))
    assert 'value="10:00"' in page
    assert re.search(rf'value="{patient.pk}"\s+checked', page)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_new_patient_leads_nowhere_else(desk, target):
    typed = {"given_name": "Nele", "family_name": "New", "sex": "female", "anyway": "1"}
    made = desk.post(f"/patients/new/?next={target}", typed)
    assert unquote(made.headers["Location"]).startswith("/patients/")


def test_the_form_asks_the_same_however_many_types_and_times(
    desk, jo, practice, django_assert_max_num_queries, django_assert_num_queries
):
    address = f"{NEW}?patient={jo.pk}"
    desk.get(address)
    with django_assert_max_num_queries(28) as before:
        desk.get(address)
    for number in range(10):
        Chair.objects.create(location=practice, name=f"More {number}")
    with django_assert_num_queries(len(before)):
        desk.get(address)


def test_minutes_make_the_visit_longer(desk, jo):
    desk.post(NEW, wanted(jo, minutes="60"))
    visit = Appointment.objects.get()
    assert visit.pattern == kind("ADJ").pattern + "A" * 8
    assert visit.end - visit.start == timedelta(hours=1)
