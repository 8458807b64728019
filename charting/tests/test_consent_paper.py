"""A signed consent on paper: the file, what stands on it, who gets it, and what a printer does not get."""

import html
import re
import zlib
from contextlib import suppress

import pytest

from appointments.paper import pdf
from appointments.tests.browser import text_of, web, words
from charting.actions import consents, plans
from core.models import AuditEvent
from patients.models import Consent

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(reason="about what is printed; what is kept is tested on each database"),
]
needs_pango = pytest.mark.skipif(not pdf.is_possible(), reason="no Pango on this machine")
DRAWN = "M20 100L60 40L100 150L180 60M200 90L320 90"
TEXT = "I agree to the treatment.\nRisk: <b>none</b> & all."


@pytest.fixture
def signed(dana, pia):
    plan = plans.add_plan(by=dana, patient=pia, problems="Class II")
    option = plans.add_option(by=dana, plan=plan, title="Fixed appliances")
    plans.choose_option(by=dana, option=option, version=option.version)
    plan.refresh_from_db()
    return consents.sign_consent(by=dana, plan=plan, version=plan.version, text=TEXT, signer="Mona Quist", drawn=DRAWN)


def paper_of(pia, signed, rest=""):
    return f"/patients/{pia.pk}/chart/consents/{signed.pk}/{rest}"


def streams_of(content):
    """What a PDF draws, decompressed."""
    found = b""
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.S):
        with suppress(zlib.error):
            found += zlib.decompress(stream) + b"\n"
    return found


def strokes_of(content):
    """How many straight strokes it draws."""
    return len(re.findall(rb"^-?[\d.]+ -?[\d.]+ l\s*$", streams_of(content), re.M))


def test_everything_that_makes_it_one(ada, pia, signed, settings, monkeypatch):
    pages = []
    monkeypatch.setattr(pdf, "_press", lambda: None)
    monkeypatch.setattr(pdf, "make", lambda page: pages.append(page) or b"%PDF")
    answer = web(ada).get(paper_of(pia, signed, "consent.pdf"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="consent.pdf"'
    assert answer["Cache-Control"] == "no-store, private"
    (page,) = pages
    text = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.partition("<body>")[2])).split())
    for part in (settings.CLINIC_NAME, pia.name, pia.chart_number, "Risk: <b>none</b> & all.", "Mona Quist", "Dana"):
        assert part in text, part
    assert signed.text_hash in text
    assert f'<path d="{DRAWN}"' in page
    assert "<style>" in page and "<link" not in page
    assert AuditEvent.objects.filter(event="patient.opened", patient_id=pia.pk, actor_id=ada.pk).exists()


@needs_pango
def test_the_signature_is_drawn(dana, pia, signed):
    whole = web(dana).get(paper_of(pia, signed, "consent.pdf")).content
    signed.change(drawn="M20 100L60 40")
    half = web(dana).get(paper_of(pia, signed, "consent.pdf")).content
    assert whole.startswith(b"%PDF")
    assert strokes_of(whole) - strokes_of(half) == 3


@needs_pango
def test_a_long_consent_goes_on_over_pages(dana, pia, signed):
    signed.change(text="x" * 5000 + "\nend" * 300)
    content = web(dana).get(paper_of(pia, signed, "consent.pdf")).content
    assert len(re.findall(rb"/Type ?/Page\b(?!s)", content + streams_of(content))) > 4


def test_what_was_tampered_with_or_withdrawn_says_so(dana, pia, signed):
    assert "check sum differs" not in words(web(dana).get(paper_of(pia, signed)))
    signed.change(text="I agree to everything.")
    Consent.objects.filter(pk=signed.consent_id).update(withdrawn_on="2026-01-05")
    page = words(web(dana).get(paper_of(pia, signed)))
    assert "check sum differs" in page
    assert "withdrawn 5 Jan 2026" in page


def test_without_pango_the_page_that_prints(dana, pia, signed, monkeypatch):
    def missing():
        raise pdf.NoPdf

    monkeypatch.setattr(pdf, "_press", missing)
    assert web(dana).get(paper_of(pia, signed, "consent.pdf")).url == paper_of(pia, signed)
    assert "consent.pdf" not in text_of(web(dana).get(paper_of(pia, signed)))


def test_who_gets_it(rita, gus, dana, pia, signed, make_patient):
    other = make_patient("An", "Other")
    for rest in ("", "consent.pdf"):
        assert web(rita).get(paper_of(pia, signed, rest)).status_code == 403
        assert web(gus).get(paper_of(pia, signed, rest)).status_code == 403
        assert web(dana).get(paper_of(other, signed, rest)).status_code == 404
        assert web(dana).post(paper_of(pia, signed, rest)).status_code == 405
