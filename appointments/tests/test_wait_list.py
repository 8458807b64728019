"""Wishes and offers: what fits, who comes first, and never two at one time."""

import re
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments import actions, tasks
from appointments.actions import wait_list
from appointments.models import Appointment, Closure, WaitlistEntry, WaitlistOffer
from appointments.tests.browser import text_of, web, words
from appointments.tests.desk import book, check_claims, kind, monday, refusal
from appointments.wait_list.freed import freed_times
from appointments.wait_list.rules import Wish, ranked
from core import clock
from core.errors import Refused
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def wish(by, patient, code="ADJ", **wanted):
    return wait_list.wish(by=by, patient=patient, type=kind(code), **wanted)


def offer(by, entry, doctor, location, start=None, **more):
    return wait_list.offer(by=by, entry=entry, start=start or monday(), doctor=doctor, location=location, **more)


class TestWhatFits:
    NOW = monday(8, weeks=0)

    @pytest.mark.parametrize(
        ("wanted", "fits"),
        [
            ({}, True),
            ({"doctor": "d1"}, True),
            ({"doctor": "d2"}, False),
            ({"weekdays": frozenset({0})}, True),
            ({"weekdays": frozenset({1, 2})}, False),
            ({"time_from": time(9)}, True),
            ({"time_from": time(9, 5)}, False),
            ({"time_to": time(9, 20)}, True),
            ({"time_to": time(9, 15)}, False),
            ({"earliest": monday().date()}, True),
            ({"earliest": monday().date() + timedelta(days=1)}, False),
            ({"latest": monday().date()}, True),
            ({"latest": monday().date() - timedelta(days=1)}, False),
            ({"notice": timedelta(days=6)}, True),
            ({"notice": timedelta(days=9)}, False),
        ],
    )
    def test_on_both_sides(self, wanted, fits):
        assert Wish(**wanted).fits(monday(9), monday(9, 20), "d1", self.NOW) is fits

    @given(st.lists(st.tuples(st.integers(0, 5), st.text("abc", min_size=1, max_size=3)), max_size=8))
    def test_who_has_waited_longest_comes_first(self, made):
        entries = [
            WaitlistEntry(pk=f"{number}{name}", created_at=clock.now() + timedelta(days=days))
            for number, (days, name) in enumerate(made)
        ]
        order = [(entry.created_at, entry.pk) for entry in ranked(entries)]
        assert order == sorted(order)
        assert len(order) == len(entries)


class TestWishing:
    def test_what_cannot_be(self, rita, pia, practice):
        with refusal("invalid"):
            wish(rita, pia, time_from=time(10), time_to=time(9))
        with refusal("invalid"):
            wish(rita, pia, earliest=date(2027, 1, 2), latest=date(2027, 1, 1))

    def test_from_the_patients_page_to_the_list(self, rita, pia, practice):
        browser = web(rita)
        assert f"/wait-list/new/?patient={pia.pk}" in text_of(browser.get(f"/patients/{pia.pk}/"))
        asked = {"type": kind("ADJ").pk, "weekdays": ["0", "2"], "time_from": "15:00", "notice_hours": "2"}

        said = words(browser.post(f"/wait-list/new/?patient={pia.pk}", asked, follow=True))

        assert "Lindholm, Pia" in said
        assert "Monday, Wednesday" in said
        assert "short notice" in said

    def test_bad_input_keeps_what_was_typed(self, rita, pia, practice):
        asked = {"type": kind("ADJ").pk, "time_from": "15:00", "time_to": "14:00", "notice_hours": "2", "note": "Band"}
        answer = web(rita).post(f"/wait-list/new/?patient={pia.pk}", asked)
        assert answer.status_code == 400
        assert "The end must be after the beginning." in words(answer)
        assert 'value="Band"' in text_of(answer)

    def test_a_hidden_chart_waits_unseen(self, rita, pia, practice):
        wish(rita, pia)
        pia.change(sensitive=True)
        assert "Lindholm" not in words(web(rita).get("/wait-list/"))
        assert web(rita).get(f"/wait-list/new/?patient={pia.pk}").status_code == 404


class TestAFreedTime:
    def test_is_shown_with_those_whom_it_fits(self, rita, dana, pia, practice, make_patient):
        waits, too_late = make_patient("Emma", "Keller"), make_patient("Tom", "Late")
        wish(rita, waits)
        wish(rita, too_late, time_from=time(15))
        visit = book(rita, pia, dana, monday(), "ADJ")
        actions.cancel(by=rita, appointment=visit)

        (gap,) = freed_times(rita)

        assert (gap.start, [match.entry.patient for match in gap.matches]) == (monday(), [waits])

    def test_stands_on_the_page_of_the_visit_that_left_it(self, rita, dana, pia, practice, make_patient):
        entry = wish(rita, make_patient("Emma", "Keller"))
        visit = book(rita, pia, dana, monday(), "ADJ")
        browser = web(rita)
        cancelled = browser.post(f"/appointments/{visit.pk}/cancel/", {"reason": "Ill"}, follow=True)
        assert "1 person waits for a time like this" in words(cancelled)

        slot = re.search(r'name="slot"\s+value="([^"]+)"', text_of(cancelled))[1]
        browser.post(f"/wait-list/{entry.pk}/offer/", {"slot": slot})
        said = words(browser.get("/wait-list/"))
        assert "Accepts" in said

        browser.post(f"/wait-list/offers/{WaitlistOffer.objects.get().pk}/", {"step": "accept"})
        assert Appointment.objects.get(status="booked").patient == entry.patient

    def test_not_when_it_is_free_no_more(self, rita, dana, pia, practice, make_patient):
        wish(rita, make_patient("Emma", "Keller"))
        visit = book(rita, pia, dana, monday(), "ADJ")
        actions.cancel(by=rita, appointment=visit)
        Closure.objects.create(doctor=dana, starts_on=monday().date(), ends_on=monday().date())

        assert freed_times(rita) == []

    def test_left_by_a_move(self, rita, dana, pia, practice, make_patient):
        wish(rita, make_patient("Emma", "Keller"))
        visit = book(rita, pia, dana, monday(), "ADJ")
        actions.move(by=rita, appointment=visit, start=monday(14))

        assert [gap.start for gap in freed_times(rita)] == [monday()]

    def test_costs_the_same_however_many_wait(
        self, rita, dana, pia, practice, make_patient, django_assert_max_num_queries
    ):
        visit = book(rita, pia, dana, monday(), "ADJ")
        actions.cancel(by=rita, appointment=visit)
        for number in range(12):
            wish(rita, make_patient("Pat", f"Waits {number}"))
        with django_assert_max_num_queries(19):
            (gap,) = freed_times(rita)
        assert (len(gap.first), gap.more) == (3, 9)


class TestOffers:
    def test_accepted_it_is_booked_and_the_wish_settled(self, rita, dana, pia, practice):
        entry = wish(rita, pia)
        made = offer(rita, entry, dana, practice)

        booked = wait_list.accept(by=rita, offer=made)

        entry.refresh_from_db()
        assert (booked.start, booked.origin, entry.state) == (monday(), "wait_list", "settled")
        check_claims()

    def test_instead_of_a_booked_visit_it_moves_that(self, rita, dana, pia, practice):
        visit = book(rita, pia, dana, monday(weeks=3), "ADJ")
        made = offer(rita, wish(rita, pia, instead_of=visit), dana, practice)

        moved = wait_list.accept(by=rita, offer=made)

        assert (moved.pk, moved.start, Appointment.objects.count()) == (visit.pk, monday(), 1)
        check_claims()

    def test_the_others_are_withdrawn_and_to_be_told(self, rita, dana, pia, practice, make_patient):
        first = offer(rita, wish(rita, pia), dana, practice)
        second = offer(rita, wish(rita, make_patient("Emma", "Keller")), dana, practice)

        wait_list.accept(by=rita, offer=first)

        second.refresh_from_db()
        assert second.standing == "withdrawn"
        page = words(web(rita).get("/wait-list/"))
        assert "To tell: the time is gone" in page
        with refusal("offer_gone"):
            wait_list.accept(by=rita, offer=second)
        web(rita).post(f"/wait-list/offers/{second.pk}/", {"step": "told"})
        assert "To tell" not in words(web(rita).get("/wait-list/"))

    def test_the_same_time_is_not_offered_twice(self, rita, dana, pia, practice):
        entry = wish(rita, pia)
        offer(rita, entry, dana, practice)
        with refusal("already_offered"):
            offer(rita, entry, dana, practice)

    def test_what_it_would_replace_has_been_called_off(self, rita, dana, pia, practice):
        visit = book(rita, pia, dana, monday(weeks=3), "ADJ")
        made = offer(rita, wish(rita, pia, instead_of=visit), dana, practice)
        actions.cancel(by=rita, appointment=visit)
        with refusal("status_conflict"):
            wait_list.accept(by=rita, offer=WaitlistOffer.objects.get())
        made.refresh_from_db()
        assert (made.state, made.is_gone) == ("withdrawn", False)

    def test_the_job_notes_what_has_run_out(self, rita, dana, pia, practice):
        made = offer(rita, wish(rita, pia), dana, practice)
        WaitlistOffer.objects.filter(pk=made.pk).update(expires_at=clock.now())
        tasks.run_out_offers.call_local()
        assert WaitlistOffer.objects.get().state == "expired"

    def test_run_out_it_is_no_offer_though_no_job_has_noted_it(self, rita, dana, pia, practice):
        made = offer(rita, wish(rita, pia), dana, practice)
        WaitlistOffer.objects.filter(pk=made.pk).update(expires_at=clock.now() - timedelta(seconds=1))
        made.refresh_from_db()
        with refusal("offer_gone"):
            wait_list.accept(by=rita, offer=made)
        assert Appointment.objects.count() == 0

    def test_a_time_booked_meanwhile_says_so_and_the_offer_falls(self, rita, dana, pia, practice, make_patient):
        made = offer(rita, wish(rita, pia), dana, practice)
        for number in range(2):
            book(rita, make_patient("Pat", f"Quick {number}"), dana, monday(), "ADJ")

        with pytest.raises(Refused) as caught:
            wait_list.accept(by=rita, offer=made)

        assert caught.value.code == "slot_taken"
        made.refresh_from_db()
        assert made.state == "withdrawn"
        assert WaitlistEntry.objects.get().state == "active"

    @pytest.mark.parametrize("minutes", [-5, 60 * 24 * 30])
    def test_when_it_may_run_out(self, minutes, rita, dana, pia, practice):
        with refusal("invalid"):
            offer(rita, wish(rita, pia), dana, practice, expires_at=clock.now() + timedelta(minutes=minutes))

    def test_the_family_answers_its_own_and_no_other(self, rita, dana, gus, pia, practice, make_patient):
        own = offer(rita, wish(rita, pia), dana, practice)
        other = offer(rita, wish(rita, make_patient("Emma", "Keller")), dana, practice, start=monday(11))
        with refusal("not_found"):
            wait_list.accept(by=gus, offer=other)
        booked = wait_list.accept(by=gus, offer=own)
        assert (booked.patient, booked.history.get().by) == (pia, gus)
        assert AuditEvent.objects.filter(event="offer.answered", actor_id=gus.pk).count() == 1
