"""Day sheets and routing slips: what stands on them, who is told of it, and that they are made of text."""

import re
import zlib
from contextlib import suppress
from datetime import time, timedelta

import pytest

from appointments import actions
from appointments.actions import next_visits
from appointments.models import Chair, Location, NextVisit
from appointments.paper import day as paper
from appointments.paper import pdf
from appointments.rules import Event
from appointments.tests.browser import text_of, web, words
from appointments.tests.desk import book, kind, monday
from core import clock
from core.models import AuditEvent
from patients.models import MedicalEntry

pytestmark = pytest.mark.django_db

once = pytest.mark.once(reason="pages and files made in Python")

needs_pango = pytest.mark.skipif(not pdf.is_possible(), reason="no Pango on this machine")
NASTY = "<img src=x onerror=alert(1)>"


@pytest.fixture
def no_pango(monkeypatch):
    def missing():
        raise pdf.NoPdf

    monkeypatch.setattr(pdf, "_press", missing)


def day_of(visit):
    return clock.wall(visit.start).date()


def pages_of(content):
    """How many pages a PDF has; its objects lie in compressed streams."""
    assert content.startswith(b"%PDF")
    count = 0
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.S):
        with suppress(zlib.error):
            count += len(re.findall(rb"/Type ?/Page\b(?!s)", zlib.decompress(stream)))
    return count


@once
def test_the_sheet_says_what_the_desk_needs(rita, dana, pia, practice):
    pia.change(phone="+41446681800", alerts=["Latex allergy"])
    MedicalEntry.objects.create(patient=pia, description="Asthma", category="condition", critical=True)
    MedicalEntry.objects.create(patient=pia, description="Grinds the teeth", category="condition")
    visit = book(rita, pia, dana, monday(), "ADJ", reason="Comes with grandmother")
    actions.confirm(by=rita, appointment=visit)
    page = words(web(rita).get(f"/schedule/{day_of(visit)}/sheet/"))
    told = ("09:00–09:20", "Lindholm, Pia", "14 y", pia.chart_number, "ADJ", "Dr. Dana", "+41 44 668 18 00")
    for fact in (*told, "! Latex allergy", "! Asthma", "Comes with grandmother", "confirmed", "Chair 1", "1 visit"):
        assert fact in page
    assert "Grinds" not in page


@once
def test_by_chair_by_doctor_by_time(rita, dana, omar, pia, practice, make_patient):
    book(rita, pia, dana, monday(9), chair=Chair.objects.last())
    visit = book(rita, make_patient(), omar, monday(10), chair=Chair.objects.first())
    lines = paper.read(practice, day_of(visit), rita)
    assert [group.name for group in paper.grouped(lines, "chair")] == ["Chair 1", "Chair 3"]
    assert [group.name for group in paper.grouped(lines, "doctor")] == ["Dr. Dana", "Dr. Omar"]
    assert [len(group.lines) for group in paper.grouped(lines, "time")] == [2]
    browser = web(rita)
    for order in paper.ORDERS:
        assert browser.get(f"/schedule/{day_of(visit)}/sheet/?by={order}").status_code == 200


@once
def test_called_off_visits_and_other_places_stay_away(rita, dana, pia, practice, make_patient):
    visit = book(rita, pia, dana, monday())
    gone = book(rita, make_patient("Cora", "Cancelled"), dana, monday(11))
    actions.cancel(by=rita, appointment=gone)
    assert [line.visit.pk for line in paper.read(practice, day_of(visit), rita)] == [visit.pk]
    east = Location.objects.create(name="East")
    assert "0 visits" in words(web(rita).get(f"/schedule/{day_of(visit)}/sheet/?location={east.pk}"))


@once
def test_a_sensitive_chart_is_reserved_and_gets_no_slip(rita, dana, pia, practice):
    pia.change(alerts=["Secret"], phone="+41446681800")
    visit = book(rita, pia, dana, monday(), reason="Hush")
    pia.change(sensitive=True)
    browser = web(rita)
    for path in ("sheet/", "slips/"):
        page = words(browser.get(f"/schedule/{day_of(visit)}/{path}"))
        assert not {"Lindholm", "Secret", "Hush", "668 18"} & set(re.split(r"[ ,]", page))
    assert "Reserved" in words(browser.get(f"/schedule/{day_of(visit)}/sheet/"))
    assert AuditEvent.objects.filter(event=Event.SHEET_DISCLOSED).last().changes["patients"] == ""


def test_a_slip_tells_the_chair_what_was_ordered(rita, dana, pia, practice):
    NextVisit.objects.create(patient=pia, due_on=monday().date(), type=kind("ADJ"), note="Change to .018 NiTi")
    past = book(rita, pia, dana, clock.at(clock.today() - timedelta(days=28), time(9)), "BOND", override_reason="Old")
    past.change(status="completed")
    visit = book(rita, pia, dana, monday(), "ADJ")
    page = words(web(rita).get(f"/appointments/{visit.pk}/slip/"))
    for fact in ("Pia Lindholm", pia.chart_number, "Change to .018 NiTi", "Doctor has seen", "Dr. Dana", "Chair"):
        assert fact in page
    assert f"{past.type.name}" in page
    assert "None here" not in page
    next_visits.settle_next_visit(by=rita, due=NextVisit.objects.get())
    assert "NiTi" not in words(web(rita).get(f"/schedule/{day_of(visit)}/slips/"))


@once
def test_paper_is_accounted_for(rita, dana, pia, practice):
    visit = book(rita, pia, dana, monday())
    web(rita).get(f"/schedule/{day_of(visit)}/sheet/")
    row = AuditEvent.objects.get(event=Event.SHEET_DISCLOSED)
    assert (row.actor_id, row.changes["patients"], row.changes["form"]) == (rita.pk, pia.pk, "sheet.page")
    from patients.exports import account
    from patients.exports.registry import Reader, Request

    told = account.disclosures(Request(rita, pia, Reader.STAFF))
    assert [line["what"] for line in told] == ["Day sheet or routing slips"]


@once
@needs_pango
def test_the_files(rita, dana, pia, practice, make_patient):
    for hour in (9, 10, 11):
        visit = book(rita, make_patient("Pat", f"At {hour}"), dana, monday(hour))
    browser = web(rita)
    pages = {"sheet.pdf": 1, "slips.pdf": 3, "slips.pdf?size=a4": 2}
    for path, count in pages.items():
        answer = browser.get(f"/schedule/{day_of(visit)}/{path}")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Cache-Control"] == "no-store, private"
        assert re.search(r'filename="(sheet|slips)-\d{4}-\d\d-\d\d\.pdf"', answer["Content-Disposition"])
        assert pages_of(answer.content) == count, path
    assert AuditEvent.objects.filter(event=Event.SHEET_DISCLOSED).count() == 3


@once
def test_without_pango_the_page_is_printed(no_pango, rita, dana, pia, practice):
    visit = book(rita, pia, dana, monday())
    answer = web(rita).get(f"/schedule/{day_of(visit)}/sheet.pdf?by=time", follow=True)
    assert answer.redirect_chain[-1][0].endswith("/sheet/?by=time")
    assert "cannot make PDFs" in words(answer)
    assert "Lindholm, Pia" in words(answer)


@once
def test_names_are_text(rita, dana, practice, make_patient):
    visit = book(rita, make_patient(NASTY, "</style><script>alert(1)</script>"), dana, monday(), reason=NASTY)
    lines = paper.read(practice, day_of(visit), rita)
    values = {"location": practice, "day": day_of(visit), "groups": paper.grouped(lines, "time"), "count": 1}
    for page in (
        pdf.document("appointments/paper/_sheet.html", **values),
        pdf.document("appointments/paper/_slips.html", slips=paper.slips(lines), size="a5", title=NASTY),
        text_of(web(rita).get(f"/schedule/{day_of(visit)}/sheet/")),
        text_of(web(rita).get(f"/appointments/{visit.pk}/card/")),
    ):
        assert "&lt;img src=x" in page
        assert "<img" not in page
        assert "<script>alert" not in page
        assert page.count("</style>") <= 1


@once
@needs_pango
@pytest.mark.parametrize("tag", ['<img src="{}">', '<link rel="stylesheet" href="{}">', '<style>@import "{}";</style>'])
def test_nothing_is_fetched(tag, monkeypatch):
    asked = []

    def refuse(url):
        asked.append(url)
        raise ValueError

    monkeypatch.setattr(pdf, "refuse", refuse)
    monkeypatch.setattr("socket.socket.connect", lambda *args: pytest.fail("went out to the network"))
    urls = ["http://127.0.0.1:9/x", "file:///etc/passwd"]
    for url in urls:
        assert pages_of(pdf.make(tag.format(url))) == 1
    assert asked == urls


@once
def test_the_fetcher_refuses_everything():
    for url in ("https://clinic.example/x.png", "file:///etc/passwd", "data:text/plain,x"):
        with pytest.raises(ValueError, match="nothing is fetched"):
            pdf.refuse(url)


@once
@pytest.mark.parametrize("path", ["sheet/", "slips/"])
def test_they_cost_the_same_however_full(path, rita, dana, pia, practice, make_patient, django_assert_max_num_queries):
    browser, address = web(rita), f"/schedule/{monday().date()}/{path}"
    book(rita, pia, dana, monday())
    browser.get(address)
    with django_assert_max_num_queries(26) as few:
        browser.get(address)
    for hour in range(10, 17):
        book(rita, make_patient("Pat", f"At {hour}"), dana, monday(hour), "ADJ")
    with django_assert_max_num_queries(len(few)):
        browser.get(address)


@once
def test_a_clinic_without_a_place_has_no_paper(rita):
    assert web(rita).get("/schedule/2026-11-25/sheet/").status_code == 404
    assert web(rita).get("/schedule/1999-11-25/slips/").status_code == 404
