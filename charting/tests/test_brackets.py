"""Brackets by tooth, in the order of what was done, and the chips of the card."""

from datetime import date
from decimal import Decimal

import pytest

from charting.rules import brackets, procedures
from charting.rules.brackets import Attachment, Done, Event, check_event, on_teeth
from core.errors import Refused

BRACKET, BAND = Attachment.BRACKET, Attachment.BAND


def done(event, tooth="14", attachment=BRACKET, day=1):
    return Done(Event(event), tooth, attachment, date(2027, 3, day))


@pytest.mark.parametrize(
    ("events", "there"),
    [
        ("placed", True),
        ("placed_elsewhere", True),
        ("placed lost", False),
        ("placed lost placed", True),
        ("placed repositioned", True),
        ("placed removed", False),
    ],
)
def test_what_is_on_a_tooth(events, there):
    on = on_teeth([done(event) for event in events.split()])
    assert list(on) == ([("14", BRACKET)] if there else [])


def test_each_kind_is_on_its_own():
    on = on_teeth([done("placed", "16", BAND), done("placed_elsewhere", "16", BRACKET), done("removed", "16", BAND)])
    assert list(on) == [("16", BRACKET)]
    assert on["16", BRACKET].elsewhere


@pytest.mark.parametrize("event", ["removed", "lost", "repositioned"])
def test_a_bracket_never_placed_here_is_refused_with_an_offer(event):
    with pytest.raises(Refused) as caught:
        check_event(done(event), [done("placed", "13"), done("placed", "14", BAND)])
    error = caught.value
    assert (error.code, error.field, error.extra) == ("bracket_not_here", "tooth", {"offer": "placed_elsewhere"})
    assert "No bracket was placed on 14 here." in str(error)
    check_event(done(event), [done("placed_elsewhere")])


@pytest.mark.parametrize(
    ("event", "before", "code", "offer"),
    [
        ("removed", "placed lost", "bracket_not_here", "placed"),
        ("lost", "placed removed", "bracket_not_here", "placed"),
        ("placed", "placed", "bracket_here", "repositioned"),
        ("placed_elsewhere", "placed", "bracket_here", "repositioned"),
    ],
)
def test_what_cannot_follow(event, before, code, offer):
    with pytest.raises(Refused, check=lambda error: (error.code, error.extra) == (code, {"offer": offer})):
        check_event(done(event), [done(one) for one in before.split()])


@pytest.mark.parametrize(
    ("event", "before"), [("placed", ""), ("placed", "placed lost"), ("repositioned", "placed"), ("removed", "placed")]
)
def test_what_can_follow(event, before):
    check_event(done(event), [done(one) for one in before.split()])


def test_nothing_is_bonded_to_a_tooth_that_is_not_there():
    with pytest.raises(Refused, check=lambda error: (error.code, error.field) == ("tooth_absent", "tooth")):
        check_event(done("placed"), [], absent={"14"})
    with pytest.raises(Refused, check=lambda error: error.code == "tooth_unknown"):
        check_event(done("placed", "19"), [])


def test_how_often_it_came_off():
    events = [
        done("placed"),
        done("lost"),
        done("placed"),
        done("lost"),
        done("placed"),
        done("placed", "15"),
        done("lost", "15"),
    ]
    assert brackets.times_lost(events, "14") == 2


def test_chips():
    procedures.check_codes(["ADJ", "IPR", "BOFF", "OURS"], own=frozenset({"OURS"}))
    with pytest.raises(Refused, check=lambda error: (error.code, error.field) == ("procedure_unknown", "procedures")):
        procedures.check_codes(["ADJ", "OURS"])
    assert [chip.code for chip in procedures.CHIPS.values() if chip.per_contact] == ["IPR"]
    assert {chip.group for chip in procedures.CHIPS.values()} == set(procedures.Group)


@pytest.mark.parametrize(("given", "right"), [("0.05", 1), ("0.25", 1), ("1", 1), ("0", 0), ("1.05", 0), ("0.33", 0)])
def test_ipr(given, right):
    if right:
        procedures.check_ipr(Decimal(given))
    else:
        with pytest.raises(Refused, check=lambda error: error.field == "ipr"):
            procedures.check_ipr(Decimal(given))


def test_turns():
    procedures.check_turns(14)
    for wrong in (0, 61):
        with pytest.raises(Refused, check=lambda error: error.field == "turns"):
            procedures.check_turns(wrong)
