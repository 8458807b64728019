"""The table of pairs: who is one person, who is a twin, a brother or sister, a namesake, or nobody to the other."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from patients.duplicates import LIKELY, LISTED, Bond, Reason, Traits, Verdict, judge
from patients.models import Patient

PAIRS = json.loads((Path(__file__).parent / "duplicate_pairs.json").read_text())


def traits(record: dict[str, Any]) -> Traits:
    born = date.fromisoformat(record["birth_date"]) if record["birth_date"] else None
    return Traits.of(Patient(**(record | {"birth_date": born})))


def verdict(pair: dict[str, Any], turned: bool = False) -> Verdict | None:
    sides = (pair["other"], pair["one"]) if turned else (pair["one"], pair["other"])
    return judge(*(traits(side) for side in sides))


def is_listed(found: Verdict | None) -> bool:
    return found is not None and found.bond is Bond.SAME and found.score >= LISTED


def test_precision_and_recall():
    listed = [pair["label"] == "same" for pair in PAIRS if is_listed(verdict(pair))]
    missed = [pair["why"] for pair in PAIRS if pair["label"] == "same" and not is_listed(verdict(pair))]
    precision, recall = sum(listed) / len(listed), sum(listed) / (sum(listed) + len(missed))
    print(f"{len(PAIRS)} pairs: precision {precision:.3f}, recall {recall:.3f}; missed: {missed or 'none'}")
    assert len(PAIRS) >= 40
    assert precision >= 0.97
    assert recall >= 0.95


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair['label']}: {pair['why']}")
def test_pair(pair):
    found = verdict(pair)
    label = found.bond.value if found and (found.bond is not Bond.SAME or found.score >= LIKELY) else "other"
    assert label == pair["label"], found
    assert found == verdict(pair, turned=True)


def test_reasons_say_what_is_shared():
    pair = next(pair for pair in PAIRS if pair["why"] == "nickname, phone, no date on one")
    found = verdict(pair)
    assert found is not None
    assert found.reasons == (Reason.SIMILAR_NAME, Reason.PHONE)


@pytest.mark.parametrize("name", ["", " ", "-", "😀", "王小明", "مريم", "x" * 100, "a-" * 50, "%_[]$where"])
def test_any_name_is_judged(name):
    strange = Traits.of(Patient(given_name=name, family_name=name or "Doe", address=name, phone=name, email=name))
    judge(strange, strange)
    judge(strange, traits(PAIRS[0]["one"]))
