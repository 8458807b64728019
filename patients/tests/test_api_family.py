"""What patients and parents see and change through the API."""

from datetime import timedelta

import pytest

from core import clock
from core.models import AuditEvent
from patients.models import Guardian, MedicalEntry, Patient, Relationship

pytestmark = pytest.mark.django_db


def one(patient):
    return f"/api/patients/{patient.pk}"


@pytest.fixture
def tim(make_patient, gus):
    """Pia's brother."""
    patient = make_patient("Tim", "Lindholm")
    guardian = Guardian.objects.get(user=gus)
    Relationship.objects.create(guardian=guardian, patient=patient, kind="father", may_sign_in=True)
    return patient


def test_a_patient_reads_the_own_record(api, pia):
    MedicalEntry.objects.create(patient=pia, description="Latex")
    body = api(pia.user).get(one(pia)).json()
    assert body["medicalHistory"][0]["description"] == "Latex"
    assert not {"accountNote", "sensitive"} & set(body)
    assert AuditEvent.objects.get(event="patient.opened").actor_id == pia.user_id


def test_a_father_reads_his_childrens(api, gus, pia, tim, make_patient):
    make_patient("Stranger", "Danger")
    assert [row["name"] for row in api(gus).get("/api/me/patients").json()] == ["Pia Lindholm", "Tim Lindholm"]
    assert api(gus).get(one(pia)).status_code == 200


def test_the_own_record_comes_first(api, gus, pia, make_patient):
    own = make_patient("Gus", "Zimmer", user=gus)
    rows = api(gus).get("/api/me/patients").json()
    assert [row["_id"] for row in rows] == [own.pk, pia.pk]
    assert set(rows[0]) == {"_id", "name", "email", "phone", "medicalHistory"}
    assert "birthDate" in api(gus).get("/api/me/patients?fields=all").json()[0]


@pytest.mark.parametrize("change", [{"may_sign_in": False}, {"ends_on": "today"}, {"ends_on": "yesterday"}])
def test_a_relationship_alone_decides(change, api, gus, pia):
    days = {"today": clock.today(), "yesterday": clock.today() - timedelta(days=1)}
    values = {name: days.get(value, value) for name, value in change.items()}
    Relationship.objects.filter(patient=pia).update(**values)
    assert api(gus).get(one(pia)).status_code == 404
    assert api(gus).get("/api/me/patients").json() == []


def test_a_relationship_that_ends_later_still_counts(api, gus, pia):
    Relationship.objects.filter(patient=pia).update(ends_on=clock.today() + timedelta(days=1))
    assert api(gus).get(one(pia)).status_code == 200


def test_the_staff_has_no_own_records_here(api, dana, make_patient):
    make_patient()
    assert api(dana).get("/api/me/patients").json() == []


def test_an_archived_record_is_the_staffs_only(api, pia, dana):
    api(dana).delete(one(pia))
    assert api(pia.user).get(one(pia)).status_code == 404
    assert api(pia.user).get("/api/me/patients").json() == []


def test_contact_data_may_be_changed(api, gus, pia):
    body = {"phone": "+41 44 668 18 00", "email": "pia@home.example", "address": "12 Harbour Street", "unknown": 1}
    answer = api(gus).patch(one(pia), body, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.content
    pia.refresh_from_db()
    assert (pia.phone, pia.email, pia.address) == ("+41446681800", "pia@home.example", "12 Harbour Street")
    assert AuditEvent.objects.get(event="patient.changed").actor_id == gus.pk


@pytest.mark.parametrize("field", ["name", "familyName", "birthDate", "alerts", "careStatus", "medicalHistory"])
def test_nothing_else_may(field, api, pia):
    answer = api(pia.user).patch(one(pia), {field: "X", "phone": "1234"}, headers={"If-Match": "*"})
    assert answer.status_code == 403
    assert answer.json()["code"] == "permission_denied"
    assert list(answer.json()["errors"]) == [field]
    assert Patient.objects.get(pk=pia.pk).phone == ""


def test_a_foreign_record_is_not_there_to_change(api, gus, make_patient):
    answer = api(gus).patch(one(make_patient()), {"phone": "1234"}, headers={"If-Match": "*"})
    assert answer.status_code == 404


@pytest.mark.parametrize(("method", "path"), [("put", ""), ("delete", ""), ("post", "/restore")])
def test_the_rest_is_the_staffs(method, path, api, pia):
    assert getattr(api(pia.user), method)(one(pia) + path, {}).status_code == 403
