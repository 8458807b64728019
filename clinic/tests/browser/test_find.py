"""Given patients of a clinic, when Rita types into the search box of any page, then she finds whom she means."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from accounts.models import User
from appointments.models import Location
from appointments.tests.desk import book, monday
from core.models import AuditEvent
from patients.models import Patient, SearchKey

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("seeded"),
]

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 2
HEBREW = "משה"


@pytest.fixture
def people(seeded: None, practice: Location, rita: User, dana: User, make_patient: Any) -> dict[str, Patient]:
    """Some who are alike, and some whose names are hard on a page."""
    made = {
        "anna": make_patient("Anna", "Doe", phone="+14155550132", alerts=["Latex"]),
        "andrea": make_patient("Andrea", "Doe"),
        "long": make_patient("Doe", LONG, preferred_name="Wolfe"),
        "moshe": make_patient(HEBREW, "Doe"),
    }
    for patient in made.values():
        SearchKey.objects.write(patient)
    book(rita, made["anna"], dana, monday(9, 30))
    book(rita, made["anna"], dana, monday(9, weeks=-1), override_reason="Written down late")
    return made


@pytest.fixture
def desk(open_as: Callable[..., Page], rita: User, people: dict[str, Patient]) -> Page:
    page = open_as(rita)
    page.goto("/account/")
    return page


def options(page: Page) -> Any:
    return page.locator("#find-panel [role=option]")


def chosen(page: Page) -> Any:
    """What is chosen, as assistive technology is told."""
    name = page.get_by_role("combobox").get_attribute("aria-activedescendant")
    assert name
    expect(page.locator(f"#{name}")).to_have_attribute("aria-selected", "true")
    return page.locator(f"#{name}")


def test_by_keyboard_alone(desk: Page, people: dict[str, Patient]) -> None:
    desk.keyboard.press("/")
    desk.keyboard.type("an do")
    expect(options(desk)).to_have_count(3)
    expect(desk.get_by_role("combobox")).to_have_attribute("aria-expanded", "true")
    expect(desk.locator("#find-status")).to_have_text("2 patients found")
    expect(desk.locator("#find-panel mark").first).to_have_text("Do")
    for key, text in [
        ("ArrowDown", "Andrea"),
        ("ArrowDown", "Anna"),
        ("ArrowDown", "Show all"),
        ("ArrowDown", "Andrea"),
        ("ArrowUp", "Show all"),
        ("Home", "Andrea"),
        ("End", "Show all"),
        ("ArrowUp", "Anna"),
    ]:
        desk.keyboard.press(key)
        expect(chosen(desk)).to_contain_text(text)
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Anna Doe")
    assert desk.url.endswith(f"/patients/{people['anna'].pk}/")


def test_escape_closes_and_typing_opens_again(desk: Page) -> None:
    box = desk.get_by_role("combobox")
    box.press_sequentially("doe")
    expect(options(desk)).to_have_count(5)
    desk.keyboard.press("Escape")
    expect(desk.locator("#find-panel")).to_be_hidden()
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(box).to_have_value("doe")
    desk.keyboard.type(" anna")
    expect(options(desk)).to_have_count(2)
    desk.mouse.click(1200, 600)
    expect(desk.locator("#find-panel")).to_be_hidden()


def test_a_visit_is_booked_from_the_box(desk: Page, people: dict[str, Patient]) -> None:
    booking = f"/appointments/new/?patient={people['anna'].pk}"
    desk.keyboard.press("/")
    desk.keyboard.type("0132")
    expect(options(desk)).to_have_count(2)
    desk.keyboard.press("Shift+Enter")  # the only one found is chosen
    desk.wait_for_url(f"**{booking}")
    desk.get_by_role("combobox", name="Find a patient").press_sequentially("doe anna")
    desk.locator("#find-panel").get_by_text("Book", exact=True).click()
    desk.wait_for_url(f"**{booking}")


def test_enter_before_the_answer_finds_what_stands_there(desk: Page, people: dict[str, Patient]) -> None:
    box = desk.get_by_role("combobox")
    box.press_sequentially("anna")
    expect(options(desk)).to_have_count(2)
    box.fill("andrea")
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**/patients/{people['andrea'].pk}/")


def test_all_results_stand_in_the_list(desk: Page) -> None:
    desk.get_by_role("combobox").press_sequentially("doe")
    options(desk).last.click()
    desk.wait_for_url("**/patients/search/")
    expect(desk.locator("#patient-rows tbody tr")).to_have_count(4)


def test_a_late_answer_is_dropped(desk: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "search=an&" in (route.request.post_data or "") + "&":
            held.append(route)
        else:
            route.continue_()

    desk.route("**/patients/find/", hold)
    desk.evaluate("""() => {
        window.seen = "";
        const panel = document.querySelector("#find-panel");
        new MutationObserver(() => { window.seen += panel.textContent; }).observe(panel, { childList: true });
    }""")
    box = desk.get_by_role("combobox")
    box.press_sequentially("an")
    for _step in range(50):
        if held:
            break
        desk.wait_for_timeout(50)
    box.press_sequentially("na")
    held[0].fulfill(body="<p>Andrea</p>")  # at once: before the next question goes out
    expect(options(desk)).to_have_count(2)
    seen = desk.evaluate("window.seen")
    assert "Anna" in seen
    assert "Andrea" not in seen


def test_no_answer_is_said_so(desk: Page) -> None:
    context: BrowserContext = desk.context
    box = desk.get_by_role("combobox")
    context.set_offline(True)
    box.press_sequentially("an")
    expect(desk.locator("#find-panel [role=alert]")).to_contain_text("No answer")
    expect(desk.locator("#messages .alert")).to_have_count(0)
    context.set_offline(False)
    desk.keyboard.type("na")
    expect(options(desk)).to_have_count(2)
    context.clear_cookies()
    desk.keyboard.type(" d")
    expect(desk.locator("#find-panel [role=alert]")).to_contain_text("No answer")


def test_nothing_typed_is_left_behind(desk: Page) -> None:
    desk.get_by_role("combobox").press_sequentially("anna")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Anna")
    kept = desk.evaluate("JSON.stringify([localStorage, sessionStorage, history.state, location.href])")
    assert "anna" not in kept.lower()
    desk.go_back()
    expect(desk.get_by_role("combobox")).to_have_value("")
    expect(desk.locator("#find-panel")).to_be_hidden()
    assert AuditEvent.objects.filter(event="patient.found").exists()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (820, "light"), (390, "dark")])
def test_the_open_box_is_accessible(
    width: int,
    scheme: str,
    open_as: Callable[..., Page],
    check_accessibility: Callable[[Page], None],
    rita: User,
    people: dict[str, Patient],
) -> None:
    touch = width < 1000
    page = open_as(rita, viewport={"width": width, "height": 800}, color_scheme=scheme, has_touch=touch)
    page.goto("/account/")
    for typed, count in [("doe", 5), ("zebedee", 0)]:
        page.get_by_role("combobox").fill(typed)
        expect(page.locator("#find-panel:not(.is-old)")).to_be_visible()
        expect(options(page)).to_have_count(count)
        check_accessibility(page)
        panel = page.locator("#find-panel")
        assert panel.evaluate("panel => panel.scrollWidth <= panel.clientWidth"), typed
        edges = panel.bounding_box()
        assert edges
        assert edges["x"] >= 0
        assert edges["x"] + edges["width"] <= width
        for target in page.locator("#find-panel [role=option], #find-panel .button").all():
            size = target.bounding_box()
            assert size
            assert size["height"] >= (44 if touch else 24), target.inner_text()
