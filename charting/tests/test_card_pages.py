"""The chart's pages: what a person sees and does, rights, and how many queries a long history costs."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.tests.browser import text_of, web, words
from appointments.tests.floor import noon, visit_today
from charting.actions import entries
from charting.models import (
    AlertsSeen,
    Amendment,
    BracketEvent,
    ChartSettings,
    Elastics,
    Exam,
    Visit,
    WireChange,
)
from core import clock
from core.models import AuditEvent
from patients.models import MedicalEntry

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(reason="about the pages; what they read and write is tested on each database"),
]

SAID = {
    "hygiene": "good",
    "procedures": ["ADJ"],
    "upper_wire": "0.016 NiTi",
    "next_weeks": "6",
    "next_type": "ADJ",
    "note": "Well",
}


def address(patient, *rest):
    return "/".join(["/patients", patient.pk, "chart", *rest, ""])


def draft_page(browser, patient):
    """Begin an entry; its address and what its form needs."""
    answer = browser.post(address(patient, "entries", "new"))
    page = text_of(browser.get(answer["Location"]))
    version = re.search(r'name="version" value="(\d+)"', page)[1]
    doctor = re.search(r'<option value="(\w{24})" selected', page)[1]
    return answer["Location"], {"version": version, "doctor": doctor, "on": clock.today().isoformat()}


def test_from_the_patients_page_to_a_signed_entry(dana, pia, practice):
    browser = web(dana)
    assert f"/charts/?patient={pia.pk}" in text_of(browser.get(f"/patients/{pia.pk}/"))
    page, known = draft_page(browser, pia)
    answer = browser.post(page, known | SAID | {"then": "sign"}, follow=True)
    said = words(answer)
    for text in (
        "The entry is signed.",
        "Upper: .016 NiTi",
        "Adjustment",
        "Next visit in 6 weeks",
        "Signed by Dr. Dana",
    ):
        assert text in said
    assert Visit.objects.get().state == "signed"
    assert browser.get(page).status_code == 302  # locked: back to the card


def test_what_was_typed_stays(dana, pia, practice):
    browser = web(dana)
    page, known = draft_page(browser, pia)
    answer = browser.post(
        page, known | SAID | {"on": (clock.today() + timedelta(days=1)).isoformat(), "note": "שלום 🙂"}
    )
    assert answer.status_code == 422
    assert "שלום 🙂" in text_of(answer)
    answer = browser.post(page, known | SAID | {"bracket0_tooth": "19", "bracket0_event": "lost"})
    assert answer.status_code == 422
    assert 'value="19"' in text_of(answer)
    assert not WireChange.objects.exists()
    stale = browser.post(page, known | {"version": "9"} | SAID)
    assert stale.status_code == 412
    assert "How the entry stands now" in text_of(stale)
    assert "Well" in text_of(stale)


def test_an_entry_belongs_to_the_visit_under_way(dana, nina, pia, practice):
    with noon():
        visit = visit_today(pia, dana, status="seated")
        draft_page(web(nina), pia)
        draft_page(web(dana), pia)
        assert Visit.objects.get().appointment_id == visit.pk


def test_alerts_are_read_once_and_again_after_a_change(dana, omar, pia):
    entry = MedicalEntry.objects.create(patient=pia, description="Latex", category="allergy", critical=True)
    browser = web(dana)
    assert "I have read this" in text_of(browser.get(address(pia)))
    browser.post(address(pia, "alerts"))
    assert "I have read this" not in text_of(browser.get(address(pia)))
    assert "I have read this" in text_of(web(omar).get(address(pia)))
    entry.change(description="Latex and nickel")
    assert "I have read this" in text_of(browser.get(address(pia)))
    assert AlertsSeen.objects.count() == 1


def test_who_may_what(rita, nina, ada, dana, pia, make_patient):
    hidden = make_patient("Hid", "Den", sensitive=True)
    assert web(rita).get(address(pia)).status_code == 403
    assert "Chart</a>" not in text_of(web(rita).get(f"/patients/{pia.pk}/"))
    reader = web(ada)
    assert "New entry" not in text_of(reader.get(address(pia)))
    assert reader.post(address(pia, "entries", "new")).status_code == 403
    assert web(nina).get(address(hidden)).status_code == 404
    made = entries.start_entry(by=nina, patient=pia, doctor=dana)
    assert web(nina).post(address(pia, "entries", made.pk, "countersign")).status_code == 403
    assert web(dana).get(address(hidden, "entries", made.pk)).status_code == 404
    assert web(dana).get(address(make_patient("An", "Other"), "entries", made.pk)).status_code == 404


def test_an_opening_is_in_the_audit(dana, pia):
    web(dana).get(address(pia))
    assert AuditEvent.objects.filter(event="patient.opened", patient_id=pia.pk, actor_id=dana.pk).count() == 1


@pytest.mark.parametrize("visits", [5, 500])
def test_a_long_history_costs_no_more_queries(visits, dana, nina, pia, practice):
    days = [clock.today() - timedelta(days=number + 1) for number in range(visits)]
    rows = Visit.objects.bulk_create(
        Visit(patient=pia, by=nina, doctor=dana, on=day, state="signed", signed_by=dana, hygiene="fair") for day in days
    )
    worn = {"pattern": "class_2", "teeth": "13,46", "diameter": "1/4", "ounces": "3.5", "hours": 22}
    for row in rows:
        own = {"patient": pia, "by": dana, "visit": row, "on": row.on}
        WireChange(**own, arch="upper", kind="placed", size="0.016", material="NiTi").save()
    Elastics.objects.create(**own | {"visit": rows[0], "on": days[0]}, **worn)
    BracketEvent.objects.create(**own | {"visit": rows[0]}, tooth="16", attachment="band", event="placed")
    Amendment.objects.create(patient=pia, by=nina, visit=rows[0], reason="Forgotten", text="Lower too")
    Exam.objects.bulk_create(Exam(patient=pia, by=dana, on=day) for day in days[:20])
    MedicalEntry.objects.create(patient=pia, description="Latex", category="allergy", critical=True)
    with noon():
        rows[0].change(appointment_id=visit_today(pia, dana, status="seated").pk)
        browser = web(dana)
        browser.get(address(pia))
        with CaptureQueriesContext(connection) as queries:
            page = text_of(browser.get(address(pia)))
    for text in (".016 NiTi", "Lower too", "13, 46", "Seated"):
        assert text in page
    asked = [query["sql"] for query in queries if not re.match(r"(SAVEPOINT|RELEASE|BEGIN|COMMIT)", query["sql"])]
    assert len(asked) == 15


def test_signed_in_a_batch(dana, nina, pia, make_patient):
    for patient in (pia, make_patient("Tim", "Quist")):
        made = entries.start_entry(by=nina, patient=patient, doctor=dana)
        entries.sign_entry(by=nina, visit=made, version=made.version)
    own = entries.start_entry(by=dana, patient=pia, doctor=dana)
    page = text_of(web(dana).get("/charts/to-sign/"))
    assert f"/entries/{own.pk}/" in page
    ids = re.findall(r'name="entry" value="(\w+)"', page)
    assert len(ids) == 2
    assert web(nina).post("/charts/countersign/", {"entry": ids}).status_code == 403
    said = words(web(dana).post("/charts/countersign/", {"entry": [*ids, own.pk]}, follow=True))
    assert "2 entries countersigned." in said
    assert "there is nothing to countersign" in said
    assert Visit.objects.filter(state="countersigned").count() == 2


def test_on_paper(dana, rita, pia):
    made = entries.start_entry(by=dana, patient=pia, doctor=dana)
    entries.sign_entry(by=dana, visit=made, version=made.version)
    draft = entries.start_entry(by=dana, patient=pia, doctor=dana)
    browser = web(dana)
    page = text_of(browser.get(address(pia, "summary")))
    assert page.count("<tr>") == 2  # the head, and the entry that is signed
    assert draft.state == "draft"
    made_file = browser.get(f"/patients/{pia.pk}/chart/summary.pdf")
    assert (made_file.content[:5], made_file["Cache-Control"]) == (b"%PDF-", "no-store, private")
    assert web(rita).get(address(pia, "summary")).status_code == 403


def test_each_refusal_stands_at_its_field(dana, pia, practice):
    MedicalEntry.objects.create(patient=pia, description="Latex", category="allergy", critical=True)
    browser = web(dana)
    page, known = draft_page(browser, pia)
    worn = {"pattern": "class_2", "teeth": "13, 46", "diameter": "1/4", "ounces": "3.5", "hours": "22", "latex": "on"}
    elastic = {f"elastic0_{name}": value for name, value in worn.items()}
    cases = [
        (elastic, "elastic0_latex", "allergic to latex"),
        (elastic | {"elastic0_latex": "", "elastic0_teeth": "13"}, "elastic0_teeth", "class II elastic goes from"),
        ({"bracket1_tooth": "13", "bracket1_event": "lost"}, "bracket1_tooth", "No bracket was placed on 13 here"),
        ({"upper_wire": "0.016 NiTi", "upper_size": "0.018", "upper_material": "SS"}, "upper_size", "Choose one wire"),
        ({"wires": "13-23 0.030x0.030 SS"}, "wires", "There is no archwire of"),
        ({"lower_out": "on"}, "lower_out", "no such wire in the mouth"),
        ({"next_weeks": "200"}, "next_weeks", "From 1 to 104 weeks"),
        ({"note": "a" * 100_000}, "note", "At most 20,000 characters"),
    ]
    rows = {f"bracket{row}_{name}": "" for row in range(3) for name in ("tooth", "event", "attachment")}
    for typed, field, said in cases:
        answer = browser.post(page, known | rows | typed)
        assert answer.status_code == 422 or field == "upper_size"
        errors = answer.context["form"].errors
        assert said in " ".join(errors[field]), (field, errors)
    assert not WireChange.objects.exists()
    assert not Elastics.objects.exists()


def test_a_bracket_of_another_clinic(dana, pia, practice):
    browser = web(dana)
    page, known = draft_page(browser, pia)
    lost = {"bracket0_tooth": "15-13", "bracket0_event": "lost", "bracket0_attachment": "bracket"}
    answer = browser.post(page, known | lost)
    offered = re.search(r'name="offered"\s+value="([^"]+)"', text_of(answer))[1]
    assert offered == "15:bracket 14:bracket 13:bracket"
    browser.post(page, known | lost | {"offered": offered})
    events = list(BracketEvent.objects.order_by("order").values_list("tooth", "event"))
    assert events == [(tooth, event) for tooth in ("15", "14", "13") for event in ("placed_elsewhere", "lost")]


def test_nickel_and_a_thick_wire_are_warned_of(dana, pia, practice):
    MedicalEntry.objects.create(patient=pia, description="Nickel", category="allergy", critical=True)
    ChartSettings(pk="0" * 24, slot="018").save(force_insert=True)
    browser = web(dana)
    page, known = draft_page(browser, pia)
    assert "Nickel allergy" in text_of(browser.get(page))
    said = words(browser.post(page, known | {"upper_wire": "0.019x0.025 SS"}, follow=True))
    assert "allergic to nickel, and .019×.025 SS contains it" in said
    assert ".019×.025 does not go into a .018 × .025 slot" in said
    assert WireChange.objects.count() == 1


def test_the_teeth_are_numbered_as_the_clinic_does(dana, pia, practice):
    ChartSettings(pk="0" * 24, notation="universal").save(force_insert=True)
    browser = web(dana)
    page, known = draft_page(browser, pia)
    placed = {"bracket0_tooth": "19, 29", "bracket0_event": "placed", "bracket0_attachment": "bracket"}
    assert browser.post(page, known | placed).status_code == 302
    assert list(BracketEvent.objects.order_by("order").values_list("tooth", flat=True)) == ["36", "45"]
    card = words(browser.get(address(pia)))
    assert "19 Bracket Placed" in card
    page, known = draft_page(browser, pia)
    answer = browser.post(page, known | placed)
    assert "There is a bracket on 19 already" in words(answer)


def test_a_draft_is_taken_over(dana, nina, omar, pia, practice):
    made = entries.start_entry(by=nina, patient=pia, doctor=dana)
    browser = web(omar)
    page = text_of(browser.get(address(pia, "entries", made.pk)))
    assert "Take over" in page
    assert "Save and sign" not in page
    answer = browser.post(address(pia, "entries", made.pk, "take-over"), follow=True)
    assert "Save and sign" in text_of(answer)
    made.refresh_from_db()
    assert made.by_id == omar.pk


def test_what_was_planned_for_today_stands_on_top(dana, pia, practice):
    earlier = entries.start_entry(by=dana, patient=pia, doctor=dana)
    earlier.change(plan="Rebond 13, then .018", on=clock.today() - timedelta(days=42))
    page, _known = draft_page(web(dana), pia)
    said = words(web(dana).get(page))
    assert "Planned for today: Rebond 13, then .018" in said


def test_an_empty_draft_is_taken_up_again_and_one_that_is_not_wanted_goes(dana, omar, nina, pia, practice):
    browser = web(dana)
    page, known = draft_page(browser, pia)
    assert draft_page(browser, pia)[0] == page
    browser.post(page, known | {"bracket0_tooth": "16", "bracket0_event": "placed", "bracket0_attachment": "band"})
    second = draft_page(browser, pia)[0]
    assert second != page
    assert web(omar).post(f"{page}discard/").status_code == 422  # somebody else's
    said = words(browser.post(f"{page}discard/", follow=True))
    assert "The draft is thrown away." in said
    assert [f"/{row.pk}/" in second for row in Visit.objects.all()] == [True]
    assert not BracketEvent.objects.exists()
    made = entries.start_entry(by=nina, patient=pia, doctor=dana)
    entries.sign_entry(by=nina, visit=made, version=made.version)
    assert web(nina).post(address(pia, "entries", made.pk, "discard")).status_code == 409
