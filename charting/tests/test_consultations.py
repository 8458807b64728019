"""Consultations: on the pages and through the API; the plan as the API reads it."""

import re
from datetime import timedelta

import pytest

from appointments.tests.browser import code_of, text_of, web, words
from appointments.tests.desk import api_of
from charting.actions import consultations, phases, plans
from charting.models import Consultation
from core import clock
from core.errors import NotPermitted, Refused, Stale
from core.models import AuditEvent

pytestmark = pytest.mark.django_db
BIDI = "שלום 🙂 مرحبا"
ONCE = pytest.mark.once(reason="about the pages; what they read and write is tested on each database")


def at(patient, *rest):
    return "/".join(["/patients", patient.pk, "chart", "consultations", *rest, ""])


def said(doctor, **other):
    return {"on": clock.today().isoformat(), "doctor": doctor.pk, "present": "Mona", "concern": BIDI} | other


@pytest.fixture
def talk(dana, pia):
    return consultations.add_consultation(by=dana, patient=pia, doctor=dana, concern="Crooked", fee="CHF 9'000")


def test_noted_corrected_and_in_the_audit(dana, nina, omar, pia, talk):
    consultations.change_consultation(
        by=nina, consultation=talk, version=1, doctor=omar, decision="thinking", concern=BIDI
    )
    kept = Consultation.objects.get()
    assert (kept.doctor_id, kept.decision, kept.concern, kept.version) == (omar.pk, "thinking", BIDI, 2)
    told = AuditEvent.objects.get(event="consultation.changed").changes
    assert told == {
        "doctor_id": [dana.pk, omar.pk],
        "decision": ["", "thinking"],
        "concern": "changed",
    }


def test_what_cannot_be(dana, rita, ada, nina, pia, talk):
    for fields, code, field in (
        ({"on": clock.today() + timedelta(days=1)}, "in_the_future", "on"),
        ({"said": "x" * 100_000}, "too_long", "said"),
        ({"decision": "perhaps"}, "invalid", "decision"),
        ({"doctor": nina}, "invalid", "doctor_id"),
    ):
        with pytest.raises(Refused) as caught:
            consultations.change_consultation(by=dana, consultation=talk, version=1, **fields)
        assert (caught.value.code, caught.value.field) == (code, field)
    with pytest.raises(Stale):
        consultations.change_consultation(by=dana, consultation=talk, version=2, fee="0")
    for by in (rita, ada):
        with pytest.raises(NotPermitted):
            consultations.add_consultation(by=by, patient=pia, doctor=dana)
    assert Consultation.objects.get().version == 1


@ONCE
class TestPages:
    def test_the_talk_and_the_presentation(self, dana, pia):
        browser = web(dana)
        answer = browser.post(at(pia, "new"), said(dana, decision="goes_ahead", next_step="Records"), follow=True)
        for text in (BIDI, "Goes ahead", "Records", "Dr. Dana"):
            assert text in words(answer)
        plan = plans.add_plan(by=dana, patient=pia)
        plans.add_option(by=dana, plan=plan, title="Aligners", fee="EUR 5.000,–", months=1)
        begun = text_of(browser.get(at(pia, "new") + "?case=1"))
        assert "Aligners · about 1 month · EUR 5.000,–" in begun
        assert "Aligners: EUR 5.000,–" in begun
        browser.post(at(pia, "new") + "?case=1", said(dana))
        assert Consultation.objects.filter(plan_id=plan.pk).count() == 1

    def test_what_was_typed_stays(self, dana, nina, pia, talk):
        browser = web(dana)
        tomorrow = (clock.today() + timedelta(days=1)).isoformat()
        answer = browser.post(at(pia, "new"), said(dana, on=tomorrow))
        assert (answer.status_code, code_of(answer)) == (422, "in_the_future")
        assert BIDI in text_of(answer)
        assert browser.post(at(pia, "new"), said(nina)).status_code == 400
        stale = browser.post(at(pia, talk.pk), said(dana, version="9"))
        assert (stale.status_code, BIDI in text_of(stale)) == (412, True)
        assert Consultation.objects.get().concern == "Crooked"

    def test_who_may_what(self, rita, ada, nina, dana, pia, talk, make_patient):
        assert web(rita).get(at(pia)).status_code == 403
        assert "Crooked" in text_of(web(ada).get(at(pia)))
        assert f"/{talk.pk}/" not in text_of(web(ada).get(at(pia)))
        assert web(ada).get(at(pia, talk.pk)).status_code == 403
        version = re.search(r'name="version"[^>]*value="(\d)"', text_of(web(nina).get(at(pia, talk.pk))))[1]
        assert web(nina).post(at(pia, talk.pk), said(dana, version=version)).status_code == 302
        assert web(dana).get(at(make_patient("An", "Other"), talk.pk)).status_code == 404
        assert web(nina).get(at(make_patient("Hid", "Den", sensitive=True))).status_code == 404


@ONCE
class TestApi:
    def test_there_and_back(self, dana, pia):
        api = api_of(dana)
        body = {"patientId": pia.pk, "doctorId": dana.pk, "concern": BIDI, "decision": "thinking", "nextStep": "Call"}
        made = api.post("/api/consultations", body, format="json")
        assert made.status_code == 201
        one = f"/api/consultations/{made.json()['_id']}"
        read = api.get(one)
        assert read.json() | body == read.json()
        assert (read.json()["on"], read.json()["planId"]) == (clock.today().isoformat(), None)
        changed = api.patch(one, {"fee": "EUR 1"}, format="json", headers={"If-Match": read["ETag"]})
        assert (changed.status_code, changed.json()["fee"], changed.json()["concern"]) == (200, "EUR 1", BIDI)
        assert api.patch(one, {"fee": "EUR 2"}, format="json", headers={"If-Match": read["ETag"]}).status_code == 412
        assert api.patch(one, {"fee": "EUR 2"}, format="json").status_code == 428
        listed = api.get(f"/api/consultations?patientId={pia.pk}&count=true")
        assert (listed["X-Total-Count"], listed.json()) == ("1", [changed.json()])
        assert AuditEvent.objects.filter(event="patient.opened", patient_id=pia.pk).count() == 2

    @pytest.mark.parametrize(
        ("wrong", "status", "field"),
        [
            ({"doctorId": "x"}, 404, "doctorId"),
            ({"patientId": "f" * 24}, 404, "patientId"),
            ({"planId": "f" * 24}, 404, "planId"),
            ({"decision": "perhaps"}, 400, "decision"),
            ({"on": "2999-01-01"}, 422, "on"),
            ({"said": "x" * 30_000}, 422, "said"),
            ({"nextStep": "x" * 301}, 422, "nextStep"),
            ({"fee": 9000}, 400, "fee"),
        ],
    )
    def test_what_cannot_be(self, wrong, status, field, dana, pia):
        answer = api_of(dana).post(
            "/api/consultations", {"patientId": pia.pk, "doctorId": dana.pk} | wrong, format="json"
        )
        assert (answer.status_code, list(answer.json()["errors"])) == (status, [field])
        assert not Consultation.objects.exists()

    def test_who_may_what(self, rita, ada, nina, dana, gus, pia, talk, make_patient):
        hidden = make_patient("Hid", "Den", sensitive=True)
        kept = consultations.add_consultation(by=dana, patient=hidden, doctor=dana)
        one, listed, plan = (
            f"/api/consultations/{talk.pk}",
            f"/api/consultations?patientId={pia.pk}",
            f"/api/patients/{pia.pk}/plan",
        )
        for user in (rita, gus):
            assert {api_of(user).get(path).status_code for path in (one, listed, plan)} == {403}
        reader = api_of(ada)
        assert {reader.get(path).status_code for path in (one, listed, plan)} == {200}
        body = {"patientId": pia.pk, "doctorId": dana.pk}
        assert reader.post("/api/consultations", body, format="json").status_code == 403
        assert reader.patch(one, {"fee": ""}, format="json", headers={"If-Match": "*"}).status_code == 403
        api = api_of(nina)
        assert api.post("/api/consultations", body, format="json").status_code == 201
        assert api.get(f"/api/consultations/{kept.pk}").status_code == 404
        assert api.get(f"/api/consultations?patientId={hidden.pk}").status_code == 404
        assert api.get("/api/consultations").status_code == 400

    def test_the_plan_is_read(self, dana, pia, settings):
        api, path = api_of(dana), f"/api/patients/{pia.pk}/plan"
        assert api.get(path).json() == {"plan": None, "earlier": []}
        before = plans.add_plan(by=dana, patient=pia)
        plan = plans.add_plan(by=dana, patient=pia, problems=BIDI, extractions="14,24", estimated_months=18)
        option = plans.add_option(by=dana, plan=plan, title="Fixed", fee="EUR 1")
        plans.choose_option(by=dana, option=option, version=1)
        phases.add_phase(by=dana, plan=plan, kind="full", estimated_months=18)
        told = api.get(path).json()
        assert [row["_id"] for row in told["earlier"]] == [before.pk]
        kept = told["plan"]
        assert (kept["problems"], kept["extractions"], kept["firstEstimate"]) == (BIDI, ["14", "24"], 18)
        assert [(one["title"], one["fee"], one["chosen"]) for one in kept["options"]] == [("Fixed", "EUR 1", True)]
        assert [(one["kind"], one["state"]) for one in kept["phases"]] == [("full", "planned")]
