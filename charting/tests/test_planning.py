"""The plan, its phases, the case and the signed consent: what they do, what they refuse, what the pages show."""

import re
from datetime import date, timedelta

import pytest

from appointments.tests.browser import code_of, text_of, web, words
from charting.actions import consents, phases, plans
from charting.models import Phase, Plan, PlanOption, SignedConsent
from charting.rules import signatures
from core import clock
from core.errors import NotPermitted, Refused, Stale
from core.models import AuditEvent
from patients.actions import change
from patients.models import Consent

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DRAWN = "M20 100L60 40L100 150L180 60M200 90L320 90"
BIDI = "שלום 🙂 مرحبا"


def refusal(code, field=None):
    return pytest.raises(Refused, check=lambda error: (error.code, error.field) == (code, field))


def address(patient, *rest):
    return "/".join(["/patients", patient.pk, "chart", *rest, ""])


@pytest.fixture
def sam(dana, make_patient):
    """Examined, nothing decided."""
    return make_patient("Sam", "Quist", care_status="pending")


@pytest.fixture
def plan(dana, sam):
    return plans.add_plan(by=dana, patient=sam, problems="Class II", aims="Class I", extractions="14,24")


@pytest.fixture
def option(dana, plan):
    return plans.add_option(by=dana, plan=plan, title="Fixed appliances", text="Braces", fee="CHF 8'400.–", months=18)


@pytest.fixture
def chosen(dana, option):
    return plans.choose_option(by=dana, option=option, version=option.version)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def go(by, phase, to, on=None):
    phase = fresh(phase)
    return phases.move_phase(by=by, phase=phase, version=phase.version, to=to, on=on or clock.today())


def care(patient):
    patient = fresh(patient)
    return patient.care_status, patient.care_phase


class TestPlan:
    def test_the_first_estimate_stays_beside_the_present_one(self, dana, sam, chosen):
        plan = fresh(chosen.plan)
        assert (plan.estimated_months, plan.first_estimate) == (18, 18)
        plans.change_plan(by=dana, plan=plan, version=plan.version, estimated_months=24)
        plan = fresh(plan)
        assert (plan.estimated_months, plan.first_estimate) == (24, 18)
        assert "24 months first estimate 18" in words(web(dana).get(address(sam, "plan")))

    def test_one_option_is_chosen(self, dana, plan, chosen):
        other = plans.add_option(by=dana, plan=fresh(plan), title="Aligners")
        plans.choose_option(by=dana, option=other, version=other.version)
        rows = PlanOption.objects.filter(plan_id=plan.pk)
        assert [(row.title, row.is_chosen) for row in rows] == [("Fixed appliances", False), ("Aligners", True)]

    def test_a_new_plan_keeps_the_one_before(self, dana, sam, plan, option):
        plans.add_plan(by=dana, patient=sam, problems="Relapse")
        assert not fresh(plan).is_current
        with refusal("status_conflict"):
            plans.change_plan(by=dana, plan=fresh(plan), version=fresh(plan).version, aims="Other")
        page = words(web(dana).get(address(sam, "plan", plan.pk)))
        assert "can only be read" in page
        assert "Fixed appliances" in page

    def test_what_cannot_be(self, dana, sam, plan, option):
        with refusal("tooth_unknown", "extractions"):
            plans.change_plan(by=dana, plan=plan, version=plan.version, extractions="19")
        with refusal("out_of_range", "estimated_months"):
            plans.change_plan(by=dana, plan=plan, version=plan.version, estimated_months=73)
        with refusal("out_of_range", "months"):
            plans.add_option(by=dana, plan=plan, title="Long", months=100)
        with refusal("too_long", "problems"):
            plans.change_plan(by=dana, plan=plan, version=plan.version, problems="x" * 100_000)
        with refusal("in_the_future", "on"):
            plans.add_plan(by=dana, patient=sam, on=clock.today() + DAY)
        with pytest.raises(Stale):
            plans.change_option(by=dana, option=option, version=option.version + 1, title="Other")
        assert fresh(plan).version == plan.version

    def test_rights(self, nina, rita, ada, dana, sam, plan, option):
        assert plans.change_plan(by=nina, plan=plan, version=plan.version, aims="Drafted").aims == "Drafted"
        with pytest.raises(NotPermitted):
            plans.choose_option(by=nina, option=option, version=option.version)
        phase = phases.add_phase(by=nina, plan=plan, kind="full")
        for by in (nina, ada, rita):
            with pytest.raises(NotPermitted):
                go(by, phase, "running")
            with pytest.raises(NotPermitted):
                phases.move_case(by=by, patient=sam, version=sam.version, to="active")
        for by in (ada, rita):
            with pytest.raises(NotPermitted):
                plans.add_plan(by=by, patient=sam)
            with pytest.raises(NotPermitted):
                phases.add_phase(by=by, plan=plan, kind="retention")


class TestPhases:
    def test_from_the_start_to_release_the_record_follows(self, dana, sam, chosen):
        plan, today = fresh(chosen.plan), clock.today()
        full = phases.add_phase(by=dana, plan=plan, kind="full", estimated_months=20)
        kept = phases.add_phase(by=dana, plan=plan, kind="retention")
        go(dana, full, "running", today - 40 * DAY)
        assert care(sam) == ("active", "full")
        patient = fresh(sam)
        assert patient.care_started_on == today - 40 * DAY
        assert patient.estimated_completion_on > today
        told = AuditEvent.objects.filter(event="patient.changed", patient_id=sam.pk).latest("at").changes
        assert told["care_status"] == ["pending", "active"]
        for to, status in (("paused", "paused"), ("running", "active"), ("finished", "debonded")):
            go(dana, full, to)
            assert care(sam)[0] == status
        go(dana, kept, "running")
        assert care(sam) == ("retention", "")
        go(dana, kept, "finished")
        assert care(sam) == ("released", "")

    def test_a_reopened_phase_keeps_its_end(self, dana, sam, plan):
        full = phases.add_phase(by=dana, plan=plan, kind="full")
        go(dana, full, "running", clock.today() - 9 * DAY)
        go(dana, full, "finished", clock.today() - 3 * DAY)
        again = go(dana, full, "running")
        assert again.ended_on == clock.today() - 3 * DAY
        assert again.reopened_at is not None
        assert care(sam) == ("active", "full")
        assert "reopened" in words(web(dana).get(address(sam, "plan")))

    def test_the_case_starts_once(self, dana, sam, plan):
        began = date(2024, 2, 1)
        first = phases.add_phase(by=dana, plan=plan, kind="phase_1")
        second = phases.add_phase(by=dana, plan=plan, kind="phase_2")
        go(dana, first, "running", began)
        go(dana, first, "finished", date(2025, 2, 1))
        assert care(sam) == ("observation", "")
        go(dana, second, "running", date(2026, 2, 1))
        assert care(sam) == ("active", "phase_2")
        assert fresh(sam).care_started_on == began

    def test_estimates_move_the_end(self, dana, sam, plan):
        full = phases.add_phase(by=dana, plan=plan, kind="full", estimated_months=12)
        go(dana, full, "running", date(2026, 1, 31))
        full = fresh(full)
        phases.estimate_phase(by=dana, phase=full, version=full.version, estimated_months=13)
        assert (fresh(full).estimated_months, fresh(full).first_estimate) == (13, 12)
        assert fresh(sam).estimated_completion_on == date(2027, 2, 28)

    def test_what_cannot_be(self, dana, sam, plan):
        with refusal("phase_order", "kind"):
            phases.add_phase(by=dana, plan=plan, kind="phase_2")
        full = phases.add_phase(by=dana, plan=plan, kind="full")
        kept = phases.add_phase(by=dana, plan=plan, kind="retention")
        with refusal("in_the_future", "on"):
            go(dana, full, "running", clock.today() + DAY)
        with pytest.raises(Stale):
            phases.move_phase(by=dana, phase=full, version=9, to="running", on=clock.today())
        go(dana, full, "running")
        for phase, to in ((kept, "running"), (full, "planned")):
            with refusal("status_conflict", "state"):
                go(dana, phase, to)
        with refusal("dates_out_of_order", "on"):
            go(dana, full, "finished", clock.today() - DAY)
        with refusal("status_conflict", "state"):
            plans.add_plan(by=dana, patient=fresh(sam))
        assert care(sam) == ("active", "full")

    def test_a_case_that_was_never_examined_is_not_started(self, dana, pia):
        plan = plans.add_plan(by=dana, patient=pia)
        full = phases.add_phase(by=dana, plan=plan, kind="full")
        with refusal("status_conflict", "care_status"):
            go(dana, full, "running")
        assert fresh(full).state == "planned"


class TestCase:
    def test_steps_and_the_present_state(self, dana, sam, plan):
        moved = phases.move_case(by=dana, patient=sam, version=sam.version, to="ready")
        with pytest.raises(Refused) as caught:
            phases.move_case(by=dana, patient=moved, version=moved.version, to="released")
        assert caught.value.extra == {"status": "ready"}
        assert "Ready to start" in str(caught.value)
        with pytest.raises(Stale):
            phases.move_case(by=dana, patient=moved, version=moved.version - 1, to="active")

    def test_an_open_phase_leads_until_the_patient_leaves(self, dana, sam, plan):
        full = phases.add_phase(by=dana, plan=plan, kind="full")
        go(dana, full, "running")
        patient = fresh(sam)
        with refusal("status_conflict", "care_status"):
            phases.move_case(by=dana, patient=patient, version=patient.version, to="debonded")
        phases.move_case(by=dana, patient=patient, version=patient.version, to="transferred_out")
        assert (fresh(full).state, care(sam)) == ("stopped", ("transferred_out", ""))


class TestConsent:
    def sign(self, by, plan, **other):
        said = {"text": f"I agree.\r\n{BIDI}", "signer": "Mona  Quist", "drawn": DRAWN, "version": plan.version} | other
        return consents.sign_consent(by=by, plan=plan, **said)

    def test_words_hash_and_one_consent(self, nina, sam, chosen):
        made = fresh(self.sign(nina, fresh(chosen.plan)))
        assert (made.text, made.signer, made.drawn) == (f"I agree.\n{BIDI}", "Mona Quist", DRAWN)
        assert made.text_hash == signatures.hash_of(f"I agree.\n{BIDI}")
        given = Consent.objects.get(patient=sam)
        assert (given.kind, given.given_by, given.given_on) == ("treatment", "Mona Quist", clock.today())
        told = AuditEvent.objects.get(event="consent.signed")
        assert told.changes["text_hash"] == [None, made.text_hash]
        assert "agree" not in str(told.changes)

    def test_what_cannot_be(self, dana, sam, chosen):
        plan = fresh(chosen.plan)
        for other, code, field in (
            ({"text": " "}, "invalid", "text"),
            ({"text": "x" * 100_000}, "too_long", "text"),
            ({"signer": " "}, "invalid", "signer"),
            ({"drawn": ""}, "signature_missing", "drawn"),
            ({"drawn": "M10 10L12 12"}, "signature_missing", "drawn"),
            ({"drawn": 'M0 0"/><script>'}, "signature_invalid", "drawn"),
            ({"drawn": "M0 0L601 10"}, "signature_invalid", "drawn"),
            ({"drawn": "M0 0" + "L10 10" * 10_000}, "too_long", "drawn"),
        ):
            with refusal(code, field):
                self.sign(dana, plan, **other)
        with pytest.raises(Stale):
            self.sign(dana, plan, version=plan.version - 1)
        assert not Consent.objects.filter(patient=sam).exists()
        assert not SignedConsent.objects.exists()

    def test_an_option_is_chosen_first(self, dana, sam, plan, option):
        with refusal("no_option_chosen"):
            self.sign(dana, plan)
        answer = web(dana).get(address(sam, "plan", plan.pk, "consent"), follow=True)
        assert "Choose an option first" in words(answer)

    def test_rights(self, ada, rita, chosen):
        for by in (ada, rita):
            with pytest.raises(NotPermitted):
                self.sign(by, fresh(chosen.plan))


@pytest.mark.once(reason="about the pages; what they read and write is tested on each database")
class TestPages:
    def form_of(self, browser, at):
        page = text_of(browser.get(at))
        found = re.search(r'name="version"[^>]*value="(\d+)"', page)
        return {"version": found[1]} if found else {}

    def post(self, browser, at, **said):
        return browser.post(at, self.form_of(browser, at) | said, follow=True)

    def test_from_an_empty_tab_to_treatment_under_way(self, dana, sam):
        browser, today = web(dana), clock.today().isoformat()
        said = {"on": today, "problems": f"Crowding\n{BIDI}", "extractions": "14; 24,14", "appliances": "MBT 0.022"}
        assert "No plan yet" in words(browser.get(address(sam, "plan")))
        answer = self.post(browser, address(sam, "plan", "new"), **said)
        assert "14, 24" in words(answer)
        assert BIDI in words(answer)
        plan = Plan.objects.get()
        option = {"title": "Fixed", "text": "Two years of braces", "fee": "CHF 8'400.–", "months": "18"}
        self.post(browser, address(sam, "plan", plan.pk, "options", "new"), **option)
        made = PlanOption.objects.get()
        browser.post(address(sam, "options", made.pk, "choose"), {"version": made.version})
        at = address(sam, "plan", plan.pk, "consent")
        begun = words(browser.get(at))
        for text in ("Two years of braces", "about 18 months", "CHF 8'400.–", "14, 24", "Sam Quist"):
            assert text in begun
        signed = self.post(browser, at, text=f"I agree {BIDI}", signer="Mona Quist", drawn=DRAWN)
        assert "Signature of Mona Quist" in text_of(signed)
        assert f'd="{DRAWN}"' in text_of(signed)
        assert SignedConsent.objects.get().text_hash in words(signed)
        self.post(browser, address(sam, "plan", plan.pk, "phases", "new"), kind="full", estimated_months="18")
        phase = Phase.objects.get()
        answer = browser.post(
            address(sam, "phases", phase.pk, "step"), {"version": phase.version, "to": "running", "on": ""}, follow=True
        )
        assert "Month 1 of about 18" in words(answer)
        assert "Active treatment" in words(answer)

    def test_a_typed_name_alone_is_not_enough(self, dana, sam, chosen):
        browser, at = web(dana), address(sam, "plan", chosen.plan_id, "consent")
        assert "The typed name alone is not enough" in words(browser.get(at))
        answer = self.post(browser, at, text=f"Mine {BIDI}", signer="Mona Quist")
        assert (answer.status_code, code_of(answer)) == (422, "signature_missing")
        for kept in (BIDI, "Mona Quist", "a typed name alone is not enough"):
            assert kept in words(answer) + text_of(answer)
        assert not SignedConsent.objects.exists()

    def test_what_was_typed_stays(self, dana, sam, plan):
        browser, at = web(dana), address(sam, "plan", plan.pk, "edit")
        said = {"on": clock.today().isoformat(), "aims": BIDI}
        answer = self.post(browser, at, **said, extractions="19")
        assert (answer.status_code, BIDI in text_of(answer)) == (400, True)
        assert 'value="19"' in text_of(answer)
        answer = browser.post(at, said | {"version": "9"})
        assert (answer.status_code, code_of(answer)) == (412, "stale")
        assert fresh(plan).aims == "Class I"

    def test_a_step_that_is_refused_is_said_on_the_page(self, dana, sam, plan):
        browser = web(dana)
        answer = browser.post(address(sam, "case"), {"version": sam.version, "to": "released"})
        assert answer.status_code == 409
        assert "The case is “Exam done, pending”" in words(answer)
        assert browser.post(address(sam, "case"), {"version": "77", "to": "ready"}).status_code == 412
        assert browser.post(address(sam, "case"), {"version": "1", "to": "healed"}).status_code == 400

    def test_a_consent_of_another_choice_is_marked(self, dana, sam, chosen):
        plan = fresh(chosen.plan)
        TestConsent().sign(dana, plan)
        page = words(web(dana).get(address(sam, "plan")))
        assert "Signed by Mona Quist" in page
        assert "The choice has changed" not in page
        other = plans.add_option(by=dana, plan=plan, title="Aligners")
        plans.choose_option(by=dana, option=other, version=other.version)
        assert "The choice has changed" in words(web(dana).get(address(sam, "plan")))

    def test_who_may_what(self, rita, nina, ada, dana, sam, chosen, make_patient):
        signed = TestConsent().sign(dana, fresh(chosen.plan))
        phase = phases.add_phase(by=dana, plan=fresh(chosen.plan), kind="full")
        at = address(sam, "plan")
        assert web(rita).get(at).status_code == 403
        assert web(rita).get(address(sam, "consents", signed.pk)).status_code == 403
        read = text_of(web(ada).get(at))
        assert "Fixed appliances" in read
        assert "/edit/" not in read
        assert "<form" not in read[read.index('id="plan-title"') : read.index("</main>")]
        drafts = text_of(web(nina).get(at))
        assert "/edit/" in drafts
        assert f"/phases/{phase.pk}/step/" not in drafts
        for user in (ada, nina):
            for rest in (("options", chosen.pk, "choose"), ("phases", phase.pk, "step"), ("case",)):
                assert web(user).post(address(sam, *rest)).status_code == 403
        hidden, other = make_patient("Hid", "Den", sensitive=True), make_patient("An", "Other")
        assert web(nina).get(address(hidden, "plan")).status_code == 404
        for rest in (("plan", chosen.plan_id), ("plan", chosen.plan_id, "edit"), ("plan", chosen.plan_id, "consent")):
            assert web(dana).get(address(other, *rest)).status_code == 404
        for rest in (("options", chosen.pk), ("phases", phase.pk), ("consents", signed.pk)):
            assert web(dana).get(address(other, *rest)).status_code == 404

    def test_nothing_is_written_beside_an_archived_record(self, dana, sam, chosen):
        change(by=dana, patient=fresh(sam), fields={"school": "Elsewhere"})
        sam = fresh(sam)
        sam.change(archived_at=clock.now())
        assert "/edit/" not in text_of(web(dana).get(address(sam, "plan")))
        with refusal("archived"):
            plans.add_plan(by=dana, patient=sam)
