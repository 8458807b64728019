"""Given a booked week, when Rita looks at week and month and prints, then every page is there for everybody."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from appointments.models import Location
from appointments.tests.desk import book, monday
from patients.models import Patient

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seeded")]


def test_rita_looks_ahead_and_prints(
    open_as: Callable[..., Page],
    check_accessibility: Callable[[Page], None],
    practice: Location,
    rita: User,
    dana: User,
    pia: Patient,
    make_patient: Any,
) -> None:
    book(rita, pia, dana, monday(9), "ADJ")
    book(rita, make_patient("Zoe", "Beside"), dana, monday(9, 5), "ADJ", overbook=True, override_reason="Pain")
    page = open_as(rita)
    page.goto(f"/schedule/{monday().date()}/")

    # The keyboard leads from the day to the week, from there to the month and back to the day.
    page.get_by_role("link", name="Week", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Week of")
    expect(page.get_by_role("link", name="Lindholm P").first).to_be_visible()
    check_accessibility(page)
    page.get_by_label("Doctor").select_option(label="Dr. Omar")
    expect(page.locator(".page__lead")).to_contain_text("0 visits")
    page.get_by_role("link", name="Month", exact=True).click()
    day = page.locator(f".month a[href*='/schedule/{monday().date()}/']")
    expect(day.locator("xpath=..")).to_contain_text("2 visits")
    check_accessibility(page)
    day.click()
    expect(page).to_have_url(re.compile(f"/schedule/{monday().date()}/"))

    page.locator("summary[title=Print]").click()
    page.get_by_role("link", name="Day sheet").click()
    expect(page.locator(".paper")).to_contain_text("Lindholm, Pia")
    check_accessibility(page)
    page.go_back()
    page.locator("summary[title=Print]").click()
    page.get_by_role("link", name="Routing slips").click()
    expect(page.locator(".slip")).to_have_count(2)
    check_accessibility(page)
    page.goto("/schedule/outage/")
    page.get_by_role("button", name="Make it now").click()
    expect(page.get_by_role("link", name="Download the list of")).to_be_visible()
    check_accessibility(page)


def test_a_visit_is_copied_onto_a_card_on_a_phone_in_the_dark(
    open_as: Callable[..., Page],
    check_accessibility: Callable[[Page], None],
    practice: Location,
    rita: User,
    dana: User,
    pia: Patient,
) -> None:
    visit = book(rita, pia, dana, monday(9), "ADJ")
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True}
    page = open_as(pia.user, permissions=["clipboard-read", "clipboard-write"], **phone)
    page.goto(f"/portal/visits/{visit.pk}/")
    page.get_by_role("link", name="Appointment card").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").startswith("Appointment for Pia")
    check_accessibility(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Add to a calendar").click()
    assert download.value.suggested_filename == "appointment.ics"

    desk = open_as(rita, **phone)
    for path in (f"week/{visit.start:%Y-%m-%d}", f"month/{visit.start:%Y-%m}", f"{visit.start:%Y-%m-%d}/sheet"):
        desk.goto(f"/schedule/{path}/")
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        check_accessibility(desk)
