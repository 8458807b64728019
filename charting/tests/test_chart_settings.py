"""The clinic's choices for its charts and its phrases: who may change them, what is refused, what stays typed."""

import re

import pytest

from appointments.tests.browser import code_of, text_of, web, words
from charting.actions import settings as actions
from charting.models import ChartSettings, Phrase
from core.errors import NotPermitted, Refused, Stale
from core.models import AuditEvent

pytestmark = pytest.mark.django_db

PAGE = "/setup/charts/"
CHOICE = {
    "notation": "palmer",
    "countersigning": "never",
    "with_iotn": "on",
    "slot": "018",
    "usual_wires": ".016 NiTi; 17x25 ss",
}


def refusal(code, field=None):
    return pytest.raises(Refused, check=lambda error: (error.code, error.field) == (code, field))


@pytest.fixture
def phrases(ada):
    return [actions.add_phrase(by=ada, label=name, text=f"{name}.") for name in ("Good", "Brushing", "Wax")]


class TestChoices:
    def test_the_first_choice_and_the_next_one(self, ada):
        actions.change_chart_settings(by=ada, version=0, notation="universal")
        actions.change_chart_settings(by=ada, version=1, notation="palmer", with_par=False)
        row = ChartSettings.present()
        assert (row.notation, row.with_par, row.with_iotn, row.version) == ("palmer", False, True, 2)
        told = AuditEvent.objects.filter(event="chart.settings_changed").order_by("at", "id")
        assert [event.changes for event in told] == [
            {"notation": ["fdi", "universal"]},
            {"notation": ["universal", "palmer"], "with_par": [True, False]},
        ]

    def test_nothing_new_is_no_change(self, ada):
        actions.change_chart_settings(by=ada, slot="018")
        actions.change_chart_settings(by=ada, slot="018")
        assert ChartSettings.present().version == 1

    @pytest.mark.parametrize("seen", [0, 2])
    def test_two_people_on_one_page(self, ada, seen):
        actions.change_chart_settings(by=ada, version=0, slot="018")
        with pytest.raises(Stale):
            actions.change_chart_settings(by=ada, version=seen, slot="022")
        assert ChartSettings.present().slot == "018"

    @pytest.mark.parametrize("typed", [".030x.030 SS", ".016 gold", ".016"])
    def test_a_wire_that_there_is_not(self, ada, typed):
        with refusal("wire_unknown", "usual_wires"):
            actions.change_chart_settings(by=ada, usual_wires=typed)
        assert not ChartSettings.objects.exists()

    def test_only_who_sets_the_clinic_up(self, dana, nina, rita):
        for person in (dana, nina, rita):
            with pytest.raises(NotPermitted):
                actions.change_chart_settings(by=person, slot="018")
            with pytest.raises(NotPermitted):
                actions.add_phrase(by=person, label="Good", text="Good.")


class TestPhrases:
    @pytest.mark.parametrize(
        ("which", "earlier", "order"),
        [
            (2, True, ["Good", "Wax", "Brushing"]),
            (0, False, ["Brushing", "Good", "Wax"]),
            (0, True, ["Good", "Brushing", "Wax"]),
            (2, False, ["Good", "Brushing", "Wax"]),
        ],
    )
    def test_one_place_up_or_down(self, ada, phrases, which, earlier, order):
        actions.move_phrase(by=ada, phrase=phrases[which], earlier=earlier)
        assert [row.label for row in Phrase.objects.all()] == order

    def test_one_name_one_phrase(self, ada, phrases):
        with refusal("name_taken", "label"):
            actions.add_phrase(by=ada, label="Good", text="Another")
        with refusal("name_taken", "label"):
            actions.change_phrase(by=ada, phrase=phrases[1], label="Good", text="Another")
        actions.change_phrase(by=ada, phrase=phrases[0], label="Good", text="Very good.")
        assert Phrase.objects.get(label="Good").text == "Very good."

    def test_two_people_on_one_phrase(self, ada, phrases):
        actions.change_phrase(by=ada, phrase=Phrase.objects.get(label="Wax"), version=1, label="Wax", text="Given.")
        with pytest.raises(Stale):
            actions.change_phrase(by=ada, phrase=phrases[2], version=1, label="Wax", text="Lost")
        with pytest.raises(Stale):
            actions.change_phrase(by=ada, phrase=Phrase.objects.get(label="Wax"), version=1, label="Wax", text="Lost")
        assert Phrase.objects.get(label="Wax").text == "Given."

    def test_removed_with_a_trace(self, ada, phrases):
        actions.remove_phrase(by=ada, phrase=phrases[0])
        assert [row.label for row in Phrase.objects.all()] == ["Brushing", "Wax"]
        gone = AuditEvent.objects.get(event="phrase.removed")
        assert gone.changes["text"] == ["Good.", None]
        actions.add_phrase(by=ada, label="Last", text="Last.")
        assert [row.label for row in Phrase.objects.all()][-1] == "Last"


@pytest.mark.once(reason="about the pages; what they write is tested on each database")
class TestPages:
    def test_from_the_setup_page_to_a_choice(self, ada):
        browser = web(ada)
        assert f'href="{PAGE}"' in text_of(browser.get("/setup/"))
        answer = browser.post(PAGE, CHOICE | {"version": "0"}, follow=True)
        assert "Saved." in words(answer)
        row = ChartSettings.present()
        assert (row.notation, row.slot, row.with_iotn, row.with_par) == ("palmer", "018", True, False)
        assert row.usual_wires == "0.016 NiTi, 0.017x0.025 SS"
        late = browser.post(PAGE, CHOICE | {"version": "0", "slot": "022"})
        assert (late.status_code, code_of(late)) == (412, "stale")
        assert ChartSettings.present().slot == "018"

    def test_what_is_refused_stays_typed(self, ada):
        answer = web(ada).post(PAGE, CHOICE | {"version": "0", "usual_wires": ".030x.030 SS"})
        assert (answer.status_code, code_of(answer)) == (422, "wire_unknown")
        assert ".030x.030 SS</textarea>" in text_of(answer)
        assert re.search(r'value="palmer"\s+selected', text_of(answer))
        unknown = web(ada).post(PAGE, CHOICE | {"version": "0", "notation": "roman"})
        assert unknown.status_code == 400
        assert not ChartSettings.objects.exists()

    def test_a_phrase_from_the_first_letter_to_its_end(self, ada):
        browser = web(ada)
        browser.post(f"{PAGE}phrases/new/", {"label": "Gut 🦷", "text": "אין תלונות"})
        made = Phrase.objects.get()
        assert "אין תלונות" in words(browser.get(PAGE))
        page = f"{PAGE}phrases/{made.pk}/"
        assert browser.get(page).status_code == 200
        long = browser.post(page, {"version": "1", "label": "x" * 41, "text": "Kept as typed"})
        assert long.status_code == 400
        assert "Kept as typed</textarea>" in text_of(long)
        assert browser.post(page, {"version": "1", "label": "Good", "text": "No complaints."}).status_code == 302
        late = browser.post(page, {"version": "1", "label": "Late", "text": "Too late"})
        assert (late.status_code, code_of(late)) == (412, "stale")
        browser.post(f"{PAGE}phrases/new/", {"label": "Next", "text": "Next."})
        again = browser.post(f"{PAGE}phrases/new/", {"label": "Next", "text": "Typed twice"})
        assert (again.status_code, code_of(again)) == (422, "name_taken")
        assert "Typed twice</textarea>" in text_of(again)
        browser.post(f"{page}step/", {"to": "later"})
        assert [row.label for row in Phrase.objects.all()] == ["Next", "Good"]
        browser.post(f"{page}remove/")
        assert browser.get(page).status_code == 404

    def test_who_may(self, dana, nina, rita):
        for person in (dana, nina, rita):
            assert web(person).get(PAGE).status_code == 403
            assert web(person).post(f"{PAGE}phrases/new/", {"label": "A", "text": "B"}).status_code == 403

    def test_the_administration_site_writes_the_same_way(self, ada):
        browser = web(ada)
        form = CHOICE | {"countersigning": "assistants"}
        assert browser.post("/admin/charting/chartsettings/add/", form).status_code == 302
        assert ChartSettings.present().notation == "palmer"
        assert browser.get("/admin/charting/chartsettings/add/").status_code == 403
        wrong = browser.post(f"/admin/charting/chartsettings/{'0' * 24}/change/", form | {"usual_wires": ".9 SS"})
        assert "There is no archwire" in words(wrong)
        browser.post("/admin/charting/phrase/add/", {"label": "Good", "text": "Good."})
        made = Phrase.objects.get()
        browser.post(f"/admin/charting/phrase/{made.pk}/change/", {"label": "Fine", "text": "Fine."})
        assert Phrase.objects.get().label == "Fine"
        browser.post(f"/admin/charting/phrase/{made.pk}/delete/", {"post": "yes"})
        assert not Phrase.objects.exists()
        assert AuditEvent.objects.filter(event="phrase.changed", source="admin").count() == 1
