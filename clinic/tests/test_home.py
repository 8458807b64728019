"""The page that each role begins with."""

from datetime import timedelta

import pytest

from appointments.models import Chair, Location, OwnChairs, WorkingHours
from appointments.tests.browser import text_of, web, words
from appointments.tests.floor import noon, visit_today
from core import clock

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(reason="about the page; what it reads is tested on each database with the lists"),
]


@pytest.fixture(autouse=True)
def _noon():
    with noon():
        yield


@pytest.fixture
def floor(practice, dana, omar, make_patient):
    """Somebody on every stage: Ida waits, Ben is late, Eva calls, Tom was missed; Kim is Omar's."""
    visit_today(make_patient("Ida"), dana, minutes=-10, status="arrived")
    visit_today(make_patient("Ben"), dana, minutes=-20)
    visit_today(make_patient("Eva"), dana, minutes=-15, status="needs_doctor", chair=2)
    visit_today(make_patient("Tom"), dana, minutes=-90, status="no_show")
    visit_today(make_patient("Kim"), omar, minutes=30, chair=3)
    visit_today(make_patient("Off"), dana, minutes=20, status="cancelled")


def test_the_receptionist(floor, rita):
    answer = web(rita).get("/")
    page = words(answer)
    assert "5 visits today 2 here now" in page
    assert "1 missed today" in page
    assert page.index("Waiting 1") < page.index("Example, Ida") < page.index("Expected soon 2")
    assert "Late" in page
    assert "Example, Off" not in page
    text = text_of(answer)
    assert "autofocus" in text.partition('id="find"')[2].partition(">")[0]
    for address in ("/lists/missed/", "/lists/without-next/", "/wait-list/", "/close-day/", "/lists/counts/"):
        assert f'"{address}"' in text


def test_the_doctor(floor, dana, make_patient):
    yesterday = clock.today() - timedelta(days=1)
    for end in (yesterday, clock.today()):
        make_patient(care_status="active", treating_doctor=dana, estimated_completion_on=end)
    page = words(web(dana).get("/"))
    assert "4 my visits today" in page
    assert page.index("Queue 1") < page.index("Example, Eva") < page.index("My visits today 4")
    assert "2 my patients in treatment 1 of them past the estimated end" in page
    assert "Example, Kim" not in page


def test_the_assistant(floor, nina):
    OwnChairs.objects.create(user=nina, chairs=[Chair.objects.get(position=2).pk])
    page = words(web(nina).get("/"))
    assert "Chair 2" in page.partition("Chairs My day")[2].partition("Waiting")[0]
    assert "Chair 1" not in page.partition("Chairs My day")[2].partition("Waiting")[0]


def test_the_administrator_sees_what_is_missing(floor, ada):
    place = Location.objects.create(name="Second Street")
    WorkingHours.objects.filter(doctor__name="Omar").delete()
    page = words(web(ada).get("/lists/counts/"))
    assert f"{place} has no chair" in page
    assert f"{place} has no opening hours" in page
    assert "Omar has no working hours" in page


def test_the_receptionist_is_not_asked_to_set_up(floor, rita):
    Location.objects.create(name="Second Street")
    assert "Second Street has no chair" not in words(web(rita).get("/lists/counts/"))


@pytest.mark.parametrize("who", ["pia", "gus"])
def test_families_go_to_the_portal(practice, request, pia, who):
    person = request.getfixturevalue(who)
    assert web(getattr(person, "user", person)).get("/").headers["Location"] == "/portal/"


def test_a_chart_that_one_may_not_open(practice, rita, dana, make_patient):
    visit_today(make_patient("Vera", "Secret", sensitive=True), dana, minutes=-10, status="arrived")
    page = words(web(rita).get("/"))
    assert "Reserved" in page
    assert "Secret" not in page


@pytest.mark.parametrize("who", ["rita", "nina", "dana", "ada"])
def test_it_is_quick(floor, request, who, django_assert_max_num_queries):
    browser = web(request.getfixturevalue(who))
    browser.get("/")  # the first request of a session writes it down
    with django_assert_max_num_queries(15):
        assert browser.get("/").status_code == 200


def test_an_unchanged_poll_costs_two_queries(floor, rita, django_assert_num_queries):
    browser = web(rita)
    page = text_of(browser.get("/"))
    tag = page.partition('data-live-tag="')[2].partition('"')[0].replace("&quot;", '"')
    poll = {"X-Clinic-Poll": "1", "If-None-Match": tag}
    with django_assert_num_queries(2):
        assert browser.get("/?live=1", headers=poll).status_code == 304
