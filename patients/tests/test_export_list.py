"""The list of patients as a file: exactly what may be seen, harmless in a spreadsheet, accounted for."""

import csv
import io
import json
import zipfile

import openpyxl
import pytest

from core.models import AuditEvent
from patients.exports import handing_out, patient_list
from patients.exports.tables import Column, Table

pytestmark = pytest.mark.django_db

WHY = {"reason": "Yearly count", "recipient": "Health office"}


def body_of(answer):
    return b"".join(answer.streaming_content)


def csv_rows(answer):
    return list(csv.DictReader(io.StringIO(body_of(answer).decode("utf-8-sig"))))


@pytest.fixture
def ask(web, rita):
    """`ask(format="csv")` is Rita's file."""
    return lambda **more: web(rita).post("/patients/export/", {"format": "csv", **WHY, **more})


def test_csv_has_what_the_record_has(ask, make_patient, dana):
    make_patient(
        "Zoë",
        'O"Connor',
        treating_doctor=dana,
        care_status="active",
        sex="female",
        address="Main Street 1\nBerne",
        alerts=["Latex", "Deaf, left"],
        email="zoe@test.example",
    )
    answer = ask()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="patients-20')
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    (row,) = csv_rows(answer)
    shown = {"Given name": "Zoë", "Family name": 'O"Connor', "Sex": "Female", "Care status": "Active treatment"}
    shown |= {"Date of birth": "2012-05-17", "Treating doctor": "Dr. Dana", "Alerts": "Latex; Deaf, left"}
    shown |= {"Address": "Main Street 1\nBerne", "E-mail": "zoe@test.example", "Archived": ""}
    assert {name: row[name] for name in shown} == shown


def test_json_is_exact(ask, make_patient):
    patient = make_patient("=1+1", "Cell", phone="+41446681800", alerts=["@SUM(A1)"])
    (row,) = json.loads(body_of(ask(format="json")))
    assert row["_id"] == patient.pk
    assert (row["givenName"], row["phone"], row["alerts"]) == ("=1+1", "+41446681800", ["@SUM(A1)"])
    assert (row["birthDate"], row["sex"], row["archivedAt"]) == ("2012-05-17", "unknown", None)


def test_json_of_nobody_is_an_empty_list(ask):
    assert json.loads(body_of(ask(format="json"))) == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_nothing_runs_as_a_formula_in_csv(start, ask, make_patient):
    make_patient("Eve", f"{start}cmd|' /C calc'!A0")
    assert b"\"'" in body_of(ask()) or b",'" in body_of(ask())
    (row,) = csv_rows(ask())
    assert row["Family name"].startswith("'")


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("https://evil.example")', "#REF!", "+1", "-1", "@SUM(A1)"])
def test_text_is_text_in_a_workbook(text, ask, make_patient):
    make_patient("Bell\x07", text)
    answer = ask(format="xlsx")
    assert answer["Content-Disposition"].endswith('.xlsx"')
    sheet = openpyxl.load_workbook(io.BytesIO(body_of(answer))).active
    heads = [cell.value for cell in sheet[1]]
    cell = sheet[2][heads.index("Family name")]
    assert (cell.data_type, cell.value) == ("s", text)
    assert sheet[2][heads.index("Given name")].value == "Bell"
    assert sheet[2][heads.index("Date of birth")].is_date


def test_the_filters_of_the_list_hold(ask, make_patient, dana):
    make_patient("A", "Active", care_status="active", treating_doctor=dana)
    make_patient("B", "Other", care_status="active")
    make_patient("C", "Gone", archived_at="2026-01-01T00:00:00Z")

    def names(**filters):
        return [row["Family name"] for row in csv_rows(ask(**filters))]

    assert names() == ["Active", "Other"]
    assert names(care="active", doctor=dana.pk) == ["Active"]
    assert names(archived="on") == ["Gone"]


@pytest.mark.parametrize("filters", [{"care": "nonsense"}, {"doctor": "0" * 24}, {"doctor": "x"}])
def test_an_unknown_filter_is_no_reason_to_save_everybody(filters, ask, make_patient):
    make_patient()
    assert ask(**filters).status_code == 400
    assert not AuditEvent.objects.filter(event="patient.list_disclosed").exists()


def test_sensitive_charts_stay_where_they_are(web, make_patient, rita, dana, ada):
    hidden = make_patient("Zebedee", "Quixotefield", sensitive=True)
    make_patient("Pat", "Plain")
    web(ada).post(f"/patients/{hidden.pk}/access/", {"user": dana.pk})
    for user, expected in ((rita, 1), (dana, 2)):
        assert len(csv_rows(web(user).post("/patients/export/", {"format": "csv", **WHY}))) == expected


def test_one_that_becomes_sensitive_meanwhile_is_left_out(make_patient, rita):
    first, second = make_patient("A", "A"), make_patient("B", "B")
    table = patient_list.table(rita, [first.pk, second.pk])
    first.change(sensitive=True)
    assert [row.patient.pk for chunk in table.chunks for row in chunk] == [second.pk]


def test_more_rows_than_a_chunk_in_order(ask, make_patient, monkeypatch):
    monkeypatch.setattr(patient_list, "CHUNK", 3)
    for number in range(10):
        make_patient("Pat", f"N{number}")
    assert [row["Family name"] for row in csv_rows(ask())] == [f"N{number}" for number in range(10)]


def test_queries_do_not_grow_with_the_rows(make_patient, dana, django_assert_num_queries):
    ids = [make_patient("Pat", f"N{number}", treating_doctor=dana).pk for number in range(20)]
    table = patient_list.table(dana, ids)
    assert dana.rights
    chunks = iter(table.chunks)
    with django_assert_num_queries(6):  # grants, patients, doctors and titles, hidden charts, next visits
        assert len(next(chunks)) == 20


def test_it_is_accounted_for(ask, make_patient, rita, dana):
    patients = [make_patient("A", f"N{number}", care_status="active") for number in range(3)]
    make_patient("B", "Else")
    ask(care="active")
    event = AuditEvent.objects.get(event="patient.list_disclosed")
    assert (event.actor_id, event.reason) == (rita.pk, "Yearly count")
    assert event.changes == {
        "recipient": "Health office",
        "format": "csv",
        "rows": 3,
        "care": "active",
        "patients": " ".join(patient.pk for patient in patients),
    }


def test_a_long_list_takes_several_rows_of_the_audit(ask, make_patient, monkeypatch):
    monkeypatch.setattr("patients.actions.exports.IDS_A_ROW", 2)
    ids = {make_patient("A", f"N{number}").pk for number in range(5)}
    ask()
    events = AuditEvent.objects.filter(event="patient.list_disclosed")
    assert events.count() == 3
    assert {pk for event in events for pk in event.changes["patients"].split()} == ids
    assert {event.reason for event in events} == {"Yearly count"}


@pytest.mark.parametrize("reason", ["", "   ", "x" * 301])
def test_no_file_without_a_reason(reason, ask, api, rita):
    page = ask(reason=reason)
    assert page.status_code == 400
    assert "Health office" in page.content.decode()  # what was typed stays
    answer = api(rita).post("/api/patients/export", {"format": "csv", "reason": reason})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["reason"])
    assert not AuditEvent.objects.filter(event="patient.list_disclosed").exists()


def test_the_page_says_how_many(web, rita, make_patient, dana):
    make_patient("A", "A", care_status="active", treating_doctor=dana)
    make_patient("B", "B")
    page = web(rita).get(f"/patients/export/?care=active&doctor={dana.pk}").content.decode()
    assert "1 patient · Active treatment · Dr. Dana" in page
    assert "2 patients" in web(rita).get("/patients/export/").content.decode()
    assert f"/patients/export/?care=active&amp;doctor={dana.pk}" in (
        web(rita).get(f"/patients/?care=active&doctor={dana.pk}").content.decode()
    )


@pytest.mark.parametrize("who", ["nina", "pia"])
def test_who_may_not(who, request, web, api):
    user = request.getfixturevalue(who)
    user = getattr(user, "user", user)
    assert web(user).get("/patients/export/").status_code == 403
    assert web(user).post("/patients/export/", {"format": "csv", **WHY}).status_code == 403
    assert api(user).post("/api/patients/export", {"format": "csv", **WHY}).status_code == 403


def test_the_limit_of_an_hour_counts_both_doors(ask, api, rita, monkeypatch):
    monkeypatch.setattr(handing_out, "FILES_AN_HOUR", 2)
    assert ask().status_code == 200
    assert api(rita).post("/api/patients/export", {"format": "csv", "reason": "Count"}).status_code == 200
    page = ask()
    assert page.status_code == 429
    assert int(page["Retry-After"]) > 0
    assert "You can save 2 files an hour. Try again in 60 minutes." in page.content.decode()
    answer = api(rita).post("/api/patients/export", {"format": "csv", "reason": "Count"})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert AuditEvent.objects.filter(event="patient.list_disclosed").count() == 2


@pytest.mark.parametrize("format", ["csv", "json", "xlsx"])
def test_the_api_gives_the_same_file(format, ask, api, rita, make_patient, dana):
    make_patient("A", "A", treating_doctor=dana, care_status="active")
    make_patient("B", "B")
    call = {"format": format, **WHY, "careStatus": "active", "doctorId": dana.pk, "archived": False}
    answer = api(rita).post("/api/patients/export", call, HTTP_ACCEPT="text/csv")
    mine = ask(format=format, care="active", doctor=dana.pk)
    assert answer["Content-Type"] == mine["Content-Type"]
    assert answer["Content-Disposition"] == mine["Content-Disposition"]
    theirs, ours = body_of(answer), body_of(mine)
    if format == "xlsx":  # the file holds the time at which it was made
        theirs, ours = (zipfile.ZipFile(io.BytesIO(file)).read("xl/worksheets/sheet1.xml") for file in (theirs, ours))
    assert theirs == ours


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"format": "pdf"}, "format"),
        ({"format": None}, "format"),
        ({"careStatus": "x"}, "careStatus"),
        ({"doctorId": "x"}, "doctorId"),
        ({"archived": "yes"}, "archived"),
        ({"reason": ["x"]}, "reason"),
    ],
)
def test_bad_input_names_its_field(wrong, field, api, rita):
    answer = api(rita).post("/api/patients/export", {"format": "csv", **WHY, **wrong}, HTTP_ACCEPT="application/zip")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_only_by_post(method, api, rita):
    assert getattr(api(rita), method)("/api/patients/export").status_code in {404, 405}


def test_a_table_never_asks_for_the_next_chunk_before_this_one_is_written():
    asked = []

    def chunks():
        for number in range(3):
            asked.append(number)
            yield [number]

    lines = Table([Column("n", "N", lambda row: row)], chunks()).csv()
    assert next(lines).decode("utf-8-sig") == "N\r\n"
    assert asked == []
    assert next(lines) == b"0\r\n"
    assert asked == [0]
