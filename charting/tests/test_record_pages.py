"""The timeline and the medical history in the chart; the doors that lead to it."""

import pytest

from appointments.tests.browser import text_of, web, words
from appointments.tests.floor import noon, visit_today
from charting.actions import entries
from charting.models import Appliance, Consultation, Exam, Visit
from charting.tests.history import treated
from core import clock
from patients.models import MedicalEntry

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(reason="about the pages; what they read is tested on each database"),
]


def address(patient, tab):
    return f"/patients/{patient.pk}/chart/{tab}/"


def test_the_timeline_tells_what_was_done_and_leads_there(dana, pia):
    visit = treated(pia, dana, wires=[])
    visit.change(procedures=[{"code": "ADJ"}])
    exam = Exam.objects.create(patient=pia, by=dana, kind="initial", on=clock.today())
    Appliance.objects.create(patient=pia, by=dana, kind="Herbst", placed_on=clock.today(), removed_on=clock.today())
    Consultation.objects.create(patient=pia, by=dana, doctor=dana, decision="goes_ahead")
    page = web(dana).get(address(pia, "timeline"))
    said = words(page)
    for text in ("Visit Adjustment", "Exam Initial", "Appliance in Herbst", "Appliance out Herbst", "Goes ahead"):
        assert text in said
    assert said.index("Exam Initial") < said.index("Visit Adjustment")  # newest first
    assert f"#entry-{visit.pk}" in text_of(page)
    assert f"/exams/{exam.pk}/" in text_of(page)


def test_the_medical_history_says_when_it_was_checked(dana, nina, pia):
    MedicalEntry.objects.create(patient=pia, description="Asthma", category="condition")
    browser = web(dana)
    said = words(browser.get(address(pia, "medical")))
    assert "Asthma" in said
    assert "No entry of the treatment card says yet that it was checked." in said
    treated(pia, nina, wires=[]).change(history_checked=True)
    assert "Checked last on" in words(browser.get(address(pia, "medical")))


def test_who_may(rita, ada, pia):
    for tab in ("timeline", "medical"):
        assert web(rita).get(address(pia, tab)).status_code == 403
        assert web(ada).get(address(pia, tab)).status_code == 200


def test_from_the_own_day_to_the_chart(dana, rita, pia, practice):
    with noon():
        visit_today(pia, dana, status="seated")
        assert f"/charts/?patient={pia.pk}" in text_of(web(dana).get("/my-day/"))
        assert "/charts/?patient=" not in text_of(web(rita).get("/board/"))


def test_what_is_to_be_signed_is_said_at_home(dana, nina, rita, pia):
    made = entries.start_entry(by=nina, patient=pia, doctor=dana)
    tile = "Treatment cards to sign"
    assert tile not in words(web(dana).get("/lists/counts/"))
    entries.sign_entry(by=nina, visit=made, version=made.version)
    assert f"{tile} 1" in words(web(dana).get("/lists/counts/"))
    assert tile not in words(web(rita).get("/lists/counts/"))
    assert Visit.objects.get().waits
