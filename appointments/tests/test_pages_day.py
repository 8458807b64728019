"""The day: who sees what of it, how it is laid out, and what it costs."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from appointments import actions, grid
from appointments.actions import setup
from appointments.models import Chair, Closure, Location, WorkingHours
from appointments.tests.browser import text_of, web, words
from appointments.tests.desk import book, kind, monday
from core import clock

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 11, 25, 9, 7, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def wednesday():
    with time_machine.travel(MORNING, tick=False):
        yield MORNING.date()


def day_page(user, day, query=""):
    return web(user).get(f"/schedule/{day}/{query}")


def monday_page(user, query=""):
    return day_page(user, clock.wall(monday()).date(), query)


@pytest.mark.parametrize(
    ("who", "status"), [("rita", 200), ("nina", 200), ("dana", 200), ("ada", 200), ("pia", 403), ("gus", 403)]
)
def test_who_sees_the_day(who, status, request, practice, rita, dana, pia):
    book(rita, pia, dana, monday())
    person = request.getfixturevalue(who)
    answer = monday_page(getattr(person, "user", person))
    assert answer.status_code == status
    assert ("Lindholm, Pia" in text_of(answer)) is (status == 200)


def test_the_short_address_leads_to_today_or_to_the_day_asked_for(wednesday, rita, practice):
    browser = web(rita)
    assert browser.get("/schedule/").headers["Location"] == "/schedule/2026-11-25/"
    assert browser.get("/schedule/?day=2027-01-05&by=list").headers["Location"] == "/schedule/2027-01-05/?by=list"
    assert browser.get("/schedule/?day=31.12.2026").headers["Location"] == "/schedule/2026-11-25/"


@pytest.mark.parametrize(
    "day", ["2026-13-01", "2026-02-30", "26-1-1", "today", "2026-11-25x", "1999-12-31", "2999-01-01"]
)
def test_days_that_do_not_exist(day, rita, practice):
    assert day_page(rita, day).status_code == 404


@pytest.mark.parametrize("day", ["2000-01-01", "2000-02-29", "2199-12-30"])
def test_far_away_days_are_empty(day, rita, practice):
    assert "0 visits" in words(day_page(rita, day))


def test_a_column_per_chair_and_per_doctor(rita, dana, pia, practice):
    book(rita, pia, dana, monday())
    chairs, doctors = monday_page(rita), monday_page(rita, "?by=doctor")
    assert re.findall(r"Chair \d", words(chairs)) == [
        "Chair 1",
        "Chair 2",
        "Chair 3",
        "Chair 1",
    ]  # the last in the list
    assert "Dr. Dana" in words(doctors)
    assert "Dr. Omar" in words(doctors)


def test_a_visit_says_who_what_and_how_it_stands(rita, dana, pia, practice):
    visit = book(rita, pia, dana, monday(), "ADJ")
    actions.confirm(by=rita, appointment=visit)
    page = text_of(monday_page(rita))
    assert 'data-at="09:00"' in page
    assert 'data-until="09:20"' in page
    assert 'aria-label="Confirmed"' in page
    assert f"/appointments/{visit.pk}/" in page
    assert "14 y" in page or "13 y" in page


def test_overbooked_visits_stand_side_by_side(rita, dana, pia, practice, make_patient):
    chair = Chair.objects.first()
    book(rita, pia, dana, monday(), chair=chair)
    other = {"chair": chair, "overbook": True, "override_reason": "In pain"}
    book(rita, make_patient("Jo", "Second"), dana, monday(), **other)
    page = text_of(monday_page(rita))
    assert 'data-lanes="2"' in page
    assert 'data-lane="1"' in page
    assert 'data-lane="2"' in page
    assert 'aria-label="Overbooked"' in page


def test_visits_called_off_stand_beside_the_grid(rita, dana, pia, practice):
    visit = book(rita, pia, dana, monday())
    actions.cancel(by=rita, appointment=visit)
    page = monday_page(rita)
    assert "Called off" in words(page)
    assert 'data-status="cancelled"' in text_of(page)
    assert "0 visits" in words(page)


def test_a_chart_that_one_may_not_open_is_reserved_time(rita, dana, pia, practice):
    visit = book(rita, pia, dana, monday())
    pia.change(sensitive=True)
    for query in ("", "?by=doctor", "?by=list"):
        page = text_of(monday_page(rita, query))
        assert "Reserved" in page
        assert "Lindholm" not in page
        assert visit.pk not in page


def test_critical_alerts_are_marked(rita, dana, pia, practice):
    book(rita, pia, dana, monday())
    assert 'aria-label="Alert"' not in text_of(monday_page(rita))
    pia.change(alerts=["Latex allergy"])
    assert 'aria-label="Alert"' in text_of(monday_page(rita))


def test_a_child_that_did_not_come_was_not_brought(wednesday, rita, dana, pia, practice, make_patient):
    for person, born in ((pia, date(2012, 5, 17)), (make_patient("Max", "Grown"), date(1980, 1, 1))):
        person.change(birth_date=born)
        visit = book(rita, person, dana, clock.at(wednesday, time(8 + (born.year == 1980))))
        actions.set_status(by=rita, appointment=visit, status="no_show")
    page = words(day_page(rita, wednesday))
    assert "Was not brought" in page
    assert "Missed" in page


def test_free_half_hours_lead_to_the_form(rita, dana, pia, practice):
    visit = book(rita, pia, dana, monday(9, 15), "OBS")
    page = text_of(monday_page(rita))
    links = re.findall(r'new/\?start=([^&]+)&amp;chair=(\w+)"', page)
    own = [start[11:16] for start, chair in links if chair == visit.chair_id]
    assert own[:6] == ["08:00", "08:30", "09:00", "09:30", "10:00", "10:30"]
    assert 'data-at="09:00" data-until="09:15"' in page


def test_days_gone_by_offer_nothing(rita, practice):
    assert "schedule__free" not in text_of(day_page(rita, clock.today() - timedelta(days=7)))


def test_the_present_moment(wednesday, rita, practice):
    assert 'class="schedule__now" data-at="09:07"' in text_of(day_page(rita, wednesday))
    assert "schedule__now" not in text_of(day_page(rita, wednesday + timedelta(days=1)))


def test_closed_times_are_shaded(rita, dana, practice):
    WorkingHours.objects.filter(doctor=dana, weekday=0).update(opens=time(13))
    assert 'data-at="08:00" data-until="13:00"' in text_of(monday_page(rita, "?by=doctor"))
    day = clock.wall(monday()).date()
    Closure.objects.create(starts_on=day, ends_on=day, reason="Holiday")
    page = monday_page(rita)
    assert "closed on this day" in words(page)
    assert 'data-at="08:00" data-until="18:00"' in text_of(page)


def test_locations_are_switched_by_link(rita, dana, practice):
    east = Location.objects.create(name="East")
    Chair.objects.create(location=east, name="East chair")
    assert "East chair" not in words(monday_page(rita, f"?location={practice.pk}"))
    assert "East chair" in words(monday_page(rita, f"?location={east.pk}"))
    assert monday_page(rita, "?location=nonsense").status_code == 200


def test_a_patient_seated_elsewhere_stands_in_that_chair(wednesday, rita, dana, pia, practice):
    one, two, _three = Chair.objects.all()
    visit = book(rita, pia, dana, clock.at(wednesday, time(9)), chair=one)
    actions.set_status(by=rita, appointment=visit, status="arrived")
    actions.set_status(by=rita, appointment=visit, status="seated", chair=two)
    page = text_of(day_page(rita, wednesday))
    first, second = page.index('id="column-1"'), page.index('id="column-2"')
    assert first < second < page.index(f"/appointments/{visit.pk}/")


def test_names_are_text(rita, dana, practice, make_patient):
    nasty = make_patient("<img src=x onerror=alert(1)>", "</script><script>alert(1)</script>")
    visit = book(rita, nasty, dana, monday(), reason='"><b>{{ 7*7 }}')
    for path in (f"/appointments/{visit.pk}/", f"/appointments/{visit.pk}/move/", f"/appointments/{visit.pk}/cancel/"):
        assert "<img src=x" not in text_of(web(rita).get(path))
    for query in ("", "?by=doctor", "?by=list"):
        page = text_of(monday_page(rita, query))
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert "<b>" not in page


def test_a_new_clinic_is_led_to_its_setup(rita, ada):
    assert "Set up the clinic" in words(web(ada).get("/schedule/", follow=True))
    assert "An administrator has to add" in words(web(rita).get("/schedule/", follow=True))
    Location.objects.create(name="Main Street")
    assert "no chairs yet" in words(web(ada).get("/schedule/", follow=True))
    setup.add_chair(by=ada, location=Location.objects.get(), name="1")
    assert "no hours yet" in words(web(ada).get("/schedule/", follow=True))
    assert "Go to the setup" not in words(web(rita).get("/schedule/", follow=True))


# 4 of them are the session's and the person's, the rest the day's.
@pytest.mark.parametrize(("query", "most"), [("", 18), ("?by=doctor", 20), ("?by=both", 20), ("?by=list", 18)])
def test_the_page_costs_the_same_however_full_the_day_is(
    query, most, rita, dana, omar, pia, practice, make_patient, django_assert_max_num_queries
):
    browser, address = web(rita), f"/schedule/{clock.wall(monday()).date()}/{query}"
    book(rita, pia, dana, monday())
    browser.get(address)
    with django_assert_max_num_queries(most) as few:
        browser.get(address)
    for hour in range(10, 17):
        for doctor in (dana, omar):
            book(rita, make_patient("Pat", f"At {hour}"), doctor, monday(hour), "ADJ")
    with django_assert_max_num_queries(len(few)):
        browser.get(address)


def block(start, minutes, lane=0):
    from appointments.models import Appointment

    visit = Appointment(start=monday(9) + timedelta(minutes=start), minutes=minutes, status="booked")
    return grid.Block(visit, None, kind("ADJ"), None)


def test_lanes():
    blocks = [block(0, 60), block(0, 20), block(20, 20), block(30, 60), block(90, 20)]
    assert grid.spread(blocks) == 3
    assert [(item.lane, item.span) for item in blocks] == [(1, 1), (2, 2), (2, 1), (3, 1), (0, 1)]


def test_more_visits_at_once_than_lanes():
    blocks = [block(0, 20) for _ in range(9)]
    assert grid.spread(blocks) == grid.MOST_LANES
    assert all(1 <= item.lane <= grid.MOST_LANES for item in blocks)


def test_slivers_are_not_offered():
    opens, closes = monday(8), monday(9)
    taken = [block(-55, 50), block(-5, 5)]
    found = [(stretch.at, stretch.until) for stretch in grid.free_stretches([(opens, closes)], taken)]
    assert found == []
