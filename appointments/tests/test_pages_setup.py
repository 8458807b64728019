"""The editors of places, chairs, types, hours and closures, and the same in Django admin."""

import re
from datetime import date, time

import pytest

from appointments.models import Appointment, AppointmentType, Chair, Closure, Location, WorkingHours
from appointments.templatetags import pattern
from appointments.tests.browser import code_of, text_of, web, words
from appointments.tests.desk import book, kind, monday
from core.models import AuditEvent

pytestmark = pytest.mark.django_db

NOUNS = ["locations", "chairs", "types", "hours", "closures"]


@pytest.fixture
def admin(ada):
    return web(ada)


@pytest.mark.parametrize("who", ["rita", "nina", "dana", "gus"])
def test_only_administrators(who, request, practice):
    browser = web(request.getfixturevalue(who))
    for path in ("/setup/", *(f"/setup/{noun}/" for noun in NOUNS), "/setup/chairs/new/"):
        assert browser.get(path).status_code == 403
    assert browser.post("/setup/locations/new/", {"name": "Mine"}).status_code == 403
    assert Location.objects.count() == 1


def test_every_list_opens(admin, practice):
    Closure.objects.create(location=practice, starts_on=date(2199, 1, 1), ends_on=date(2199, 1, 2))
    for noun in NOUNS:
        assert admin.get(f"/setup/{noun}/").status_code == 200
        assert admin.get(f"/setup/{noun}/new/").status_code == 200
    assert "Main Street" in words(admin.get("/setup/locations/"))
    assert "Chair 2" in words(admin.get("/setup/chairs/"))
    assert "1 Jan 2199 – 2 Jan 2199" in words(admin.get("/setup/closures/"))


def test_a_clinic_from_nothing(admin, dana, pia, rita):
    assert admin.post("/setup/locations/new/", {"name": "Main Street", "is_active": "on"}).status_code == 302
    place = Location.objects.get()
    chair = {"location": place.pk, "name": "Chair 1", "position": 1, "is_active": "on"}
    assert admin.post("/setup/chairs/new/", chair).status_code == 302
    for doctor in ("", dana.pk):
        hours = {"location": place.pk, "doctor": doctor, "weekday": 0, "opens": "08:00", "closes": "12:00"}
        assert admin.post("/setup/hours/new/", hours).status_code == 302
    assert book(rita, pia, dana, monday()).chair == Chair.objects.get()
    assert AuditEvent.objects.filter(event="setup.changed").count() == 4


def test_changing_and_putting_out_of_use(admin, practice):
    chair = Chair.objects.first()
    assert admin.post(f"/setup/chairs/{chair.pk}/", {"name": "Window", "position": 7}).status_code == 302
    chair.refresh_from_db()
    assert (chair.name, chair.position, chair.is_active) == ("Window", 7, False)
    assert "Window" not in words(admin.get("/schedule/", follow=True))


def test_a_name_that_is_taken(admin, practice):
    answer = admin.post("/setup/locations/new/", {"name": "Main Street", "phone": "044", "is_active": "on"})
    assert (answer.status_code, code_of(answer)) in {(422, "name_taken"), (400, "invalid")}
    assert 'id="id_name_error"' in text_of(answer)
    assert 'value="044"' in text_of(answer)


# --- Hours


def test_hours_are_a_week(admin, practice, dana):
    page = words(admin.get("/setup/hours/"))
    assert "Who Monday Tuesday Wednesday Thursday Friday Saturday Sunday" in page
    assert "The location itself" in page
    link = re.search(rf'href="(/setup/hours/new/[^"]+doctor={dana.pk})"', text_of(admin.get("/setup/hours/")))
    filled = text_of(admin.get(link[1].replace("&amp;", "&")))
    assert f'value="{dana.pk}" selected' in filled
    assert f'value="{practice.pk}" selected' in filled


@pytest.mark.parametrize(
    ("opens", "closes", "code", "field"),
    [
        ("09:00", "11:00", "hours_overlap", "opens"),
        ("07:00", "08:05", "hours_overlap", "opens"),
        ("19:00", "19:00", "closes_before_opens", "closes"),
        ("20:00", "19:00", "closes_before_opens", "closes"),
        ("25:00", "26:00", "invalid", "opens"),
    ],
)
def test_hours_that_cannot_be(admin, practice, opens, closes, code, field):
    row = {"location": practice.pk, "doctor": "", "weekday": 0, "opens": opens, "closes": closes}
    before = WorkingHours.objects.count()
    answer = admin.post("/setup/hours/new/", row)
    assert code_of(answer) == code
    assert f'id="id_{field}_error"' in text_of(answer)
    assert WorkingHours.objects.count() == before


def test_hours_are_changed_and_removed(admin, practice):
    row = WorkingHours.objects.filter(doctor=None, weekday=0).get()
    sent = {"weekday": 0, "opens": "08:00", "closes": "12:00"}
    assert admin.post(f"/setup/hours/{row.pk}/", sent).status_code == 302
    assert WorkingHours.objects.get(pk=row.pk).closes == time(12)
    assert admin.get(f"/setup/hours/{row.pk}/remove/").status_code == 405
    assert admin.post(f"/setup/hours/{row.pk}/remove/").status_code == 302
    assert not WorkingHours.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("noun", ["locations", "chairs", "types"])
def test_what_has_a_history_is_not_removed(admin, practice, noun):
    rows = {"locations": Location, "chairs": Chair, "types": AppointmentType}[noun].objects
    assert admin.post(f"/setup/{noun}/{rows.first().pk}/remove/").status_code == 404


# --- Types and closures


def test_a_type(admin):
    sent = {"code": "NEW", "name": "Something new", "pattern": "AAdDA", "colour": "#336699", "is_active": "on"}
    assert admin.post("/setup/types/new/", sent).status_code == 302
    assert kind("NEW").minutes == 25
    page = text_of(admin.get("/setup/types/"))
    assert 'aria-label="A2 d1 D1 A1"' in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"pattern": ""},
        {"pattern": "AAX"},
        {"pattern": "A" * 97},
        {"colour": "red"},
        {"code": "adj"},
        {"code": ""},
        {"next_visit_weeks": "-1"},
    ],
)
def test_types_that_cannot_be(admin, wrong):
    sent = {"code": "NEW", "name": "Something new", "pattern": "AAdDA", "colour": "#336699", "is_active": "on"}
    answer = admin.post("/setup/types/new/", sent | wrong)
    assert answer.status_code == 400
    assert f'id="id_{next(iter(wrong))}_error"' in text_of(answer)
    assert not AppointmentType.objects.filter(name="Something new").exists()


def test_the_picture_of_a_pattern():
    drawing = pattern.strip("AdD", "#336699")
    assert drawing.count("<rect") == 3
    assert 'fill="#336699"' in drawing
    assert "<script" not in pattern.strip('"><script>', '"><script>')
    assert pattern.spell("AAAdDDA") == "A3 d1 D2 A1"


def test_a_closure(admin, practice, dana):
    sent = {"starts_on": "2199-12-24", "ends_on": "2199-12-26", "doctor": dana.pk, "reason": "Congress"}
    assert admin.post("/setup/closures/new/", sent).status_code == 302
    row = Closure.objects.get()
    assert "Congress" in words(admin.get("/setup/closures/"))
    answer = admin.post(f"/setup/closures/{row.pk}/", sent | {"ends_on": "2199-12-01"})
    assert (answer.status_code, code_of(answer)) == (422, "ends_before_start")
    assert admin.post(f"/setup/closures/{row.pk}/remove/").status_code == 302
    assert not Closure.objects.exists()


# --- Django admin


def test_admin_writes_through_the_actions(admin, practice, dana):
    sent = {"location": practice.pk, "name": "Chair 9", "position": 9, "is_active": "on"}
    assert admin.post("/admin/appointments/chair/add/", sent).status_code == 302
    assert AuditEvent.objects.filter(event="setup.changed").count() == 1
    taken = admin.post("/admin/appointments/chair/add/", sent)
    assert "This is taken already" in words(taken) or "already exists" in words(taken)
    overlap = {"location": practice.pk, "doctor": dana.pk, "weekday": 0, "opens": "09:00", "closes": "10:00"}
    assert "These hours overlap" in words(admin.post("/admin/appointments/workinghours/add/", overlap))


def test_admin_lists_open(admin, rita, pia, dana, practice):
    visit = book(rita, pia, dana, monday())
    for name in ("location", "chair", "appointmenttype", "workinghours", "closure", "appointment", "statusevent"):
        assert admin.get(f"/admin/appointments/{name}/").status_code == 200
    row = WorkingHours.objects.first()
    assert admin.get(f"/admin/appointments/workinghours/{row.pk}/change/").status_code == 200
    assert admin.get(f"/admin/appointments/appointmenttype/{kind('ADJ').pk}/change/").status_code == 200
    assert admin.get(f"/admin/appointments/appointment/{visit.pk}/change/").status_code == 200


def test_admin_only_looks_at_booked_time(admin, rita, pia, dana, practice):
    visit = book(rita, pia, dana, monday())
    assert admin.get("/admin/appointments/appointment/add/").status_code == 403
    assert admin.post(f"/admin/appointments/appointment/{visit.pk}/change/", {"minutes": 5}).status_code == 403
    assert admin.post(f"/admin/appointments/appointment/{visit.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Appointment.objects.get().minutes == 30


def test_admin_hides_sensitive_charts(admin, rita, pia, dana, practice):
    book(rita, pia, dana, monday(), reason="x")
    pia.change(sensitive=True)
    for name in ("appointment", "statusevent"):
        assert "0 " in words(admin.get(f"/admin/appointments/{name}/"))
        assert "Lindholm" not in text_of(admin.get(f"/admin/appointments/{name}/"))
