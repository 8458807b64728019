"""A draft that is saved while it is written, by one person or two."""

import json
import re

import pytest

from appointments.models import OwnChairs
from appointments.tests.browser import text_of, web
from charting.actions import entries
from charting.models import OpenEntry, Visit
from core import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(dana, pia):
    return entries.start_entry(by=dana, patient=pia, doctor=dana)


def at(visit, what=""):
    return f"/patients/{visit.patient_id}/chart/entries/{visit.pk}/{what}"


def said(visit, **more):
    return {"version": visit.version, "doctor": visit.doctor_id, "on": clock.today().isoformat(), **more}


def told(answer):
    return answer.status_code, json.loads(answer.content)


def test_saved_as_it_grows(dana, draft):
    browser = web(dana)
    status, answer = told(browser.post(at(draft, "save/"), said(draft, note="First words")))
    assert (status, answer["others"]) == (200, [])
    assert answer["version"] == 2
    again = said(draft, note="First words and more") | {"version": answer["version"]}
    assert told(browser.post(at(draft, "save/"), again))[1]["version"] == 3
    assert Visit.objects.get().note == "First words and more"


def test_what_cannot_be_kept_says_why(dana, draft):
    browser = web(dana)
    status, answer = told(browser.post(at(draft, "save/"), said(draft, upper_size="0.016")))
    assert (status, answer["code"]) == (422, "wire_unknown")
    status, answer = told(browser.post(at(draft, "save/"), said(draft, note="x") | {"version": 9}))
    assert (status, answer["code"]) == (412, "stale")
    assert Visit.objects.get().version == 1


def test_two_tablets_on_one_row(dana, nina, practice, draft):
    chair = practice.chairs.order_by("position")[2]
    OwnChairs.objects.create(user=nina, chairs=[chair.pk])
    assert told(web(nina).post(at(draft, "open/")))[1]["others"] == []
    status, answer = told(web(dana).post(at(draft, "open/")))
    assert (status, answer["others"]) == (200, ["Nina, Chair 3"])
    assert "Nina, Chair 3" in text_of(web(dana).get(at(draft)))
    web(nina).post(at(draft, "open/"), {"left": "1"})
    assert told(web(dana).post(at(draft, "open/")))[1]["others"] == []


def test_reading_changes_nothing(dana, draft):
    web(dana).get(at(draft))
    assert not OpenEntry.objects.exists()


def test_nobody_else(rita, ada, draft, make_patient):
    assert web(rita).post(at(draft, "save/"), said(draft)).status_code == 403
    assert web(ada).post(at(draft, "open/")).status_code == 403


def test_the_form_shows_what_is_kept(dana, draft):
    browser = web(dana)
    kept = {
        "procedures": ["ADJ", "PCC"],
        "turns": "4",
        "ipr": "13-12 0.2, 12-11 0.25",
        "lower_size": "0.018",
        "lower_material": "SS",
        "wires": "13-23 .016 NiTi",
        "bracket0_tooth": "15-13",
        "bracket0_event": "placed",
        "elastic0_pattern": "class_2",
        "elastic0_teeth": "13, 46",
        "elastic0_diameter": "1/4",
        "elastic0_ounces": "3.5",
        "elastic0_hours": "22",
    }
    assert told(browser.post(at(draft, "save/"), said(draft, **kept)))[0] == 200
    page = text_of(browser.get(at(draft)))
    for value in ("13-12 0.2, 12-11 0.25", "13-23 .016 NiTi", "13, 46", "3.5"):
        assert f'value="{value}"' in page
    assert re.findall(r'name="bracket\d+_tooth" value="(\d+)"', page) == ["15", "14", "13"]
