"""Given a desk without a mouse, when a visit is taken from its booking to the next one, then keys are enough."""

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Page, expect

from accounts.models import User
from appointments.models import Appointment, Location
from core import clock
from patients.models import Patient, SearchKey

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seeded")]

_WEDNESDAY = 2


@pytest.fixture(autouse=True)
def _a_wednesday_morning() -> Iterator[None]:
    """The next one, or today: the browser's own clock is never far behind."""
    today = clock.today()
    day = today + timedelta(days=(_WEDNESDAY - today.weekday()) % 7)
    with time_machine.travel(clock.at(day, time(9)), tick=True):
        yield


@pytest.fixture
def zoe(make_patient: Any, dana: User, practice: Location) -> Patient:
    patient = make_patient("Zoë", "Quick", treating_doctor=dana)
    SearchKey.objects.write(patient)
    return patient


def tab_to(page: Page, selector: str) -> None:
    """Tab until what has the focus matches."""
    for _step in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no way by keyboard to {selector}")


def go(page: Page, selector: str, where: str) -> None:
    """Follow a link that Tab leads to."""
    tab_to(page, selector)
    page.keyboard.press("Enter")
    page.wait_for_url(where)


def book_first(page: Page) -> None:
    """On the booking page with the type asked for: say which, look for times, take the first."""
    expect(page.get_by_label("Type")).to_be_focused()
    for key in ("a", "d", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#free-times button[name=slot]").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Booked for").first).to_be_visible()


def test_book_move_check_in_seat_call_check_out_and_rebook(
    open_as: Callable[..., Page], rita: User, zoe: Patient
) -> None:
    page = open_as(rita, viewport={"width": 1440, "height": 1000})

    # When Rita books from the search box
    page.keyboard.press("/")
    page.keyboard.type("qui")
    expect(page.get_by_role("option", name="Quick, Zoë")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Shift+Enter")
    book_first(page)
    visit = Appointment.objects.get()
    booked = visit.start
    assert clock.wall(booked).date() == clock.today()

    # And moves the visit on the day a quarter of an hour on
    go(page, "nav a[href^='/schedule/']", "**/schedule/**")
    tab_to(page, f"[id='c{visit.pk}']")
    for key in ("m", "ArrowDown", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    later = booked + timedelta(minutes=15)
    expect(page.locator(f".schedule [data-visit='{visit.pk}'][data-at='{clock.wall(later):%H:%M}']")).to_be_visible()
    visit.refresh_from_db()
    assert visit.start == later

    # And takes it over the board: check in, seat, call the doctor, with the doctor, checkout
    go(page, "nav a[href^='/board/']", "**/board/**")
    tab_to(page, "button[name=to], .ticket button")
    for then in ("Seat: ", "Call doctor", "With doctor", "Checkout", "Check out"):
        page.keyboard.press("Enter")
        expect(page.locator(":focus")).to_contain_text(then)
    page.keyboard.press("Enter")

    # Then the checkout asks when she comes next, and booking that checks her out
    expect(page.locator(":focus")).to_contain_text("Book the next visit")
    page.keyboard.press("Enter")
    page.wait_for_url("**/appointments/new/**")
    tab_to(page, "#free-times button[name=slot]")
    page.keyboard.press("Enter")
    expect(page.get_by_text("is checked out").first).to_be_visible()
    visit.refresh_from_db()
    assert visit.status == "completed"
    following = Appointment.objects.exclude(pk=visit.pk).get()
    assert following.start > visit.start + timedelta(weeks=3)
