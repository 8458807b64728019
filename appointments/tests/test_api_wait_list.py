"""The wait list through the API."""

import pytest

from appointments.models import Appointment, WaitlistEntry, WaitlistOffer
from appointments.tests.desk import api_of, kind, monday
from core import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(rita):
    return api_of(rita)


@pytest.fixture
def entry(desk, pia, practice):
    body = {"patientId": pia.pk, "type": "ADJ", "weekdays": [0, 2], "timeFrom": "09:00", "noticeHours": 2}
    answer = desk.post("/api/waitlist", body, format="json")
    assert answer.status_code == 201, answer.json()
    return WaitlistEntry.objects.get(pk=answer.json()["_id"])


@pytest.fixture
def offer(desk, entry, dana):
    body = {"date": clock.iso(monday()), "doctorId": dana.pk}
    answer = desk.post(f"/api/waitlist/{entry.pk}/offers", body, format="json")
    assert answer.status_code == 201, answer.json()
    return WaitlistOffer.objects.get(pk=answer.json()["_id"])


def test_the_list(desk, entry, pia):
    (row,) = desk.get("/api/waitlist").json()
    assert (row["patient"], row["weekdays"], row["timeFrom"], row["state"]) == (pia.name, [0, 2], "09:00", "active")


def test_changed_with_the_version_that_was_read(desk, entry):
    assert desk.patch(f"/api/waitlist/{entry.pk}", {"state": "paused"}, format="json").status_code == 428
    changed = desk.patch(f"/api/waitlist/{entry.pk}", {"state": "paused"}, format="json", headers={"If-Match": '"1"'})
    assert changed.json()["state"] == "paused"
    stale = desk.patch(f"/api/waitlist/{entry.pk}", {"note": "x"}, format="json", headers={"If-Match": '"1"'})
    assert stale.status_code == 412


def test_settled(desk, entry):
    assert desk.delete(f"/api/waitlist/{entry.pk}").status_code == 204
    assert desk.get("/api/waitlist").json() == []


def test_a_family_answers_its_own(offer, gus, pia):
    family = api_of(gus)
    (row,) = family.get("/api/me/offers").json()
    assert (row["_id"], row["state"]) == (offer.pk, "offered")

    assert family.post(f"/api/offers/{offer.pk}/accept").json()["patientId"] == pia.pk

    assert Appointment.objects.get().origin == "wait_list"
    again = family.post(f"/api/offers/{offer.pk}/accept")
    assert (again.status_code, again.json()["code"]) == (409, "offer_gone")
    assert family.get("/api/me/offers").json() == []


def test_declined(offer, gus):
    assert api_of(gus).post(f"/api/offers/{offer.pk}/decline").json()["state"] == "declined"
    assert WaitlistEntry.objects.get().state == "active"


def test_somebody_elses_offer_is_no_offer(offer, make_user):
    stranger = api_of(make_user("Stranger", "patient"))
    unknown = stranger.post(f"/api/offers/{'f' * 24}/accept")
    foreign = stranger.post(f"/api/offers/{offer.pk}/accept")
    assert (foreign.status_code, foreign.json()) == (unknown.status_code, unknown.json()) == (404, foreign.json())


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"type": "NOPE"}, "type"),
        ({"weekdays": [7]}, "weekdays.0"),
        ({"timeFrom": "25:00"}, "timeFrom"),
        ({"timeFrom": "10:00", "timeTo": "09:00"}, "timeTo"),
        ({"earliest": "2027-02-02", "latest": "2027-02-01"}, "latest"),
        ({"noticeHours": -1}, "noticeHours"),
        ({"note": "x" * 301}, "note"),
        ({"patientId": "f" * 24}, "patientId"),
    ],
)
def test_bad_input_names_the_field(desk, pia, practice, wrong, field):
    answer = desk.post("/api/waitlist", {"patientId": pia.pk, "type": kind("ADJ").code, **wrong}, format="json")
    assert answer.status_code in {400, 404}
    assert field in answer.json()["errors"]
    assert WaitlistEntry.objects.count() == 0
