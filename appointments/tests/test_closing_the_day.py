"""The day is closed once every visit is settled; days left open are asked about."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from appointments.actions import desk_lists as desk
from appointments.actions.checkout import check_out
from appointments.actions.next_visits import note_next_visit
from appointments.desk_lists.counts import days_to_close
from appointments.desk_lists.open_visits import next_day_of_opening, open_before, open_on
from appointments.models import Appointment, ClosedDay
from appointments.tests.browser import code_of, text_of, web, words
from appointments.tests.desk import book, refusal
from appointments.tests.floor import visit_today
from core import clock
from core.models import AuditEvent

pytestmark = pytest.mark.django_db
ONCE = pytest.mark.once(reason="about the page; what it reads and writes is tested on each database")
NOW = datetime(2026, 11, 25, 17, tzinfo=UTC)  # a Wednesday
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _evening():
    with time_machine.travel(NOW, tick=True):
        yield


class TestWhatIsOpen:
    @pytest.mark.parametrize(
        ("status", "is_open"),
        [
            ("requested", True),
            ("booked", True),
            ("arrived", True),
            ("seated", True),
            ("checkout", True),
            ("completed", True),
            ("no_show", False),
            ("left_unseen", False),
            ("cancelled", False),
            ("entered_in_error", False),
        ],
    )
    def test_by_status(self, practice, dana, pia, status, is_open):
        visit_today(pia, dana, minutes=-60, status=status)
        assert (len(open_on(TODAY)) == 1) is is_open
        with refusal("still_open") if is_open else time_machine.travel(NOW):
            desk.close_day(by=dana, day=TODAY)
        assert ClosedDay.objects.filter(day=TODAY).exists() is not is_open

    def test_completed_by_the_api_asks_when_next(self, practice, rita, dana, pia):
        visit = visit_today(pia, dana, minutes=-60, status="completed")
        assert open_on(TODAY) == [visit]
        check_out(by=rita, appointment=visit, answer="none", why_none="finished")
        assert open_on(TODAY) == []

    def test_who_is_known_to_come_again_is_not_asked(self, practice, rita, dana, make_patient):
        booked, ordered, released, asked = (make_patient(name) for name in ("Ida", "Ben", "Eva", "Tom"))
        released.change(care_status="released")
        for patient in (booked, ordered, released, asked):
            visit_today(patient, dana, minutes=-60, status="completed")
        book(rita, booked, dana, clock.at(date(2026, 12, 9), time(9)), "ADJ")
        note_next_visit(by=rita, patient=ordered, due_on=date(2026, 12, 9))
        assert [visit.patient_id for visit in open_on(TODAY)] == [asked.pk]

    @pytest.mark.parametrize(("hours", "day"), [(-1, 24), (0, 25), (24, 25), (25, 26)])
    def test_a_day_of_25_hours(self, practice, dana, pia, settings, hours, day):
        settings.TIME_ZONE = "Europe/Zurich"
        midnight = datetime(2026, 10, 24, 22, tzinfo=UTC)  # of 25 October, when the clocks go back
        visit = visit_today(pia, dana)
        Appointment.objects.filter(pk=visit.pk).update(start=midnight + timedelta(hours=hours))
        assert [found for found in (24, 25, 26) if open_on(date(2026, 10, found))] == [day]
        assert len(open_before(date(2026, 10, day + 1))) == 1
        assert open_before(date(2026, 10, day)) == []


class TestClosing:
    def test_who_and_when(self, practice, rita):
        closed = desk.close_day(by=rita, day=TODAY)
        assert (closed.by_id, closed.day) == (rita.pk, TODAY)
        assert AuditEvent.objects.filter(event="day.closed", actor_id=rita.pk).count() == 1

    def test_twice_is_once(self, practice, rita, dana):
        first = desk.close_day(by=rita, day=TODAY)
        assert desk.close_day(by=dana, day=TODAY).pk == first.pk
        assert ClosedDay.objects.get().by_id == rita.pk

    def test_not_tomorrow(self, practice, rita):
        with refusal("not_begun"):
            desk.close_day(by=rita, day=TODAY + timedelta(days=1))


class TestDaysLeftOpen:
    def test_with_open_visits(self, practice, dana, pia):
        visit = visit_today(pia, dana)
        Appointment.objects.filter(pk=visit.pk).update(start=NOW - timedelta(days=40))
        assert days_to_close(TODAY) == [TODAY - timedelta(days=40)]

    def test_those_that_nobody_closed_from_the_first_closing_on(self, practice, rita):
        assert days_to_close(TODAY) == [], "nobody has closed a day here yet"
        desk.close_day(by=rita, day=date(2026, 11, 20))  # a Friday; on Sunday nobody is there
        assert days_to_close(TODAY) == [date(2026, 11, 21), date(2026, 11, 23), date(2026, 11, 24)]

    def test_not_for_ever(self, practice, rita):
        desk.close_day(by=rita, day=date(2026, 10, 5))
        desk.close_day(by=rita, day=date(2026, 11, 24))
        assert min(days_to_close(TODAY)) == TODAY - timedelta(days=14)


@pytest.mark.parametrize(
    ("after", "then"), [(date(2026, 11, 25), date(2026, 11, 26)), (date(2026, 11, 28), date(2026, 11, 30))]
)
def test_the_next_day_of_opening(practice, after, then):
    assert next_day_of_opening(after) == then


class TestThePage:
    def settle(self, desk_page, visit, step, **more):
        return desk_page.post(f"/close-day/{TODAY}/{visit.pk}/", {"step": step, **more}, follow=True)

    @pytest.mark.parametrize(
        ("status", "step", "then"),
        [
            ("booked", "no_show", "no_show"),
            ("arrived", "left_unseen", "left_unseen"),
            ("booked", "by_family", "cancelled"),
            ("booked", "by_clinic", "cancelled"),
        ],
    )
    def test_settling_one(self, practice, rita, dana, pia, status, step, then):
        visit = visit_today(pia, dana, minutes=-60, status=status)
        self.settle(web(rita), visit, step, expected=status)
        found = Appointment.objects.get()
        assert found.status == then
        assert found.cancelled_by_patient is {"by_family": True, "by_clinic": False}.get(step)

    @ONCE
    def test_somebody_else_was_quicker(self, practice, rita, dana, pia):
        visit = visit_today(pia, dana, minutes=-60, status="arrived")
        answer = self.settle(web(rita), visit, "no_show", expected="booked")
        assert "The appointment is now “Arrived”" in words(answer)
        assert web(rita).post(f"/close-day/{TODAY}/{visit.pk}/", {"step": "burn"}).status_code == 404

    @ONCE
    def test_from_open_to_closed(self, practice, rita, dana, pia, make_patient):
        here = visit_today(pia, dana, minutes=-60, status="checkout")
        earlier = visit_today(make_patient("Ida"), dana)
        Appointment.objects.filter(pk=earlier.pk).update(start=NOW - timedelta(days=2))
        browser, address = web(rita), f"/close-day/{TODAY}/"
        page = words(browser.get(address))
        assert "Still open 1" in page
        assert "Left open on Monday 23 Nov 2026 1" in page
        assert code_of(browser.post(address)) == "still_open"
        back = {"answer": "none", "why_none": "finished", "back": f"close-{TODAY}"}
        settled = browser.post(f"/appointments/{here.pk}/checkout/", back, follow=True)
        assert "Everything is settled." in words(settled)
        closed = browser.post(address, follow=True)
        assert "Closed by Rita, 25 Nov 2026, 17:00" in words(closed)

    @ONCE
    def test_a_chart_that_one_may_not_open(self, practice, rita, dana, make_patient):
        hidden = make_patient("Vera", "Secret", sensitive=True)
        visit = visit_today(hidden, dana, minutes=-60)
        browser = web(rita)
        page = text_of(browser.get(f"/close-day/{TODAY}/"))
        assert "Reserved" in page
        assert "Secret" not in page
        assert browser.post(f"/close-day/{TODAY}/{visit.pk}/", {"step": "no_show"}).status_code == 404

    @ONCE
    def test_a_day_to_come_and_days_that_are_none(self, practice, rita):
        browser = web(rita)
        assert "This day is still to come." in words(browser.get("/close-day/2026-11-26/"))
        assert browser.get("/close-day/").headers["Location"] == f"/close-day/{TODAY}/"
        assert browser.get("/close-day/2026-13-01/").status_code == 404

    @ONCE
    def test_queries_do_not_grow(self, practice, rita, dana, make_patient, django_assert_max_num_queries):
        for n in range(10):
            visit_today(make_patient(f"P{n}"), dana, minutes=-60, status="completed" if n % 2 else "booked")
        browser = web(rita)
        browser.get("/lists/")
        with django_assert_max_num_queries(17):
            browser.get(f"/close-day/{TODAY}/")
