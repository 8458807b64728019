"""Visits in files: the list of a few days, and one patient's visits with their history in the whole record."""

import csv
import io
import json
import zipfile
from datetime import timedelta

import openpyxl
import pytest

from appointments import actions
from appointments.models import Appointment
from appointments.tests.desk import book, monday
from core import clock
from core.models import AuditEvent

pytestmark = pytest.mark.django_db

WHY = {"reason": "Day list for the laboratory", "recipient": "Lab"}


def body_of(answer):
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


@pytest.fixture
def ask(client, rita):
    """`ask(monday)` is Rita's file of that day."""
    client.force_login(rita)

    def post(first, last=None, **more):
        days = {"first": first.date(), "last": (last or first).date()}
        return client.post("/schedule/export/", {"format": "json", **WHY, **days, **more})

    return post


@pytest.fixture
def visit(practice, rita, dana, make_patient):
    patient = make_patient("Zoë", "=Cell", phone="+41446681800")
    return book(rita, patient, dana, monday(9), reason="@home")


def test_the_visits_of_the_days(ask, visit, rita, dana, make_patient):
    later = book(rita, make_patient("Max", "Later"), dana, monday(10) + timedelta(days=1))
    book(rita, make_patient("Nobody", "Else"), dana, monday(10) + timedelta(days=2))
    rows = json.loads(body_of(ask(monday(), monday() + timedelta(days=1))))
    assert [row["_id"] for row in rows] == [visit.pk, later.pk]
    first = rows[0]
    assert (first["patient"], first["doctor"], first["type"]) == ("Zoë =Cell", "Dr. Dana", "CONS")
    assert (first["date"], first["status"]) == (f"{monday(9):%Y-%m-%dT%H:%M:%SZ}", "booked")
    assert (first["location"], first["chair"], first["reason"]) == ("Main Street", "Chair 1", "@home")


def test_a_spreadsheet_has_the_walls_time_and_no_formula(ask, visit, settings):
    settings.TIME_ZONE = "Europe/Zurich"
    (row,) = csv.DictReader(io.StringIO(body_of(ask(monday(9), format="csv")).decode("utf-8-sig")))
    assert row["Start"] == f"{clock.wall(visit.start):%Y-%m-%d %H:%M}"
    assert (row["Status"], row["Phone"], row["Note for the desk"]) == ("Booked", "'+41446681800", "'@home")
    sheet = openpyxl.load_workbook(io.BytesIO(body_of(ask(monday(9), format="xlsx")))).active
    assert {cell.data_type for cell in sheet[2]} <= {"s", "d", "n"}


def test_it_is_accounted_for(ask, visit, rita):
    body_of(ask(monday()))
    event = AuditEvent.objects.get(event="appointment.list_disclosed")
    day = str(monday().date())
    told = {"recipient": "Lab", "format": "json", "rows": 1, "first": day, "last": day}
    assert (event.actor_id, event.reason, event.changes) == (
        rita.pk,
        WHY["reason"],
        told | {"patients": visit.patient_id},
    )


def test_sensitive_charts_stay_where_they_are(ask, visit):
    visit.patient.change(sensitive=True)
    assert json.loads(body_of(ask(monday()))) == []


@pytest.mark.parametrize(
    ("days", "code", "field"),
    [(-1, "dates_out_of_order", "last"), (366, "range_too_long", "last")],
)
def test_days_that_make_no_sense(days, code, field, ask, practice):
    page = ask(monday(), monday() + timedelta(days=days))
    assert page.status_code == {"range_too_long": 400, "dates_out_of_order": 422}[code]
    assert code in page.content.decode()
    assert WHY["reason"] in page.content.decode()
    assert not AuditEvent.objects.filter(event="appointment.list_disclosed").exists()


def test_a_whole_leap_year_fits(ask, practice):
    assert json.loads(body_of(ask(monday(), monday() + timedelta(days=365)))) == []


@pytest.mark.parametrize("field", ["first", "last", "format", "reason"])
def test_what_is_missing_is_named(field, client, rita, practice):
    client.force_login(rita)
    day = monday().date()
    page = client.post("/schedule/export/", {"format": "csv", **WHY, "first": day, "last": day} | {field: ""})
    assert page.status_code == 400
    assert f"id_{field}" in page.content.decode()


def test_who_may_not(client, nina, pia, practice):
    for user in (nina, pia.user):
        client.force_login(user)
        assert client.get("/schedule/export/").status_code == 403
        assert client.post("/schedule/export/", WHY).status_code == 403


def test_the_schedule_leads_there_with_its_day(client, rita, practice):
    client.force_login(rita)
    day = monday().date()
    assert f"/schedule/export/?day={day}" in client.get(f"/schedule/{day}/").content.decode()
    assert client.get(f"/schedule/export/?day={day}").content.decode().count(f'value="{day}"') == 2


def test_the_next_visit_stands_in_the_list_of_patients(client, rita, visit, make_patient):
    make_patient("None", "Booked")
    client.force_login(rita)
    rows = json.loads(body_of(client.post("/patients/export/", {"format": "json", "reason": "Recall"})))
    assert {row["familyName"]: row["nextVisit"] for row in rows} == {
        "=Cell": f"{visit.start:%Y-%m-%dT%H:%M:%SZ}",
        "Booked": None,
    }


OPEN = "_id start end minutes status confirmedAt origin createdAt type typeCode doctor location chair history"
FOR_STAFF = "reason overbooked overrideReason cancelledByPatient shortNotice pattern updatedAt follows"
STEP = "at kind fromStatus toStatus fromStart toStart by"


def visits_in(answer):
    return json.loads(zipfile.ZipFile(io.BytesIO(body_of(answer))).read("record.json"))["appointments"]


@pytest.fixture
def moved(practice, rita, dana, pia, gus):
    """Booked by Pia's father, moved by Rita."""
    visit = book(gus, pia, dana, monday(9), code="CONS")
    return actions.move(by=rita, appointment=visit, start=monday(11))


def test_the_staffs_record_has_every_visit_and_step(moved, client, dana, pia):
    Appointment.objects.filter(pk=moved.pk).update(reason="Sits badly")
    client.force_login(dana)
    (row,) = visits_in(client.post(f"/patients/{pia.pk}/export/", WHY))
    assert set(row) == set(f"{OPEN} {FOR_STAFF}".split())
    assert (row["reason"], row["doctor"], row["location"]) == ("Sits badly", "Dr. Dana", "Main Street")
    assert [(step["kind"], step["by"]) for step in row["history"]] == [("booked", "Gus Lindholm"), ("moved", "Rita")]
    assert set(row["history"][0]) == set(f"{STEP} note".split())


def test_the_familys_record_has_no_notes_of_the_desk(moved, client, pia, gus):
    client.force_login(gus)
    (row,) = visits_in(client.post(f"/portal/records/{pia.pk}/export/"))
    assert set(row) == set(OPEN.split())
    assert set(row["history"][0]) == set(STEP.split())
    assert [step["by"] for step in row["history"]] == ["Gus Lindholm", "Rita"]
