"""The list of the next open day: made once an evening, readable without the server, kept close, deleted after days."""

import os
import re
import stat
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from appointments import tasks
from appointments.models import Closure, Location, WorkingHours
from appointments.paper import outage, pdf
from appointments.rules import Event
from appointments.tests.browser import text_of, web, words
from appointments.tests.desk import book
from core.models import AuditEvent

pytestmark = pytest.mark.django_db

PRESS = pdf._press
EVENING = datetime(2026, 11, 25, 18, 4, tzinfo=UTC)  # a Wednesday
TOMORROW = date(2026, 11, 26)


@pytest.fixture
def folder(settings):
    return settings.OUTAGE_ROOT


@pytest.fixture(autouse=True)
def evening():
    with time_machine.travel(EVENING, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def _no_pango(monkeypatch):
    """Pages instead of PDFs: they can be read here, and take no second each."""

    def missing():
        raise pdf.NoPdf

    monkeypatch.setattr(pdf, "_press", missing)


def files(folder):
    return sorted(path.name for path in folder.iterdir() if path.suffix in {".pdf", ".html"})


def at_ten(day):
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)


def later(evening, **span):
    evening.shift(timedelta(**span))


def test_the_evening_writes_tomorrows_list_once(folder, practice, rita, dana, pia):
    pia.change(phone="+41446681800", alerts=["Latex allergy"])
    book(rita, pia, dana, at_ten(TOMORROW))
    assert outage.make_due() == 1
    assert outage.make_due() == 0
    assert files(folder) == [f"2026-11-26_main-street_{practice.pk}.html"]
    page = (folder / files(folder)[0]).read_text()
    for fact in ("Lindholm, Pia", "10:00", "+41 44 668 18 00", "Latex allergy", "Thursday 26 Nov 2026"):
        assert fact in page
    assert not re.search(r"""(?:src|href)=|url\(|@import""", page)  # it needs nothing but itself
    assert AuditEvent.objects.filter(event=Event.EVENING_LIST_KEPT).count() == 1
    row = AuditEvent.objects.get(event=Event.EVENING_LIST_KEPT)
    assert (row.actor_id, row.changes["patients"], row.changes["rows"]) == ("", pia.pk, 1)


def test_nothing_before_the_clinics_hour(folder, practice, settings, evening):
    settings.TIME_ZONE = "America/New_York"
    assert outage.make_due() == 0  # four minutes past one in New York
    later(evening, hours=5)
    assert outage.make_due() == 1
    settings.EVENING_LIST_HOUR = 20
    later(evening, hours=23)
    assert outage.make_due() == 0


def test_only_the_owner_reads_it(folder, practice):
    os.umask(0)
    outage.make_due()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_it_is_of_the_next_open_day(practice, rita, dana, pia, make_patient):
    saturday = TOMORROW + timedelta(days=2)
    assert outage.next_open_day(practice, saturday) == saturday + timedelta(days=2)
    Closure.objects.create(starts_on=TOMORROW, ends_on=TOMORROW + timedelta(days=4), reason="Holiday")
    assert outage.next_open_day(practice, TOMORROW) == TOMORROW + timedelta(days=5)
    book(rita, pia, dana, at_ten(saturday), override_reason="Emergency")
    assert outage.next_open_day(practice, TOMORROW) == saturday
    WorkingHours.objects.all().delete()
    assert outage.next_open_day(practice, saturday) is None


def test_over_a_weekend_the_list_is_made_anew_each_evening(folder, practice, rita, dana, pia, evening):
    later(evening, days=3)
    outage.make_due()
    later(evening, hours=12)
    book(rita, pia, dana, at_ten(date(2026, 11, 30)))
    later(evening, hours=12)
    assert outage.make_due() == 1
    assert len(files(folder)) == 1
    assert "Lindholm" in (folder / files(folder)[0]).read_text()


def test_after_three_days_it_is_gone(folder, practice, evening):
    outage.make_due()
    made = files(folder)
    later(evening, days=3, minutes=1)
    WorkingHours.objects.all().delete()
    outage.make_due()
    assert made
    assert list(folder.iterdir()) == []


def test_a_sensitive_chart_is_in_no_list(folder, practice, rita, ada, dana, pia):
    book(rita, pia, dana, at_ten(TOMORROW))
    pia.change(sensitive=True)
    web(ada).post("/schedule/outage/make/")
    page = (folder / files(folder)[0]).read_text()
    assert "Reserved" in page
    assert "Lindholm" not in page


def test_a_list_that_fails_is_seen_and_tried_again(folder, practice, rita, monkeypatch, caplog):
    Location.objects.create(name="East")  # no hours: nothing to list
    north = Location.objects.create(name="North")
    WorkingHours.objects.create(location=north, weekday=3, opens="08:00", closes="12:00")
    whole = outage.make

    def fails(location, **more):
        if location == practice:
            raise RuntimeError("Lindholm, Pia")
        return whole(location, **more)

    monkeypatch.setattr(outage, "make", fails)
    assert outage.make_due() == 1  # the other location has its list
    assert "evening_list_failed" in caplog.text
    page = words(web(rita).get("/schedule/outage/"))
    assert "The list could not be made at 25 Nov 2026, 18:04 (RuntimeError)" in page
    assert "Lindholm" not in page + caplog.text
    monkeypatch.setattr(outage, "make", whole)
    assert outage.make_due() == 1
    assert "could not be made" not in words(web(rita).get("/schedule/outage/"))


def test_made_now_and_taken(practice, rita, dana, pia):
    book(rita, pia, dana, at_ten(TOMORROW))
    browser = web(rita)
    assert "Nothing is kept yet" in words(browser.get("/schedule/outage/"))
    assert "1 list made" in words(browser.post("/schedule/outage/make/", follow=True))
    address = f"/schedule/outage/2026-11-26/{practice.pk}/"
    assert address in text_of(browser.get("/schedule/outage/"))
    answer = browser.get(address)
    assert "Lindholm, Pia" in text_of(answer)
    assert answer["Content-Disposition"] == 'attachment; filename="next-day-2026-11-26.html"'
    assert answer["Cache-Control"] == "no-store, private"
    kept, taken = AuditEvent.objects.filter(event__in=[Event.EVENING_LIST_KEPT, Event.EVENING_LIST_TAKEN])
    assert [row.changes["patients"] for row in (kept, taken)] == [pia.pk, pia.pk]
    assert [row.actor_id for row in (kept, taken)] == [rita.pk, rita.pk]
    for path in (f"2026-11-27/{practice.pk}", f"2026-11-26/{'f' * 24}", "2026-11-26/../../secret_key"):
        assert browser.get(f"/schedule/outage/{path}/").status_code == 404


def test_a_folder_that_cannot_be_written_is_said(folder, practice, rita):
    folder.write_text("in the way")
    page = words(web(rita).post("/schedule/outage/make/", follow=True))
    assert "could not be written" in page


def test_patients_get_no_list(practice, gus):
    outage.make_due()
    for path in ("", f"2026-11-26/{practice.pk}/"):
        assert web(gus).get(f"/schedule/outage/{path}").status_code == 403
    assert web(gus).post("/schedule/outage/make/").status_code == 403


def test_the_job_of_the_evening(folder, practice):
    tasks.evening_lists.call_local()
    assert len(files(folder)) == 1
    assert AuditEvent.objects.get(event=Event.EVENING_LIST_KEPT).source == "job"


@pytest.mark.skipif(not pdf.is_possible(), reason="no Pango on this machine")
def test_with_pango_it_is_a_pdf_and_takes_the_pages_place(folder, practice, monkeypatch):
    outage.make(practice)
    monkeypatch.setattr(pdf, "_press", PRESS)
    outage.make(practice)
    assert files(folder) == [f"2026-11-26_main-street_{practice.pk}.pdf"]
    assert (folder / files(folder)[0]).read_bytes().startswith(b"%PDF")
