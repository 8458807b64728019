"""Given a patient with visits, when Dana and Gus save files, then the files hold what is theirs to have."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from appointments.models import Location
from appointments.tests.desk import book, monday
from patients.models import Patient

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("seeded"),
]


def saved(page: Page, button: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_files_leave_the_clinic(
    open_as: Callable[..., Page],
    check_accessibility: Callable[[Page], None],
    practice: Location,
    dana: User,
    gus: User,
    pia: Patient,
    make_patient: Any,
    tmp_path: Path,
) -> None:
    make_patient("Max", "=Active", care_status="active", treating_doctor=dana)
    book(dana, pia, dana, monday(), reason="Sits badly")
    page = open_as(dana)

    page.goto("/patients/")
    page.get_by_label("Care status").select_option("active")  # the list follows, and with it the button
    expect(page.locator("#patient-rows")).not_to_contain_text("Lindholm")
    page.get_by_role("link", name="Export").click()
    expect(page.locator(".page__lead")).to_have_text("1 patient · Active treatment")
    page.get_by_label("Recipient").fill("Health office")
    page.get_by_role("button", name="Save the file").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why you save the file.")
    check_accessibility(page)
    page.get_by_label("Reason").fill("Yearly count")
    sheet = openpyxl.load_workbook(saved(page, "Save the file", tmp_path)).active
    assert [row[2] for row in sheet.iter_rows(values_only=True)] == ["Family name", "=Active"]

    page.goto(f"/patients/{pia.pk}/")
    page.get_by_label("More").click()
    page.get_by_role("link", name="Save the whole record").click()
    check_accessibility(page)
    page.get_by_label("Reason").fill("Change of clinic")
    theirs = record_in(saved(page, "Save the file", tmp_path))
    assert theirs["appointments"][0]["reason"] == "Sits badly"

    page.goto(f"/schedule/{monday().date()}/")
    page.get_by_role("link", name="Save to a file").click()
    page.get_by_label("JSON").check()
    page.get_by_label("Reason").fill("Day list")
    (row,) = json.loads(saved(page, "Save the file", tmp_path).read_text())
    assert row["patient"] == "Pia Lindholm"

    portal = open_as(gus)
    portal.goto(f"/portal/records/{pia.pk}/")
    mine = record_in(saved(portal, "Save the record", tmp_path))
    assert "reason" not in mine["appointments"][0]


def record_in(path: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(zipfile.ZipFile(path).read("record.json"))
    return record
