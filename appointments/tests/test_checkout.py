"""Nobody leaves without an answer: the next visit, an order for the desk, or a reason for none."""

from datetime import time, timedelta

import pytest
import time_machine

from appointments import actions
from appointments.actions.checkout import check_out
from appointments.models import Appointment, Checkout, NextVisit, StatusEvent
from appointments.rules import Status
from appointments.tests.browser import code_of, offers_of, text_of, web, words
from appointments.tests.desk import book, kind, monday, refusal
from appointments.tests.floor import visit_today
from core import clock
from core.models import AuditEvent

pytestmark = pytest.mark.django_db
PAGE = pytest.mark.once(reason="about the page; what it writes is tested on each database")


@pytest.fixture(autouse=True)
def _morning():
    day = clock.today() + timedelta(days=-clock.today().weekday() + 2)  # a Wednesday
    with time_machine.travel(clock.at(day, time(10)), tick=True):
        yield


@pytest.fixture
def visit(practice, dana, pia):
    return visit_today(pia, dana, minutes=-20, status="checkout")


def steps_of(visit):
    return list(
        StatusEvent.objects.filter(appointment=visit, kind="status").order_by("id").values_list("to_status", flat=True)
    )


class TestTheThreeAnswers:
    def test_the_next_visit(self, visit, rita, pia, dana):
        later = book(rita, pia, dana, monday(11, weeks=8), "ADJ")
        soonest = book(rita, pia, dana, monday(9, weeks=4), "REP")
        kept = check_out(by=rita, appointment=visit, answer="booked")
        assert (kept.answer, kept.following_id, kept.patient_id) == ("booked", soonest.pk, pia.pk)
        assert Appointment.objects.get(pk=visit.pk).status == Status.COMPLETED
        assert AuditEvent.objects.filter(event="appointment.checked_out", patient_id=pia.pk).count() == 1
        again = check_out(by=rita, appointment=visit, answer="booked", following=later)
        assert (again.pk, again.following_id) == (kept.pk, later.pk)

    def test_an_order_for_the_desk(self, visit, rita, pia):
        kept = check_out(by=rita, appointment=visit, answer="order", type=kind("ADJ"), weeks=6, note="new  wire")
        order = NextVisit.objects.get()
        assert kept.order_id == order.pk
        assert (order.patient_id, order.type.code, order.note) == (pia.pk, "ADJ", "new wire")
        assert order.due_on == clock.today() + timedelta(weeks=6)

    def test_a_reason_for_none(self, visit, rita):
        kept = check_out(by=rita, appointment=visit, answer="none", why_none="finished")
        assert (kept.answer, kept.why_none) == ("none", "finished")
        assert NextVisit.objects.count() == 0

    @pytest.mark.parametrize(
        ("given", "code", "field"),
        [
            ({"answer": ""}, "invalid", "answer"),
            ({"answer": "booked"}, "no_next_visit", "answer"),
            ({"answer": "order"}, "invalid", "weeks"),
            ({"answer": "order", "weeks": 105}, "invalid", "weeks"),
            ({"answer": "none"}, "reason_required", "why_none"),
            ({"answer": "none", "why_none": "other"}, "reason_required", "note"),
        ],
    )
    def test_without_an_answer_nobody_leaves(self, visit, rita, given, code, field):
        with refusal(code) as caught:
            check_out(by=rita, appointment=visit, **given)
        assert caught.value.field == field
        assert Appointment.objects.get().status == Status.CHECKOUT
        assert not Checkout.objects.exists()

    def test_another_patients_visit_is_no_next_visit(self, visit, rita, dana, make_patient):
        other = book(rita, make_patient("Zoe"), dana, monday(9, weeks=4))
        with refusal("no_next_visit"):
            check_out(by=rita, appointment=visit, answer="booked", following=other)


def test_another_answer_settles_the_order(visit, rita):
    check_out(by=rita, appointment=visit, answer="order", weeks=6)
    actions.undo_status(by=rita, appointment=visit)
    changed = check_out(by=rita, appointment=visit, answer="order", weeks=8)
    assert NextVisit.objects.get().due_on == clock.today() + timedelta(weeks=8)
    assert changed.order_id == NextVisit.objects.get().pk
    last = check_out(by=rita, appointment=visit, answer="none", why_none="will_call")
    assert (last.order_id, Checkout.objects.count()) == (None, 1)
    assert NextVisit.objects.get().done_at is not None


@pytest.mark.parametrize(
    ("status", "made_up"),
    [
        ("booked", ["arrived", "checkout", "completed"]),
        ("arrived", ["checkout", "completed"]),
        ("seated", ["checkout", "completed"]),
        ("needs_doctor", ["with_doctor", "checkout", "completed"]),
        ("with_doctor", ["checkout", "completed"]),
        ("completed", []),
    ],
)
def test_steps_that_nobody_tapped_are_made_up_for(practice, rita, dana, pia, status, made_up):
    visit = visit_today(pia, dana, minutes=-20, status=status)
    before = steps_of(visit)
    check_out(by=rita, appointment=visit, answer="none", why_none="finished")
    assert steps_of(visit)[len(before) :] == made_up
    assert Appointment.objects.get().status == "completed"


@pytest.mark.parametrize("status", ["requested", "cancelled", "no_show", "left_unseen", "entered_in_error"])
def test_nobody_was_here(practice, rita, dana, pia, status):
    visit = visit_today(pia, dana, minutes=-20, status=status)
    with refusal("status_conflict"):
        check_out(by=rita, appointment=visit, answer="none", why_none="finished")


def test_a_visit_that_has_not_begun(practice, rita, dana, pia):
    with refusal("not_begun"):
        check_out(by=rita, appointment=visit_today(pia, dana, minutes=5), answer="none", why_none="finished")


def test_somebody_else_was_quicker(visit, rita):
    with refusal("status_conflict"):
        check_out(by=rita, appointment=visit, answer="none", why_none="finished", expected="with_doctor")


class TestThePage:
    pytestmark = PAGE

    def address(self, visit):
        return f"/appointments/{visit.pk}/checkout/"

    def test_it_offers_what_usually_comes_next(self, visit, rita):
        page = text_of(web(rita).get(self.address(visit)))
        assert 'value="8"' in page, "weeks of an adjustment"
        assert '<option value="ADJ" selected>' in page
        assert f"checkout={visit.pk}" in page
        assert f"patient={visit.patient_id}&amp;type=ADJ&amp;weeks=8" in page

    def test_booking_the_next_visit_checks_out(self, visit, rita, dana):
        desk = web(rita)
        form = {"checkout": visit.pk, "patient": visit.patient_id, "type": "ADJ", "weeks": "8", "doctor": dana.pk}
        form["day"] = clock.today()
        slot = offers_of(desk.post("/appointments/new/", {**form, "step": "times"}))[0]
        answer = desk.post("/appointments/new/", {**form, "step": "book", "slot": slot}, follow=True)
        booked = Appointment.objects.exclude(pk=visit.pk).get()
        assert Checkout.objects.get().following_id == booked.pk
        assert Appointment.objects.get(pk=visit.pk).status == "completed"
        assert "Pia Lindholm is checked out." in words(answer)

    @pytest.mark.parametrize(
        ("back", "leads_to"),
        [("board", "/board/"), ("close-2026-11-02", "/close-day/2026-11-02/"), ("", "/appointments/")]
        + [(bad, "/appointments/") for bad in ("close-2026-02-31", "https://evil.example", "//evil.example")],
    )
    def test_it_leads_back(self, visit, rita, back, leads_to):
        sent = {"answer": "none", "why_none": "finished", "expected": "checkout", "back": back}
        answer = web(rita).post(self.address(visit), sent)
        assert (answer.status_code, answer.headers["Location"].startswith(leads_to)) == (302, True)

    def test_what_was_typed_stays(self, visit, rita):
        sent = {"answer": "order", "type": "REP", "weeks": "999", "todo": "check the bond"}
        answer = web(rita).post(self.address(visit), sent)
        assert (answer.status_code, code_of(answer)) == (400, "invalid")
        page = text_of(answer)
        assert 'value="999"' in page
        assert 'value="check the bond"' in page

    def test_the_visits_page_asks(self, visit, rita):
        desk = web(rita)
        assert self.address(visit) in text_of(desk.get(f"/appointments/{visit.pk}/"))
        answer = desk.post(f"/appointments/{visit.pk}/status/", {"status": "completed"})
        assert answer.headers["Location"] == self.address(visit)
        assert Appointment.objects.get().status == "checkout"

    def test_the_board_asks(self, visit, rita):
        desk = web(rita)
        assert f"{self.address(visit)}?back=board" in text_of(desk.get("/board/"))
        answer = desk.post(f"/board/{visit.pk}/step/", {"to": "completed"}, headers={"X-Clinic-Tap": "1"})
        assert answer.json()["code"] == "answer_needed"

    @pytest.mark.parametrize("following", ["x", "f" * 24])
    def test_unknown_visits(self, visit, rita, following):
        sent = {"answer": "booked", "following": following}
        assert web(rita).post(self.address(visit), sent).status_code == 404
