"""Given a known patient, when Rita begins to write the same person down, then she is told, and never stopped."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from core import clock
from patients import pairing
from patients.models import Patient, SearchKey

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("seeded"),
]


def test_rita_is_told_while_she_types_and_tidies_the_list(
    open_as: Callable[..., Page], check_accessibility: Callable[[Page], None], rita: User, make_patient: Any
) -> None:
    hour_ago = clock.now() - timedelta(hours=1)
    known = make_patient("Catherine", "Smith", birth_date=date(2012, 2, 29), updated_at=hour_ago)
    SearchKey.objects.write(known)

    page = open_as(rita)
    page.goto("/patients/new/")
    panel = page.locator("#lookalikes")
    page.get_by_label("Family name").press_sequentially("Smith")
    page.get_by_label("Given name").press_sequentially("Katherine")
    expect(panel).to_contain_text("Similar name: Katherine Smith / Catherine Smith")
    page.get_by_label("Date of birth").fill("2012-02-29")
    expect(panel).to_contain_text("The same person?")
    expect(page.get_by_label("Date of birth")).to_be_focused()
    expect(panel.get_by_role("link")).to_have_attribute("target", "_blank")
    check_accessibility(page)

    page.get_by_label("Given name").fill("Mia")
    expect(panel).to_contain_text("a twin?")
    page.get_by_label("Given name").fill("Katherine")
    page.get_by_role("button", name="Create patient").click()
    page.get_by_role("button", name="Create anyway").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Katherine Smith")

    Patient.objects.update(updated_at=hour_ago)
    pairing.search()
    page.goto("/patients/")
    page.get_by_role("link", name="Possible duplicates 1").click()
    expect(page.get_by_role("heading", level=2, name="Smith").first).to_be_visible()
    check_accessibility(page)
    page.get_by_role("button", name="Not the same person").click()
    expect(page.get_by_text("No possible duplicates")).to_be_visible()
    check_accessibility(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Not the same person")).to_be_visible()
