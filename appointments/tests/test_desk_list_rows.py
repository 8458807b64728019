"""Rows of the desk's lists: calls, putting aside, filters, very long lists, files."""

from datetime import date, timedelta

import pytest
import time_machine

from appointments.actions import desk_lists as desk
from appointments.actions.next_visits import note_next_visit
from appointments.desk_lists.lists import LISTS, PAGE, page
from appointments.desk_lists.shared import Filters
from appointments.models import CallNote, PutAside
from appointments.tests.browser import web, words
from appointments.tests.desk import refusal
from appointments.tests.desk_day import NOW, TODAY, ago, at, on
from core.models import AuditEvent
from patients.models import Patient

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wednesday")]
ONCE = pytest.mark.once(reason="about the page; what it reads and writes is tested on each database")


class TestCalls:
    def test_who_called_when_and_what_came_of_it(self, desk_visit, rita, pia):
        desk_visit(pia, ago(3), "no_show")
        browser = web(rita)
        browser.post(f"/lists/missed/call/{pia.pk}/", {"outcome": "left_message", "note": "Try  after 4"})
        call = CallNote.objects.get()
        assert (call.desk_list, call.outcome, call.note, call.by_id) == (
            "missed",
            "left_message",
            "Try after 4",
            rita.pk,
        )
        page = words(browser.get("/lists/missed/"))
        assert "Left message, 25 Nov 2026, 10:00" in page
        assert "Try after 4" in page
        assert AuditEvent.objects.filter(event="call.logged", patient_id=pia.pk).count() == 1

    def test_it_is_append_only(self, rita, pia):
        desk.log_call(by=rita, patient=pia, desk_list="missed", outcome="reached")
        with pytest.raises(TypeError, match="append-only"):
            CallNote.objects.all().delete()

    @pytest.mark.parametrize(("since", "is_on"), [(TODAY, False), (TODAY + timedelta(days=1), True)])
    def test_not_called_since(self, desk_visit, rita, pia, since, is_on):
        desk_visit(pia, ago(3), "no_show")
        desk.log_call(by=rita, patient=pia, desk_list="missed", outcome="no_answer")
        assert (on("missed", rita, not_called_since=since) == [pia.pk]) is is_on

    @pytest.mark.parametrize("sent", [{}, {"outcome": "shouted"}, {"outcome": "reached", "note": "x" * 301}])
    def test_bad_input(self, desk_visit, rita, pia, sent):
        desk_visit(pia, ago(3), "no_show")
        answer = web(rita).post(f"/lists/missed/call/{pia.pk}/", sent, follow=True)
        assert "Say how the call ended" in words(answer)
        assert not CallNote.objects.exists()


class TestPuttingAside:
    @pytest.mark.parametrize(("days", "is_on"), [(0, False), (9, False), (10, True)])
    def test_until_a_day(self, practice, rita, make_patient, days, is_on):
        patient = make_patient(care_status="active")
        until = TODAY + timedelta(days=10)
        desk.put_aside(by=rita, patient=patient, desk_list="without-next", until=until, reason="Abroad")
        with time_machine.travel(NOW + timedelta(days=days)):
            assert (on("without-next", rita) == [patient.pk]) is is_on
            assert (on("without-next", rita, aside=True) == [patient.pk]) is not is_on

    def test_and_back(self, practice, rita, make_patient):
        patient = make_patient(care_status="active")
        sent = {"reason": "Abroad", "until": TODAY + timedelta(days=10)}
        web(rita).post(f"/lists/without-next/aside/{patient.pk}/", sent)
        web(rita).post(f"/lists/without-next/back/{PutAside.objects.get().pk}/?aside=on")
        assert on("without-next", rita) == [patient.pk]

    @pytest.mark.parametrize(
        ("given", "code"),
        [
            ({"reason": " ", "until": TODAY + timedelta(days=1)}, "reason_required"),
            ({"reason": "Abroad", "until": None}, "invalid"),
            ({"reason": "Abroad", "until": TODAY}, "in_the_past"),
            ({"reason": "Abroad", "until": TODAY + timedelta(days=900)}, "too_far_ahead"),
        ],
    )
    def test_bad_input(self, practice, rita, pia, given, code):
        with refusal(code):
            desk.put_aside(by=rita, patient=pia, desk_list="without-next", **given)

    def test_somebody_elses_visit(self, desk_visit, rita, pia, make_patient):
        other = desk_visit(make_patient(), ago(3), "no_show")
        sent = {"reason": "Abroad", "subject": other.pk}
        assert web(rita).post(f"/lists/missed/aside/{pia.pk}/", sent).status_code == 404


def test_filters(desk_visit, rita, omar, dana, pia, make_patient):
    zoe = make_patient("Zoe")
    desk_visit(pia, ago(3), "no_show")
    desk_visit(zoe, ago(10), "no_show", doctor=omar)
    assert on("missed", rita, doctor=omar.pk) == [zoe.pk]
    assert on("missed", rita, location="f" * 24) == []
    assert on("missed", rita, first=TODAY - timedelta(days=3)) == [pia.pk]
    assert on("missed", rita, last=TODAY - timedelta(days=4)) == [zoe.pk]


@ONCE
def test_bad_filters_are_said_and_the_list_still_stands(desk_visit, rita, pia):
    desk_visit(pia, ago(3), "no_show")
    answer = web(rita).get("/lists/missed/?first=2026-11-30&last=2026-11-01&doctor=x&page=999999")
    assert answer.status_code == 200
    assert "The last day lies before the first." in words(answer)


class TestLargeLists:
    def test_page_by_page(self, practice, rita):
        people = [
            Patient(family_name=f"P{n:03}", sort_key=f"p{n:03}\t", chart_number=f"L{n}", care_status="active")
            for n in range(PAGE + 3)
        ]
        Patient.objects.bulk_create(people)
        first, more = page(rita, LISTS["without-next"], Filters(), 1)
        rest, end = page(rita, LISTS["without-next"], Filters(), 2)
        assert [row.patient_id for row in [*first, *rest]] == [patient.pk for patient in people]
        assert (len(first), more, len(rest), end) == (PAGE, True, 3, False)

    @ONCE
    @pytest.mark.parametrize("slug", list(LISTS))
    def test_queries_do_not_grow_with_the_rows(
        self, desk_visit, rita, make_patient, slug, django_assert_max_num_queries
    ):
        for n in range(12):
            patient = make_patient(
                f"P{n}",
                care_status="active" if n % 2 else "observation",
                estimated_completion_on=TODAY - timedelta(days=5),
            )
            desk_visit(patient, ago(400), "completed", "OBS")
            desk_visit(patient, ago(90), "no_show")
            desk_visit(patient, ago(30), "no_show" if n % 3 else "cancelled")
            desk.log_call(by=rita, patient=patient, desk_list=slug, outcome="reached")
            if slug in {"orders", "unconfirmed"}:
                note_next_visit(by=rita, patient=patient, due_on=TODAY)
                desk_visit(patient, at(date(2026, 11, 26)))
        browser = web(rita)
        with django_assert_max_num_queries(32):
            page = words(browser.get(f"/lists/{slug}/"))
        assert page.count("Example, P") >= 4
        with django_assert_max_num_queries(24):
            browser.get("/lists/counts/")


@ONCE
class TestLeavingTheHouse:
    def test_csv(self, desk_visit, rita, make_patient):
        patient = make_patient("=1+1", "Example")
        desk_visit(patient, ago(3), "no_show")
        desk.log_call(by=rita, patient=patient, desk_list="missed", outcome="reached", note="@cmd")
        sent = {"format": "csv", "reason": "For the night desk", "recipient": "Call centre"}
        answer = web(rita).post("/lists/missed/export/?last=2026-11-24", sent)
        text = b"".join(answer.streaming_content).decode()
        assert "'=1+1 Example" in text
        assert "'@cmd" in text
        assert text.count("\n") == 2
        event = AuditEvent.objects.get(event="desk_list.disclosed")
        assert event.changes["patients"] == patient.pk
        assert (event.changes["list"], event.changes["recipient"]) == ("missed", "Call centre")
        assert event.changes["last"] == "2026-11-24"

    def test_on_paper(self, desk_visit, rita, pia):
        desk_visit(pia, ago(3), "no_show")
        assert "Lindholm, Pia" in words(web(rita).get("/lists/missed/paper/"))
        assert AuditEvent.objects.get(event="desk_list.disclosed").changes["patients"] == pia.pk

    @pytest.mark.parametrize("address", ["", "counts/", "missed/", "missed/paper/", "missed/export/"])
    def test_not_for_patients(self, pia, address):
        assert web(pia.user).get(f"/lists/{address}").status_code == 403

    def test_no_such_list(self, rita):
        assert web(rita).get("/lists/everybody/").status_code == 404
