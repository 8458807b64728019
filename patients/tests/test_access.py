"""Sensitive charts and grants on one chart."""

import pytest

from core.models import AuditEvent
from patients.models import Guardian, MedicalEntry, Patient, Relationship, SearchKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def hidden(make_patient):
    patient = make_patient("Zebedee", "Quixotefield", sensitive=True)
    SearchKey.objects.write(patient)
    MedicalEntry.objects.create(patient=patient, description="Secret", critical=True)
    guardian = Guardian.objects.create(given_name="Zoe", family_name="Quixotefield")
    Relationship.objects.create(guardian=guardian, patient=patient, kind="mother")
    return patient


def access(patient, rest=""):
    return f"/patients/{patient.pk}/access/{rest}"


@pytest.mark.parametrize("who", ["rita", "nina", "dana", "ada"])
def test_a_sensitive_chart_is_found_by_nobody(who, hidden, request, api, web):
    user = request.getfixturevalue(who)
    assert api(user).get("/api/patients").json() == []
    assert api(user).get("/api/patients?search=zebedee").json() == []
    assert api(user).get(f"/api/patients/{hidden.pk}").status_code == 404
    assert web(user).get(f"/patients/{hidden.pk}/").status_code == 404
    found = web(user).post("/patients/search/", {"search": "quixote"})
    assert "Quixotefield" not in found.content.decode()
    for model in (MedicalEntry, Relationship, Guardian):
        assert not model.objects.visible_to(user).exists()


def test_no_lookalike_tells_of_it(hidden, web, rita):
    form = {"given_name": "Zebedee", "family_name": "Quixotefield", "birth_date": str(hidden.birth_date)}
    assert web(rita).post("/patients/new/", form).status_code == 302


def test_a_grant_opens_one_chart(hidden, web, api, ada, dana, omar):
    web(ada).post(access(hidden), {"user": dana.pk})
    assert api(dana).get(f"/api/patients/{hidden.pk}").status_code == 200
    assert api(dana).get(f"/api/patients/{hidden.pk}").json()["medicalHistory"]
    assert api(omar).get(f"/api/patients/{hidden.pk}").status_code == 404
    event = AuditEvent.objects.get(event="patient.access_granted")
    assert (event.patient_id, event.changes) == (hidden.pk, {"user": [None, dana.pk]})
    web(ada).post(access(hidden, f"{dana.pk}/withdraw/"))
    assert api(dana).get(f"/api/patients/{hidden.pk}").status_code == 404


def test_whoever_gives_access_sees_the_name_only(hidden, web, ada):
    page = web(ada).get(access(hidden)).content.decode()
    assert "Quixotefield" in page
    assert "Secret" not in page
    assert "Quixotefield" in web(ada).get("/patients/access/").content.decode()


@pytest.mark.parametrize("who", ["rita", "nina", "dana", "gus"])
def test_only_admins_give_access(who, hidden, request, web):
    client = web(request.getfixturevalue(who))
    for path in (access(hidden), "/patients/access/"):
        assert client.get(path).status_code == 403
    assert client.post(access(hidden, "sensitive/"), {"sensitive": "no"}).status_code == 403


def test_closing_a_chart_keeps_the_treating_doctor(web, ada, dana, omar, make_patient):
    patient = make_patient(treating_doctor=dana)
    web(ada).post(access(patient, "sensitive/"), {"sensitive": "yes", "reason": "Well known"})
    assert patient in Patient.objects.visible_to(dana)
    assert patient not in Patient.objects.visible_to(omar)
    assert AuditEvent.objects.get(event="patient.sensitive_set").reason == "Well known"
    web(ada).post(access(patient, "sensitive/"), {"sensitive": "no"})
    assert patient in Patient.objects.visible_to(omar)


def test_parents_get_no_grant(web, ada, gus, hidden):
    assert web(ada).post(access(hidden), {"user": gus.pk}).status_code == 400


def test_a_visitor_sees_one_chart_and_nothing_else(make_user, hidden, make_patient, ada, web, api):
    from django.contrib.auth.models import Group, Permission

    group = Group.objects.create(name="visiting doctor")
    group.permissions.add(Permission.objects.get(codename="read_medical_history"))
    visitor = make_user("Vera", "visiting doctor")
    other = make_patient()
    web(ada).post(access(hidden), {"user": visitor.pk})
    assert api(visitor).get(f"/api/patients/{hidden.pk}").json()["medicalHistory"][0]["description"] == "Secret"
    assert web(visitor).get(f"/patients/{hidden.pk}/").status_code == 200
    assert web(visitor).get(f"/patients/{other.pk}/").status_code == 404
    assert api(visitor).get("/api/patients").status_code == 403


def test_a_right_to_read_patients_is_none_to_read_medical_entries(make_user, pia):
    from django.contrib.auth.models import Group, Permission

    group = Group.objects.create(name="finance")
    group.permissions.add(Permission.objects.get(codename="read_patients"))
    MedicalEntry.objects.create(patient=pia, description="Secret", critical=True)
    finn = make_user("Finn", "finance")
    assert pia in Patient.objects.visible_to(finn)
    assert not MedicalEntry.objects.visible_to(finn).exists()
