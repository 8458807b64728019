"""Given a clinic on a working day, when Rita, Dana and Ada do their work in a browser, then it is done."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Page, expect

from accounts.models import User
from appointments.models import Appointment, Location
from appointments.tests.desk import book, monday
from core import clock
from core.models import AuditEvent
from patients.models import MedicalEntry, Patient

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("seeded")]


def test_rita_adds_a_patient_books_moves_and_cancels(
    open_as: Callable[..., Page], practice: Location, rita: User, dana: User
) -> None:
    page = open_as(rita)
    page.get_by_role("link", name="Patients").first.click()
    page.get_by_role("link", name="New patient").click()
    page.get_by_label("Family name").fill("O'Connor-Müller")
    page.get_by_label("Given name").fill("Zoë")
    page.get_by_label("Date of birth").fill("2013-02-28")
    page.locator("form.card button.button--main").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Zoë O'Connor-Müller")

    page.get_by_role("link", name="Book a visit").first.click()
    day = monday().date()
    page.get_by_label("Day", exact=True).fill(day.isoformat())
    page.get_by_role("button", name="Find free times").click()
    page.locator(f"section[aria-labelledby='free-{day}']").get_by_role("button", name="09:00").first.click()
    expect(page.get_by_text("Booked for").first).to_be_visible()
    made = Appointment.objects.get()
    assert clock.wall(made.start).date() == day

    page.get_by_role("link", name="Move").click()
    page.get_by_label("Time", exact=True).fill("11:00")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("Moved to").first).to_be_visible()
    made.refresh_from_db()
    assert made.start == monday(11)

    page.get_by_role("link", name="Cancel").click()
    page.get_by_label("Reason").first.fill("On holiday")
    page.get_by_role("button", name="Cancel the visit").click()
    expect(page.locator(".page__lead .badge")).to_contain_text("Cancelled")
    assert Appointment.objects.get().status == "cancelled"


def test_booking_from_the_grid_in_four_clicks(
    open_as: Callable[..., Page], practice: Location, rita: User, dana: User, make_patient: Any
) -> None:
    make_patient("Zoë", "Quick", treating_doctor=dana)
    from patients.models import SearchKey

    for patient in Patient.objects.all():
        SearchKey.objects.write(patient)
    page = open_as(rita)
    page.goto(f"/schedule/{monday().date()}/")
    page.get_by_role("link", name="Book 10:00").first.click()  # 1
    page.get_by_label("Patient", exact=True).press_sequentially("quick")
    expect(page.locator("#patient-choices")).to_contain_text("Zoë")
    page.get_by_label("Doctor").select_option(label="Dr. Dana")  # 2
    page.get_by_role("button", name="Book", exact=True).click()  # 3
    expect(page.get_by_text("Booked for").first).to_be_visible()
    assert Appointment.objects.get().start == monday(10)


def test_a_taken_time_is_explained_and_nothing_typed_is_lost(
    open_as: Callable[..., Page], practice: Location, rita: User, dana: User, pia: Patient, make_patient: Any
) -> None:
    book(rita, make_patient(), dana, monday())
    page = open_as(rita)
    page.goto(f"/appointments/new/?patient={pia.pk}&doctor={dana.pk}&start={clock.iso(monday())}")
    page.get_by_label("Note for the desk").fill("Brings the old retainer")
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator("[data-code=slot_taken]")).to_be_visible()
    expect(page.get_by_label("Note for the desk")).to_have_value("Brings the old retainer")
    page.locator("#free-times button[name=slot]").first.click()
    expect(page.get_by_text("Booked for").first).to_be_visible()
    assert Appointment.objects.get(patient=pia).reason == "Brings the old retainer"


def test_dana_opens_the_chart_from_the_day(
    open_as: Callable[..., Page], practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    MedicalEntry.objects.create(patient=pia, description="Latex", category="allergy", critical=True)
    book(rita, pia, dana, monday())
    page = open_as(dana)
    page.goto(f"/schedule/{monday().date()}/")
    page.get_by_role("link", name=re.compile("Lindholm")).first.click()
    page.get_by_role("link", name="Open the chart").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pia Lindholm")
    expect(page.locator(".alert--medical").first).to_contain_text("Latex")
    assert AuditEvent.objects.filter(event="patient.opened", actor_id=dana.pk, patient_id=pia.pk).count() == 1


def test_ada_invites_a_receptionist(open_as: Callable[..., Page], ada: User) -> None:
    page = open_as(ada)
    page.get_by_role("link", name="Staff").first.click()
    page.get_by_role("link", name="Invite").click()
    page.get_by_label("Name", exact=True).fill("Robin Newcomer")
    page.get_by_label("E-mail").fill("robin@test.example")
    page.get_by_label("Role").select_option("receptionist")
    page.get_by_role("button", name=re.compile("invit", re.IGNORECASE)).click()
    expect(page.get_by_text("Robin Newcomer").first).to_be_visible()
    invited = User.objects.get(email="robin@test.example")
    assert invited.role == "receptionist"
    assert [message.to for message in mail.outbox] == [["robin@test.example"]]


def test_a_day_by_keyboard_alone(
    open_as: Callable[..., Page], practice: Location, rita: User, dana: User, pia: Patient
) -> None:
    visit = book(rita, pia, dana, monday())
    page = open_as(rita)
    page.goto(f"/appointments/{visit.pk}/")
    for _step in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == "Arrived":
            break
    page.keyboard.press("Enter")
    expect(page.locator(".page__lead .badge").first).to_contain_text("Arrived")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible(
    width: int,
    scheme: str,
    open_as: Callable[..., Page],
    check_accessibility: Callable[[Page], None],
    practice: Location,
    rita: User,
    dana: User,
    ada: User,
    pia: Patient,
) -> None:
    MedicalEntry.objects.create(patient=pia, description="Latex", category="allergy", critical=True)
    visit = book(rita, pia, dana, monday())
    book(rita, pia, dana, monday(9, 15), overbook=True, override_reason="Pain")
    page = open_as(ada, viewport={"width": width, "height": 800}, color_scheme=scheme)
    day = monday().date()
    for address in [
        f"/schedule/{day}/",
        f"/schedule/{day}/?by=list",
        f"/schedule/{day + timedelta(days=6)}/?by=doctor",
        "/appointments/new/",
        f"/appointments/{visit.pk}/",
        f"/appointments/{visit.pk}/move/",
        "/patients/",
        "/patients/new/",
        f"/patients/{pia.pk}/",
        f"/patients/{pia.pk}/medical/new/",
        "/setup/",
        "/setup/hours/",
        "/setup/types/",
        "/setup/chairs/new/",
        "/staff/",
        "/staff/invite/",
        "/audit/",
        "/account/",
    ]:
        page.goto(address)
        check_accessibility(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_portal_is_accessible(
    scheme: str,
    open_as: Callable[..., Page],
    check_accessibility: Callable[[Page], None],
    practice: Location,
    rita: User,
    dana: User,
    gus: User,
    pia: Patient,
) -> None:
    visit = book(rita, pia, dana, monday())
    page = open_as(gus, viewport={"width": 320, "height": 800}, color_scheme=scheme)
    for address in ["/portal/", "/portal/visits/", f"/portal/visits/{visit.pk}/", "/portal/bookings/"]:
        page.goto(address)
        check_accessibility(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


HOSTILE = '"><img src=x onerror=document.title=`hacked`><script>document.title="hacked"</script>{{7*7}}'


def test_script_in_a_name_runs_nowhere(
    open_as: Callable[..., Page], practice: Location, rita: User, dana: User, ada: User, make_patient: Any
) -> None:
    patient = make_patient(HOSTILE[:100], HOSTILE[:100], alerts=[HOSTILE], address=HOSTILE, school=HOSTILE)
    visit = book(rita, patient, dana, monday(), reason=HOSTILE)
    page = open_as(ada)
    for address in [
        f"/schedule/{monday().date()}/",
        f"/appointments/{visit.pk}/",
        f"/patients/{patient.pk}/",
        "/patients/",
        f"/patients/{patient.pk}/edit/",
        "/audit/",
        "/admin/patients/patient/",
    ]:
        page.goto(address)
        assert page.title() != "hacked", address
        assert page.locator("img[src=x]").count() == 0, address
        assert "49" not in page.get_by_role("heading", level=1).first.inner_text(), address
