"""Merging through the API and the pages, and where the old id leads."""

import pytest

from patients.models import MedicalEntry, MergeRecord, Patient
from patients.tests.test_merge import merge

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(make_patient):
    """The record that stays and the one that goes."""
    return make_patient("Pia", "Lindholm", phone="+41446681800"), make_patient("Pia", "Berg", email="p@test.example")


def path(patient, rest=""):
    return f"/api/patients/{patient.pk}{rest}"


def post(client, stays, goes, tag="*", **body):
    return client.post(path(stays, "/merge"), {"otherId": goes.pk, **body}, format="json", headers={"If-Match": tag})


def test_merge_and_undo(two, api, dana):
    stays, goes = two
    choices = {"familyName": "other", "treatingDoctorId": "survivor"}
    answer = post(api(dana), stays, goes, fields=choices, reason="Twice")
    assert answer.status_code == 200
    body = answer.json()
    assert api(dana).get(path(stays)).json()["name"] == "Pia Berg"
    assert answer["ETag"] == api(dana).get(path(stays))["ETag"]
    undone = api(dana).post(f"/api/patients/merges/{body['mergeId']}/undo")
    assert undone.json() == {
        "message": "Merge undone successfully",
        "patientId": stays.pk,
        "restoredId": goes.pk,
    }
    again = api(dana).post(f"/api/patients/merges/{body['mergeId']}/undo")
    assert (again.status_code, again.json()["code"]) == (409, "cannot_undo")


@pytest.mark.parametrize(
    ("tag", "body", "status", "code"),
    [
        ("", {}, 428, "precondition_required"),
        ('"9"', {}, 412, "stale"),
        ("*", {"otherEtag": '"9"'}, 412, "stale"),
        ("*", {"otherId": "f" * 24}, 404, "not_found"),
        ("*", {"otherId": 5}, 400, "invalid"),
        ("*", {"fields": {"phone": "both"}}, 400, "invalid"),
        ("*", {"fields": []}, 400, "invalid"),
    ],
)
def test_what_is_refused(two, api, dana, tag, body, status, code):
    stays, goes = two
    answer = post(api(dana), stays, goes, tag, **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not MergeRecord.objects.exists()


def test_the_old_id_leads_on_for_those_who_may_see_where(two, api, dana, gus, make_patient):
    stays, goes = two
    merge(dana, stays, goes)
    answer = api(dana).get(path(goes, "/medical-history?limit=1"))
    assert (answer.status_code, answer["Location"]) == (301, path(stays, "/medical-history?limit=1"))
    unknown = api(gus).get("/api/patients/" + "f" * 24)
    assert api(gus).get(path(goes)).content == unknown.content
    Patient.objects.get(pk=stays.pk).change(sensitive=True)
    assert api(dana).get(path(goes)).content == unknown.content
    assert api(dana).patch(path(goes), {"school": "North"}, format="json").status_code == 404


def test_writing_under_the_old_id_is_refused(two, api, dana):
    stays, goes = two
    merge(dana, stays, goes)
    for answer in (
        api(dana).patch(path(goes), {"school": "North"}, format="json", headers={"If-Match": "*"}),
        api(dana).post(path(goes, "/medical-history"), {"description": "Asthma"}, format="json"),
        api(dana).post(path(goes, "/restore")),
        api(dana).delete(path(goes)),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "merged")
        assert answer.json()["survivorId"] == stays.pk


def test_pages_under_the_old_id_lead_on(two, web, dana, rita):
    stays, goes = two
    merge(dana, stays, goes)
    entry = MedicalEntry.objects.create(patient=stays, description="Asthma")
    for rest in ("", "edit/", f"medical/{entry.pk}/"):
        answer = web(dana).get(f"/patients/{goes.pk}/{rest}")
        assert (answer.status_code, answer["Location"]) == (302, f"/patients/{stays.pk}/{rest}")
    refused = web(dana).post(f"/patients/{goes.pk}/edit/", {"family_name": "Other"})
    assert refused.status_code == 409


def test_a_parent_is_led_on_in_the_portal(pia, gus, make_patient, dana, web):
    stays = make_patient("Pia", "Lindholm-Berg")
    merge(dana, stays, pia)
    answer = web(gus).get(f"/portal/records/{pia.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/portal/records/{stays.pk}/")


def test_no_list_has_it(two, api, web, dana):
    stays, goes = two
    merge(dana, stays, goes)
    for address in ("/api/patients", "/api/patients?archived=true"):
        assert goes.pk not in api(dana).get(address).content.decode()
    assert goes.pk not in web(dana).get("/patients/?archived=on").content.decode()
