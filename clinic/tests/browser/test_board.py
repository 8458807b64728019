"""Given a day under way, when Rita, Nina and Dana tap on the flow board, then everybody sees who is where."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from accounts.models import User
from appointments.models import Appointment, Location
from appointments.tests.floor import family_of, noon, visit_today
from patients.models import MedicalEntry, Patient, SearchKey

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seeded")]


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with noon():
        yield


def lane(page: Page, name: str) -> Locator:
    """The lane with this heading."""
    return page.get_by_role("region", name=re.compile(f"^{name}"))


def press(page: Page, name: str) -> None:
    """Go by Tab to the button with this name, and press it."""
    for _step in range(80):
        page.keyboard.press("Tab")
        here = page.evaluate("[document.activeElement.tagName, document.activeElement.textContent.trim()]")
        if here == ["BUTTON", name]:
            return page.keyboard.press("Enter")
    raise AssertionError(f"no way by keyboard to {name}")


def test_a_visit_by_keyboard_alone(
    open_as: Callable[..., Page], practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    # Given Pia is expected, and two people look at the board
    visit_today(pia, dana)
    page, other = open_as(rita), open_as(dana)
    for screen in (page, other):
        screen.goto("/board/")

    # When Rita takes her through the day without touching the mouse: one key for each step, the focus goes with her
    press(page, "Check in")
    for stage, then in [
        ("Waiting", "Seat: Chair 1"),
        ("Seated", "Call doctor"),
        ("Needs doctor", "With doctor"),
        ("With doctor", "Checkout"),
        ("Checkout", "Check out"),
    ]:
        expect(lane(page, stage)).to_contain_text("Lindholm, Pia")
        expect(page.locator(":focus")).to_have_text(then)
        if then == "With doctor":
            # Then the chair calls, also on the other screen, without a reload
            expect(other.locator(".seat", has_text="Chair 1")).to_contain_text("Calls the doctor")
        page.keyboard.press("Enter")

    # Then she is asked when Pia comes next, and answers
    page.get_by_label("Reason").select_option("finished")
    page.get_by_role("button", name="Check out without a visit").press("Enter")
    expect(page.locator("#lane-gone")).to_contain_text("1")
    assert Appointment.objects.get().status == "completed"

    # And a mis-tap is taken back where it happened
    press(page, "Undo")
    expect(lane(page, "Checkout")).to_contain_text("Lindholm, Pia")


def test_without_the_network_the_tap_is_kept(
    open_as: Callable[..., Page], practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    visit = visit_today(pia, dana)
    page = open_as(rita)
    page.goto("/board/")

    def cut(route: Route) -> None:
        route.abort("internetdisconnected")

    page.route("**/board/**", cut)
    page.get_by_role("button", name="Check in").click()
    banner = page.locator("[data-note=lost]")
    expect(banner).to_contain_text("What you tapped has not been sent.")
    visit.refresh_from_db()
    assert visit.status == "booked"

    page.unroute("**/board/**", cut)
    banner.get_by_role("button", name="Try again").click()
    expect(lane(page, "Waiting")).to_contain_text("Lindholm, Pia")
    expect(banner).to_be_hidden()


def test_a_stale_tap_is_told_and_the_board_shows_how_it_stands(
    open_as: Callable[..., Page], practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    visit = visit_today(pia, dana)
    page = open_as(rita)
    page.goto("/board/")
    page.evaluate("document.querySelector('[data-live]').setAttribute('data-live-hold', '')")
    Appointment.objects.filter(pk=visit.pk).update(status="no_show", version=2)
    page.get_by_role("button", name="Check in").click()
    expect(page.locator("[data-note=refused]")).to_contain_text("The appointment is now “Missed”")
    page.evaluate("document.querySelector('[data-live]').removeAttribute('data-live-hold')")
    page.locator("#lane-gone summary").click(timeout=10_000)
    page.get_by_role("button", name="Here after all").click()
    expect(lane(page, "Waiting")).to_contain_text("Lindholm, Pia")


def test_a_family_and_a_walk_in(
    open_as: Callable[..., Page], practice: Location, rita: User, dana: User, make_patient: Any
) -> None:
    children = [make_patient(name, "Keller") for name in ("Pia", "Tim", "Zoe")]
    family_of(practice, *children)
    for place, child in enumerate(children):
        visit_today(child, dana, minutes=5 * place)
    SearchKey.objects.write(make_patient("Emil", "Wirepoke"))
    page = open_as(rita)
    page.goto("/board/")

    page.get_by_role("button", name="Check in all 3").first.click()
    expect(lane(page, "Waiting").locator(".ticket")).to_have_count(3)

    page.get_by_role("link", name="Walk-in").click()  # tap 1
    page.wait_for_url("**/walk-in/**", wait_until="load")
    expect(page.get_by_label("Patient", exact=True)).to_be_focused()
    page.keyboard.type("wirepoke")
    page.get_by_role("button", name="Walk-in").click()  # tap 2
    expect(lane(page, "Waiting")).to_contain_text("Wirepoke, Emil")


PAGES = [
    "/board/",
    "/board/?mode=wall",
    "/my-day/?as=doctor",
    "/board/walk-in/",
    "/my-day/?as=chairs",
    "/board/?mode=waiting",
    "/setup/board/",
]


@pytest.mark.parametrize(("width", "scheme", "pages"), [(1440, "light", 7), (1024, "dark", 3), (390, "light", 4)])
def test_the_boards_are_for_everybody(
    width: int,
    scheme: str,
    pages: int,
    open_as: Callable[..., Page],
    check_accessibility: Callable[[Page], None],
    practice: Location,
    ada: User,
    dana: User,
    pia: Patient,
    make_patient: Any,
) -> None:
    MedicalEntry.objects.create(patient=pia, description="Latex", category="allergy", critical=True)
    visit_today(pia, dana, status="needs_doctor", minutes=-60)
    visit_today(make_patient("Bartholomew-Maximilian", "Featherstonehaugh"), dana, minutes=-30)
    for place, status in enumerate(["arrived", "seated", "with_doctor", "checkout", "completed", "booked"]):
        visit_today(make_patient(status), dana, status=status, chair=1 + place % 3, overbooked=not place)
    page = open_as(ada, viewport={"width": width, "height": 900}, color_scheme=scheme)
    for address in PAGES[:pages]:
        page.goto(address)
        for summary in page.locator(".ticket__more > summary").all()[:3]:
            summary.click()
        check_accessibility(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
