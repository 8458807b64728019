"""Given the clinic's own data, when Ada draws a visit and a day, and Dana falls ill, then the desk can work with it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from appointments.models import Location
from appointments.tests.desk import book, kind, monday
from patients.models import Patient

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seeded")]


def test_a_visit_is_drawn_by_mouse_and_by_keyboard(
    open_as: Callable[..., Page], check_accessibility: Callable[[Page], None], ada: User
) -> None:
    # Given the adjustment: two units of the assistant, a check, one of the assistant
    page = open_as(ada)
    page.goto(f"/setup/types/{kind('ADJ').pk}/")
    units, field = page.locator("[data-units] button"), page.get_by_label("Pattern")
    expect(units).to_have_text(["A", "A", "d", "A"])

    # When she clicks the first box twice, it goes from assistant over check to procedure
    units.nth(0).click()
    units.nth(0).click()
    expect(field).to_have_value("DAdA")

    # When she goes along by keyboard, letters choose, + adds, Backspace removes
    page.keyboard.press("ArrowRight")
    page.keyboard.press("d")
    page.keyboard.press("+")
    expect(field).to_have_value("DdAdA")
    expect(page.locator(":focus")).to_have_attribute("aria-label", "minute 10–15: assistant")
    page.keyboard.press("Backspace")
    page.keyboard.press("End")
    page.keyboard.press("Shift+D")
    expect(field).to_have_value("DddD")
    expect(page.locator("[data-minutes]")).to_have_text("20")
    expect(page.locator("[data-doctor-minutes]")).to_have_text("20")
    page.get_by_role("button", name="5 minutes", exact=True).click()
    field.fill("AAdAA")
    expect(units).to_have_count(5)

    # When she chooses a colour on which white cannot be read, then the nearest one is a tap away
    page.locator("[name=colour]").fill("#ffee88")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("White text on #ffee88 cannot be read")
    expect(field).to_have_value("AAdAA")
    check_accessibility(page)
    page.get_by_role("button", name="and save").click()
    expect(page).to_have_url("/setup/types/")
    assert (kind("ADJ").pattern, kind("ADJ").colour != "#ffee88") == ("AAdAA", True)


def test_a_day_is_drawn_applied_and_its_doctor_falls_ill(
    open_as: Callable[..., Page],
    check_accessibility: Callable[[Page], None],
    practice: Location,
    ada: User,
    rita: User,
    dana: User,
    omar: User,
    pia: Patient,
) -> None:
    # Given Pia has a visit on Monday at noon
    page = open_as(ada)
    visit = book(rita, pia, dana, monday(12))
    day = monday().date().isoformat()

    # When Ada draws a day with lunch at noon
    page.goto("/setup/day-templates/new/")
    page.get_by_label("Name").fill("Usual day")
    page.get_by_role("button", name="Draw it").click()
    page.get_by_label("From").fill("12:00")
    page.get_by_label("To", exact=True).fill("13:00")
    page.get_by_label("Kept for").select_option("lunch")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".plan__block")).to_have_count(3)
    page.emulate_media(color_scheme="dark")
    check_accessibility(page)
    page.emulate_media(color_scheme="light")

    # Then applying it says that Pia is in the way, and that day is built only if wanted
    page.get_by_role("link", name="Apply to days").click()
    page.get_by_label("First day").fill(day)
    page.get_by_label("Last day").fill(day)
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_role("link", name="Lindholm, Pia")).to_be_visible()
    check_accessibility(page)
    page.get_by_label("Also build").check()
    page.get_by_role("button", name="Build the days").click()
    expect(page.get_by_text("1 day has been built.")).to_be_visible()

    # When Dana is away that day, the visit is offered another time, moved, and moved back
    page.goto("/setup/closures/new/")
    page.get_by_label("First day").fill(day)
    page.get_by_label("Last day").fill(day)
    page.get_by_label("Doctor").select_option(dana.pk)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Visits to move")).to_be_visible()
    check_accessibility(page)
    page.set_viewport_size({"width": 390, "height": 844})
    check_accessibility(page)
    page.get_by_role("button", name="Move the chosen visits").click()
    expect(page.get_by_text("1 visit moved.").first).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 900})
    visit.refresh_from_db()
    assert visit.start > monday(12)
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("button", name="Move back").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    visit.refresh_from_db()
    assert (visit.start, visit.doctor) == (monday(12), dana)

    # And the year shows the absence
    page.goto(f"/setup/closures/?year={day[:4]}")
    expect(page.locator("[data-mark=away]")).to_have_count(1)
    check_accessibility(page)
