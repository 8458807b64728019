"""Who is on which list of the desk, on both sides of every boundary."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from appointments import actions
from appointments.actions import desk_lists as desk
from appointments.actions.next_visits import note_next_visit
from appointments.models import Appointment, NextVisit, PutAside
from appointments.tests.browser import text_of, web, words
from appointments.tests.desk import book, kind
from appointments.tests.desk_day import NOW, TODAY, ago, at, on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("wednesday")]
ONCE = pytest.mark.once(reason="about the page; what it reads and writes is tested on each database")


class TestUnconfirmed:
    def test_the_next_working_day(self, desk_visit, rita, pia, make_patient):
        zoe, max_ = make_patient("Zoe"), make_patient("Max")
        desk_visit(pia, at(date(2026, 11, 26)))
        desk_visit(zoe, at(date(2026, 11, 26), 11), confirmed_at=NOW)
        desk_visit(max_, at(date(2026, 11, 27)))
        assert on("unconfirmed", rita) == [pia.pk]
        assert on("unconfirmed", rita, first=date(2026, 11, 26), last=date(2026, 11, 27)) == [pia.pk, max_.pk]

    def test_over_the_weekend(self, desk_visit, rita, pia):
        with time_machine.travel(datetime(2026, 11, 28, 10, tzinfo=UTC)):  # Saturday; Sunday nobody is there
            desk_visit(pia, at(date(2026, 11, 30)))
            assert on("unconfirmed", rita) == [pia.pk]

    @pytest.mark.parametrize(("hour", "is_on"), [(23, False), (24, True), (48, True), (49, False)])
    def test_a_day_of_25_hours(self, desk_visit, rita, pia, settings, hour, is_on):
        settings.TIME_ZONE = "Europe/Zurich"
        day = date(2026, 10, 25)  # the clocks go back
        start = datetime(2026, 10, 23, 22, tzinfo=UTC) + timedelta(hours=hour)  # midnight of the 24th, and so on
        desk_visit(pia, start)
        assert (on("unconfirmed", rita, first=day, last=day) == [pia.pk]) is is_on

    def test_confirming_takes_the_row_off(self, desk_visit, rita, pia):
        row = desk_visit(pia, at(date(2026, 11, 26)))
        answer = web(rita).post(f"/lists/unconfirmed/confirm/{row.pk}/?first=2026-11-26")
        assert answer.headers["Location"] == "/lists/unconfirmed/?first=2026-11-26"
        assert on("unconfirmed", rita) == []


class TestMissed:
    def test_until_another_visit(self, desk_visit, rita, pia, dana):
        desk_visit(pia, ago(3), "no_show")
        assert on("missed", rita) == [pia.pk]
        book(rita, pia, dana, at(date(2026, 12, 9)), "ADJ")
        assert on("missed", rita) == []

    @pytest.mark.parametrize(
        ("status", "days", "is_on"),
        [
            ("no_show", 365, True),
            ("no_show", 366, False),
            ("left_unseen", 3, True),
            ("completed", 3, False),
            ("cancelled", 3, False),
        ],
    )
    def test_which(self, desk_visit, rita, pia, status, days, is_on):
        desk_visit(pia, ago(days), status)
        assert (on("missed", rita) == [pia.pk]) is is_on

    @pytest.mark.parametrize(("days", "is_on"), [(4, True), (2, False)])
    def test_a_visit_that_took_place_since(self, desk_visit, rita, pia, days, is_on):
        desk_visit(pia, ago(3), "no_show")
        desk_visit(pia, ago(days), "completed")
        assert (on("missed", rita) == [pia.pk]) is is_on

    def test_who_is_here_now_has_come(self, desk_visit, rita, pia):
        desk_visit(pia, ago(3), "no_show")
        desk_visit(pia, at(TODAY, 9), "seated")
        assert on("missed", rita) == []

    @pytest.mark.parametrize(
        ("born", "said"), [(date(2008, 11, 22), "Missed"), (date(2008, 11, 23), "Was not brought")]
    )
    def test_under_18_on_the_day(self, desk_visit, rita, make_patient, born, said):
        desk_visit(make_patient(birth_date=born), ago(3), "no_show")  # on 22 November
        assert said in words(web(rita).get("/lists/missed/"))

    def test_archived_patients_and_hidden_charts(self, desk_visit, rita, ada, make_patient):
        desk_visit(make_patient(archived_at=NOW), ago(3), "no_show")
        hidden = make_patient(sensitive=True)
        desk_visit(hidden, ago(3), "no_show")
        assert on("missed", rita) == []


class TestNotBroughtAgain:
    @pytest.mark.parametrize(
        ("first", "second", "is_on"),
        [
            (date(2025, 11, 20), date(2026, 11, 20), True),
            (date(2025, 11, 19), date(2026, 11, 20), False),
            (date(2025, 11, 25), date(2025, 11, 26), True),
            (date(2025, 11, 20), date(2025, 11, 24), False),  # the last one is more than a year ago
        ],
    )
    def test_twice_in_twelve_months(self, desk_visit, rita, pia, first, second, is_on):
        desk_visit(pia, at(first), "no_show")
        desk_visit(pia, at(second), "no_show")
        assert (on("not-brought", rita) == [pia.pk]) is is_on

    @pytest.mark.parametrize(("born", "is_on"), [(date(2008, 11, 23), True), (date(2008, 11, 22), False)])
    def test_under_18_at_the_last_one(self, desk_visit, rita, make_patient, born, is_on):
        child = make_patient(birth_date=born)
        desk_visit(child, ago(60), "no_show")
        desk_visit(child, ago(3), "no_show")
        assert (on("not-brought", rita) == [child.pk]) is is_on

    def test_a_new_date_does_not_settle_it_and_another_one_opens_it_again(self, desk_visit, rita, pia, dana):
        desk_visit(pia, ago(60), "no_show")
        last = desk_visit(pia, ago(3), "no_show")
        book(rita, pia, dana, at(date(2026, 12, 9)), "ADJ")
        assert on("not-brought", rita) == [pia.pk]
        told = {"patient": pia, "desk_list": "not-brought", "subject": last.pk, "for_good": True}
        desk.put_aside(by=rita, reason="Spoke with the mother", **told)
        assert on("not-brought", rita) == []
        desk_visit(pia, ago(1), "no_show")
        assert on("not-brought", rita) == [pia.pk]


class TestCancelled:
    def test_until_booked_anew(self, desk_visit, rita, pia, dana):
        start = at(date(2026, 12, 2))
        actions.cancel(by=rita, appointment=book(rita, pia, dana, start, "ADJ"))
        assert on("cancelled", rita) == [pia.pk]
        book(rita, pia, dana, at(date(2026, 11, 30)), "ADJ")
        assert on("cancelled", rita) == []

    def test_who_came_instead_and_who_came_before(self, desk_visit, rita, make_patient):
        instead, before = make_patient("Ida"), make_patient("Ben")
        for patient in (instead, before):
            row = desk_visit(patient, at(date(2026, 12, 2)), "cancelled")
            Appointment.objects.filter(pk=row.pk).update(updated_at=ago(5))
        desk_visit(instead, ago(1), "completed", created_at=ago(4))
        desk_visit(before, ago(1), "completed", created_at=ago(6))
        assert on("cancelled", rita) == [before.pk]


class TestWithoutNext:
    @pytest.mark.parametrize(
        ("care", "is_on"), [("active", True), ("paused", False), ("observation", False), ("released", False)]
    )
    def test_active_ones(self, practice, rita, make_patient, care, is_on):
        patient = make_patient(care_status=care)
        assert (on("without-next", rita) == [patient.pk]) is is_on

    @pytest.mark.parametrize(
        ("start", "status", "is_on"),
        [
            (at(TODAY), "completed", True),
            (at(TODAY, 8), "booked", False),  # late, still expected today
            (ago(1), "booked", True),
            (at(TODAY + timedelta(days=40)), "booked", False),
            (at(TODAY + timedelta(days=40)), "cancelled", True),
        ],
    )
    def test_what_counts_as_a_next_visit(self, desk_visit, rita, make_patient, start, status, is_on):
        patient = make_patient(care_status="active")
        desk_visit(patient, start, status)
        assert (on("without-next", rita) == [patient.pk]) is is_on

    def test_an_order_is_said(self, practice, rita, make_patient):
        patient = make_patient(care_status="active")
        note_next_visit(by=rita, patient=patient, due_on=date(2027, 1, 11))
        assert "Order: 11 Jan 2027" in words(web(rita).get("/lists/without-next/"))


class TestRecall:
    @pytest.mark.parametrize(
        ("care", "code", "weeks", "is_on"),
        [
            ("observation", "OBS", 26, True),
            ("observation", "OBS", 25, False),
            ("observation", "NPE", 26, True),
            ("retention", "RETC", 12, True),
            ("retention", "RETC", 11, False),
            ("retention", "RETD", 4, True),
            ("retention", "RETD", 3, False),
            ("active", "ADJ", 60, False),
        ],
    )
    def test_not_seen_for_longer_than_they_should(self, desk_visit, rita, make_patient, care, code, weeks, is_on):
        patient = make_patient(care_status=care)
        desk_visit(patient, ago(7 * weeks), "completed", code)
        assert (on("recall", rita) == [patient.pk]) is is_on

    def test_the_clinics_own_interval_counts(self, desk_visit, rita, make_patient):
        patient = make_patient(care_status="observation")
        desk_visit(patient, ago(7 * 20), "completed", "OBS")
        kind("OBS").change(next_visit_weeks=20)
        assert on("recall", rita) == [patient.pk]

    @pytest.mark.parametrize(("days", "is_on"), [(14, True), (15, False), (-400, True)])
    def test_brought_over(self, practice, rita, pia, days, is_on):
        NextVisit.objects.create(patient=pia, due_on=TODAY + timedelta(days=days), origin="import")
        assert (on("recall", rita) == [pia.pk]) is is_on
        assert on("orders", rita) == []

    def test_an_order_or_a_visit_is_enough(self, desk_visit, rita, make_patient):
        ordered, booked = (make_patient(care_status="observation") for _ in range(2))
        for patient in (ordered, booked):
            desk_visit(patient, ago(400), "completed", "OBS")
        note_next_visit(by=rita, patient=ordered, due_on=TODAY + timedelta(days=90))
        desk_visit(booked, at(TODAY + timedelta(days=9)))
        assert on("recall", rita) == []


@pytest.mark.parametrize(
    ("care", "ends_on", "is_on"),
    [
        ("active", TODAY - timedelta(days=1), True),
        ("active", TODAY, False),
        ("active", None, False),
        ("paused", TODAY - timedelta(days=1), True),
        ("retention", TODAY - timedelta(days=1), False),
    ],
)
def test_past_completion(practice, rita, make_patient, care, ends_on, is_on):
    patient = make_patient(care_status=care, estimated_completion_on=ends_on)
    assert (on("past-completion", rita) == [patient.pk]) is is_on


class TestOrders:
    def test_booking_from_the_row_takes_it_off(self, practice, rita, pia, dana):
        order = note_next_visit(by=rita, patient=pia, due_on=date(2026, 12, 9), type=kind("ADJ"), note="new wire")
        text = text_of(web(rita).get("/lists/orders/"))
        assert f"/appointments/new/?due={order.pk}" in text
        assert "new wire" in text
        book(rita, pia, dana, at(date(2026, 12, 9)), "ADJ", due=order)
        assert on("orders", rita) == []

    def test_not_needed_any_more(self, practice, rita, pia):
        order = note_next_visit(by=rita, patient=pia, due_on=date(2026, 12, 9))
        sent = {"subject": order.pk, "reason": "Moves to another clinic", "until": ""}
        assert web(rita).post(f"/lists/orders/aside/{pia.pk}/", sent).status_code == 302
        assert NextVisit.objects.get().done_at is not None
        assert PutAside.objects.get().reason == "Moves to another clinic"
        assert on("orders", rita) == []
