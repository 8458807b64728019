"""Given a chart, when those who treat work with gloves on a tablet, then it keeps up and lets nothing pass."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from appointments.models import Chair, Location, NextVisit, OwnChairs
from appointments.tests.floor import noon, visit_today
from charting.models import Elastics, Phrase, SignedConsent, Visit, WireChange
from charting.tests.history import treated
from core import clock
from patients.models import MedicalEntry, Patient

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seeded")]

TABLET = {"viewport": {"width": 1024, "height": 768}, "has_touch": True}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TABS = ("", "timeline/", "exams/", "teeth/", "plan/", "appliances/", "consultations/", "medical/", "summary/", "par/")


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with noon():
        yield


class Finger:
    """Counts the taps."""

    def __init__(self) -> None:
        self.taps = 0

    def __call__(self, what: Locator) -> None:
        self.taps += 1
        what.tap()


def chart(patient: Patient, rest: str = "") -> str:
    return f"/patients/{patient.pk}/chart/{rest}"


def chip(page: Page, group: str, words: str) -> Locator:
    return page.get_by_role("group", name=group).locator(".chip", has_text=words).first


def begin_entry(page: Page) -> None:
    page.get_by_role("button", name="New entry").click()
    page.wait_for_url("**/entries/*/")
    page.wait_for_load_state()


def test_a_wire_change_takes_ten_taps(
    open_as: Callable[..., Page], practice: Location, dana: User, pia: Patient
) -> None:
    # Given Pia sits in the chair with .016 NiTi in both arches
    treated(pia, dana, wires=[("upper", "0.016", "NiTi"), ("lower", "0.016", "NiTi")])
    Phrase.objects.create(label="All well", text="No complaints, wires changed.")
    visit_today(pia, dana, status="with_doctor")
    page = open_as(dana, **TABLET)
    page.goto("/my-day/")
    finger = Finger()

    # When Dana writes the visit from her own day
    finger(page.get_by_role("link", name="Chart Lindholm, Pia"))
    finger(page.get_by_role("button", name="New entry"))
    finger(chip(page, "Upper wire", ".018 NiTi"))
    finger(chip(page, "Lower wire", ".018 NiTi"))
    finger(chip(page, "Hygiene", "Good"))
    finger(page.locator(".chip", has_text="Medical history checked"))
    finger(chip(page, "Procedures", "Adjustment"))
    finger(page.get_by_role("button", name="All well"))
    finger(page.locator("[data-number='6']"))
    finger(page.get_by_role("button", name="Save and sign"))
    expect(page.get_by_text("The entry is signed.")).to_be_visible()

    # Then ten taps have said it all, and the desk knows when Pia comes next
    assert finger.taps == 10
    expect(page.locator(".chart-head")).to_contain_text(".018 NiTi")
    made = Visit.objects.latest("created_at")
    assert (made.state, made.hygiene, made.history_checked, made.note) == (
        "signed",
        "good",
        True,
        "No complaints, wires changed.",
    )
    assert WireChange.objects.filter(visit=made, kind="placed", size="0.018").count() == 2
    assert NextVisit.objects.get().patient_id == pia.pk


def test_elastics_with_a_latex_allergy_are_refused(
    open_as: Callable[..., Page], practice: Location, dana: User, pia: Patient
) -> None:
    # Given a latex allergy among the alerts
    MedicalEntry.objects.create(patient=pia, category="allergy", description="Latex", critical=True)
    page = open_as(dana, **TABLET)
    page.goto(chart(pia))
    expect(page.locator(".alert--medical")).to_contain_text("Latex")
    page.get_by_role("button", name="I have read this").tap()
    expect(page.locator(".alert--medical")).to_have_count(0)
    begin_entry(page)

    # When latex elastics are prescribed
    page.locator("summary", has_text="Elastics").tap()
    page.get_by_label("Pattern").first.select_option("class_2")
    page.locator("[name=elastic0_teeth]").fill("13, 46")
    page.locator("[name=elastic0_ounces]").fill("3.5")
    page.locator("[name=elastic0_hours]").fill("22")
    page.locator("[name=elastic0_latex]").check()
    page.get_by_role("button", name="Save and sign").tap()

    # Then the field says why, what was typed stays, and nothing is kept
    expect(page.locator("[role=alert]")).to_contain_text("The patient is allergic to latex")
    expect(page.locator("[name=elastic0_teeth]")).to_have_value("13, 46")
    assert not Elastics.objects.exists()

    page.locator("[name=elastic0_latex]").uncheck()
    page.get_by_role("button", name="Save and sign").tap()
    expect(page.get_by_text("The entry is signed.")).to_be_visible()
    expect(page.locator(".chart-head")).to_contain_text("13, 46")
    assert Elastics.objects.get().latex is False


def test_two_tablets_on_one_entry(
    open_as: Callable[..., Page], practice: Location, dana: User, nina: User, pia: Patient
) -> None:
    # Given Nina, who looks after chair 1, has begun the entry of the visit
    OwnChairs.objects.create(user=nina, chairs=[Chair.objects.order_by("position")[0].pk])
    visit_today(pia, dana, status="seated")
    first = open_as(nina, **TABLET)
    first.goto(chart(pia))
    begin_entry(first)
    first.get_by_role("textbox", name="Note").fill("Nina's words")
    expect(first.locator("[data-state]")).to_contain_text("Saved")

    # When Dana opens the same visit
    second = open_as(dana, **TABLET)
    second.goto(chart(pia))
    begin_entry(second)

    # Then she reads who has it open and where
    expect(second.locator("[data-others]")).to_contain_text("Nina")
    expect(second.locator("[data-others]")).to_contain_text("Chair 1")

    # And what Dana writes over an older state is not kept over Nina's
    first.get_by_role("textbox", name="Note").fill("Nina's words, and more")
    expect(first.locator("[data-state]")).to_contain_text("Saved")
    first.wait_for_function("() => document.querySelector('[name=version]').value >= 3")
    second.get_by_role("textbox", name="Note").fill("Dana's words")
    expect(second.locator("[data-state]")).to_contain_text("Somebody else has changed this entry")
    second.get_by_role("button", name="Save as a draft").tap()
    expect(second.locator("[role=alert]").first).to_be_visible()
    expect(second.get_by_role("textbox", name="Note")).to_have_value("Dana's words")
    assert Visit.objects.get().note == "Nina's words, and more"


def test_nothing_is_lost_on_a_dropped_connection(
    open_as: Callable[..., Page], practice: Location, dana: User, pia: Patient
) -> None:
    page = open_as(dana, **TABLET)
    page.goto(chart(pia))
    begin_entry(page)
    page.context.set_offline(True)
    page.get_by_role("textbox", name="Note").fill("Written without a connection")
    expect(page.locator("[data-state]")).to_contain_text("no connection", timeout=10_000)
    page.context.set_offline(False)
    expect(page.locator("[data-state]")).to_contain_text("Saved", timeout=15_000)
    assert Visit.objects.get().note == "Written without a connection"


def test_from_the_first_consultation_to_the_signed_consent(
    open_as: Callable[..., Page], practice: Location, dana: User, pia: Patient
) -> None:
    page = open_as(dana, **TABLET)

    # Given the first talk with Pia and her father
    page.goto(chart(pia, "consultations/new/"))
    page.get_by_label("Who was there").fill("Pia and her father")
    page.get_by_label("Why they came").fill("Upper front teeth stick out")
    page.get_by_label("Decision").select_option(label="Goes ahead")
    page.get_by_role("button", name="Save").tap()
    expect(page.get_by_text("Pia and her father")).to_be_visible()

    # When the plan is written, two options are presented and one is chosen
    page.goto(chart(pia, "plan/"))
    page.get_by_role("link", name="Write the plan").tap()
    page.get_by_label("Problem list").fill("Overjet 7 mm, class II")
    page.get_by_label("Aims").fill("Class I, overjet 2 mm")
    page.get_by_role("button", name="Save").tap()
    for title, months in (("Fixed appliances", "24"), ("No treatment", "")):
        page.get_by_role("link", name="Option", exact=True).tap()
        page.locator("[name=title]").fill(title)
        page.locator("[name=months]").fill(months)
        page.get_by_role("button", name="Save").tap()
    page.get_by_role("button", name="Choose Fixed appliances").tap()
    expect(page.locator("[data-chosen]")).to_contain_text("Fixed appliances")

    # And the father signs on the screen
    page.get_by_role("link", name="Sign on screen").tap()
    page.get_by_label("Name of the person who signs").fill("Gus Lindholm")
    page.get_by_role("button", name="I agree").tap()
    expect(page.locator("[role=alert]").first).to_be_visible()  # no signature yet
    expect(page.locator("[name=signer]")).to_have_value("Gus Lindholm")
    expect(page.locator("canvas")).to_be_visible()
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 70, steps=8)
    page.mouse.up()
    page.get_by_role("button", name="I agree").tap()

    # Then the words, the name and the check sum stand together
    expect(page.get_by_text("Gus Lindholm").first).to_be_visible()
    signed = SignedConsent.objects.get()
    assert (signed.signer, len(signed.text_hash), bool(signed.drawn)) == ("Gus Lindholm", 64, True)


@pytest.mark.parametrize(
    ("name", "options"), [("tablet", TABLET), ("phone", PHONE), ("dark", {"color_scheme": "dark"})]
)
def test_every_part_is_open_to_everybody(
    name: str,
    options: dict[str, Any],
    open_as: Callable[..., Page],
    check_accessibility: Callable[[Page], None],
    practice: Location,
    dana: User,
    pia: Patient,
) -> None:
    # A head with more in it than a phone is wide.
    begun = clock.today() - timedelta(days=300)
    ends = clock.today() + timedelta(days=300)
    pia.change(care_status="active", care_phase="full", care_started_on=begun, estimated_completion_on=ends)
    treated(pia, dana, wires=[("upper", "0.019x0.025", "SS"), ("lower", "0.019x0.025", "SS")])
    page = open_as(dana, **options)
    for tab in TABS:
        page.goto(chart(pia, tab))
        check_accessibility(page)
        size = page.viewport_size
        wide = page.evaluate("document.documentElement.scrollWidth")  # a phone's own width grows with the page
        assert size and wide <= size["width"], f"{name}: {tab} is {wide} px wide"
    page.goto(chart(pia))
    begin_entry(page)
    page.evaluate("window.scrollTo(0, 0)")
    check_accessibility(page)
    page.goto("/charts/to-sign/")
    check_accessibility(page)


def test_the_summary_prints_without_buttons(
    open_as: Callable[..., Page], practice: Location, dana: User, pia: Patient
) -> None:
    treated(pia, dana, wires=[("upper", "0.016", "NiTi")])
    page = open_as(dana)
    page.goto(chart(pia, "summary/"))
    page.emulate_media(media="print")
    expect(page.locator("main").get_by_text(".016 NiTi").last).to_be_visible()
    for hidden in ("nav.tabs", ".rail", "button"):
        for found in page.locator(hidden).all():
            expect(found).to_be_hidden()
