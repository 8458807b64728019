"""Given a file of another system, when Ada uploads it, then she sees what would be before anything is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from patients.models import Import, Patient

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("seeded"),
]

FILE = """Patient ID;Nachname;Vorname;Geburtsdatum;Guardian;Guardian phone
1;Ames;Ann;03/04/2012;Mona Ames;+41446681800
2;Bell;Bob;31/02/2013;;
"""


def test_ada_brings_patients_over(
    open_as: Callable[..., Page], ada: User, tmp_path: Path, check_accessibility: Callable[[Page], None]
) -> None:
    file = tmp_path / "patients.csv"
    file.write_text(FILE)
    page = open_as(ada)
    page.get_by_role("link", name="Patients").first.click()
    page.get_by_role("link", name="Bring records over").click()
    check_accessibility(page)
    page.get_by_label("The system it comes from").fill("Old system")
    page.get_by_role("button", name="File").set_input_files(file)
    page.get_by_role("button", name="Upload").click()

    expect(page.get_by_label("Nachname")).to_have_value("family_name")
    check_accessibility(page)
    page.get_by_label("How dates are written").select_option("dmy")
    page.get_by_role("button", name="Try it out").click()

    expect(page.get_by_text("“31/02/2013” is no day of the calendar.")).to_be_visible()
    check_accessibility(page)
    assert not Patient.objects.exists()
    page.get_by_role("button", name="Bring them over").click()

    expect(page.get_by_text("Done", exact=True)).to_be_visible()
    page.get_by_role("link", name="Ames Ann").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ann Ames")
    expect(page.get_by_text("Mona Ames").first).to_be_visible()


def test_the_bar_moves_by_itself_and_gives_way_to_the_report(
    open_as: Callable[..., Page], ada: User, check_accessibility: Callable[[Page], None]
) -> None:
    waiting = {"lease_until": "2999-01-01T00:00Z", "worker": "f" * 24}
    one = Import.objects.create(
        kind="patients", source="Old", file_name="a.csv", by=ada, state="running", total=1000, position=100, **waiting
    )
    page = open_as(ada)
    page.goto(f"/patients/import/{one.pk}/")
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("value", "10")
    check_accessibility(page)
    Import.objects.filter(pk=one.pk).update(position=700)
    expect(bar).to_have_attribute("value", "70")
    Import.objects.filter(pk=one.pk).update(state="stopped", message="Stopped for a test.")
    expect(page.get_by_text("Stopped for a test.")).to_be_visible()
