"""Exams: what is refused, what is compared, how IOTN is scored beside them."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from appointments.tests.browser import text_of, web, words
from charting.actions import exams
from charting.actions.teeth import note_findings
from charting.exams.comparison import Comparison, plot
from charting.models import ChartSettings, Exam, ScoreSheet
from charting.rules import exam as rules
from charting.rules import iotn
from charting.rules.teeth import tooth
from core import clock
from core.errors import NotPermitted, Refused, Stale
from core.models import AuditEvent
from patients.actions import archive

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FACTS = {
    "overjet": Decimal("7.5"),
    "molar_right": "II",
    "molar_right_unit": "0.5",
    "molar_left": "I",
    "hygiene": "fair",
}


def refusal(code, field=None):
    return pytest.raises(Refused, check=lambda error: (error.code, error.field) == (code, field))


def add(by, patient, *, ago=0, **facts):
    return exams.add_exam(by=by, patient=patient, on=clock.today() - ago * DAY, kind="initial", facts=FACTS | facts)


class TestExams:
    def test_kept_and_read_as_it_was(self, dana, pia):
        add(dana, pia, sna=Decimal("82.0"), crossbites=[], overbite_trauma=False)
        facts = rules.read(Exam.objects.get().facts)
        assert facts["overjet"] == Decimal("7.5") and facts["crossbites"] == [] and facts["overbite_trauma"] is False
        assert "canine_right" not in facts

    @pytest.mark.parametrize(
        ("facts", "code", "field"),
        [
            ({"overjet": Decimal(45)}, "out_of_range", "overjet"),
            ({"overjet": Decimal("3.55")}, "too_precise", "overjet"),
            ({"midline_upper": Decimal(2)}, "side_missing", "midline_upper_side"),
            ({"molar_left_unit": "0.25"}, "unit_impossible", "molar_left_unit"),
            ({"shoe_size": 40}, "invalid", "shoe_size"),
        ],
    )
    def test_what_cannot_be(self, dana, pia, facts, code, field):
        with refusal(code, field):
            add(dana, pia, **facts)
        assert not Exam.objects.exists()

    def test_tomorrow(self, dana, pia):
        with refusal("in_the_future", "on"):
            add(dana, pia, ago=-1)

    def test_signed_is_locked(self, dana, omar, rita, pia):
        made = add(dana, pia)
        again = {"on": made.on, "kind": "initial", "facts": FACTS}
        with pytest.raises(Stale):
            exams.change_exam(by=dana, exam=made, version=9, **again)
        with refusal("not_the_author"):
            exams.sign_exam(by=omar, exam=made)
        with pytest.raises(NotPermitted):
            exams.sign_exam(by=rita, exam=made)
        exams.sign_exam(by=dana, exam=made)
        with refusal("signed"):
            exams.change_exam(by=dana, exam=made, version=made.version, **again)
        assert AuditEvent.objects.filter(event="exam.signed").count() == 1

    def test_an_archived_record(self, dana, pia):
        made = add(dana, pia)
        archive(by=dana, patient=pia, reason="Moved away")
        with refusal("archived"):
            exams.change_exam(by=dana, exam=made, version=1, on=made.on, kind="initial", facts=FACTS)
        with refusal("archived"):
            exams.sign_exam(by=dana, exam=made)
        with refusal("archived"):
            exams.score_iotn(by=dana, exam=made, sheet=iotn.ScoreSheet())


class TestComparing:
    def test_side_by_side_with_the_normal_range(self, dana, pia):
        add(dana, pia, ago=200, overjet=Decimal("9.5"))
        add(dana, pia, ago=10, overjet=Decimal("2.5"))
        page = words(web(dana).get(f"/patients/{pia.pk}/chart/exams/"))
        assert "9.5 mm Above normal" in page and "2.5 mm" in page and "2 mm – 3 mm" in page
        line = next(line for block in Comparison(pia).blocks for line in block.lines if line.label == "Overjet")
        assert [cell.against for cell in line.cells] == ["above", "normal"]

    @pytest.mark.once(reason="about the page")
    def test_words_notes_and_earlier_exams(self, dana, pia):
        for ago in range(20):
            add(dana, pia, ago=ago, crossbites=[], sna=Decimal(80 + ago % 3))
        Exam.objects.filter(on=clock.today() - 19 * DAY).update(kind="initial")
        first = exams.add_exam(
            by=dana, patient=pia, on=clock.today() - 30 * DAY, kind="initial", facts=FACTS, note="שלום 🙂"
        )
        browser, address = web(dana), f"/patients/{pia.pk}/chart/exams/"
        page = words(browser.get(address))
        assert "Class II, ½ unit" in page and "Crossbite None" in page and "1–6 of 21" in page
        assert str(first.note) not in page
        assert "שלום 🙂" in words(browser.get(address, {"page": "4"}))
        assert browser.get(address, {"page": "forty"}).status_code == 200

    def test_plots(self):
        assert plot([Decimal(1), None]) == ""
        first, last = plot([Decimal(9), None, Decimal(2)]).split()
        assert (first, last) == ("4,4", "116,24")  # what falls goes down
        assert plot([Decimal(3), Decimal(3)]) == "4,24 116,24"


class TestIotn:
    def test_computed_and_judged_side_by_side(self, dana, pia):
        made = add(dana, pia)
        sheet = iotn.ScoreSheet(overjet=Decimal("7.5"))
        kept = exams.score_iotn(by=dana, exam=made, sheet=sheet)
        assert (kept.grade, kept.judged) == ("4a", "")
        with refusal("reason_missing", "reason"):
            exams.score_iotn(by=dana, exam=made, sheet=sheet, judged="5a")
        with refusal("invalid", "judged"):
            exams.score_iotn(by=dana, exam=made, sheet=sheet, judged="9z", reason="Slip")
        kept = exams.score_iotn(by=dana, exam=made, sheet=sheet, judged="5a", reason="Measured again: 9.5")
        assert (kept.grade, kept.judged) == ("4a", "5a")
        assert ScoreSheet.objects.count() == 2

    @pytest.mark.once(reason="about the page; what it keeps is tested on each database")
    def test_the_sheet_is_filled_in_from_exam_and_teeth(self, dana, ada, pia):
        made = add(dana, pia, lip_competence="incompetent")
        note_findings(
            by=dana, patient=pia, teeth=[tooth("12"), tooth("15")], on=clock.today(), state="missing_congenital"
        )
        browser, address = web(dana), f"/patients/{pia.pk}/chart/exams/{made.pk}/iotn/"
        page = text_of(browser.get(address))
        assert re.search(r'name="overjet" value="7.5"', page) and "IOTN 4a" in page
        assert re.search(r'name="missing_in_a_quadrant" value="2"', page)
        assert browser.post(f"{address}keep/", {"overjet": "45", "reason": "kept"}).status_code == 422
        assert not ScoreSheet.objects.exists()
        said = {"overjet": "7.5", "missing_in_a_quadrant": "2", "hypodontia_need": "pre_restorative", "aesthetic": "8"}
        answer = browser.post(f"{address}keep/", said, follow=True)
        assert "IOTN 5h" in words(answer) and "Qualifies" in words(answer)
        assert "Score and keep" not in text_of(web(ada).get(address))
        ChartSettings.objects.create(pk="0" * 24, with_iotn=False)
        assert browser.get(address).status_code == 404


@pytest.mark.once(reason="about the pages; what they write is tested on each database")
class TestPages:
    def form(self, **more):
        return {"on": clock.today().isoformat(), "kind": "progress", "overjet": "4", **more}

    def test_begins_with_the_last_one_and_keeps_what_was_typed(self, nina, dana, pia):
        add(dana, pia, ago=100, habits=["thumb"])
        browser, address = web(nina), f"/patients/{pia.pk}/chart/exams/new/"
        page = text_of(browser.get(address))
        assert 'name="overjet" value="7.5"' in page and "Filled in from the exam of" in page
        wrong = browser.post(address, self.form(overjet="45", note="שלום 🙂"))
        assert wrong.status_code == 422
        assert 'value="45"' in text_of(wrong) and "שלום 🙂" in text_of(wrong)
        assert "goes from" in words(wrong)
        assert browser.post(address, self.form()).status_code == 302
        made = Exam.objects.order_by("-on").first()
        edit = f"/patients/{pia.pk}/chart/exams/{made.pk}/"
        assert browser.post(edit, self.form(version=made.version, overjet="5")).status_code == 302
        assert browser.post(edit, self.form(version=made.version, overjet="6")).status_code == 412
        assert rules.read(Exam.objects.get(pk=made.pk).facts)["overjet"] == 5

    def test_signed_while_it_was_open(self, dana, pia):
        made = add(dana, pia)
        exams.sign_exam(by=dana, exam=made)
        edit = f"/patients/{pia.pk}/chart/exams/{made.pk}/"
        assert web(dana).get(edit).status_code == 302
        late = web(dana).post(edit, self.form(version=1, note="typed"))
        assert late.status_code == 409
        assert "signed" in words(late) and "typed" in text_of(late)
        assert Exam.objects.get().note == ""

    def test_who_may_what(self, rita, ada, dana, pia, make_patient):
        made = add(dana, pia)
        chart = f"/patients/{pia.pk}/chart/exams/"
        assert web(rita).get(chart).status_code == 403
        assert "New exam" not in text_of(web(ada).get(chart))
        assert web(ada).post(f"{chart}new/", self.form()).status_code == 403
        other = make_patient("An", "Other")
        assert web(dana).get(f"/patients/{other.pk}/chart/exams/{made.pk}/").status_code == 404
