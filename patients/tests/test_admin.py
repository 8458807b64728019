"""Django admin writes through the actions, and sees no more than the pages do."""

import pytest

from core.models import AuditEvent
from patients.models import MedicalEntry, Patient, Relationship
from patients.search.finding import find

pytestmark = pytest.mark.django_db

RECORD = {
    "given_name": "Jane",
    "family_name": "Doe",
    "birth_date": "2012-02-29",
    "sex": "female",
    "care_status": "inquiry",
    "alerts": "Latex\nTrumpet",
}


def page(model, rest=""):
    return f"/admin/patients/{model}/{rest}"


def test_add_and_change_a_record(web, ada):
    assert web(ada).post(page("patient", "add/"), RECORD).status_code == 302
    jane = Patient.objects.get()
    assert (jane.name, jane.alerts, jane.chart_number) == ("Jane Doe", ["Latex", "Trumpet"], "000001")
    web(ada).post(page("patient", f"{jane.pk}/change/"), RECORD | {"family_name": "Roe"})
    assert [found.patient for found in find("roe", by=ada)] == [jane]
    event = AuditEvent.objects.get(event="patient.changed")
    assert (event.actor_id, event.source) == (ada.pk, "admin")


def test_a_refusal_is_an_error_of_the_form(web, ada):
    response = web(ada).post(page("patient", "add/"), RECORD | {"birth_date": "1899-01-01"})
    assert response.status_code == 200
    assert "before 1900" in response.content.decode()
    assert not Patient.objects.exists()


def test_deleting_archives(web, ada, pia):
    web(ada).post(page("patient", f"{pia.pk}/delete/"), {"post": "yes"})
    pia.refresh_from_db()
    assert (pia.is_archived, pia.archived_by_id) == (True, ada.pk)


def test_opening_is_noted(web, ada, pia):
    assert web(ada).get(page("patient", f"{pia.pk}/change/")).status_code == 200
    assert AuditEvent.objects.get(event="patient.opened").patient_id == pia.pk


def test_medical_entries(web, ada, pia):
    entry = {"patient": pia.pk, "category": "allergy", "description": "Latex"}
    web(ada).post(page("medicalentry", "add/"), entry)
    made = MedicalEntry.objects.get()
    assert made.description == "Latex"
    assert "Latex" not in web(ada).get(page("medicalentry")).content.decode()
    web(ada).post(page("medicalentry", f"{made.pk}/change/"), entry | {"description": "Latex, severe"})
    assert MedicalEntry.objects.get().description == "Latex, severe"
    web(ada).post(page("medicalentry", f"{made.pk}/delete/"), {"post": "yes"})
    assert not MedicalEntry.objects.visible_to(ada).exists()


def test_relationships(web, ada, gus, pia, make_patient):
    tim = make_patient("Tim", "Lindholm")
    terms = {"kind": "father", "may_sign_in": "on"}
    web(ada).post(page("relationship", "add/"), terms | {"patient": tim.pk, "guardian": gus.guardian_record.pk})
    made = Relationship.objects.get(patient=tim)
    web(ada).post(page("relationship", f"{made.pk}/change/"), {"kind": "other"})
    made.refresh_from_db()
    assert (made.kind, made.may_sign_in) == ("other", False)
    web(ada).post(page("relationship", f"{made.pk}/delete/"), {"post": "yes"})
    made.refresh_from_db()
    assert not made.is_running


@pytest.mark.parametrize("model", ["patient", "guardian", "relationship", "medicalentry", "consent"])
def test_every_list_opens(model, web, ada, gus, pia):
    assert web(ada).get(page(model)).status_code == 200


def test_a_sensitive_chart_is_not_there(web, ada, make_patient):
    hidden = make_patient("Zebedee", "Quixotefield", sensitive=True)
    assert "Quixotefield" not in web(ada).get(page("patient")).content.decode()
    assert web(ada).get(page("patient", f"{hidden.pk}/change/")).status_code == 302
    entry = {"patient": hidden.pk, "category": "allergy", "description": "Latex"}
    assert web(ada).post(page("medicalentry", "add/"), entry).status_code == 200
    assert not MedicalEntry.objects.exists()


@pytest.mark.parametrize("who", ["rita", "dana"])
def test_it_is_for_admins(who, web, request):
    assert web(request.getfixturevalue(who)).get(page("patient")).status_code == 302
