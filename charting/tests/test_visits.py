"""The treatment card's row: signing, locking, amending, and what it may say."""

from datetime import date

import pytest

from charting.rules import visits
from charting.rules.visits import Countersigning, RowState
from core.errors import Refused

DRAFT, SIGNED, COUNTERSIGNED = RowState
TODAY = date(2027, 3, 1)


def refused(work, *args, **kwargs):
    with pytest.raises(Refused) as caught:
        work(*args, **kwargs)
    return caught.value


def test_a_visit_dated_tomorrow_is_refused():
    visits.check_date(TODAY, TODAY)
    visits.check_date(date(2020, 1, 1), TODAY)
    error = refused(visits.check_date, date(2027, 3, 2), TODAY)
    assert (error.code, error.field) == ("in_the_future", "date")


@pytest.mark.parametrize("state", [SIGNED, COUNTERSIGNED])
def test_what_is_signed_is_locked(state):
    visits.check_changeable(DRAFT)
    error = refused(visits.check_changeable, state)
    assert (error.code, error.status, error.extra) == ("signed", 409, {"offer": "amend"})
    assert "amendment" in str(error)


def test_everybody_signs_the_own_draft():
    visits.check_may_sign(DRAFT, author="a", by="a")
    assert refused(visits.check_may_sign, DRAFT, author="a", by="b").code == "not_the_author"
    assert refused(visits.check_may_sign, SIGNED, author="a", by="a").code == "signed"


@pytest.mark.parametrize(
    ("state", "policy", "doctors_own", "by", "code"),
    [
        (SIGNED, "assistants", False, "doctor", None),
        (SIGNED, "assistants", False, "assistant", "own_entry"),
        (SIGNED, "assistants", True, "doctor", "status_conflict"),
        (SIGNED, "never", False, "doctor", "status_conflict"),
        (DRAFT, "assistants", False, "doctor", "status_conflict"),
        (COUNTERSIGNED, "assistants", False, "doctor", "status_conflict"),
    ],
)
def test_countersigning(state, policy, doctors_own, by, code):
    waits = visits.waits_for_countersignature(state, policy, signed_by_doctor=doctors_own)
    values = {"signed_by": "assistant", "by": by, "waits": waits}
    if code:
        assert refused(visits.check_may_countersign, state, **values).code == code
    else:
        visits.check_may_countersign(state, **values)
    assert waits == (code in {None, "own_entry"})
    assert policy in Countersigning.values


@pytest.mark.parametrize(
    ("state", "reason", "code"),
    [
        (DRAFT, "Wrong wire", "not_signed"),
        (SIGNED, "  \n", "reason_missing"),
        (COUNTERSIGNED, "x" * 501, "too_long"),
    ],
)
def test_amendments_need_a_reason(state, reason, code):
    error = refused(visits.check_amendment, state, reason)
    assert (error.code, error.field) == (code, None if code == "not_signed" else "reason")
    visits.check_amendment(SIGNED, "Wrong wire")
    visits.check_amendment(COUNTERSIGNED, "x" * 500)


def test_a_note_of_100000_characters_is_refused_in_a_sentence():
    error = refused(visits.check_note, "x" * 100_000)
    assert (error.code, error.field) == ("too_long", "note")
    assert "20,000" in str(error)
    assert "100,000" in str(error)


@pytest.mark.parametrize("text", ["", "x" * 20_000, "🦷" * 20_000, "שלום עולם", "مرحبا"])
def test_notes_in_any_script(text):
    visits.check_note(text)


def test_two_people_on_one_row():
    visits.check_version(3, 3)
    error = refused(visits.check_version, 4, 3, chair="Chair 3", person="Ada")
    assert (error.code, error.status) == ("stale", 412)
    assert "Ada" in str(error)
    assert "Chair 3" in str(error)
    assert refused(visits.check_version, 4, 3).code == "stale"
