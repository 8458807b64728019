"""The tooth chart: what is drawn, what was found when, in every notation, through pages and API."""

from datetime import timedelta

import pytest

from appointments.tests.browser import text_of, web, words
from appointments.tests.desk import api_of
from charting.actions import entries
from charting.actions.teeth import note_findings
from charting.card.entry import Entry
from charting.models import ToothFinding
from charting.rules.brackets import Attachment, Done, Event
from charting.rules.findings import ToothState
from charting.rules.notation import Notation
from charting.rules.teeth import Arch, tooth
from charting.rules.wires import wire
from charting.rules.wires_in_mouth import Change, ChangeKind
from charting.tooth_chart.drawing import Finding, picture
from core import clock
from core.errors import Refused
from core.models import AuditEvent

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def found(by, patient, *codes, state="impacted", on=None, **more):
    teeth = [tooth(code) for code in codes]
    return note_findings(by=by, patient=patient, teeth=teeth, on=on or clock.today(), state=state, **more)


def page_of(patient, query=""):
    return f"/patients/{patient.pk}/chart/teeth/{query}"


class TestThePicture:
    def draw(self, findings=(), age=15, notation=Notation.FDI):
        return picture(dict(findings), [], [], age=age, notation=notation)

    @pytest.mark.parametrize(("age", "teeth"), [(7, 52), (12, 52), (13, 32), (40, 32), (None, 32)])
    def test_primary_teeth_are_drawn_while_there_are_any(self, age, teeth):
        assert len(self.draw(age=age).teeth) == teeth

    def test_a_retained_primary_tooth_brings_its_row_back(self):
        assert len(self.draw({"85": Finding(ToothState.RETAINED)}).teeth) == 52
        assert len(self.draw({"85": Finding(ToothState.EXTRACTED)}).teeth) == 32

    def test_the_patients_right_is_on_the_left_and_nothing_overlaps(self):
        drawn = self.draw(age=8)
        upper = [one for one in drawn.teeth if one.tooth.code[0] in "12"]
        assert [one.tooth.code for one in sorted(upper, key=lambda one: one.x)] == [
            *"18 17 16 15 14 13 12 11 21 22 23 24 25 26 27 28".split()
        ]
        for one in drawn.teeth:
            assert one.x >= 0 and one.x + one.width <= drawn.width and one.y + one.height <= drawn.height
            for other in drawn.teeth:
                apart = one.x + one.width <= other.x or other.x + other.width <= one.x or one.y != other.y
                assert one is other or apart

    @pytest.mark.parametrize(("notation", "label"), [("fdi", "36"), ("universal", "19"), ("palmer", "LL6")])
    def test_every_notation(self, notation, label):
        drawn = {one.tooth.code: one for one in self.draw(notation=Notation(notation)).teeth}
        assert drawn["36"].label == label
        assert "lower left first molar" in drawn["36"].words


class TestFindings:
    def test_several_at_once_and_by_day(self, dana, pia):
        found(dana, pia, "13", "23", on=clock.today() - 20 * DAY, note="palatal 🙂 שלום")
        found(dana, pia, "13", state="erupting", on=clock.today() - 10 * DAY)
        browser = web(dana)
        now = words(browser.get(page_of(pia)))
        assert "13, upper right canine: Erupting" in now and "23, upper left canine: Impacted" in now
        then = words(browser.get(page_of(pia, f"?on={clock.today() - 15 * DAY}")))
        assert "13, upper right canine: Impacted" in then and "palatal 🙂 שלום" in then
        before = words(browser.get(page_of(pia, "?on=2001-01-01")))
        assert "Impacted, " not in before and "13, upper right canine: nothing noted" in before
        assert AuditEvent.objects.filter(event="teeth.noted").count() == 2

    @pytest.mark.parametrize(
        ("codes", "more", "code", "field"),
        [
            (["13"], {"on": clock.today() + DAY}, "in_the_future", "on"),
            (["13"], {"state": "retained"}, "state_impossible", "state"),
            (["13", "16"], {"surfaces": "I"}, "surface_unknown", "surfaces"),
            (["13"], {"note": "x" * 501}, "too_long", "note"),
            (["13"], {"state": "loose"}, "invalid", "state"),
            ([], {}, "invalid", "teeth"),
        ],
    )
    def test_what_cannot_be(self, dana, pia, codes, more, code, field):
        with pytest.raises(Refused, check=lambda error: (error.code, error.field) == (code, field)):
            found(dana, pia, *codes, **more)
        assert not ToothFinding.objects.exists()


@pytest.mark.once(reason="about the pages; what they write is tested on each database")
class TestPages:
    def test_typed_as_it_is_shown(self, dana, pia):
        browser = web(dana)
        said = {"state": "extracted", "on": clock.today().isoformat()}
        assert browser.post(page_of(pia, "note/?notation=universal"), said | {"teeth": "19, 29"}).status_code == 302
        assert sorted(ToothFinding.objects.values_list("tooth", flat=True)) == ["36", "45"]
        for wrong in ("19", "29", "56", "90"):
            answer = browser.post(page_of(pia, "note/?notation=fdi"), said | {"teeth": wrong})
            assert (answer.status_code, f'value="{wrong}"' in text_of(answer)) == (422, True), wrong
        assert ToothFinding.objects.count() == 2
        assert browser.post(page_of(pia, "note/"), said | {"teeth": "15-13"}).status_code == 302
        assert ToothFinding.objects.count() == 5

    def test_brackets_and_wires_of_the_day(self, dana, pia):
        made = entries.start_entry(by=dana, patient=pia, doctor=dana)
        done = Done(Event.PLACED, "13", Attachment.BRACKET, clock.today())
        placed = Change(ChangeKind.PLACED, Arch.UPPER, clock.today(), None, wire("16", "NiTi"))
        entry = Entry(clock.today(), dana, brackets=(done,), wires=(placed,))
        entries.write_entry(by=dana, visit=made, entry=entry, version=made.version)
        page = words(web(dana).get(page_of(pia)))
        assert "13, upper right canine: nothing noted, Bracket" in page
        assert "Wire: .016 NiTi" in page

    def test_the_slider_goes_through_history(self, dana, pia):
        for days in (30, 20):
            found(dana, pia, "13", on=clock.today() - days * DAY)
        page = text_of(web(dana).get(page_of(pia, "?n=0")))
        assert 'max="2"' in page and 'value="0"' in page
        assert f"?on={clock.today() - 20 * DAY}" in page

    def test_who_may_what(self, rita, nina, ada, dana, pia, make_patient):
        assert web(rita).get(page_of(pia)).status_code == 403
        assert "Note a finding" not in text_of(web(ada).get(page_of(pia)))
        said = {"teeth": "13", "state": "impacted", "on": clock.today().isoformat()}
        assert web(ada).post(page_of(pia, "note/"), said).status_code == 403
        assert web(nina).post(page_of(pia, "note/"), said).status_code == 302
        assert web(dana).get(page_of(make_patient("Hid", "Den", sensitive=True))).status_code == 404


class TestTheApi:
    def test_noted_and_read(self, dana, rita, pia):
        api, address = api_of(dana), f"/api/patients/{pia.pk}/teeth"
        body = {"teeth": ["13", "23"], "state": "impacted", "on": clock.today().isoformat(), "note": "palatal"}
        made = api.post(address, body, format="json")
        assert (made.status_code, len(made.json()["ids"])) == (201, 2)
        told = api.get(address).json()
        assert {one["tooth"]: one["state"] for one in told["teeth"]} == {"13": "impacted", "23": "impacted"}
        assert told["teeth"][0]["name"] == "upper right canine"
        assert api.get(f"{address}?on=2001-01-01").json()["teeth"] == []
        assert api_of(rita).get(address).status_code == 403

    def test_bad_input(self, dana, pia):
        api, address = api_of(dana), f"/api/patients/{pia.pk}/teeth"
        body = {"teeth": ["19"], "state": "impacted", "on": clock.today().isoformat()}
        refused = api.post(address, body, format="json")
        assert (refused.status_code, refused.json()["code"]) == (422, "tooth_unknown")
        assert "teeth" in str(refused.json())
        assert api.get(f"{address}?on=yesterday").status_code == 400
        assert not ToothFinding.objects.exists()
