"""Given what may fall through, when the desk works off its lists and closes the day, then it does not."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from appointments import actions
from appointments.actions import wait_list
from appointments.models import Appointment, CallNote, ClosedDay, Location, NextVisit, WaitlistOffer
from appointments.tests.desk import book, kind, monday
from appointments.tests.floor import noon, visit_today
from core import clock
from patients.models import Patient

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seeded")]


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with noon():
        yield


def row_of(page: Page, name: str) -> Locator:
    return page.locator("main li", has_text=name)


def test_a_missed_visit_is_called_about_and_booked_again(
    open_as: Callable[..., Page], practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    # Given Pia did not come this morning
    visit_today(pia, dana, minutes=-120, status="no_show")
    page = open_as(rita)

    # When Rita comes to the list from her home page, and logs that she left a message
    page.goto("/")
    page.get_by_role("link", name="Missed, to call").click()
    row = row_of(page, "Lindholm, Pia")
    row.locator("summary").first.click()
    row.get_by_label("Note of the call").fill("Grandmother answers")
    row.get_by_role("button", name="Left message").click()

    # Then the row says so and stays; nothing else is needed to book
    expect(row.locator("summary").first).to_contain_text("Left message")
    assert CallNote.objects.get().note == "Grandmother answers"
    row.get_by_role("link", name="Book").click()
    page.get_by_role("button", name="Find free times").click()
    page.locator("#free-times button[name=slot]").first.click()
    expect(page.get_by_text("Booked for").first).to_be_visible()
    page.goto("/lists/missed/")
    expect(row_of(page, "Lindholm, Pia")).to_have_count(0)


def test_an_order_at_checkout_is_on_the_list_until_it_is_booked(
    open_as: Callable[..., Page], practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    visit_today(pia, dana, minutes=-30, status="checkout")
    page = open_as(rita)
    page.goto("/board/")
    page.get_by_role("link", name="Check out").or_(page.get_by_role("button", name="Check out")).first.click()

    # A number of weeks that nobody means is said, and what was typed stays
    page.get_by_label("What to do").fill("Change the wire")
    page.get_by_label("In how many weeks").fill("900")
    page.get_by_role("button", name="Check out with this order").click()
    expect(page.locator("[aria-invalid=true]")).to_have_value("900")
    expect(page.get_by_label("What to do")).to_have_value("Change the wire")

    page.get_by_label("In how many weeks").fill("6")
    page.get_by_role("button", name="Check out with this order").click()
    expect(page.get_by_text("is checked out").first).to_be_visible()
    assert NextVisit.objects.get().due_on == clock.today() + timedelta(weeks=6)
    page.goto("/lists/orders/")
    expect(row_of(page, "Lindholm, Pia")).to_contain_text("Change the wire")


def test_the_day_is_closed_once_everything_is_settled(
    open_as: Callable[..., Page], practice: Location, rita: User, dana: User, make_patient: Any
) -> None:
    visit_today(make_patient("Ann", "Away"), dana, minutes=-120)
    visit_today(make_patient("Ben", "Brief"), dana, minutes=-60, status="checkout")
    page = open_as(rita)
    page.goto("/")
    page.get_by_role("link", name="Close the day").click()
    expect(page.get_by_text("Say of each visit what became of it")).to_be_visible()
    row_of(page, "Away, Ann").get_by_role("button", name=re.compile("^Missed")).click()
    row_of(page, "Brief, Ben").get_by_role("link", name="Check out").click()
    page.get_by_label("Reason").select_option("finished")
    page.get_by_role("button", name="Check out without a visit").click()

    expect(page.get_by_text("Everything is settled.")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Close the day").click()
    expect(page.get_by_text("Closed by Rita")).to_be_visible()
    assert ClosedDay.objects.get().day == clock.today()


def test_a_freed_time_is_offered_and_the_first_to_accept_has_it(
    open_as: Callable[..., Page], practice: Location, rita: User, dana: User, pia: Patient, make_patient: Any
) -> None:
    # Given two wait for an earlier time, and one becomes free
    for patient in (make_patient("Ann", "Early"), make_patient("Ben", "Later")):
        wait_list.wish(by=rita, patient=patient, type=kind("ADJ"))
    visit = book(rita, pia, dana, monday())
    actions.cancel(by=rita, appointment=visit, reason="Flu")
    page = open_as(rita)
    page.goto("/wait-list/")

    # When both are offered it and one says yes
    free = page.get_by_role("region", name="Free again")
    for name in ("Early, Ann", "Later, Ben"):
        free.locator("li li", has_text=name).get_by_role("button", name="Offer").click()
        expect(page.get_by_role("region", name="Offered").locator("li", has_text=name)).to_be_visible()
    out = page.get_by_role("region", name="Offered")
    out.locator("li", has_text="Later, Ben").get_by_role("button", name="Accepts").click()

    # Then that one is booked, and the other one is to be told
    expect(page.get_by_role("region", name="To tell").locator("li", has_text="Early, Ann")).to_be_visible()
    booked = Appointment.objects.filter(status="booked").get()
    assert (booked.patient.family_name, booked.start) == ("Later", monday())
    assert sorted(WaitlistOffer.objects.values_list("state", flat=True))[0] == "accepted"


PAGES = ["/", "/lists/", "/lists/missed/", "/lists/unconfirmed/", "/close-day/", "/wait-list/"]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1024, "dark"), (390, "light")])
def test_the_lists_are_for_everybody(
    width: int,
    scheme: str,
    open_as: Callable[..., Page],
    check_accessibility: Callable[[Page], None],
    practice: Location,
    ada: User,
    dana: User,
    pia: Patient,
    make_patient: Any,
) -> None:
    long = make_patient("Bartholomew-Maximilian", "Featherstonehaugh", phone="+41446680182")
    visit_today(long, dana, minutes=-180, status="no_show")
    visit_today(pia, dana, minutes=-60)
    out = visit_today(make_patient("Ben", "Brief"), dana, minutes=-30, status="checkout")
    wait_list.wish(by=ada, patient=long, type=kind("ADJ"), note="Rings back in the evening")
    page = open_as(ada, viewport={"width": width, "height": 900}, color_scheme=scheme)
    for address in [*PAGES, f"/appointments/{out.pk}/checkout/"]:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        for summary in page.locator("main details > summary").all()[:2]:
            summary.click()
        check_accessibility(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
