"""Given a day on the screen, when Rita moves visits by hand, then they are moved, or the reason is said."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from appointments import actions
from appointments.models import Appointment, Chair, Location
from appointments.tests.desk import book, monday
from appointments.tests.full_day import fill
from conftest import PASSWORD
from core import clock

# How far anything moved by itself: the sum that browsers call cumulative layout shift.
WATCH_SHIFTS = """
  window.shifts = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shifts += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
"""

SCREENS = ((1440, 1000, "light"), (1024, 768, "light"), (390, 844, "light"), (1440, 1000, "dark"))

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seeded")]


@pytest.fixture
def visit(practice: Location, rita: User, dana: User, make_patient: Any) -> Appointment:
    """Nine o'clock on a Monday to come, in the first chair."""
    patient = make_patient("Zoë", "Quick", phone="+41446680182")
    return book(rita, patient, dana, monday(), "ADJ", chair=Chair.objects.order_by("position").first())


def at_day(page: Page, query: str = "") -> Page:
    page.goto(f"/schedule/{clock.wall(monday()).date()}/{query}")
    return page


def stands(visit: Appointment) -> tuple[str, int, str]:
    visit.refresh_from_db()
    return clock.wall(visit.start).strftime("%H:%M"), visit.minutes, str(visit.chair)


def drag(page: Page, visit: Appointment, *, to: str, column: int, edge: bool = False) -> None:
    """Take the block with the mouse and let it go so many minutes later in another column."""
    block = page.locator(f".schedule .visit[data-visit='{visit.pk}']").first
    page.wait_for_load_state("networkidle")  # a poll that arrives in the middle draws the block anew
    block.scroll_into_view_if_needed()
    box = block.bounding_box()
    assert box
    unit = box["height"] / (visit.minutes / 5)
    start = box["y"] + (box["height"] - 2 if edge else 4)
    hour, minute = map(int, to.split(":"))
    moved = (hour * 60 + minute) - (clock.wall(visit.start).hour * 60 + clock.wall(visit.start).minute)
    target = page.locator(".schedule__column").nth(column).bounding_box()
    assert target
    page.mouse.move(box["x"] + 30, start)
    page.mouse.down()
    page.mouse.move(target["x"] + 40, start + 10, steps=3)
    page.mouse.move(target["x"] + 40, start + moved / 5 * unit, steps=4)
    page.mouse.up()


def test_dragged_to_another_chair_and_time_and_made_longer(
    open_as: Callable[..., Page], visit: Appointment, rita: User
) -> None:
    page = at_day(open_as(rita, viewport={"width": 1440, "height": 1000}))
    drag(page, visit, to="09:30", column=1)
    expect(page.locator(".schedule__column").nth(1).locator("[data-at='09:30'][data-visit]")).to_be_visible()
    assert stands(visit) == ("09:30", 20, "Chair 2")

    drag(page, visit, to="09:40", column=1, edge=True)
    expect(page.locator("[data-visit][data-at='09:30'][data-until='10:00']")).to_be_visible()
    assert stands(visit) == ("09:30", 30, "Chair 2")


def test_by_keyboard_alone(open_as: Callable[..., Page], visit: Appointment, rita: User) -> None:
    page = at_day(open_as(rita, viewport={"width": 1440, "height": 1000}))
    link = page.locator(f"[id='c{visit.pk}']")
    link.focus()
    for key in ("m", "ArrowDown", "ArrowDown", "ArrowRight", "+", "Enter"):
        page.keyboard.press(key)
    expect(
        page.locator(".schedule__column").nth(1).locator("[data-visit][data-at='09:10'][data-until='09:35']")
    ).to_be_visible()
    assert stands(visit) == ("09:10", 25, "Chair 2")

    page.keyboard.press("m")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.locator("#schedule-says")).to_have_text("Left where it was.")
    assert stands(visit) == ("09:10", 25, "Chair 2")


def test_a_taken_or_closed_place_says_why_and_snaps_back(
    open_as: Callable[..., Page], visit: Appointment, rita: User, dana: User, make_patient: Any
) -> None:
    other = Chair.objects.order_by("position")[1]
    book(rita, make_patient("Emma", "Keller"), dana, monday(10), "REC", chair=other)
    page = at_day(open_as(rita, viewport={"width": 1440, "height": 1000}))
    drag(page, visit, to="10:05", column=1)
    expect(page.locator("[data-note=refused]")).to_contain_text("Chair 2 is taken by Emma K.")
    expect(page.locator("[data-note=refused]")).to_contain_text("Free next:")
    expect(page.locator(".visit--ghost")).to_have_count(0)
    assert stands(visit) == ("09:00", 20, "Chair 1")

    page.get_by_role("link", name="Move it there all the same").click()
    page.get_by_label("Reason for the exception").fill("Broken bracket")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("Moved to").first).to_be_visible()
    assert stands(visit) == ("10:05", 20, "Chair 2")


def test_whoever_comes_second_is_told_and_sees_how_it_stands(
    open_as: Callable[..., Page], visit: Appointment, rita: User, dana: User
) -> None:
    page = at_day(open_as(rita, viewport={"width": 1440, "height": 1000}))
    page.evaluate("document.querySelector('[data-live]').dataset.liveHold = ''")  # this screen has not seen it yet
    actions.move(by=dana, appointment=visit, start=monday(11))
    drag(page, visit, to="09:30", column=1)
    expect(page.locator("[data-note=refused]")).to_contain_text("Somebody else has changed this visit")
    page.evaluate("delete document.querySelector('[data-live]').dataset.liveHold")
    expect(page.locator("[data-visit][data-at='11:00']")).to_be_visible(timeout=8000)
    assert stands(visit)[0] == "11:00"


def test_parked_on_the_tray_and_put_down_on_another_day(
    open_as: Callable[..., Page], visit: Appointment, rita: User, check_accessibility: Callable[[Page], None]
) -> None:
    page = at_day(open_as(rita, viewport={"width": 1440, "height": 1000}))
    page.locator(f"[id='c{visit.pk}']").hover()
    card = page.locator("#visit-card")
    expect(card).to_contain_text("+41 44 668 01 82")
    check_accessibility(page)
    card.get_by_role("button", name="Park").click()
    expect(page.locator(".tray")).to_contain_text("Quick, Zoë")
    assert stands(visit)[0] == "09:00"

    page.goto(f"/schedule/{clock.wall(monday()).date() + timedelta(days=1)}/")
    page.locator(f"[id='parked-{visit.pk}']").focus()
    for key in ("m", "PageDown", "PageDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(f"[id='c{visit.pk}']")).to_be_visible()
    expect(page.locator(".tray")).to_have_count(0)
    visit.refresh_from_db()
    assert clock.wall(visit.start).date() == clock.wall(monday()).date() + timedelta(days=1)


def test_enter_opens_the_panel_beside_the_day(
    open_as: Callable[..., Page], visit: Appointment, rita: User, check_accessibility: Callable[[Page], None]
) -> None:
    page = at_day(open_as(rita, viewport={"width": 1024, "height": 768}))
    page.locator(f"[id='c{visit.pk}']").focus()
    page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Zoë Quick")
    expect(panel).to_contain_text("+41 44 668 01 82")
    check_accessibility(page)
    panel.get_by_role("button", name="Confirmed by the patient").click()

    expect(panel).to_be_hidden()
    expect(page.locator(f"[id='c{visit.pk}']")).to_be_focused()
    expect(page.locator(f"[id='c{visit.pk}']").get_by_role("img", name="Confirmed")).to_be_attached()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Book 09:30").first).to_be_focused()


def test_the_full_day_keeps_still_on_every_screen(
    open_as: Callable[..., Page],
    visit: Appointment,
    rita: User,
    dana: User,
    omar: User,
    check_accessibility: Callable[[Page], None],
) -> None:
    fill(visit.location, (dana, omar), 30)
    actions.park(by=rita, appointment=visit)
    page = open_as(rita, viewport={"width": 1440, "height": 1000})
    page.add_init_script(WATCH_SHIFTS)
    for width, height, scheme in (
        (1440, 1000, "light"),
        (1024, 768, "light"),
        (390, 844, "light"),
        (1440, 1000, "dark"),
    ):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        at_day(page, "?by=both&rows=10" if scheme == "dark" else "")
        with page.expect_response(lambda answer: "x-clinic-poll" in answer.request.headers):
            page.evaluate("document.dispatchEvent(new Event('clinic:refresh'))")
        assert page.evaluate("window.shifts") == 0, width
        check_accessibility(page)


def test_a_viewer_in_another_zone_drops_on_the_clinics_clock(
    open_as: Callable[..., Page], visit: Appointment, rita: User
) -> None:
    page = at_day(open_as(rita, viewport={"width": 1440, "height": 1000}, timezone_id="Asia/Kathmandu"))
    drag(page, visit, to="09:45", column=0)
    expect(page.locator("[data-visit][data-at='09:45']")).to_be_visible()
    assert stands(visit)[0] == "09:45"


def test_a_session_that_ended_is_asked_for_in_place(
    open_as: Callable[..., Page], visit: Appointment, rita: User
) -> None:
    page = at_day(open_as(rita, viewport={"width": 1440, "height": 1000}))
    page.context.clear_cookies(name="clinic_session")
    drag(page, visit, to="09:30", column=0)
    dialog = page.get_by_role("dialog", name="You have been signed out")
    expect(dialog).to_be_visible()

    dialog.get_by_label("Password").fill("not this one")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("did not work")
    dialog.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")

    # What was dropped meanwhile is sent now.
    expect(page.locator("[data-visit][data-at='09:30']")).to_be_visible()
    assert stands(visit)[0] == "09:30"
