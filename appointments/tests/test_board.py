"""The flow board: who is where, since when, and what can be tapped."""

from datetime import timedelta
from typing import Any

import pytest
from guardian.shortcuts import assign_perm

from accounts.models import User
from accounts.sessions import POLL_HEADER
from appointments import actions
from appointments.actions.board import change_board_times, choose_own_chairs
from appointments.board.cards import Card
from appointments.board.lanes import Lane
from appointments.board.reading import Board
from appointments.history import stage_began
from appointments.models import Appointment, BoardTimes, Chair, Location, OwnChairs, StatusEvent
from appointments.rules import TRANSITIONS, Status
from appointments.tests.browser import text_of, web, words
from appointments.tests.desk import kind, refusal
from appointments.tests.floor import family_of, noon, visit_today
from core import clock
from core.errors import NotFound, Stale
from core.models import AuditEvent
from core.pages import TAP_HEADER
from patients.models import MedicalEntry, Patient

pytestmark = pytest.mark.django_db
PAGE = pytest.mark.once(reason="about the page; what it reads and writes is tested on each database")
TAP = {TAP_HEADER: "1"}


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    with noon():
        yield


def board(user: User, practice: Location) -> Board:
    return Board(user, Appointment.objects.for_day(clock.today()).filter(location_id=practice.pk), practice.pk)


def card_of(user: User, visit: Appointment) -> Card:
    return next(card for card in board(user, visit.location).cards if card.visit.pk == visit.pk)


def test_every_visit_stands_in_its_lane(practice: Location, rita: User, dana: User, make_patient: Any) -> None:
    wanted = {
        Lane.LATE: visit_today(make_patient("Late"), dana, minutes=-10),
        Lane.SOON: visit_today(make_patient("Almost"), dana, minutes=-9),
        Lane.EXPECTED: visit_today(make_patient("Later"), dana, minutes=16),
    }
    for status in ("arrived", "seated", "needs_doctor", "with_doctor", "checkout"):
        wanted[Lane(status)] = visit_today(make_patient(status), dana, status=status)
    gone = [visit_today(make_patient(end), dana, status=end) for end in ("completed", "left_unseen", "no_show")]
    for off in ("requested", "cancelled", "entered_in_error"):
        visit_today(make_patient(off), dana, status=off)

    lanes = board(rita, practice).lanes

    assert {lane: [card.visit for card in cards] for lane, cards in lanes.items()} == {
        **{lane: [visit] for lane, visit in wanted.items()},
        Lane.GONE: gone,
    }


@pytest.mark.parametrize("status", Status.values)
def test_the_taps_are_the_table_of_statuses(
    status: str, practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    visit = visit_today(pia, dana, status=status)
    found = [card for card in board(rita, practice).cards if card.visit.pk == visit.pk]
    offered = {tap.to.partition(" ")[0] for card in found for tap in [card.main, *card.others] if tap}
    # Who calls off, what was never true and who leaves has a page that asks; requests are answered in a list.
    elsewhere = {Status.CANCELLED, Status.ENTERED_IN_ERROR, Status.COMPLETED}
    assert offered == (set() if status == "requested" else TRANSITIONS[Status(status)] - elsewhere)


def test_whoever_waits_longest_is_called_first(practice: Location, rita: User, dana: User, make_patient: Any) -> None:
    first, second = (visit_today(make_patient(), dana, status="needs_doctor", chair=n, minutes=-n) for n in (1, 2))
    StatusEvent.objects.filter(appointment=second).update(at=clock.now() - timedelta(minutes=7))
    assert [card.visit for card in board(rita, practice).lanes[Lane.NEEDS_DOCTOR]] == [second, first]


def test_a_long_wait_is_said_in_words_by_the_clinics_own_times(
    practice: Location, rita: User, ada: User, dana: User, pia: Patient
) -> None:
    visit = visit_today(pia, dana, status="arrived")
    StatusEvent.objects.filter(appointment=visit).update(at=clock.now() - timedelta(minutes=11))
    assert card_of(rita, visit).time == "11 min, long"
    change_board_times(by=ada, version=0, arrived_long=5, arrived_too_long=11)
    assert card_of(rita, visit).time == "11 min, too long"
    with refusal("ends_before_start"):
        change_board_times(by=ada, version=1, arrived_long=12)
    with pytest.raises(Stale):
        change_board_times(by=ada, version=0, arrived_long=3)
    assert BoardTimes.present().arrived_long == 5


def test_a_step_taken_back_never_happened(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    visit = visit_today(pia, dana, status="seated")
    began = card_of(rita, visit).since
    actions.set_status(by=rita, appointment=visit, status="needs_doctor")
    called = actions.last_step(visit)
    actions.undo_status(by=rita, appointment=visit, step=called and called.pk)
    card = card_of(rita, visit)
    assert (card.lane, card.since) == (Lane.SEATED, began)
    assert stage_began([], "seated") is None


def test_an_undo_never_takes_back_somebody_elses_later_step(
    practice: Location, rita: User, nina: User, dana: User, pia: Patient
) -> None:
    visit = visit_today(pia, dana, status="arrived")
    actions.set_status(by=rita, appointment=visit, status="seated")
    seen = card_of(rita, visit).last
    for status in ("needs_doctor", "seated"):
        actions.set_status(by=nina, appointment=visit, status=status)
    with refusal("status_conflict") as caught:
        actions.undo_status(by=rita, appointment=visit, step=seen and seen.pk)
    assert caught.value.extra == {"status": "seated"}


def test_an_overrun_never_blocks_seating(practice: Location, rita: User, dana: User, make_patient: Any) -> None:
    visit_today(make_patient("Slow"), dana, status="seated", chair=2)
    waiting = visit_today(make_patient("Next"), dana, status="arrived", chair=2)
    taps = card_of(rita, waiting)
    assert taps.main and (taps.main.words, taps.main.is_taken) == ("Seat: Chair 2", True)
    web(rita).post(f"/board/{waiting.pk}/step/", {"to": taps.main.to, "expected": "arrived"}, headers=TAP)
    seats = {seat.chair.name: len(seat.cards) for seat in board(rita, practice).seats}
    assert seats == {"Chair 1": 0, "Chair 2": 2, "Chair 3": 0}


def test_a_family_is_checked_in_at_once_or_not_at_all(
    practice: Location, rita: User, dana: User, make_patient: Any
) -> None:
    children = [make_patient(name, "Keller") for name in ("Pia", "Tim", "Zoe")]
    family_of(practice, *children)
    visits = [visit_today(child, dana, minutes=5 * n) for n, child in enumerate(children)]
    visit_today(make_patient("Other"), dana)
    assert {card.visit for card in card_of(rita, visits[0]).family} == set(visits)

    actions.set_status(by=rita, appointment=visits[2], status="arrived")
    ids = [visit.pk for visit in visits]
    with refusal("status_conflict"):
        actions.check_in_together(by=rita, appointment_ids=ids)
    assert Appointment.objects.filter(status="booked", pk__in=ids).count() == 2
    with pytest.raises(NotFound):
        actions.check_in_together(by=rita, appointment_ids=[*ids[:2], "f" * 24])
    assert len(card_of(rita, visits[0]).family) == 2

    browser = web(rita)
    assert browser.post(f"/board/{ids[0]}/family/", {"with": ids[1]}, headers=TAP).status_code == 204
    assert Appointment.objects.filter(status="arrived", pk__in=ids).count() == 3


def test_a_walk_in_takes_two_taps_and_is_never_double(
    practice: Location, rita: User, nina: User, dana: User, omar: User, pia: Patient, make_patient: Any
) -> None:
    busy = [visit_today(make_patient(), doctor, status="arrived") for doctor in (dana, omar)]
    address = f"/board/walk-in/?location={practice.pk}"
    browser = web(rita)
    assert browser.post(address, {"patient": pia.pk}).status_code == 302
    made = Appointment.objects.get(patient=pia)
    assert (made.status, made.origin, made.type.code, made.override_reason) == (
        "arrived",
        "walk_in",
        "EMG",
        "Emergency",
    )
    assert timedelta(0) <= made.start - clock.now() <= timedelta(minutes=5)
    assert card_of(rita, made).lane == Lane.ARRIVED

    again = browser.post(address, {"patient": pia.pk})
    assert (again.status_code, "is here already" in words(again)) == (422, True)
    assert Appointment.objects.count() == len(busy) + 1

    # While three emergencies are in the chairs the next one is squeezed in; only the desk may do that.
    for _n in range(4):
        actions.walk_in(by=rita, patient=make_patient(), doctor=dana, type=kind("EMG"), location=practice)
    assert Appointment.objects.filter(overbooked=True).exists()
    with refusal("slot_taken"):
        actions.walk_in(by=nina, patient=make_patient(), doctor=dana, type=kind("EMG"), location=practice)


def test_own_chairs_are_kept(practice: Location, nina: User) -> None:
    first, second, _third = Chair.objects.order_by("position")
    choose_own_chairs(by=nina, chair_ids=[first.pk, "f" * 24])
    choose_own_chairs(by=nina, chair_ids=[second.pk])
    assert OwnChairs.ids_of(nina) == [second.pk]
    assert AuditEvent.objects.filter(event="own_chairs.chosen").count() == 2


@pytest.mark.parametrize("visits", [60, 360])
def test_the_board_is_read_in_as_many_queries_however_full_the_day_is(
    visits: int, practice: Location, rita: User, dana: User, pia: Patient, django_assert_num_queries: Any
) -> None:
    seated = visit_today(pia, dana, status="seated")
    fields = {name: getattr(seated, name) for name in ("doctor", "location", "chair", "type", "minutes", "pattern")}
    people = [Patient(given_name="P", family_name="Q", chart_number=f"X{n}", sort_key="q") for n in range(visits - 1)]
    Patient.objects.bulk_create(people)
    rows = [
        Appointment(patient=patient, start=clock.now() + timedelta(minutes=n), status=list(Status)[1 + n % 7], **fields)
        for n, patient in enumerate(people)
    ]
    Appointment.objects.bulk_create(rows)
    board(rita, practice)  # whose rights are known from here on
    with django_assert_num_queries(8):
        assert len(board(rita, practice).cards) > visits / 2


@PAGE
def test_an_unchanged_poll_costs_two_queries(
    practice: Location, rita: User, dana: User, pia: Patient, django_assert_num_queries: Any
) -> None:
    visit = visit_today(pia, dana)
    browser, address = web(rita), f"/board/?location={practice.pk}"
    page = text_of(browser.get("/board/"))
    tag = page.split('data-live-tag="')[1].split('"')[0].replace("&quot;", '"')
    headers = {POLL_HEADER: "1", "If-None-Match": tag}
    with django_assert_num_queries(2):
        assert browser.get(address, headers=headers).status_code == 304
    actions.set_status(by=rita, appointment=visit, status="arrived")
    answer = browser.get(address, headers=headers)
    assert (answer.status_code, "<html" in text_of(answer)) == (200, False)
    with django_assert_num_queries(2):
        assert browser.get(address, headers=headers | {"If-None-Match": answer["ETag"]}).status_code == 304


@PAGE
def test_a_chart_is_hidden_from_whoever_may_not_open_it(
    practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    visit_today(pia, dana)
    Patient.objects.filter(pk=pia.pk).update(sensitive=True)
    assign_perm("patients.open_chart", dana, pia)
    address, poll = f"/board/?location={practice.pk}", {POLL_HEADER: "wide"}
    assert "Lindholm" in text_of(web(dana).get(address, headers=poll))
    assert "Lindholm" not in text_of(web(rita).get(address, headers=poll))


@PAGE
def test_one_tap_and_a_stale_one(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    visit, browser = visit_today(pia, dana), web(rita)
    step = f"/board/{visit.pk}/step/"
    assert browser.post(step, {"to": "arrived", "expected": "booked"}, headers=TAP).status_code == 204
    stale = browser.post(step, {"to": "no_show", "expected": "booked"}, headers=TAP)
    assert (stale.status_code, stale.json()["code"], stale.json()["status"]) == (409, "status_conflict", "arrived")
    assert "Pia" not in stale.content.decode()
    without_script = browser.post(step, {"to": "no_show", "expected": "booked"}, follow=True)
    assert "now “Arrived”" in words(without_script)
    assert browser.post(step, {"to": "seated " + "f" * 24}, headers=TAP).status_code == 404
    assert browser.post(step, {"to": "asleep"}, headers=TAP).status_code == 400
    undo = StatusEvent.objects.get(appointment=visit, to_status="arrived").pk
    assert f'value="{undo}"' in text_of(browser.get("/board/"))
    assert browser.post(f"/board/{visit.pk}/undo/", {"step": undo}, headers=TAP).status_code == 204
    visit.refresh_from_db()
    assert visit.status == "booked"


@PAGE
def test_the_waiting_room_sees_no_name_and_no_reason(
    practice: Location, rita: User, dana: User, pia: Patient, make_patient: Any
) -> None:
    MedicalEntry.objects.create(patient=pia, description="Latex", category="allergy", critical=True)
    visit_today(pia, dana, status="arrived", reason="Wire pokes")
    visit_today(make_patient("Zoë", "O'Connor"), dana, status="with_doctor")
    page = text_of(web(rita).get("/board/?mode=waiting"))
    assert pia.chart_number in page and "PL" in page
    for secret in ("Pia", "Lindholm", "Zo", "Connor", "Rita", "Dana", "ADJ", "Alert", "Wire", "test.example"):
        assert secret not in page, secret
    assert "data-tap" not in page


@PAGE
def test_the_wall_shows_names_and_takes_no_taps(practice: Location, rita: User, dana: User, pia: Patient) -> None:
    visit_today(pia, dana, status="needs_doctor")
    page = text_of(web(rita).get("/board/?mode=wall"))
    assert "Lindholm, Pia" in page and "Calls the doctor" in page
    assert "data-tap" not in page


@PAGE
def test_a_hidden_chart_takes_its_chair_and_tells_nothing(
    practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    Patient.objects.filter(pk=pia.pk).update(sensitive=True)
    visit, browser = visit_today(pia, dana, status="seated"), web(rita)
    page = text_of(browser.get("/board/"))
    assert "Reserved" in page and "Lindholm" not in page and f"/board/{visit.pk}/step/" not in page
    assert browser.post(f"/board/{visit.pk}/step/", {"to": "needs_doctor"}, headers=TAP).status_code == 404
    assert "PL" not in text_of(browser.get("/board/?mode=waiting"))


@PAGE
def test_a_doctors_day(practice: Location, dana: User, omar: User, make_patient: Any) -> None:
    mine = visit_today(make_patient("Mine", "Calling"), dana, status="needs_doctor")
    visit_today(make_patient("His", "Elsewhere"), omar, status="needs_doctor")
    visit_today(make_patient("Still", "Coming"), dana, minutes=60)
    browser = web(dana)
    page = words(browser.get("/my-day/"))
    assert "Calling, Mine" in page and "I'm with them" in page and "Coming, Still" in page
    assert "Elsewhere" not in page
    taken = browser.post(f"/board/{mine.pk}/step/", {"to": "with_doctor", "expected": "needs_doctor", "back": "my-day"})
    assert taken["Location"] == "/my-day/"
    assert "Done: checkout" in words(browser.get("/my-day/"))


@PAGE
def test_an_assistants_own_chairs(practice: Location, nina: User, dana: User, make_patient: Any) -> None:
    visit_today(make_patient("Here", "Chairone"), dana, status="seated", chair=1)
    visit_today(make_patient("There", "Chairtwo"), dana, status="seated", chair=2)
    browser = web(nina)
    assert "Choose my chairs" in words(browser.get("/my-day/"))
    browser.post("/my-day/chairs/", {"chair": Chair.objects.get(position=1).pk})
    page = words(browser.get("/my-day/"))
    assert "Chairone, Here" in page and "Call doctor" in page and "Chairtwo" not in page


@PAGE
def test_the_search_for_a_walk_in_knows_who_is_expected(
    practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    visit_today(pia, dana, minutes=90)
    page = words(web(rita).get(f"/board/walk-in/?location={practice.pk}&patient={pia.pk}"))
    assert "booked today, 13:30 Check in" in page


@PAGE
def test_when_a_wait_is_long_is_set_up_on_a_page(practice: Location, ada: User, rita: User) -> None:
    browser = web(ada)
    page = browser.get("/setup/board/")
    values = dict.fromkeys(page.context["form"].fields, 7) | {"version": 0}
    assert "before" not in words(browser.post("/setup/board/", values, follow=True))
    assert BoardTimes.present().late_after == 7
    stale = browser.post("/setup/board/", values | {"late_after": 9})
    assert (stale.status_code, BoardTimes.present().late_after) == (412, 7)
    assert browser.post("/setup/board/", values | {"version": 1, "late_after": 0}).status_code == 400
    assert web(rita).get("/setup/board/").status_code == 403
