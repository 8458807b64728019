"""The panel beside the form, the list for review, and both through the API."""

from datetime import date, timedelta

import pytest

from core import clock
from core.models import AuditEvent
from patients import pairing
from patients.models import DuplicatePair, SearchKey
from patients.models.duplicates import Decision

pytestmark = pytest.mark.django_db

PHONE = "+41446681800"
BORN = date(2012, 2, 29)
TYPED = {"given_name": "Katherine", "family_name": "Smith"}


@pytest.fixture
def known(make_patient):
    """A patient with search keys, last changed an hour ago."""

    def make(given, family, **fields):
        hour_ago = {"birth_date": BORN, "updated_at": clock.now() - timedelta(hours=1)}
        patient = make_patient(given, family, **(hour_ago | fields))
        SearchKey.objects.write(patient)
        return patient

    return make


@pytest.fixture
def pair(known):
    known("Jane", "Doe", phone=PHONE)
    known("Jane", "Doe", phone=PHONE)
    pairing.search()
    return DuplicatePair.objects.get()


def panel(client, **typed):
    response = client.post("/patients/lookalikes/", TYPED | typed, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_panel_says_who_and_why(known, web, rita):
    catherine = known("Catherine", "Smith", phone=PHONE)
    page = panel(web(rita), birth_date="2012-02-29", phone="044 668 18 00")
    assert f'href="/patients/{catherine.pk}/" target="_blank"' in page
    assert "Similar name: Katherine Smith / Catherine Smith, same date of birth" in page
    assert "The same person?" in page
    assert catherine.chart_number in page
    assert "1 known patient looks alike" in page


def test_a_name_alone_is_enough_and_half_a_form_too(known, web, rita):
    known("Catherine", "Smith", birth_date=None)
    assert "Catherine" in panel(web(rita), birth_date="", phone="")
    assert "Nobody like this" in panel(web(rita), given_name="", birth_date="20")
    assert "while you type" in panel(web(rita), given_name="", family_name="", email="not yet@")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"given_name": "Mia", "birth_date": "2012-02-29"}, "same date of birth: a twin?"),
        ({"given_name": "Mia", "birth_date": "2015-03-01", "phone": PHONE}, "same phone: a brother or sister?"),
        ({"given_name": "Catherine", "birth_date": "1980-03-01"}, "Same name, but another date of birth"),
    ],
)
def test_family_and_namesakes_are_said_calmly(typed, said, known, web, rita):
    known("Catherine", "Smith", phone=PHONE)
    page = panel(web(rita), **typed)
    assert said in page
    assert "The same person?" not in page
    web(rita).post("/patients/new/", TYPED | typed)
    assert type(rita).objects.count()  # nothing asked back:
    assert AuditEvent.objects.filter(event="patient.added").exists()


def test_five_at_most(known, web, rita):
    for _number in range(6):
        known("Katherine", "Smith")
    page = panel(web(rita), birth_date="2012-02-29")
    assert page.count("<li>") == 5
    assert "There are more" in page


def test_what_was_shown_is_kept_once_and_not_what_was_typed(known, web, rita):
    catherine = known("Catherine", "Smith")
    for _key in range(3):
        panel(web(rita), birth_date="2012-02-29", school="Nowhere")
    event = AuditEvent.objects.get(event="patient.found")
    assert event.changes == {"patients": catherine.pk}


def test_a_sensitive_chart_is_not_told_of(known, web, rita):
    known("Catherine", "Smith", sensitive=True)
    assert "Catherine" not in panel(web(rita), birth_date="2012-02-29")


def test_while_editing_the_record_itself_and_the_family_are_left_out(known, web, rita):
    mine, twin = known("Katherine", "Smith"), known("Mia", "Smith")
    page = panel(web(rita), birth_date="2012-02-29", record=mine.pk)
    assert mine.chart_number not in page
    assert twin.chart_number not in page


@pytest.mark.parametrize("typed", ["x" * 10_000, "%_[]$where", "'); DROP", "😀", "مريم", "\x00", "{'$gt': ''}"])
def test_anything_may_be_typed(typed, known, web, rita):
    known("Catherine", "Smith")
    panel(web(rita), **dict.fromkeys(["given_name", "family_name", "birth_date", "phone", "address", "record"], typed))


def test_the_panel_belongs_to_those_who_write_records(web, gus):
    assert web(gus).post("/patients/lookalikes/", TYPED).status_code == 403


def test_the_form_carries_the_panel(web, rita):
    page = web(rita).get("/patients/new/").content.decode()
    assert 'hx-post="/patients/lookalikes/"' in page
    assert "?" not in page.partition('hx-post="/patients/lookalikes/"')[2][:1]


def test_the_list_and_its_link(pair, web, rita, dana):
    listed = web(rita).get("/patients/").content.decode()
    assert "Possible duplicates" in listed
    assert '<span class="count">1</span>' in listed
    page = web(rita).get("/patients/duplicates/").content.decode()
    assert pair.one.chart_number in page
    assert pair.other.chart_number in page
    assert "same name" in page
    assert "/merge/" not in page
    assert f"/patients/{pair.one_id}/merge/{pair.other_id}/" in web(dana).get("/patients/duplicates/").content.decode()


def test_not_the_same_person_and_back(pair, web, rita):
    client = web(rita)
    page = client.post(f"/patients/duplicates/{pair.pk}/dismiss/", {"show": "strong"}, follow=True)
    assert "Undo" in page.content.decode()
    assert page.request["QUERY_STRING"] == f"show=strong&dismissed={pair.pk}"
    assert "No possible duplicates" in client.get("/patients/duplicates/").content.decode()
    assert pair.one.chart_number in client.get("/patients/duplicates/?show=dismissed").content.decode()
    told = AuditEvent.objects.filter(event="duplicate.dismissed")
    assert {event.patient_id for event in told} == {pair.one_id, pair.other_id}
    client.post(f"/patients/duplicates/{pair.pk}/reopen/")
    pair.refresh_from_db()
    assert (pair.decision, pair.decided_by_id) == (Decision.OPEN, "")


def test_strong_ones_alone(pair, known, web, rita):
    known("Hugo", "Berger", birth_date=None, email="h@home.example")
    known("Hugo", "Berger", birth_date=None, email="h@home.example")
    pairing.search()
    assert "Hugo" in web(rita).get("/patients/duplicates/").content.decode()
    assert "Hugo" not in web(rita).get("/patients/duplicates/?show=strong").content.decode()


def test_pages(known, web, rita, monkeypatch):
    monkeypatch.setattr("patients.views.duplicates.PAGE", 1)
    for name in ("Anna", "Berta"):
        known(name, "Doe", phone=PHONE)
        known(name, "Doe", phone=PHONE)
    pairing.search()
    first, second = (web(rita).get(f"/patients/duplicates/?page={number}").content.decode() for number in (1, 2))
    assert "?page=2" in first
    assert ("Anna Doe and" in first) != ("Anna Doe and" in second)
    assert web(rita).get("/patients/duplicates/?page=-1&show=x&dismissed=x").status_code == 200


def test_a_pair_with_a_hidden_chart_is_nobodys(pair, web, rita, api):
    pair.other.change(sensitive=True)
    assert pair.one.chart_number not in web(rita).get("/patients/duplicates/").content.decode()
    assert web(rita).post(f"/patients/duplicates/{pair.pk}/dismiss/").status_code == 404
    assert api(rita).get("/api/patients/duplicates").json() == []
    assert api(rita).post(f"/api/patients/duplicates/{pair.pk}/dismissal").status_code == 404


def test_the_list_through_the_api(pair, api, dana):
    row = api(dana).get("/api/patients/duplicates?count=true").json()[0]
    assert [side["_id"] for side in row["patients"]] == [pair.one_id, pair.other_id]
    assert (row["reasons"], row["score"], row["dismissedAt"]) == (["name", "birthDate", "phone"], 85, None)
    assert api(dana).post(f"/api/patients/duplicates/{pair.pk}/dismissal").status_code == 204
    assert api(dana).get("/api/patients/duplicates").json() == []
    assert len(api(dana).get("/api/patients/duplicates?dismissed=true").json()) == 1
    assert api(dana).delete(f"/api/patients/duplicates/{pair.pk}/dismissal").status_code == 204
    assert len(api(dana).get("/api/patients/duplicates?strong=true").json()) == 1


def test_a_new_patient_through_the_api_names_family_with_a_hint(known, api, dana):
    twin = known("Mia", "Smith", phone=PHONE)
    same = known("Catherine", "Smith", phone=PHONE)
    body = {"givenName": "Katherine", "familyName": "Smith", "birthDate": "2012-02-29", "phone": PHONE}
    found = api(dana).post("/api/patients", body).json()["possibleDuplicates"]
    assert [(one["_id"], one["siblingOrTwin"]) for one in found] == [(same.pk, False), (twin.pk, True)]
    assert found[0]["reasons"] == ["similarName", "birthDate", "phone"]
