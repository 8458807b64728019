"""Given free times, when Rita books and moves, then few clicks or keys are enough; here they are counted."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from appointments.models import Appointment, Location, NextVisit
from appointments.tests.desk import book, kind, monday
from core import clock
from patients.models import Guardian, Patient, Relationship, SearchKey

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seeded")]


class Hands:
    """Does what a person does, and counts: a chosen line of a list takes two clicks, a chord as many keys as it has."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.keys = page, 0, 0

    def click(self, what: Locator) -> None:
        what.click()
        self.clicks += 1

    def choose(self, what: Locator, value: str) -> None:
        what.select_option(value)
        self.clicks += 2

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += key.count("+") + 1


@pytest.fixture
def zoe(make_patient: Any, dana: User, practice: Location) -> Iterator[Patient]:
    patient = make_patient("Zoë", "Quick", treating_doctor=dana)
    SearchKey.objects.write(patient)
    yield patient


def test_a_known_patient_in_four_clicks(
    open_as: Callable[..., Page], rita: User, zoe: Patient, check_accessibility: Callable[[Page], None]
) -> None:
    # Given the page of a patient
    page = open_as(rita)
    page.goto(f"/patients/{zoe.pk}/")
    hands = Hands(page)
    # When Rita books an adjustment
    hands.click(page.get_by_role("link", name="Book a visit").first)
    hands.choose(page.get_by_label("Type"), "ADJ")
    times = page.locator("#free-times button[name=slot]")
    expect(times.first).to_be_visible()
    with page.expect_response("**/appointments/times/"):
        page.locator("#id_part").select_option("after_school")
    expect(page.locator("#free-times")).not_to_contain_text("14:45")
    expect(page.locator("#free-times")).to_contain_text("15:00")
    check_accessibility(page)
    hands.click(times.first)
    # Then it is booked
    expect(page.get_by_text("Booked for").first).to_be_visible()
    visit = Appointment.objects.get()
    assert (visit.type.code, visit.doctor_id, visit.patient_id) == ("ADJ", zoe.treating_doctor_id, zoe.pk)
    assert clock.wall(visit.start).hour >= 15
    assert hands.clicks <= 4

    # And when it is to be another day, three clicks move it
    hands.clicks = 0
    hands.click(page.get_by_role("link", name="Move"))
    hands.click(page.locator("#free-times section").last.locator("button[name=slot]").last)
    expect(page.get_by_text("Moved to").first).to_be_visible()
    moved = Appointment.objects.get()
    assert moved.start > visit.start
    assert hands.clicks <= 3


def test_a_known_patient_in_twelve_keys(open_as: Callable[..., Page], rita: User, zoe: Patient) -> None:
    # Given any page
    page = open_as(rita)
    page.goto("/schedule/")
    hands = Hands(page)
    # When Rita types: the search box, the name, book; the type; go on; the first free time
    hands.press("/", "q", "u", "i")
    expect(page.get_by_role("option", name="Quick, Zoë")).to_have_attribute("aria-selected", "true")
    hands.press("Shift+Enter")
    expect(page.get_by_label("Type")).to_be_focused()
    hands.press("a", "d", "Enter")
    expect(page.locator("#free-times button[name=slot]").first).to_be_focused()
    hands.press("Enter")
    # Then it is booked
    expect(page.get_by_text("Booked for").first).to_be_visible()
    assert Appointment.objects.get().type.code == "ADJ"
    assert hands.keys <= 12

    # And it is moved without a mouse: to the link, to another time
    page.get_by_role("link", name="Move").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/move/")
    for _step in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "slot":
            break
    before = Appointment.objects.get().start
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Moved to").first).to_be_visible()
    assert Appointment.objects.get().start != before


def test_from_a_cell_of_the_grid_and_the_check_in(open_as: Callable[..., Page], rita: User, zoe: Patient) -> None:
    # Given a day
    page = open_as(rita)
    page.goto(f"/schedule/{clock.wall(monday()).date()}/")
    hands = Hands(page)
    # When Rita clicks a free cell and types whom it is for and what
    hands.click(page.get_by_role("link", name="Book 10:00").first)
    expect(page.get_by_label("Patient", exact=True)).to_be_focused()
    hands.press("q", "u", "i")
    expect(page.locator("#patient-choices")).to_contain_text("Quick, Zoë")
    hands.press("Enter")
    expect(page.get_by_label("Type")).to_be_focused()
    hands.press("a", "d", "Enter")
    # Then it is booked in that cell
    expect(page.get_by_text("Booked for").first).to_be_visible()
    assert Appointment.objects.get().start == monday(10)
    assert (hands.clicks, hands.keys) == (1, 7)

    # And one click checks in who has come
    hands.clicks = 0
    hands.click(page.get_by_role("button", name="Arrived"))
    expect(page.locator(".page__lead .badge").first).to_contain_text("Arrived")
    assert Appointment.objects.get().status == "arrived"
    assert hands.clicks == 1


def test_what_is_due_and_the_whole_family(
    open_as: Callable[..., Page],
    rita: User,
    zoe: Patient,
    make_patient: Any,
    check_accessibility: Callable[[Page], None],
) -> None:
    # Given two children of one mother, and a visit that is due
    leo = make_patient("Leo", "Quick")
    mother = Guardian.objects.create(given_name="Mara", family_name="Quick")
    for child in (zoe, leo):
        Relationship.objects.create(guardian=mother, patient=child, kind="mother")
    due = NextVisit.objects.create(patient=zoe, due_on=monday(weeks=3).date(), type=kind("ADJ"))
    page = open_as(rita, viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.goto(f"/patients/{zoe.pk}/")
    hands = Hands(page)
    # When Rita books what is due, for both of them
    hands.click(page.get_by_role("link", name="Book the family together"))
    expect(page.get_by_label("Type for Zoë Quick")).to_have_value("ADJ")
    page.get_by_label("Type for Leo Quick").select_option("OBS")
    page.get_by_label("Side by side").check()
    times = page.locator("#free-times button[name=slot]")
    expect(times.first).to_contain_text("Leo")
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with page.expect_navigation(url="**/schedule/**"):
        times.first.click()
    # Then both are booked at once, in two chairs, and nothing is due any more
    one, other = Appointment.objects.order_by("start", "id")
    assert (one.start, one.chair_id != other.chair_id) == (other.start, True)
    due.refresh_from_db()
    assert due.done_at is not None


def test_nobody_is_found_then_the_name_goes_along(
    open_as: Callable[..., Page], rita: User, zoe: Patient, dana: User
) -> None:
    # Given a time that somebody else has, and a name that nobody bears
    book(rita, zoe, dana, monday(10), "CONS")
    page = open_as(rita)
    page.goto(f"/appointments/new/?start={clock.iso(monday(10))}&doctor={dana.pk}")
    page.keyboard.type("nele newcomer")
    expect(page.locator("#patient-choices")).to_contain_text("Nobody found")
    # When Rita goes on to a new patient
    page.get_by_role("button", name="New patient").click()
    # Then the name stands there, and not in the address
    expect(page.get_by_label("Family name", exact=True)).to_have_value("Newcomer")
    expect(page.get_by_label("Given name")).to_have_value("Nele")
    assert "nele" not in page.url.lower()
    page.locator("form.card button.button--main").first.click()
    expect(page.get_by_label("Patient", exact=True)).to_have_value("Nele Newcomer")
    # And the time that is taken is explained, with the next free ones
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator("[data-code=slot_taken]")).to_contain_text("Dr. Dana is taken by Zoë Q. until 10:20.")
    page.locator("#free-times button[name=slot]").first.click()
    expect(page.get_by_text("Booked for").first).to_be_visible()
    assert Appointment.objects.get(patient__family_name="Newcomer")

    # And from the search box too
    page.keyboard.press("/")
    page.keyboard.type("otto nobody")
    page.locator("#find-panel").get_by_role("button", name="New patient").click()
    expect(page.get_by_label("Family name", exact=True)).to_have_value("Nobody")
    assert "otto" not in page.url.lower()
