"""The original calls and their relatives: shapes, rights, versions."""

from datetime import date, timedelta

import pytest

from core import clock
from core.models import AuditEvent
from patients import panels
from patients.models import MedicalEntry, Patient, SearchKey

pytestmark = pytest.mark.django_db

JANE = {"name": "Jane Doe", "email": "jane@example.com", "phone": "+1987654321", "medicalHistory": []}
ROW_KEYS = {"_id", "name", "email", "phone", "medicalHistory"}
STAFF_KEYS = {"accountNote", "sensitive"}
BODY_KEYS = ROW_KEYS | {
    *"chartNumber givenName familyName preferredName formerName birthDate sex phoneAlternative address".split(),
    *"language dentist referrer school alerts careStatus carePhase treatingDoctorId careStartedOn".split(),
    *"estimatedCompletionOn hasPhoto selfRegistered createdAt updatedAt archivedAt".split(),
}


@pytest.fixture
def jane(api, dana):
    answer = api(dana).post("/api/patients", JANE)
    return Patient.objects.get(pk=answer.json()["patientId"])


def one(patient):
    return f"/api/patients/{patient.pk}"


def test_added_to_the_letter(api, dana):
    answer = api(dana).post("/api/patients", JANE)
    assert answer.status_code == 201
    body = answer.json()
    assert body == {"message": "Patient added successfully", "patientId": body["patientId"]}
    made = Patient.objects.get(pk=body["patientId"])
    assert (made.given_name, made.family_name, made.chart_number) == ("Jane", "Doe", "000001")
    assert not made.self_registered


def test_listed_to_the_letter(api, dana, jane):
    assert api(dana).get("/api/patients").json() == [{"_id": jane.pk, **JANE}]


def test_whole_rows_on_request(api, dana, jane):
    [row] = api(dana).get("/api/patients?fields=all").json()
    assert set(row) == BODY_KEYS | STAFF_KEYS
    assert row == api(dana).get(one(jane)).json()


def test_text_that_is_not_known_is_empty_not_null(api, dana):
    nothing = {"email": None, "phone": None, "alerts": None, "sex": None, "medicalHistory": None, "birthDate": None}
    pk = api(dana).post("/api/patients", {"familyName": "Li", **nothing}).json()["patientId"]
    body = api(dana).get(f"/api/patients/{pk}").json()
    assert (body["email"], body["phone"], body["givenName"], body["name"]) == ("", "", "", "Li")
    assert body["birthDate"] is None


@pytest.mark.parametrize(
    ("who", "listing", "adding"), [("rita", 200, 201), ("nina", 200, 403), ("dana", 200, 201), ("ada", 200, 201)]
)
def test_who_lists_and_who_adds(who, listing, adding, api, request):
    client = api(request.getfixturevalue(who))
    assert client.get("/api/patients").status_code == listing
    assert client.post("/api/patients", JANE).status_code == adding


def test_patients_neither_list_nor_add(api, pia):
    for answer in (api(pia.user).get("/api/patients"), api(pia.user).post("/api/patients", JANE)):
        assert answer.status_code == 403
        assert answer.json()["code"] == "permission_denied"


def test_what_a_body_cannot_set(api, dana):
    body = JANE | {"_id": "f" * 24, "id": "e" * 24, "chartNumber": "9", "archivedAt": "2020-01-01", "sensitive": True}
    made = Patient.objects.get(pk=api(dana).post("/api/patients", body).json()["patientId"])
    assert made.pk not in {"f" * 24, "e" * 24}
    assert (made.chart_number, made.archived_at, made.sensitive) == ("000001", None, False)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "x" * 10_000}, "name"),
        ({"name": ["Jane"]}, "name"),
        ({"name": 7}, "name"),
        ({"name": "Jane Doe", "familyName": "Roe"}, "name"),
        ({"familyName": "x" * 101}, "familyName"),
        ({"name": "Jane Doe", "email": "jane@"}, "email"),
        ({"name": "Jane Doe", "birthDate": "2012-02-30"}, "birthDate"),
        ({"name": "Jane Doe", "birthDate": "2012-02-29T00:00:00Z"}, "birthDate"),
        ({"name": "Jane Doe", "birthDate": 20120229}, "birthDate"),
        ({"name": "Jane Doe", "phone": "1" * 41}, "phone"),
        ({"name": "Jane Doe", "alerts": "Latex"}, "alerts"),
        ({"name": "Jane Doe", "alerts": ["x" * 201]}, "alerts.0"),
        ({"name": "Jane Doe", "sex": "robot"}, "sex"),
        ({"name": "Jane Doe", "treatingDoctorId": "f" * 24}, "treatingDoctorId"),
        ({"name": "Jane Doe", "medicalHistory": "Latex"}, "medicalHistory"),
        ({"name": "Jane Doe", "medicalHistory": [""]}, "medicalHistory.0.description"),
        ({"name": "Jane Doe", "medicalHistory": [{"category": "allergy"}]}, "medicalHistory.0.description"),
        ({"name": "Jane Doe", "medicalHistory": [7]}, "medicalHistory.0"),
    ],
)
def test_malformed_bodies_name_the_field(body, field, api, dana):
    answer = api(dana).post("/api/patients", body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] == "invalid"
    assert field in answer.json()["errors"]
    assert not Patient.objects.exists()


@pytest.mark.parametrize("born", ["1899-12-31", str(clock.today() + timedelta(days=2))])
def test_impossible_dates_of_birth(born, api, dana):
    answer = api(dana).post("/api/patients", JANE | {"birthDate": born})
    assert answer.status_code == 422
    assert answer.json()["code"] == "birth_date_impossible"
    assert "birthDate" in answer.json()["errors"]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>\"'", "{{7*7}}", "Robert'); DROP TABLE", "😀 王小明 مريم"])
def test_any_text_is_only_text(text, api, dana):
    pk = api(dana).post("/api/patients", {"familyName": text, "school": text, "alerts": [text]}).json()["patientId"]
    body = api(dana).get(f"/api/patients/{pk}").json()
    assert (body["familyName"], body["school"], body["alerts"]) == (text, text, [text])


def test_possible_duplicates_are_named_and_not_refused(api, dana, jane):
    answer = api(dana).post("/api/patients", {"name": "doe JANE", "birthDate": "2012-02-29"})
    assert answer.status_code == 201
    assert answer.json()["possibleDuplicates"] == [
        {
            "_id": jane.pk,
            "name": "Jane Doe",
            "birthDate": None,
            "chartNumber": jane.chart_number,
            "reasons": ["name"],
            "siblingOrTwin": False,
            "score": 40,
        }
    ]


def test_the_same_key_and_body_add_once(api, dana):
    client = api(dana)
    answers = [client.post("/api/patients", JANE, headers={"Idempotency-Key": "abc"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    other = client.post("/api/patients", JANE | {"name": "Jim Doe"}, headers={"Idempotency-Key": "abc"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert Patient.objects.count() == 1


def test_pages_and_their_links(api, dana, make_patient):
    for number in range(5):
        make_patient("Pat", f"Family {number}")
    first = api(dana).get("/api/patients?limit=2&count=true")
    assert [row["name"] for row in first.json()] == ["Pat Family 0", "Pat Family 1"]
    assert first["X-Total-Count"] == "5"
    assert 'rel="next"' in first["Link"]
    after = api(dana).get(f"/api/patients?limit=2&after={first.json()[-1]['_id']}")
    assert [row["name"] for row in after.json()] == ["Pat Family 2", "Pat Family 3"]
    last = api(dana).get("/api/patients?limit=2&page=3")
    assert [row["name"] for row in last.json()] == ["Pat Family 4"]
    assert 'rel="prev"' in last["Link"]
    assert "X-Total-Count" not in last


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "count=x", "archived=1", "page=x", "after=zzz", f"after={'f' * 24}"]
)
def test_bad_pages(query, api, dana):
    assert api(dana).get(f"/api/patients?{query}").status_code == 400


def test_search(api, dana, jane):
    api(dana).post("/api/patients", {"name": "John Smith"})
    assert [row["name"] for row in api(dana).get("/api/patients?search=doe jan").json()] == ["Jane Doe"]
    assert api(dana).get("/api/patients?search=nobody").json() == []


def test_opening_is_audited(api, dana, jane):
    answer = api(dana).get(one(jane))
    assert answer["ETag"] == '"1"'
    event = AuditEvent.objects.get(event="patient.opened")
    assert (event.actor_id, event.patient_id) == (dana.pk, jane.pk)


def test_an_unknown_id_and_a_foreign_one_are_alike(api, pia, make_patient):
    foreign = make_patient("Zebedee", "Quixotefield")
    known, unknown = (api(pia.user).get(f"/api/patients/{pk}") for pk in (foreign.pk, "f" * 24))
    assert known.status_code == unknown.status_code == 404
    assert known.json() == unknown.json() == {"message": "Not found.", "code": "not_found", "errors": {}}


@pytest.mark.parametrize("method", ["put", "patch"])
def test_changes_need_the_version(method, api, dana, jane):
    call = getattr(api(dana), method)
    absent = call(one(jane), {"name": "Jane Roe"})
    assert (absent.status_code, absent.json()["code"]) == (428, "precondition_required")
    old = call(one(jane), {"name": "Jane Roe"}, headers={"If-Match": '"7"'})
    assert (old.status_code, old.json()["code"]) == (412, "stale")
    done = call(one(jane), {"name": "Jane Roe"}, headers={"If-Match": 'W/"1"'})
    assert (done.status_code, done["ETag"], done.json()["name"]) == (200, '"2"', "Jane Roe")
    assert call(one(jane), {"name": "Jane Poe"}, headers={"If-Match": "*"}).status_code == 200


def test_put_empties_what_is_absent(api, dana, jane):
    MedicalEntry.objects.create(patient=jane, description="Latex")
    body = {"familyName": "Roe", "medicalHistory": [], "birthDate": "2012-02-29"}
    after = api(dana).put(one(jane), body, headers={"If-Match": "*"}).json()
    assert (after["name"], after["email"], after["phone"], after["birthDate"]) == ("Roe", "", "", "2012-02-29")
    assert [entry["description"] for entry in after["medicalHistory"]] == ["Latex"]
    refused = api(dana).put(one(jane), {"email": "jane@example.com"}, headers={"If-Match": "*"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["name"])


def test_patch_leaves_the_rest(api, dana, jane):
    after = api(dana).patch(one(jane), {"birthDate": "2012-02-29"}, headers={"If-Match": "*"}).json()
    assert (after["birthDate"], after["email"], after["name"]) == ("2012-02-29", JANE["email"], "Jane Doe")
    changed = AuditEvent.objects.get(event="patient.changed")
    assert changed.changes == {"birth_date": [None, "2012-02-29"]}


def test_what_was_read_can_be_sent_back(api, dana, jane):
    body = api(dana).get(one(jane)).json()
    answer = api(dana).put(one(jane), body, headers={"If-Match": "*"})
    assert answer.status_code == 200
    assert answer.json() == body


def test_a_change_is_found_at_once(api, dana, jane):
    api(dana).patch(one(jane), {"familyName": "Roe"}, headers={"If-Match": "*"})
    assert api(dana).get("/api/patients?search=roe").json()
    assert not api(dana).get("/api/patients?search=doe").json()


def test_archived_and_restored(api, dana, jane):
    assert api(dana).delete(one(jane)).status_code == 204
    assert api(dana).delete(one(jane)).status_code == 204
    assert api(dana).get("/api/patients").json() == []
    assert [row["_id"] for row in api(dana).get("/api/patients?archived=true").json()] == [jane.pk]
    assert api(dana).get(one(jane)).json()["archivedAt"].startswith(str(clock.today().year))
    refused = api(dana).patch(one(jane), {"name": "X"}, headers={"If-Match": "*"})
    assert (refused.status_code, refused.json()["code"]) == (422, "archived")
    assert api(dana).post(f"{one(jane)}/restore").json()["archivedAt"] is None
    assert len(api(dana).get("/api/patients").json()) == 1


def test_archiving_asks_the_guards(api, dana, jane, monkeypatch):
    from core.errors import Refused

    def stand(patient):
        raise Refused("Visits are booked.", code="has_appointments")

    monkeypatch.setattr(panels, "archive_guards", [stand])
    answer = api(dana).delete(one(jane))
    assert (answer.status_code, answer.json()["code"]) == (409, "has_appointments")
    jane.refresh_from_db()
    assert jane.archived_at is None


@pytest.mark.parametrize(("who", "status"), [("rita", 403), ("nina", 403), ("dana", 204), ("ada", 204)])
def test_who_archives(who, status, api, request, make_patient):
    assert api(request.getfixturevalue(who)).delete(one(make_patient())).status_code == status


def test_an_old_version_is_not_archived(api, dana, jane):
    assert api(dana).delete(one(jane), headers={"If-Match": '"9"'}).status_code == 412


def test_chart_numbers_count_on(api, dana, make_patient):
    make_patient(chart_number="000041")
    make_patient(chart_number="D000099")
    api(dana).post("/api/patients", JANE)
    assert Patient.objects.filter(chart_number="000042").exists()


def test_chart_numbers_of_another_length_are_not_taken_twice(api, dana, make_patient):
    make_patient(chart_number="999999")
    for _number in range(3):
        assert api(dana).post("/api/patients", JANE).status_code == 201
    assert Patient.objects.filter(chart_number__in=["1000000", "1000001"]).count() == 2


def test_the_list_costs_the_same_for_any_number(api, dana, make_patient, django_assert_num_queries):
    client = api(dana)

    def fill(count):
        for number in range(count):
            patient = make_patient("Pat", f"Family {number}")
            MedicalEntry.objects.create(patient=patient, description="Latex", critical=True)

    fill(2)
    client.get("/api/patients")
    with django_assert_num_queries(3):
        client.get("/api/patients")
    fill(48)
    with django_assert_num_queries(3):
        assert len(client.get("/api/patients").json()) == 50


def test_a_record_leaves_its_search_keys(jane):
    kinds = {key.kind for key in SearchKey.objects.filter(patient=jane)}
    assert kinds == {"name", "pair", "start", "phone", "email", "chart"}


def test_birth_dates_stay_dates(api, dana):
    pk = api(dana).post("/api/patients", JANE | {"birthDate": "2012-02-29"}).json()["patientId"]
    assert Patient.objects.get(pk=pk).birth_date == date(2012, 2, 29)
    assert api(dana).get(f"/api/patients/{pk}").json()["birthDate"] == "2012-02-29"
