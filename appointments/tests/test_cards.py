"""What a patient takes home: the card, and the visit for the own calendar."""

from datetime import UTC, date, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest

from appointments import actions
from appointments.models import WorkingHours
from appointments.paper import calendar_file, pdf
from appointments.tests.browser import text_of, web, words
from appointments.tests.desk import book, monday
from core import clock

pytestmark = pytest.mark.django_db

once = pytest.mark.once(reason="pages and files made in Python")


def event_of(user, visit, where="appointments"):
    answer = web(user).get(f"/{where}/{visit.pk}/visit.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="appointment.ics"'
    book_of_one = icalendar.Calendar.from_ical(answer.content)
    (event,) = book_of_one.walk("VEVENT")
    return book_of_one, event


@pytest.fixture
def visit(rita, dana, pia, practice):
    practice.change(address="1 Main Street\nSpringfield", phone="+41446681800")
    return book(rita, pia, dana, monday(), "BOND")


def test_the_calendar_file_names_the_clinic_and_nothing_else(visit, rita, settings):
    settings.CLINIC_NAME = "Smile; Orthodontics"
    whole, event = event_of(rita, visit)
    assert whole["METHOD"] == "PUBLISH"
    assert event["SUMMARY"] == "Orthodontist: Smile; Orthodontics"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (visit.start, visit.end)
    assert event["LOCATION"] == "Main Street, 1 Main Street, Springfield"
    assert "+41 44 668 18 00" in event["DESCRIPTION"]
    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", 0)
    text = event.to_ical().decode()
    for secret in ("Pia", "Lindholm", visit.type.name, visit.type.code, "Dana", visit.pk, visit.patient_id):
        assert secret not in text


def test_one_visit_has_one_uid_and_each_change_a_higher_number(visit, rita, settings):
    uid = event_of(rita, visit)[1]["UID"]
    visit = actions.move(by=rita, appointment=visit, start=monday(11))
    _whole, moved = event_of(rita, visit)
    assert (moved["UID"], moved["SEQUENCE"], moved["DTSTART"].dt) == (uid, 1, monday(11))
    actions.confirm(by=rita, appointment=visit)
    settings.PUBLIC_URL = "https://elsewhere.example"
    assert (event_of(rita, visit)[1]["UID"], event_of(rita, visit)[1]["SEQUENCE"]) == (uid, 1)
    visit.refresh_from_db()
    actions.cancel(by=rita, appointment=visit)
    whole, gone = event_of(rita, visit)
    assert (whole["METHOD"], gone["STATUS"], gone["UID"], gone["SEQUENCE"]) == ("CANCEL", "CANCELLED", uid, 2)
    visit.refresh_from_db()
    actions.undo_status(by=rita, appointment=visit)
    whole, back = event_of(rita, visit)
    assert (whole["METHOD"], back["STATUS"], back["UID"], back["SEQUENCE"]) == ("PUBLISH", "CONFIRMED", uid, 3)


@once
def test_uids_differ(visit, rita, dana, make_patient):
    other = book(rita, make_patient(), dana, monday(14))
    assert calendar_file.uid(visit) != calendar_file.uid(other)
    visit.pk = "0123456789abcdef01234567"
    # Written down here: another one would put every visit into people's calendars twice.
    assert calendar_file.uid(visit) == "8c3d6a54-323a-5a62-b40c-8aaa8a764048"


@once
@pytest.mark.parametrize(("month", "day"), [(3, 27), (3, 28), (10, 30), (10, 31)])
def test_the_hour_is_right_on_both_sides_of_a_clock_change(month, day, rita, dana, pia, practice, settings):
    settings.TIME_ZONE = "Europe/Zurich"
    WorkingHours.objects.filter(weekday=0).update(weekday=6)
    start = clock.at(date(2027, month, day), time(9, 30))
    visit = book(rita, pia, dana, start, override_reason="Far ahead")
    _whole, event = event_of(rita, visit)
    assert event["DTSTART"].dt.astimezone(ZoneInfo("Europe/Zurich")).strftime("%H:%M") == "09:30"
    assert event["DTSTART"].dt.tzinfo is not None
    assert event["DTSTART"].dt.astimezone(UTC) == start


@once
def test_the_card(visit, rita, settings):
    settings.CARD_NOTE = "Bring your headgear."
    page = web(rita).get(f"/appointments/{visit.pk}/card/")
    day = clock.wall(visit.start)
    text = text_of(page).partition("readonly>")[2].partition("</textarea>")[0]
    assert text.startswith("Appointment for Pia\n")
    for fact in (f"{day:%A} {day.day} {day:%B} {day.year} at 09:00", "1 Main Street", "Springfield", "headgear"):
        assert fact in text
    assert "+41 44 668 18 00" in text
    assert "Lindholm" not in text
    assert visit.type.name not in words(page)


@once
def test_the_card_calls_people_as_they_are_called(visit, rita, pia):
    pia.change(preferred_name="Pippi")
    assert "Appointment for Pippi" in words(web(rita).get(f"/appointments/{visit.pk}/card/"))


@once
def test_a_visit_that_does_not_stand_has_no_card(visit, rita, pia):
    actions.cancel(by=rita, appointment=visit)
    for user, path in ((rita, f"/appointments/{visit.pk}/card"), (pia.user, f"/portal/visits/{visit.pk}/card")):
        for end in ("/", ".pdf"):
            answer = web(user).get(path + end)
            assert answer.status_code == 422
            assert "does not stand any more" in words(answer)
        assert web(user).get(path.removesuffix("card") + "visit.ics").status_code == 200


@once
@pytest.mark.skipif(not pdf.is_possible(), reason="no Pango on this machine")
def test_the_cards_file(visit, rita, gus):
    for user, where in ((rita, "appointments"), (gus, "portal/visits")):
        answer = web(user).get(f"/{where}/{visit.pk}/card.pdf")
        assert answer.content.startswith(b"%PDF")
        assert answer["Content-Disposition"] == 'attachment; filename="appointment.pdf"'


@once
def test_without_pango_the_card_is_printed(visit, rita, gus, monkeypatch):
    def missing():
        raise pdf.NoPdf

    monkeypatch.setattr(pdf, "_press", missing)
    for user, where in ((rita, "appointments"), (gus, "portal/visits")):
        answer = web(user).get(f"/{where}/{visit.pk}/card.pdf", follow=True)
        assert "cannot make PDFs" in words(answer)
        assert "Appointment for Pia" in words(answer)


def test_families_have_cards_and_files_of_their_own_visits(visit, rita, gus, dana, make_patient):
    foreign = book(rita, make_patient("Zoe", "Foreign"), dana, monday(14))
    browser = web(gus)
    for end in ("card/", "card.pdf", "visit.ics"):
        assert browser.get(f"/portal/visits/{visit.pk}/{end}").status_code == 200
        theirs, nobodys = (browser.get(f"/portal/visits/{pk}/{end}") for pk in (foreign.pk, "f" * 24))
        assert (theirs.status_code, nobodys.status_code) == (404, 404)
        assert browser.get(f"/appointments/{visit.pk}/{end}").status_code == 403
    assert event_of(gus, visit, "portal/visits")[1]["UID"] == event_of(rita, visit)[1]["UID"]


@once
def test_the_portal_offers_them(visit, gus, rita):
    page = text_of(web(gus).get(f"/portal/visits/{visit.pk}/"))
    assert f"/portal/visits/{visit.pk}/card/" in page
    assert f"/portal/visits/{visit.pk}/visit.ics" in page
    visit.refresh_from_db()
    assert visit.start + timedelta(minutes=1) > clock.now()
