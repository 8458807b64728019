"""The treatment card, the head, appliances and the plan through the API: the same rules and errors as the pages."""

from datetime import timedelta
from typing import Any

import pytest

from appointments.tests.desk import api_of
from appointments.tests.floor import noon, visit_today
from charting.models import Visit, WireChange
from core import clock
from patients.models import MedicalEntry

pytestmark = pytest.mark.django_db

SAID: dict[str, Any] = {
    "hygiene": "good",
    "procedures": [{"code": "ADJ"}, {"code": "IPR", "contact": "13-12", "mm": "0.20"}],
    "wires": [{"kind": "placed", "arch": "upper", "size": ".019x.025", "material": "SS"}],
    "brackets": [{"tooth": "16", "event": "placed", "attachment": "band"}],
    "elastics": [{"pattern": "class_2", "teeth": ["13", "46"], "diameter": "1/4", "ounces": "3.5", "hours": 22}],
    "note": "שלום 🙂",
    "nextWeeks": 6,
}


@pytest.fixture
def root(pia):
    return f"/api/patients/{pia.pk}"


def test_written_signed_and_amended(dana, pia, practice, root):
    call = api_of(dana)
    made = call.post(f"{root}/visits", SAID)
    assert made.status_code == 201, made.json()
    visit = made.json()["visit"]
    told = {name: visit[name] for name in ("hygiene", "note", "state", "nextWeeks", "doctorId")}
    assert told == {"hygiene": "good", "note": "שלום 🙂", "state": "draft", "nextWeeks": 6, "doctorId": dana.pk}
    assert visit["procedures"] == [{"code": "ADJ"}, {"code": "IPR", "contact": "13-12", "mm": "0.2"}]
    assert visit["wires"] == [{"kind": "placed", "arch": "upper", "span": "", "size": "0.019x0.025", "material": "SS"}]
    address = f"{root}/visits/{visit['_id']}"
    changed = call.patch(address, {"plan": "Power chain"}, headers={"If-Match": f'"{visit["version"]}"'})
    assert changed.json()["visit"]["elastics"] == visit["elastics"]  # what was not sent stays
    assert call.patch(address, {"plan": "Old"}, headers={"If-Match": f'"{visit["version"]}"'}).status_code == 412
    assert call.post(f"{address}/sign").status_code == 428
    signed = call.post(f"{address}/sign", headers={"If-Match": changed["ETag"]})
    assert (signed.status_code, signed.json()["state"]) == (200, "signed")
    refused = call.patch(address, {"note": "Other"}, headers={"If-Match": signed["ETag"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "signed")
    amended = call.post(f"{address}/amendments", {"reason": "Wrong side", "text": "It was 23"})
    assert [one["text"] for one in amended.json()["amendments"]] == ["It was 23"]
    assert [one["_id"] for one in call.get(f"{root}/visits").json()] == [visit["_id"]]


def test_the_head(dana, pia, practice, root):
    MedicalEntry.objects.create(patient=pia, description="Nickel", category="allergy", critical=True)
    call = api_of(dana)
    made = call.post(f"{root}/visits", SAID)
    assert made.json()["warnings"] == ["The patient is allergic to nickel, and .019×.025 SS contains it (8 to 12 %)."]
    told = call.get(f"{root}/chart").json()
    assert told["alerts"] == ["Nickel"]
    assert [(one["size"], one["material"]) for one in told["wires"]] == [("0.019x0.025", "SS")]
    assert told["elastics"][0]["teeth"] == ["13", "46"]
    assert told["hygiene"] == ["good"]


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        (
            {"wires": [{"kind": "placed", "arch": "upper", "size": "0.030x0.030", "material": "SS"}]},
            "wire_unknown",
            "wires",
        ),
        ({"wires": [{"kind": "retied", "arch": "upper"}]}, "wire_not_here", "wires"),
        ({"brackets": [{"tooth": "19", "event": "placed", "attachment": "band"}]}, "tooth_unknown", "brackets"),
        ({"brackets": [{"tooth": "16", "event": "removed", "attachment": "band"}]}, "bracket_not_here", "brackets"),
        ({"elastics": SAID["elastics"] + SAID["elastics"], "elasticsStopped": True}, "invalid", "elasticsStopped"),
        ({"elastics": [SAID["elastics"][0] | {"latex": True}]}, "latex_allergy", "elastics"),
        ({"on": (clock.today() + timedelta(days=2)).isoformat()}, "in_the_future", "on"),
        ({"note": "a" * 100_000}, "too_long", "note"),
        ({"hygiene": "superb"}, "invalid", "hygiene"),
        ({"nextWeeks": 200}, "out_of_range", "nextWeeks"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(sent, code, field, dana, pia, practice, root):
    MedicalEntry.objects.create(patient=pia, description="Latex", category="allergy", critical=True)
    answer = api_of(dana).post(f"{root}/visits", sent)
    assert answer.status_code in (400, 422)
    told = answer.json()
    assert (told["code"], next(iter(told["errors"]))) == (code, field)
    assert not Visit.objects.exists()
    assert not WireChange.objects.exists()


def test_one_entry_for_the_visit_under_way(dana, nina, pia, practice, root):
    with noon():
        visit = visit_today(pia, dana, status="seated")
        made = api_of(nina).post(f"{root}/visits", {"note": "Mine"}).json()["visit"]
        assert made["appointmentId"] == visit.pk
        refused = api_of(dana).post(f"{root}/visits", {"note": "Other"})
        assert (refused.status_code, refused.json()["visitId"]) == (409, made["_id"])
        assert Visit.objects.get().note == "Mine"


def test_rights(rita, nina, ada, dana, pia, practice, root, make_patient):
    made = api_of(nina).post(f"{root}/visits", {}).json()["visit"]
    address = f"{root}/visits/{made['_id']}"
    assert api_of(rita).get(f"{root}/visits").status_code == 403
    assert api_of(rita).get(f"{root}/chart").status_code == 403
    assert api_of(ada).get(address).status_code == 200
    assert api_of(ada).post(f"{root}/visits", {}).status_code == 403
    assert api_of(nina).post(f"{address}/countersign").status_code == 403
    not_hers = api_of(dana).post(f"{address}/sign", headers={"If-Match": "*"})
    assert not_hers.json()["code"] == "not_the_author"
    assert api_of(nina).post(f"{address}/sign", headers={"If-Match": "*"}).json()["waits"] is True
    assert api_of(dana).post(f"{address}/countersign").json()["state"] == "countersigned"
    other = make_patient("An", "Other")
    assert api_of(dana).get(f"/api/patients/{other.pk}/visits/{made['_id']}").status_code == 404


def test_appliances_aligners_and_retention(dana, pia, root):
    call, today = api_of(dana), clock.today().isoformat()
    expander = call.post(f"{root}/appliances", {"kind": "Expander", "teeth": ["16", "26"], "placedOn": today}).json()
    events = f"{root}/appliances/{expander['_id']}/events"
    turned = call.post(events, {"what": "activated", "on": today, "turns": 14})
    assert (turned.status_code, turned.json()["turns"]) == (201, 14)
    assert call.post(events, {"what": "activated", "on": today, "turns": 900}).json()["errors"].keys() == {"turns"}
    bad = call.post(f"{root}/appliances", {"kind": "Expander", "teeth": ["56"], "placedOn": today})
    assert (bad.json()["code"], bad.json()["errors"].keys()) == ("tooth_unknown", {"teeth"})
    series = call.post(f"{root}/aligners", {"startedOn": today, "upper": 20, "lower": 18}).json()
    address = f"{root}/aligners/{series['_id']}"
    beyond = call.patch(address, {"delivered": 21}, headers={"If-Match": '"1"'})
    assert (beyond.status_code, beyond.json()["code"]) == (422, "tray_beyond_series")
    given = call.patch(
        address, {"delivered": 5, "verified": 1, "on": today, "tracking": "on_track"}, headers={"If-Match": '"1"'}
    )
    assert (given.json()["delivered"], given.json()["wornNow"]) == (5, 1)
    checks = call.post(f"{root}/retention", {"since": today}).json()
    assert len(checks) == 4
    done = call.patch(f"{root}/retention/{checks[0]['_id']}", {"doneOn": today}, headers={"If-Match": '"1"'})
    assert done.json()["doneOn"] == today


def test_the_plan_from_problems_to_a_running_phase(dana, nina, pia, root):
    call, today = api_of(dana), clock.today().isoformat()
    told = call.post(f"{root}/plan", {"on": today, "problems": "Overjet 7 mm", "extractions": ["14", "24"]})
    assert told.status_code == 201, told.json()
    told = call.post(f"{root}/plan/options", {"title": "Fixed", "fee": "4,800", "months": 24}).json()
    option = told["plan"]["options"][0]
    choose = f"{root}/plan/options/{option['_id']}/choose"
    assert api_of(nina).post(choose, headers={"If-Match": "*"}).status_code == 403
    told = call.post(choose, headers={"If-Match": f'"{option["version"]}"'}).json()
    assert (told["plan"]["estimatedMonths"], told["plan"]["firstEstimate"]) == (24, 24)
    changed = call.patch(f"{root}/plan", {"estimatedMonths": 30}, headers={"If-Match": "*"}).json()["plan"]
    assert (changed["estimatedMonths"], changed["firstEstimate"]) == (30, 24)
    phase = call.post(f"{root}/plan/phases", {"kind": "full"}).json()["plan"]["phases"][0]
    steps = f"{root}/plan/phases/{phase['_id']}/state"
    wrong = call.post(steps, {"to": "finished", "on": today}, headers={"If-Match": "*"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "status_conflict")
    running = call.post(steps, {"to": "running", "on": today}, headers={"If-Match": "*"}).json()
    assert (running["code"], running["status"]) == ("status_conflict", "inquiry")
    for step in ("pending", "ready"):
        assert call.post(f"{root}/case", {"to": step}, headers={"If-Match": "*"}).status_code == 200
    running = call.post(steps, {"to": "running", "on": today}, headers={"If-Match": "*"}).json()
    assert running["plan"]["phases"][0]["state"] == "running"
    assert call.get(f"{root}/chart").json()["status"] == "active"
    bad = call.patch(f"{root}/plan", {"extractions": ["29"]}, headers={"If-Match": "*"})
    assert (bad.json()["code"], bad.json()["errors"].keys()) == ("tooth_unknown", {"extractions"})
