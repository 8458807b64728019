"""The week and the month: what they show, what they leave out, what they cost."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from appointments import actions
from appointments.models import Chair, Closure, Location, WorkingHours
from appointments.overview.month import Month
from appointments.tests.browser import text_of, web, words
from appointments.tests.desk import book, monday
from core import clock

pytestmark = pytest.mark.django_db

once = pytest.mark.once(reason="pages, and sums made in Python")


@pytest.fixture
def wednesday():
    with time_machine.travel(datetime(2026, 11, 25, 9, 7, tzinfo=UTC), tick=False):
        yield clock.today()


def week(user, day, query=""):
    return web(user).get(f"/schedule/week/{day}/{query}")


def month(user, name, query=""):
    return web(user).get(f"/schedule/month/{name}/{query}")


def test_a_week_of_one_doctor_or_one_chair(rita, dana, omar, pia, practice, make_patient):
    visit = book(rita, pia, dana, monday())
    book(rita, make_patient("Otto", "Other"), omar, monday(11), chair=Chair.objects.last())
    day = monday().date() + timedelta(days=3)
    page = text_of(week(rita, day, f"?doctor={dana.pk}"))
    assert f"/appointments/{visit.pk}/" in page
    assert "Lindholm P" in page
    assert "Other O" not in page
    assert f"/schedule/{monday().date()}/" in page
    assert "Other O" in text_of(week(rita, day, f"?chair={Chair.objects.last().pk}"))
    assert "2 visits" in words(week(rita, day, "?doctor="))


@once
def test_a_doctor_lands_on_the_own_week(omar, dana, rita, practice, make_patient):
    book(rita, make_patient("Otto", "Other"), omar, monday())
    assert "1 visit" in words(week(omar, monday().date()))
    assert "0 visits" in words(week(dana, monday().date()))


@once
def test_a_sensitive_chart_is_reserved_time(rita, dana, pia, practice):
    visit = book(rita, pia, dana, monday())
    pia.change(sensitive=True)
    page = text_of(week(rita, monday().date(), "?doctor="))
    assert "Reserved" in page
    assert "Lindholm" not in page
    assert visit.pk not in page


@once
def test_closed_days_of_the_week_say_why(rita, dana, practice):
    day = monday().date()
    Closure.objects.create(starts_on=day, ends_on=day, reason="Town festival")
    page = week(rita, day, "?doctor=")
    assert "Town festival" in words(page)
    assert 'data-at="08:00" data-until="18:00"' in text_of(page)
    assert f"/schedule/{day + timedelta(days=5)}/" in text_of(page)  # Saturday is worked
    assert f"/schedule/{day + timedelta(days=6)}/" not in text_of(page)  # Sunday is not


def test_the_load_of_a_day(wednesday, rita, dana, pia, practice, make_patient):
    start = clock.at(wednesday, time(10))
    book(rita, pia, dana, start, "ADJ")
    missed = book(rita, make_patient("Max", "Missed"), dana, clock.at(wednesday, time(8)), "ADJ")
    actions.set_status(by=rita, appointment=missed, status="no_show")
    gone = book(rita, make_patient("Cora", "Cancelled"), dana, start, "ADJ")
    actions.cancel(by=rita, appointment=gone)
    book(rita, pia, dana, start + timedelta(days=1), "ADJ")
    page = Month(wednesday.replace(day=1), practice)
    day, after = page.loads[wednesday], page.loads[wednesday + timedelta(days=1)]
    doctor = 5 * sum(unit != "A" for unit in missed.pattern)
    assert (day.visits, day.new_patients, day.used) == (2, 2, doctor)  # a missed visit takes nobody's time
    assert (after.visits, after.new_patients) == (1, 0)
    assert day.offered == 2 * 10 * 60  # two doctors from 8 to 18
    assert day.free == day.offered - doctor
    assert not page.loads[wednesday - timedelta(days=3)].is_open  # Sunday


@once
def test_only_time_with_open_doors_is_offered(wednesday, dana, omar, practice):
    WorkingHours.objects.filter(doctor=None).update(opens=time(9), closes=time(12))
    WorkingHours.objects.filter(doctor=omar).delete()
    Closure.objects.create(doctor=dana, starts_on=wednesday, ends_on=wednesday)
    page = Month(wednesday.replace(day=1), practice)
    assert page.loads[wednesday].offered == 0
    assert page.loads[wednesday].percent is None
    assert page.loads[wednesday + timedelta(days=1)].offered == 180


@once
def test_the_month_in_words(wednesday, rita, dana, pia, practice):
    book(rita, pia, dana, clock.at(wednesday, time(10)), "ADJ")
    Closure.objects.create(location=practice, starts_on=wednesday + timedelta(1), ends_on=wednesday, reason="x")
    Closure.objects.create(starts_on=wednesday + timedelta(2), ends_on=wednesday + timedelta(2), reason="Painters")
    page = month(rita, "2026-11")
    assert "1 visit" in words(page)
    assert "1 new" in words(page)
    assert "% doctor time" in words(page)
    assert "Painters" in words(page)
    assert f'/schedule/{wednesday}/?location={practice.pk}"\n     aria-current="date"' in text_of(page)


@once
def test_a_day_with_more_than_the_doctor_has(wednesday, rita, dana, omar, pia, practice, make_patient):
    WorkingHours.objects.exclude(doctor=None).update(closes=time(8, 5))
    book(rita, pia, dana, clock.at(wednesday, time(10)), "ADJ", overbook=True, override_reason="Pain")
    WorkingHours.objects.filter(doctor=omar).delete()
    load = Month(wednesday.replace(day=1), practice).loads[wednesday]
    assert load.is_over == (load.used > 5)
    assert load.bar == 100


@once
@pytest.mark.parametrize("name", ["2026-13", "2026-00", "26-1", "1999-12", "2199-12", "2200-01"])
def test_months_that_do_not_exist(name, rita, practice):
    assert month(rita, name).status_code == 404


@once
@pytest.mark.parametrize("path", ["month/2000-02", "month/2199-11", "week/2000-01-05", "week/2199-12-20"])
def test_far_away_is_empty(path, rita, practice):
    answer = web(rita).get(f"/schedule/{path}/")
    assert answer.status_code == 200
    assert "0 visits" in words(answer)


@once
def test_week_and_month_of_a_clinic_without_a_place(rita):
    assert "no location yet" in words(week(rita, "2026-11-25"))
    assert "no location yet" in words(month(rita, "2026-11"))


@once
def test_the_day_leads_to_week_and_month_of_the_same_place(rita, practice):
    east = Location.objects.create(name="East")
    page = text_of(web(rita).get(f"/schedule/2026-11-25/?location={east.pk}"))
    assert f"/schedule/week/2026-11-25/?location={east.pk}" in page
    assert f"/schedule/month/2026-11/?location={east.pk}" in page


# 4 of them are the session's and the person's.
@pytest.mark.parametrize(("path", "most"), [("week/{day}/?doctor={dana}", 4 + 12), ("month/{day:%Y-%m}/", 4 + 7)])
def test_they_cost_the_same_however_full(
    path, most, rita, dana, omar, pia, practice, make_patient, django_assert_max_num_queries
):
    browser = web(rita)
    address = "/schedule/" + path.format(day=monday().date(), dana=dana.pk)
    book(rita, pia, dana, monday())
    browser.get(address)
    with django_assert_max_num_queries(most) as few:
        browser.get(address)
    for hour in range(10, 17):
        for doctor in (dana, omar):
            book(rita, make_patient("Pat", f"At {hour}"), doctor, monday(hour), "ADJ")
    with django_assert_max_num_queries(len(few)):
        browser.get(address)


@once
def test_days_of_23_and_25_hours(rita, dana, pia, practice, settings):
    settings.TIME_ZONE = "Europe/Zurich"
    WorkingHours.objects.update(opens=time(1), closes=time(5))
    WorkingHours.objects.filter(weekday=5).update(weekday=6)
    for day, hours in ((date(2027, 3, 28), 3), (date(2027, 10, 31), 5)):
        assert Month(day.replace(day=1), practice).loads[day].offered == 2 * hours * 60
        assert 'data-at="00:00"' not in text_of(week(rita, day, "?doctor="))
