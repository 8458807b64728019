"""Given one person with two records, when Dana merges them, then there is one, and when she takes it back, two."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from appointments.models import Location
from appointments.tests.desk import book, monday
from patients.models import Patient, SearchKey

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("seeded"),
]


def test_dana_merges_two_records_and_takes_it_back(
    open_as: Callable[..., Page],
    check_accessibility: Callable[[Page], None],
    practice: Location,
    dana: User,
    pia: Patient,
    make_patient: Any,
    make_user: Any,
) -> None:
    twice = make_patient(
        "Pia", "Berg", user=make_user("Pia", "patient", email="new@test.example"), school="North School"
    )
    SearchKey.objects.write(twice)
    book(dana, twice, dana, monday())
    page = open_as(dana)
    page.goto(f"/patients/{pia.pk}/")
    page.get_by_label("More").click()
    page.get_by_role("link", name="Merge with another record").click()
    page.get_by_label("Name, phone").press_sequentially("berg")
    expect(page.locator("#merge-choices")).to_contain_text("Berg, Pia")
    check_accessibility(page)
    page.get_by_role("button", name="Compare the two").click()
    check_accessibility(page)

    page.get_by_role("radiogroup", name="Family name").get_by_label("Berg").check()
    page.get_by_role("button", name="Keep the other record instead").click()
    expect(page.get_by_role("radiogroup", name="Family name").get_by_label("Berg")).to_be_checked()
    page.get_by_role("button", name="Keep the other record instead").click()
    page.get_by_role("radiogroup", name="Own sign-in").get_by_label("new@test.example").check()
    page.get_by_role("button", name="Merge the two records").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pia Berg")
    expect(page.locator("#visits")).to_contain_text("09:00")
    page.goto(f"/patients/{twice.pk}/")
    assert page.url.endswith(f"/patients/{pia.pk}/")

    page.get_by_role("link", name="Merged with record").click()
    check_accessibility(page)
    page.get_by_role("button", name="Take back").click()
    page.locator("dialog").get_by_role("button", name="Take back").click()
    expect(page.get_by_text("there are two records again")).to_be_visible()
    page.goto(f"/patients/{twice.pk}/")
    expect(page.locator("#visits")).to_contain_text("09:00")
    assert Patient.objects.get(pk=pia.pk).family_name == "Lindholm"
