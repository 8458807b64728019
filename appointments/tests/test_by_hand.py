"""Moving visits on the grid, the holding tray, the card, and what the grid says of the doctors' time."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from appointments import actions
from appointments.grid import Block
from appointments.models import Appointment, Chair
from appointments.schedule.load import Row, doctor_time
from appointments.schedule.marks import is_birthday
from appointments.tests.browser import text_of, web, words
from appointments.tests.desk import book, check_claims, monday
from appointments.tests.floor import noon, visit_today
from core import clock
from core.errors import Stale
from core.models import AuditEvent
from patients.models import MedicalEntry

pytestmark = pytest.mark.django_db

TAP = {"X-Clinic-Tap": "1"}


@pytest.fixture
def visit(rita, dana, pia, practice):
    return book(rita, pia, dana, monday(), "ADJ", chair=Chair.objects.order_by("position").first())


def chairs():
    return list(Chair.objects.order_by("position"))


def put(browser, visit, time="10:00", *, column="", version=None, **more):
    day = more.pop("day", clock.wall(monday()).date().isoformat())
    wish = {"day": day, "time": time, "column": column, "version": version or visit.version, **more}
    return browser.post(f"/appointments/{visit.pk}/place/", wish, headers=TAP)


class TestPuttingDown:
    def test_on_another_chair_and_longer(self, rita, visit):
        answer = put(web(rita), visit, "10:05", column=f"chair={chairs()[1].pk}", minutes="30")

        assert answer.status_code == 204
        visit.refresh_from_db()
        assert (visit.start, visit.chair, visit.minutes) == (monday(10, 5), chairs()[1], 30)
        check_claims()

    def test_on_another_doctor(self, rita, omar, visit):
        put(web(rita), visit, column=f"doctor={omar.pk}")

        visit.refresh_from_db()
        assert visit.doctor == omar

    def test_the_second_of_two_is_told_how_it_stands(self, rita, dana, visit):
        seen = visit.version
        actions.move(by=dana, appointment=visit, start=monday(11))

        answer = put(web(rita), visit, version=seen)

        assert (answer.status_code, answer.json()["code"]) == (412, "stale")
        assert "11:00" in answer.json()["message"]
        assert Appointment.objects.get().start == monday(11)

    def test_a_taken_place_says_why_and_when_there_is_room(self, rita, dana, make_patient, visit):
        other = chairs()[1]
        book(rita, make_patient("Emma", "Keller"), dana, monday(10), "REC", chair=other)

        answer = put(web(rita), visit, "10:10", column=f"chair={other.pk}")

        assert (answer.status_code, answer.json()["code"]) == (409, "slot_taken")
        assert re.search(r"Free next: \w{3} \d+ \w{3}, \d\d:\d\d", answer.json()["message"])
        assert Appointment.objects.get(pk=visit.pk).start == monday()

    def test_with_a_reason_it_can_be_put_there_all_the_same(self, rita, dana, make_patient, visit):
        other = chairs()[1]
        book(rita, make_patient("Emma", "Keller"), dana, monday(10), "REC", chair=other)
        put_there = {"time": "10:10", "column": f"chair={other.pk}", "minutes": "30"}

        instead = put(web(rita), visit, **put_there).json()["instead"]

        form = text_of(web(rita).get(instead["address"]))
        assert 'value="10:10"' in form
        assert 'value="30"' in form
        assert re.search(r'name="overbook"[^>]*checked', form)
        assert re.search(rf'value="{other.pk}"\s+selected', form)

    @pytest.mark.parametrize(
        ("wish", "code"),
        [
            ({"time": "05:00"}, "outside_hours"),
            ({"day": "2020-01-01"}, "in_the_past"),
            ({"time": "10:03"}, "off_grid"),
            ({"time": "25:00"}, "invalid"),
            ({"day": "31.12.2026"}, "invalid"),
            ({"column": "chair=x"}, "invalid"),
            ({"minutes": "7"}, "invalid"),
            ({"minutes": "5"}, "pattern_cut"),
            ({"version": "one"}, "invalid"),
        ],
    )
    def test_what_cannot_be(self, wish, code, rita, visit):
        answer = put(web(rita), visit, **wish)

        assert answer.json()["code"] == code
        assert Appointment.objects.get().start == monday()

    def test_outside_hours_says_when_there_is_room(self, rita, visit):
        assert re.search(r"Free next: \w{3} \d+ \w{3}, 0[89]:", put(web(rita), visit, "05:00").json()["message"])

    def test_somebody_was_quicker_by_a_moment(self, rita, visit, monkeypatch):
        def moved_meanwhile(**_place):
            Appointment.objects.filter(pk=visit.pk).update(start=monday(11), version=visit.version + 1)
            raise Stale

        monkeypatch.setattr("appointments.actions.by_hand.move", moved_meanwhile)
        assert "11:00" in put(web(rita), visit).json()["message"]

    def test_a_chair_that_is_none(self, rita, visit):
        assert put(web(rita), visit, column=f"chair={'0' * 24}").status_code == 404

    def test_without_scripts_the_day_says_so(self, rita, visit):
        wish = {"day": clock.wall(monday()).date(), "time": "05:00", "version": visit.version}
        answer = web(rita).post(f"/appointments/{visit.pk}/place/", wish, follow=True)
        assert "not there for all of this visit" in words(answer)


class TestTheTray:
    def test_parked_keeps_its_time_and_stands_on_every_day(self, rita, visit):
        browser = web(rita)
        assert browser.post(f"/appointments/{visit.pk}/park/", headers=TAP).status_code == 204

        other_day = clock.wall(monday()).date() + timedelta(days=1)
        assert f'id="parked-{visit.pk}"' in text_of(browser.get(f"/schedule/{other_day}/"))
        check_claims()
        assert AuditEvent.objects.filter(event="appointment.parked").count() == 1

    def test_it_is_ones_own(self, rita, dana, visit):
        actions.park(by=rita, appointment=visit)
        assert "parked-" not in text_of(web(dana).get(f"/schedule/{clock.today()}/"))

    def test_moved_it_leaves_the_tray(self, rita, visit):
        actions.park(by=rita, appointment=visit)
        put(web(rita), visit, "11:00")
        assert Appointment.objects.get().parked_by_id is None

    def test_put_down_where_it_is_booked(self, rita, visit):
        actions.park(by=rita, appointment=visit)
        put(web(rita), visit, "09:00")
        assert (Appointment.objects.get().parked_by_id, Appointment.objects.get().start) == (None, monday())

    def test_left_where_it_is(self, rita, visit):
        actions.park(by=rita, appointment=visit)
        web(rita).post(f"/appointments/{visit.pk}/unpark/", headers=TAP)
        assert (Appointment.objects.get().parked_by_id, Appointment.objects.get().start) == (None, monday())

    def test_who_is_here_is_not_parked(self, rita, dana, pia, practice):
        with noon():
            visit = visit_today(pia, dana, status="arrived")
            answer = web(rita).post(f"/appointments/{visit.pk}/park/", headers=TAP)
        assert answer.json()["code"] == "status_conflict"


class TestTheCard:
    def test_says_what_the_desk_needs(self, rita, dana, pia, visit):
        pia.change(phone="+41446680182", account_note="Two instalments open")
        book(rita, pia, dana, monday(weeks=9), "DEB")
        said = words(web(rita).get(f"/appointments/{visit.pk}/glance/"))
        for text in ("+41 44 668 01 82", "Adjustment", "Dr. Dana", "Chair 1", "Note on the account", "Debond", "Park"):
            assert text in said

    @pytest.mark.parametrize("where", ["glance", "panel"])
    def test_a_chart_that_one_may_not_open(self, where, rita, pia, visit):
        pia.change(sensitive=True)
        assert web(rita).get(f"/appointments/{visit.pk}/{where}/").status_code == 404

    def test_the_panel_leads_on(self, rita, pia, visit):
        MedicalEntry.objects.create(patient=pia, description="Latex", category="allergy", critical=True)
        panel = text_of(web(rita).get(f"/appointments/{visit.pk}/panel/"))
        for text in ("Latex", "Confirmed by the patient", "Park", f"/appointments/{visit.pk}/cancel/"):
            assert text in panel
        assert "Arrived" not in panel  # it is not today

    def test_the_panel_takes_todays_steps(self, rita, dana, pia, practice):
        with noon():
            visit = visit_today(pia, dana, status="arrived")
            panel = text_of(web(rita).get(f"/appointments/{visit.pk}/panel/"))
        assert 'value="seated ' in panel
        assert "Left unseen" not in panel  # its page asks first

    def test_confirmed_from_the_panel(self, rita, visit):
        answer = web(rita).post(f"/appointments/{visit.pk}/confirm/", headers=TAP)
        assert (answer.status_code, Appointment.objects.get().confirmed) == (204, True)


def test_an_unchanged_day_is_304_with_two_queries(rita, dana, make_patient, visit, django_assert_num_queries):
    browser = web(rita)
    page = text_of(browser.get(f"/schedule/{clock.wall(monday()).date()}/"))
    address = re.search(r'data-live="([^"]+)"', page)[1].replace("&amp;", "&")
    tag = re.search(r'data-live-tag="([^"]+)"', page)[1].replace("&quot;", '"')
    poll = {"X-Clinic-Poll": "1", "If-None-Match": tag}

    with django_assert_num_queries(2):
        assert browser.get(address, headers=poll).status_code == 304

    book(rita, make_patient("Emma", "Keller"), dana, monday(14), "ADJ")
    answer = browser.get(address, headers=poll)
    assert (answer.status_code, "Keller, Emma" in text_of(answer), "<html" in text_of(answer)) == (200, True, False)
    assert Client().get(address, headers=poll).status_code == 401


def at(start, pattern, doctor="d1"):
    return Block(
        Appointment(start=start, pattern=pattern, minutes=len(pattern) * 5, doctor_id=doctor), None, None, None
    )


def test_the_doctors_time():
    blocks = [at(monday(9), "AdA"), at(monday(9), "AdA"), at(monday(9), "AdDA"), at(monday(9, 5), "D", doctor="d2")]
    assert doctor_time(blocks, {"d1": 2, "d2": 2}) == [
        Row("09:05", "09:10", 4, 1),
        Row("09:10", "09:15", 1, 0),
    ]
    assert doctor_time([at(monday(9), "Dd"), at(monday(9), "dd")], {}) == [
        Row("09:00", "09:05", 2, 1),  # a procedure needs the doctor alone
        Row("09:05", "09:10", 2, 0),
    ]
    assert doctor_time([], {}) == []


@pytest.mark.parametrize(
    ("born", "day", "expected"),
    [
        (date(2012, 2, 29), date(2027, 2, 28), True),
        (date(2012, 2, 29), date(2028, 2, 28), False),
        (date(2012, 2, 29), date(2028, 2, 29), True),
        (date(2012, 5, 1), date(2026, 5, 1), True),
        (None, date(2026, 5, 1), False),
    ],
)
def test_birthdays(born, day, expected):
    assert is_birthday(born, day) is expected
