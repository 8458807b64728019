"""The list, the record's page and its form, without a script running."""

from datetime import date

import pytest
from django.urls import reverse

from core.models import AuditEvent
from patients import panels
from patients.models import Guardian, MedicalEntry, Patient, Relationship, SearchKey

pytestmark = pytest.mark.django_db

FORM = {"given_name": "Jane", "family_name": "Doe", "birth_date": "2012-02-29", "sex": "female"}


def text_of(response):
    return response.content.decode()


@pytest.fixture
def jane(make_patient):
    patient = make_patient("Jane", "Doe", birth_date=date(2012, 2, 29), phone="+41446681800")
    SearchKey.objects.write(patient)
    return patient


@pytest.mark.parametrize(("who", "status"), [("rita", 200), ("nina", 200), ("dana", 200), ("ada", 200), ("gus", 403)])
def test_who_sees_list_and_page(who, status, web, request, jane):
    client = web(request.getfixturevalue(who))
    for path in ("/patients/", f"/patients/{jane.pk}/"):
        response = client.get(path)
        assert response.status_code == status
        assert ("Doe" in text_of(response)) is (status == 200)


def test_an_empty_list_says_so(web, rita, nina):
    assert "No patients yet" in text_of(web(rita).get("/patients/"))
    assert "Add the first patient" not in text_of(web(nina).get("/patients/"))


def test_pages_by_key(web, rita, make_patient, monkeypatch):
    monkeypatch.setattr("patients.views.lists.PAGE", 2)
    rows = [make_patient("Pat", f"Family{number}") for number in range(3)]
    first = text_of(web(rita).get("/patients/"))
    assert "Family1" in first
    assert "Family2" not in first
    assert f"?after={rows[1].pk}" in first
    second = text_of(web(rita).get(f"/patients/?after={rows[1].pk}"))
    assert "Family2" in second
    assert "Family1" not in second
    assert web(rita).get("/patients/?after=zzz").status_code == 404


def test_filters(web, rita, dana, make_patient):
    make_patient("Pat", "Active", care_status="active", treating_doctor=dana)
    make_patient("Pat", "Observed", care_status="observation")
    assert "Observed, Pat" not in text_of(web(rita).get("/patients/?care=active"))
    assert "Active, Pat" in text_of(web(rita).get(f"/patients/?doctor={dana.pk}"))
    assert "Nobody fits" in text_of(web(rita).get("/patients/?archived=on"))


def test_search_travels_in_the_body(web, rita, jane, make_patient):
    make_patient("John", "Smith")
    found = web(rita).post("/patients/search/", {"search": "doe", "care": ""})
    assert found.status_code == 200
    assert "Doe, Jane" in text_of(found)
    assert "Smith" not in text_of(found)
    assert "Nobody found" in text_of(web(rita).post("/patients/search/", {"search": "xyz"}))


def test_the_only_hit_of_the_frame_opens(web, rita, jane):
    response = web(rita).post("/patients/search/", {"search": "doe jane"})
    assert (response.status_code, response.url) == (302, f"/patients/{jane.pk}/")


def test_typing_gets_rows_only(web, rita, jane):
    response = web(rita).post("/patients/search/", {"search": "doe"}, headers={"HX-Request": "true"})
    assert "Doe, Jane" in text_of(response)
    assert "<html" not in text_of(response)


def test_a_search_without_words_is_the_list(web, rita):
    response = web(rita).post("/patients/search/", {"search": " ", "care": "active"})
    assert response.url == "/patients/?care=active"
    assert web(rita).get("/patients/search/").url == "/patients/"


@pytest.mark.parametrize("text", ["x" * 10_000, "a\x00b", "'\"<script>"])
def test_odd_searches(text, web, rita):
    response = web(rita).post("/patients/search/", {"search": text})
    assert response.status_code in {200, 302}
    assert "<script>alert" not in text_of(response)


def test_create(web, rita):
    response = web(rita).post("/patients/new/", FORM | {"phone": "+41 44 668 18 00", "alerts": "Latex\n\nTrumpet"})
    made = Patient.objects.get()
    assert response.url == f"/patients/{made.pk}/"
    assert (made.birth_date, made.phone, made.alerts) == (date(2012, 2, 29), "+41446681800", ["Latex", "Trumpet"])
    assert (made.care_status, made.chart_number) == ("inquiry", "000001")
    assert AuditEvent.objects.get(event="patient.added").changes["family_name"] == [None, "Doe"]


@pytest.mark.parametrize(("who", "status"), [("rita", 200), ("nina", 403), ("dana", 200), ("ada", 200), ("gus", 403)])
def test_who_creates(who, status, web, request):
    assert web(request.getfixturevalue(who)).get("/patients/new/").status_code == status


def test_what_was_typed_stays(web, rita):
    response = web(rita).post("/patients/new/", FORM | {"family_name": "", "school": "Lincoln <b>"})
    page = text_of(response)
    assert response.status_code == 400
    assert 'data-code="invalid"' in page
    assert "Lincoln &lt;b&gt;" in page
    assert 'value="2012-02-29"' in page


def test_lookalikes_are_shown_once(web, rita, jane):
    warned = web(rita).post("/patients/new/", FORM)
    assert "Is it one of these?" in text_of(warned)
    assert f"/patients/{jane.pk}/" in text_of(warned)
    assert Patient.objects.count() == 1
    web(rita).post("/patients/new/", FORM | {"anyway": "yes"})
    assert Patient.objects.count() == 2


def test_a_twin_is_no_lookalike(web, rita, jane):
    web(rita).post("/patients/new/", FORM | {"given_name": "Robert"})
    assert Patient.objects.count() == 2


def test_edit(web, nina, jane):
    page = text_of(web(nina).get(f"/patients/{jane.pk}/edit/"))
    assert 'value="2012-02-29"' in page
    assert 'name="version" value="1"' in page
    web(nina).post(f"/patients/{jane.pk}/edit/", FORM | {"family_name": "Roe", "version": "1"})
    jane.refresh_from_db()
    assert (jane.family_name, jane.phone, jane.version) == ("Roe", "", 2)


def test_two_people_edit_at_once(web, rita, jane):
    client = web(rita)
    client.post(f"/patients/{jane.pk}/edit/", FORM | {"school": "First", "version": "1"})
    second = client.post(f"/patients/{jane.pk}/edit/", FORM | {"school": "Second", "version": "1"})
    assert second.status_code == 412
    assert 'data-code="stale"' in text_of(second)
    assert "Second" in text_of(second)
    jane.refresh_from_db()
    assert jane.school == "First"


def test_a_doctor_who_left_stays_until_changed(web, rita, jane, omar):
    jane.change(treating_doctor=omar)
    omar.change(is_active=False)
    web(rita).post(f"/patients/{jane.pk}/edit/", FORM | {"treating_doctor": omar.pk, "version": "2"})
    jane.refresh_from_db()
    assert (jane.treating_doctor_id, jane.sex) == (omar.pk, "female")
    fresh = web(rita).post("/patients/new/", FORM | {"treating_doctor": omar.pk, "anyway": "yes"})
    assert fresh.status_code == 400


def test_archive_and_restore(web, dana, rita, jane):
    assert web(rita).get(f"/patients/{jane.pk}/archive/").status_code == 403
    assert web(dana).post(f"/patients/{jane.pk}/archive/", {"reason": ""}).status_code == 400
    web(dana).post(f"/patients/{jane.pk}/archive/", {"reason": "Moved away"})
    jane.refresh_from_db()
    assert (jane.archive_reason, jane.archived_by_id) == ("Moved away", dana.pk)
    assert AuditEvent.objects.get(event="patient.archived").reason == "Moved away"
    page = text_of(web(dana).get(f"/patients/{jane.pk}/"))
    assert "Moved away" in page
    assert "Doe, Jane" in text_of(web(rita).get("/patients/?archived=on"))
    assert web(dana).get(f"/patients/{jane.pk}/restore/").status_code == 405
    web(dana).post(f"/patients/{jane.pk}/restore/")
    jane.refresh_from_db()
    assert jane.archived_at is None


def test_refused_archiving_keeps_the_reason(web, dana, jane, monkeypatch):
    from core.errors import Refused

    def stand(patient):
        raise Refused("Visits are booked.", code="has_appointments")

    monkeypatch.setattr(panels, "archive_guards", [stand])
    response = web(dana).post(f"/patients/{jane.pk}/archive/", {"reason": "Moved away"})
    assert response.status_code == 409
    assert 'data-code="has_appointments"' in text_of(response)
    assert "Moved away" in text_of(response)


def test_the_page_shows_what_the_role_may_read(web, rita, dana, jane):
    MedicalEntry.objects.create(patient=jane, description="Latex swelling", critical=True)
    MedicalEntry.objects.create(patient=jane, description="Nail biting")
    desk, doctor = (text_of(web(user).get(f"/patients/{jane.pk}/")) for user in (rita, dana))
    assert "Latex swelling" in desk
    assert "Nail biting" not in desk
    assert "Nail biting" in doctor
    assert "alert--medical" in doctor


def test_scripts_in_any_field_are_text(web, rita, make_patient):
    evil = '"><img src=x onerror=alert(1)>'
    patient = make_patient(evil, evil, preferred_name=evil, school=evil, address=evil, alerts=[evil], email="")
    guardian = Guardian.objects.create(given_name=evil, family_name=evil)
    Relationship.objects.create(guardian=guardian, patient=patient, kind="mother", restrictions=evil)
    for path in ("/patients/", f"/patients/{patient.pk}/", f"/patients/{patient.pk}/edit/"):
        assert "<img src=x" not in text_of(web(rita).get(path))


def test_opening_the_page_is_audited_and_changing_it_is_told(web, rita, jane):
    client = web(rita)
    client.post(f"/patients/{jane.pk}/edit/", FORM | {"school": "Lincoln", "version": "1"})
    page = text_of(client.get(f"/patients/{jane.pk}/"))
    assert AuditEvent.objects.filter(event="patient.opened", patient_id=jane.pk).count() == 1
    assert "Record changed" in page
    assert "Rita" in page


def test_a_panel_of_a_higher_package(web, rita, jane, monkeypatch):
    panel = panels.PatientPanel(
        1, "visits", "Visits", "components/_empty.html", lambda user, patient: {"title": "0 visits"}
    )
    silent = panels.PatientPanel(2, "plans", "Plans", "components/_empty.html", lambda user, patient: None)
    button = panels.PatientButton(1, "Add", "patients:patient-create", "plus", lambda user: True)
    monkeypatch.setattr(panels, "panels", [silent, panel])
    monkeypatch.setattr(panels, "buttons", [button])
    page = text_of(web(rita).get(f"/patients/{jane.pk}/"))
    assert 'id="visits"' in page
    assert "0 visits" in page
    assert "Plans" not in page
    assert f"/patients/new/?patient={jane.pk}" in page


def test_siblings_share_a_guardian(web, rita, pia, gus, make_patient):
    tim = make_patient("Tim", "Lindholm")
    Relationship.objects.create(guardian=Guardian.objects.get(user=gus), patient=tim, kind="father")
    page = text_of(web(rita).get(f"/patients/{pia.pk}/"))
    assert f"/patients/{tim.pk}/" in page
    assert "Gus Lindholm" in page


def test_the_pages_cost_the_same_for_any_number(web, dana, make_patient, django_assert_max_num_queries):
    client = web(dana)

    def count(path):
        with django_assert_max_num_queries(100) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    patient = make_patient("Pat", "Zero")
    page = reverse("patients:patient-detail", args=[patient.pk])

    def fill(size):
        for number in range(size):
            guardian = Guardian.objects.create(given_name="G", family_name=f"F{number}")
            Relationship.objects.create(guardian=guardian, patient=patient, kind="other")
            sibling = make_patient("Pat", f"Family{number}", treating_doctor=dana, alerts=["x"])
            Relationship.objects.create(guardian=guardian, patient=sibling, kind="other")
            MedicalEntry.objects.create(patient=patient, description="Latex", critical=True)

    fill(2)
    client.get(page)
    before = count("/patients/"), count(page)
    fill(20)
    assert (count("/patients/"), count(page)) == before
    assert before[0] <= 16
    assert before[1] <= 32


def test_unknown_and_malformed_ids(web, rita):
    for pk in ("f" * 24, "zzz", "F" * 24):
        assert web(rita).get(f"/patients/{pk}/").status_code == 404
