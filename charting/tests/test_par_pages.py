"""PAR on the pages and in the API: start and finish, the change, what is missing, a clinic that does not score it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.tests.browser import text_of, web, words
from appointments.tests.desk import api_of
from charting.exams.nomogram import limits_of
from charting.exams.par_sheets import kept_par
from charting.models import ChartSettings, Exam, ScoreSheet
from charting.rules import par
from core import clock

pytestmark = pytest.mark.django_db

ARCH = {f"{arch}_anterior_{place}": "0" for arch in ("upper", "lower") for place in range(5)}
SIDES = {f"{side}_{part}": "0" for side in ("right", "left") for part in ("anteroposterior", "vertical", "transverse")}
GOOD: dict[str, str] = {**ARCH, **SIDES, "overjet": "2", "crossbite": "0", "cover": "0", "centreline": "0"}
QUERIES = 14
# 2 + 5 contact points, overjet 8 mm (3 x 6), deep bite (2 x 2), centreline (1 x 4): 33.
BAD = GOOD | {"upper_anterior_0": "3", "lower_anterior_2": "I", "overjet": "8", "cover": "2", "centreline": "1"}


def address(patient: Any, *rest: str) -> str:
    return "/".join(["/patients", patient.pk, "chart/par", *rest, ""])


def keep(browser: Any, patient: Any, index: str, values: dict[str, str]) -> Any:
    return browser.post(address(patient, index, "keep"), values | {"on": clock.today().isoformat()}, follow=True)


@pytest.mark.once(reason="about the pages; what they keep is tested below on each database")
def test_start_finish_and_the_outcome(dana, pia):
    browser = web(dana)
    assert "Not scored yet." in words(browser.get(address(pia)))
    assert "33 points" in words(keep(browser, pia, "start", BAD))
    said = words(keep(browser, pia, "finish", GOOD))
    for text in ("Greatly improved", "33 points less, 100 %", "up to 11", "up to 23"):
        assert text in said, text
    page = text_of(browser.get(address(pia)))
    assert re.search(r'<circle cx="132.0" cy="240.0"', page)
    assert 'aria-label="Nomogram: 33 points before, 0 after: Greatly improved"' in page


@pytest.mark.once(reason="about the pages")
@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (8, 12, "Worse or no different 4 points more"),
        (0, 1, "Worse or no different 1 point more"),
        (0, 0, "Worse or no different As many points as before"),
        (5, 4, "Worse or no different 1 point less, 20 %"),
        (27, 19, "Worse or no different 8 points less, 29.6 %"),  # rounded it would be the limit
        (10, 7, "Improved 3 points less, 30 %"),
    ],
)
def test_the_change_in_words(before, after, said, dana, pia):
    for index, total in (("par_start", before), ("par_finish", after)):
        facts = kept_par(par.ScoreSheet())
        ScoreSheet.objects.create(patient=pia, by=dana, index=index, facts=facts, judged=str(total), reason="Cast")
    assert said in words(web(dana).get(address(pia)))


@pytest.mark.once(reason="plain Python")
@pytest.mark.parametrize("before", [0, 1, 8, 21, 22, 23, 33, 73, 74, 128])
def test_the_limits_are_those_of_the_outcome(before):
    limits = limits_of(before)
    outcomes = {after: par.Change(before, after).outcome for after in range(before + 1)}
    best = {outcome: max((a for a, o in outcomes.items() if o == outcome), default=None) for outcome in par.Outcome}
    assert (limits.improved, limits.greatly) == (best[par.Outcome.IMPROVED], best[par.Outcome.GREATLY_IMPROVED])


@pytest.mark.once(reason="about the pages")
def test_what_is_missing_and_an_own_total(dana, pia):
    browser = web(dana)
    said = words(keep(browser, pia, "start", BAD | {"centreline": ""}))
    assert "A total takes the components that are still missing." in said
    assert "at least 29" in said
    assert "Missing for a total: Centreline" in said
    refused = keep(browser, pia, "start", BAD | {"judged": "35"})
    assert refused.status_code == 422
    assert "Say why the total is another one." in words(refused)
    assert 'value="35"' in text_of(refused)
    assert "Own total: 35 Rotated 12" in words(
        keep(browser, pia, "start", BAD | {"judged": "35", "reason": "Rotated 12"})
    )


@pytest.mark.once(reason="about the pages")
@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"upper_anterior_1": "much"}, "upper_anterior_1", "Give millimetres, or “impacted”"),
        ({"lower_anterior_0": "45"}, "lower_anterior_0", "millimetres from 0 to 30"),
        ({"overjet": "45"}, "overjet", "millimetres from 0 to 30"),
        ({"overjet": "-2"}, "crossbite", "A reverse overjet is an anterior crossbite"),
        ({"judged": "900", "reason": "x"}, "judged", "Points go from 0 to 200"),
    ],
)
def test_refused_at_the_field(wrong, field, said, dana, pia):
    answer = keep(web(dana), pia, "start", BAD | wrong)
    assert answer.status_code in (400, 422)
    assert said in " ".join(answer.context["form"].errors[field])
    assert not ScoreSheet.objects.exists()


@pytest.mark.once(reason="about the pages")
def test_the_exam_of_that_time_fills_the_sheet_in(dana, pia):
    facts = {"overjet": "8", "overbite": "5", "overbite_coverage": "two_thirds", "molar_right": "I"}
    first, browser = clock.today() - timedelta(days=700), web(dana)
    Exam.objects.create(patient=pia, by=dana, kind="initial", on=first, facts=facts)
    Exam.objects.create(patient=pia, by=dana, kind="progress", facts=facts | {"overjet": "5"})
    start = browser.get(address(pia, "start"))
    assert [str(start.context["form"][name].value()) for name in ("on", "overjet")] == [str(first), "8"]
    said = words(start)
    assert "Filled in from the exam of" in said
    # 3 x 6 of the overjet and 1 x 2 of the overbite; overjet waits for the crossbite
    assert "at least 2 " in said
    assert "Missing for a total: Upper anterior alignment, Lower anterior alignment, Right buccal" in said
    finish = browser.get(address(pia, "finish"))
    assert finish.context["form"]["overjet"].value() is None
    assert "Filled in from" not in words(finish)


@pytest.mark.once(reason="about the pages")
def test_the_sheet_that_was_kept_is_shown_again(dana, ada, pia):
    keep(web(dana), pia, "start", BAD | {"judged": "35", "reason": "Rotated 12"})
    answer = web(dana).get(address(pia, "start"))
    assert answer.context["form"]["lower_anterior_2"].value() == "I"
    assert "PAR, start Own total: 35 33 points" in words(answer)
    read_only = web(ada).get(address(pia, "start")).context["form"]
    assert all(field.disabled for field in read_only.fields.values())


@pytest.mark.once(reason="queries are those of one database")
@pytest.mark.parametrize("sheets", [1, 20])
def test_the_overview_asks_no_more_of_a_long_history(sheets, dana, pia):
    facts = kept_par(par.ScoreSheet())
    for _ in range(sheets):
        for index in ("par_start", "par_finish"):
            ScoreSheet.objects.create(patient=pia, by=dana, index=index, facts=facts)
    browser = web(dana)
    browser.get(address(pia))
    with CaptureQueriesContext(connection) as queries:
        browser.get(address(pia))
    asked = [query["sql"] for query in queries if "score" in query["sql"]]
    assert len(asked) == 1
    assert len(queries) == QUERIES


def test_rights_and_a_clinic_without_par(rita, ada, nina, dana, pia, make_patient):
    assert web(rita).get(address(pia)).status_code == 403
    assert "Score and keep" not in text_of(web(ada).get(address(pia, "start")))
    assert web(ada).post(address(pia, "start", "keep"), BAD).status_code == 403
    assert web(nina).get(address(pia)).status_code == 200
    hidden = make_patient("Hid", "Den", sensitive=True)
    for rest in ([], ["start"], ["finish"]):
        assert web(dana).get(address(hidden, *rest)).status_code == 404
    assert web(dana).post(address(hidden, "start", "keep"), BAD).status_code == 404
    assert api_of(dana).get(f"/api/patients/{hidden.pk}/par").status_code == 404
    assert api_of(rita).get(f"/api/patients/{pia.pk}/par").status_code == 403
    ChartSettings(pk="0" * 24, with_par=False).save(force_insert=True)
    assert web(dana).get(address(pia)).status_code == 404
    assert web(dana).post(address(pia, "start", "keep"), BAD).status_code == 404
    assert api_of(dana).get(f"/api/patients/{pia.pk}/par").status_code == 404
    assert "/par/" not in text_of(web(dana).get(f"/patients/{pia.pk}/chart/exams/"))


def test_in_the_api(dana, pia):
    call, url = api_of(dana), f"/api/patients/{pia.pk}/par"
    side = {"anteroposterior": "0", "vertical": "0", "transverse": "0"}
    sheet = {
        "upperAnterior": ["3", "0", "0", "0", "0"],
        "lowerAnterior": ["0", "0", "impacted", "0", "0"],
        "right": side,
        "left": side,
        "overjet": "8",
        "crossbite": "0",
        "cover": "2",
        "openBite": None,
        "centreline": "1",
    }
    today = clock.today().isoformat()
    made = call.post(url, {"index": "start", "on": today, "sheet": sheet})
    assert (made.status_code, made.json()["start"]["total"], made.json()["change"]) == (201, 33, None)
    good = sheet | {"overjet": "2", "cover": "0", "centreline": "0", "lowerAnterior": ["0"] * 5}
    told = call.post(url, {"index": "finish", "on": today, "sheet": good}).json()
    assert told["change"] == {"points": 31, "percent": "93.9", "outcome": "greatly_improved"}
    bad = call.post(url, {"index": "start", "on": today, "sheet": sheet | {"lowerAnterior": ["x"] + ["0"] * 4}})
    assert (bad.status_code, bad.json()["errors"].keys()) == (400, {"lowerAnterior"})
    wide = call.post(url, {"index": "start", "on": today, "sheet": sheet | {"overjet": "45"}})
    assert (wide.status_code, wide.json()["errors"].keys()) == (422, {"overjet"}), wide.json()
    open_bite = call.post(url, {"index": "start", "on": today, "sheet": sheet | {"openBite": "3.5"}}).json()
    assert "between 3 and 4 mm" in open_bite["start"]["flags"][0]
    assert ScoreSheet.objects.count() == 3
