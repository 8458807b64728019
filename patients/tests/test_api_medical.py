"""The medical history: who reads and writes it, and how it lies in the database."""

import pytest
from django.core.exceptions import FieldError

from core.crypto import Undecipherable
from core.models import AuditEvent
from patients.models import MedicalEntry, Patient

pytestmark = pytest.mark.django_db

SECRET = "Latex: swelling and hives"


def history(patient):
    return f"/api/patients/{patient.pk}/medical-history"


@pytest.fixture
def entries(pia):
    MedicalEntry.objects.create(patient=pia, category="allergy", description=SECRET, critical=True)
    MedicalEntry.objects.create(patient=pia, category="habit", description="Nail biting")


@pytest.mark.parametrize(("who", "count"), [("rita", 1), ("nina", 2), ("dana", 2), ("ada", 2), ("gus", 2)])
def test_who_reads_what(who, count, api, request, pia, entries):
    client = api(request.getfixturevalue(who))
    rows = client.get(history(pia)).json()
    assert len(rows) == count
    assert len(client.get(f"/api/patients/{pia.pk}").json()["medicalHistory"]) == count
    assert rows[0]["description"] == SECRET
    assert set(rows[0]) == {"_id", "category", "description", "since", "until", "critical"}


@pytest.mark.parametrize(("who", "status"), [("rita", 403), ("gus", 403), ("nina", 201), ("dana", 201), ("ada", 201)])
def test_who_writes(who, status, api, request, pia):
    answer = api(request.getfixturevalue(who)).post(history(pia), {"description": SECRET})
    assert answer.status_code == status
    assert MedicalEntry.objects.exists() is (status == 201)


def test_strings_and_objects(api, dana):
    items = ["Asthma", {"description": SECRET, "category": "allergy", "since": "2015-02-28", "critical": True}]
    pk = api(dana).post("/api/patients", {"name": "Jane Doe", "medicalHistory": items}).json()["patientId"]
    plain, whole = api(dana).get(history(Patient.objects.get(pk=pk))).json()
    assert (plain["description"], plain["category"], plain["critical"]) == ("Asthma", "other", False)
    assert (whole["category"], whole["since"], whole["critical"]) == ("allergy", "2015-02-28", True)


def test_the_desk_cannot_write_it_along(api, rita):
    refused = api(rita).post("/api/patients", {"name": "Jane Doe", "medicalHistory": ["Asthma"]})
    assert (refused.status_code, list(refused.json()["errors"])) == (403, ["medicalHistory"])
    assert not Patient.objects.exists()
    assert api(rita).post("/api/patients", {"name": "Jane Doe", "medicalHistory": []}).status_code == 201


def test_added_changed_removed(api, dana, pia):
    added = api(dana).post(history(pia), {"description": "Asthma", "category": "condition"})
    assert set(added.json()) == {"message", "_id"}
    one = f"{history(pia)}/{added.json()['_id']}"
    after = api(dana).patch(one, {"description": "Mild asthma", "critical": True})
    assert (after.status_code, after.json()["description"], after["ETag"]) == (200, "Mild asthma", '"2"')
    assert after.json()["category"] == "condition"
    assert api(dana).patch(one, {"description": "x"}, headers={"If-Match": '"1"'}).status_code == 412
    assert api(dana).delete(one).status_code == 204
    assert api(dana).get(history(pia)).json() == []
    assert api(dana).delete(one).status_code == 404
    assert MedicalEntry.objects.get().archived_by_id == dana.pk


def test_an_entry_of_another_patient_is_not_there(api, dana, pia, entries, make_patient):
    entry = MedicalEntry.objects.first()
    answer = api(dana).patch(f"{history(make_patient())}/{entry.pk}", {"description": "x"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 400, "description"),
        ({"description": "  "}, 400, "description"),
        ({"description": "x" * 2001}, 400, "description"),
        ({"description": "x", "category": "spell"}, 400, "category"),
        ({"description": "x", "critical": "yes"}, 400, "critical"),
        ({"description": "x", "since": "2999-01-01"}, 422, "since"),
        ({"description": "x", "since": "2015-01-02", "until": "2015-01-01"}, 422, "until"),
    ],
)
def test_bad_entries(body, status, field, api, dana, pia):
    answer = api(dana).post(history(pia), body)
    assert (answer.status_code, list(answer.json()["errors"])) == (status, [field])


def test_the_audit_does_not_say_what_it_says(api, dana, pia):
    pk = api(dana).post(history(pia), {"description": SECRET}).json()["_id"]
    api(dana).patch(f"{history(pia)}/{pk}", {"description": f"{SECRET}!"})
    added, changed = AuditEvent.objects.filter(event__startswith="medical.").order_by("id")
    assert added.changes["description"] == changed.changes["description"] == "changed"
    assert SECRET not in str([added.changes, changed.changes])


def raw(entry):
    """What lies in the database: the field opens it only when it is asked for by name."""
    return MedicalEntry.objects.get(pk=entry.pk).__dict__["description"]


def test_no_plain_text_in_the_database(pia, entries):
    entry = MedicalEntry.objects.get(critical=True)
    assert raw(entry).startswith("v1:")
    assert "Latex" not in raw(entry)
    assert entry.description == SECRET


def test_a_moved_text_does_not_open(pia, entries):
    first, second = MedicalEntry.objects.order_by("created_at")
    MedicalEntry.objects.filter(pk=second.pk).update(description=raw(first))
    with pytest.raises(Undecipherable):
        _text = MedicalEntry.objects.get(pk=second.pk).description


def test_the_text_is_read_and_written_through_the_row_only(pia, entries):
    with pytest.raises(FieldError):
        MedicalEntry.objects.update(description="x")
    with pytest.raises(FieldError):
        list(MedicalEntry.objects.values("description"))
    with pytest.raises(FieldError):
        list(MedicalEntry.objects.filter(description=SECRET))
