"""Exams and IOTN through the API: the same rules, the same errors as the pages."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.tests.desk import api_of
from charting.models import ChartSettings, Exam, ScoreSheet
from core import clock

pytestmark = pytest.mark.django_db
QUERIES = 8


@pytest.fixture
def url(pia):
    return f"/api/patients/{pia.pk}/exams"


def today():
    return clock.today().isoformat()


def test_written_corrected_signed(dana, url):
    call = api_of(dana)
    facts = {"overjet": "7.5", "molarRight": "II", "molarRightUnit": "0.5", "crossbites": []}
    made = call.post(url, {"on": today(), "kind": "initial", "facts": facts, "note": "שלום 🙂"})
    assert made.status_code == 201, made.json()
    assert (made.json()["by"], made.json()["signedBy"]) == (dana.display_name, None)
    assert made.json()["facts"] == {"overjet": "7.5", "molarRight": "II", "molarRightUnit": "0.5", "crossbites": []}
    one = f"{url}/{made.json()['_id']}"
    assert call.patch(one, {"note": "x"}).status_code == 428
    changed = call.patch(one, {"facts": {"overjet": None, "overbite": "4"}}, headers={"If-Match": '"1"'})
    assert changed.json()["facts"].keys() == {"molarRight", "molarRightUnit", "crossbites", "overbite"}
    assert call.patch(one, {"note": "x"}, headers={"If-Match": '"1"'}).status_code == 412
    signed = call.post(f"{one}/sign", headers={"If-Match": changed["ETag"]})
    assert (signed.json()["state"], signed.json()["signedBy"]) == ("signed", dana.display_name)
    refused = call.patch(one, {"note": "x"}, headers={"If-Match": signed["ETag"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "signed")
    assert [row["_id"] for row in call.get(url).json()] == [made.json()["_id"]]


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        ({"facts": {"overjet": "45"}}, "out_of_range", "overjet"),
        ({"facts": {"overjet": "much"}}, "invalid", "facts"),
        ({"facts": {"molarLeft": "IV"}}, "invalid", "facts"),
        ({"facts": {"midlineUpper": "2"}}, "side_missing", "midlineUpperSide"),
        ({"on": (clock.today() + timedelta(days=1)).isoformat()}, "in_the_future", "on"),
        ({"kind": "second"}, "invalid", "kind"),
        ({"note": "a" * 100_000}, "too_long", "note"),
    ],
)
def test_refused_naming_the_field(sent, code, field, dana, url):
    answer = api_of(dana).post(url, {"on": today(), "kind": "initial"} | sent)
    assert answer.status_code in (400, 422)
    told = answer.json()
    assert told["code"] == code
    assert any(name.startswith(field) for name in told["errors"]), told
    assert not Exam.objects.exists()


def test_a_change_is_refused_naming_the_field(dana, url):
    call = api_of(dana)
    made = call.post(url, {"on": today(), "kind": "initial", "facts": {"overjet": "4"}}).json()
    answer = call.patch(f"{url}/{made['_id']}", {"facts": {"overjet": "45"}}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["errors"].keys()) == (422, {"overjet"}), answer.json()
    assert call.post(f"{url}/{made['_id']}/iotn", {"sheet": {"overjet": "45"}}).json()["errors"].keys() == {"overjet"}
    assert Exam.objects.get().facts == {"overjet": "4"} and not ScoreSheet.objects.exists()


@pytest.mark.once(reason="queries are those of one database")
@pytest.mark.parametrize("exams", [1, 20])
def test_a_list_is_a_page_in_a_fixed_number_of_queries(exams, dana, pia, url):
    for ago in range(exams):
        Exam.objects.create(patient=pia, by=dana, on=clock.today() - timedelta(days=ago))
    call = api_of(dana)
    call.get(url)
    with CaptureQueriesContext(connection) as queries:
        answer = call.get(url, {"limit": 5})
    assert len(queries) == QUERIES
    days = [row["on"] for row in answer.json()]
    assert days == sorted(days, reverse=True) and len(days) == min(exams, 5)


def test_iotn(dana, pia, url):
    call = api_of(dana)
    made = call.post(url, {"on": today(), "kind": "initial", "facts": {"overjet": "9.5"}}).json()
    one = f"{url}/{made['_id']}/iotn"
    told = call.get(one).json()
    assert (told["code"], told["met"][0]["code"], told["need"]) == ("5a", "5a", "yes")
    assert told["sheet"]["overjet"] == "9.5"
    assert call.post(one, {"judged": "4a"}).json()["code"] == "reason_missing"
    kept = call.post(one, {"sheet": {"overjet": "5"}, "aesthetic": 6, "judged": "4a", "reason": "Habit posture"})
    assert kept.status_code == 201, kept.json()
    assert (kept.json()["sheet"]["overjet"], kept.json()["judged"], kept.json()["aesthetic"]) == ("5", "4a", 6)
    assert ScoreSheet.objects.get().patient_id == pia.pk
    again = call.post(one, {"sheet": {"overbite": "2"}}).json()
    assert (again["sheet"]["overjet"], again["judged"], again["aesthetic"]) == ("5", "4a", 6)
    gone = call.post(one, {"judged": "", "reason": ""}).json()
    assert (gone["sheet"]["overbite"], gone["judged"], gone["reason"]) == ("2", "", "")
    ChartSettings(pk="0" * 24, with_iotn=False).save(force_insert=True)
    assert call.get(one).status_code == 404


def test_rights(rita, ada, nina, dana, url, make_patient):
    made = api_of(nina).post(url, {"on": today(), "kind": "initial"}).json()
    assert api_of(rita).get(url).status_code == 403
    assert api_of(ada).get(f"{url}/{made['_id']}").status_code == 200
    assert api_of(ada).post(url, {"on": today(), "kind": "initial"}).status_code == 403
    other = make_patient("An", "Other")
    assert api_of(dana).get(f"/api/patients/{other.pk}/exams/{made['_id']}").status_code == 404
    hidden = make_patient("Hid", "Den", sensitive=True)
    for path in (f"{hidden.pk}/exams", f"{hidden.pk}/exams/{made['_id']}", f"{made['_id']}/exams"):
        assert api_of(dana).get(f"/api/patients/{path}").status_code == 404
    for path in ("/f" * 12, f"/{hidden.pk}", f"/{hidden.pk}/iotn"):
        assert api_of(dana).get(url + path).status_code == 404
    assert api_of(nina).post(f"{url}/{hidden.pk}/sign", headers={"If-Match": '"1"'}).status_code == 404
