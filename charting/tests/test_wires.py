"""Archwires: what there is, what fits, what is in the mouth now."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charting.rules import spans, wires
from charting.rules.allergies import Allergen
from charting.rules.teeth import Arch
from charting.rules.wires import NICKEL, SIZES, Material, Shape, Slot
from charting.rules.wires_in_mouth import Change, ChangeKind, check_change, retied, wires_now
from core.errors import Refused

UPPER, LOWER = Arch
PLACED, RETIED, REMOVED, ALL_REMOVED = ChangeKind


def refused(work):
    with pytest.raises(Refused) as caught:
        work()
    return caught.value


@pytest.mark.parametrize(
    ("typed", "stored", "label", "shape"),
    [
        (".019x.025", "0.019x0.025", ".019×.025", Shape.RECTANGULAR),
        ("19x25", "0.019x0.025", ".019×.025", Shape.RECTANGULAR),
        ("0.019 × 0.025", "0.019x0.025", ".019×.025", Shape.RECTANGULAR),
        ("16", "0.016", ".016", Shape.ROUND),
        ("014", "0.014", ".014", Shape.ROUND),
        (".0175", "0.0175", ".0175", Shape.ROUND),
        ("20x20", "0.020x0.020", ".020×.020", Shape.SQUARE),
    ],
)
def test_a_size_as_it_is_typed_stored_and_shown(typed, stored, label, shape):
    size = wires.size(typed)
    assert (str(size), size.label, size.shape) == (stored, label, shape)


@given(stored=st.sampled_from(sorted(SIZES)))
def test_what_is_stored_is_read_again(stored):
    assert str(wires.size(stored)) == stored == str(wires.size(SIZES[stored].label))
    assert len(stored) <= wires.SIZE_LENGTH


@pytest.mark.parametrize("typed", ["0.030x0.030", "0.030", "25x19", "1", "", "19x", "x" * 100_000, "🦷", "１６"])
def test_sizes_that_no_wire_has(typed):
    error = refused(lambda: wires.size(typed))
    assert (error.code, error.field) == ("wire_unknown", "size")
    assert typed[:16] in str(error)
    assert len(str(error)) < 120


def test_a_wire_has_a_material_and_a_label():
    assert wires.wire("19x25", "SS").label == ".019×.025 SS"
    assert wires.wire("16", "CuNiTi-35").label == ".016 CuNiTi 35 °C"
    assert refused(lambda: wires.wire("16", "gold")).field == "material"


@pytest.mark.parametrize(
    ("typed", "slot", "goes_in"),
    [
        ("19x25", Slot.S22, True),
        ("19x25", Slot.S18, False),
        ("17x25", Slot.S18, True),
        ("18x25", Slot.S18, True),
        ("20", Slot.S18, False),
        ("21x28", Slot.S22, True),
        ("21x28", Slot.S18, False),
        ("022", Slot.S22, True),
    ],
)
def test_what_a_slot_holds(typed, slot, goes_in):
    wire = wires.wire(typed, "SS")
    assert bool(wires.slot_warning(wire, slot)) is not goes_in
    assert not wires.slot_warning(wire, "")


def test_nickel_is_in_niti_and_steel_and_not_in_tma():
    nickel = {material for material in Material if wires.wire("16", material).has_nickel}
    assert nickel == set(Material) - {Material.TMA, Material.FIBRE}
    assert set(NICKEL) == set(Material)


def test_a_nickel_allergy_is_warned_of():
    steel, tma = wires.wire("19x25", "SS"), wires.wire("19x25", "TMA")
    warning = wires.nickel_warning(steel, {Allergen.NICKEL, Allergen.LATEX})
    assert warning == "The patient is allergic to nickel, and .019×.025 SS contains it (8 to 12 %)."
    assert wires.nickel_warning(tma, {Allergen.NICKEL}) == wires.nickel_warning(steel, {Allergen.LATEX}) == ""


def test_a_clinics_usual_wires():
    assert [one.label for one in wires.usual("14 niti; .019x.025 SS,\n")] == [".014 NiTi", ".019×.025 SS"]
    assert ", ".join(one.text for one in wires.usual(wires.USUAL)) == wires.USUAL
    for text in ("0.030x0.030 SS", ".016 gold", ".016"):
        with pytest.raises(Refused) as refusal:
            wires.usual(text)
        assert (refusal.value.code, refusal.value.field) == ("wire_unknown", "usual_wires")


def on(day, kind, arch=UPPER, wire=None, span=""):
    made = wires.wire(*wire.split()) if wire else None
    return Change(kind, arch, date(2027, 3, day), spans.stored_span(span), made)


def labels(*changes):
    return [f"{wire.arch.value} {wire.label}" for wire in wires_now(changes)]


START = (on(1, PLACED, UPPER, "14 NiTi"), on(1, PLACED, LOWER, "12 NiTi"))


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ((), ["upper .014 NiTi", "lower .012 NiTi"]),
        ((on(2, PLACED, UPPER, "16 NiTi"),), ["upper .016 NiTi", "lower .012 NiTi"]),
        (
            (on(2, PLACED, UPPER, "16 SS", "15-13"),),
            ["upper .014 NiTi", "upper .016 SS (15-13)", "lower .012 NiTi"],
        ),
        (
            (on(2, PLACED, UPPER, "16 SS", "15-13"), on(3, PLACED, UPPER, "18 SS", "15-13")),
            ["upper .014 NiTi", "upper .018 SS (15-13)", "lower .012 NiTi"],
        ),
        (
            (on(2, PLACED, UPPER, "16 SS", "15-13"), on(3, REMOVED, UPPER)),
            ["upper .016 SS (15-13)", "lower .012 NiTi"],
        ),
        (
            (on(2, PLACED, UPPER, "16 SS", "15-13"), on(3, REMOVED, UPPER, span="15-13")),
            ["upper .014 NiTi", "lower .012 NiTi"],
        ),
        ((on(2, PLACED, UPPER, "16 SS", "15-13"), on(3, ALL_REMOVED, UPPER)), ["lower .012 NiTi"]),
        ((on(2, REMOVED, UPPER, span="23-25"),), ["upper .014 NiTi", "lower .012 NiTi"]),
    ],
)
def test_the_wires_now_follow_from_the_changes(then, now):
    assert labels(*START, *then) == now


def test_retying_keeps_since_and_says_when():
    now = wires_now((*START, *retied(wires_now(START), date(2027, 3, 9))))
    assert [(wire.since.day, wire.tied_on.day) for wire in now] == [(1, 9), (1, 9)]
    assert [wire.label for wire in now] == [".014 NiTi", ".012 NiTi"]
    assert retied((), date(2027, 3, 9)) == ()


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        (on(2, PLACED), "invalid", "wire"),
        (on(2, PLACED, UPPER, "16 SS", "43-33"), "span_impossible", "span"),
        (on(2, REMOVED, UPPER, span="15-13"), "wire_not_here", "wire"),
        (on(2, RETIED, UPPER, span="15-13"), "wire_not_here", "wire"),
    ],
)
def test_changes_that_cannot_be(change, code, field):
    error = refused(lambda: check_change(change, wires_now(START)))
    assert (error.code, error.field) == (code, field)


def test_changes_that_can_be():
    for change in (on(2, PLACED, UPPER, "16 SS", "15-13"), on(2, REMOVED), on(2, RETIED), on(2, ALL_REMOVED)):
        check_change(change, wires_now(START))
    assert refused(lambda: check_change(on(2, ALL_REMOVED), wires_now(START[1:]))).code == "wire_not_here"


CHANGES = st.lists(
    st.builds(
        on,
        st.integers(1, 28),
        st.sampled_from(ChangeKind),
        st.sampled_from(Arch),
        st.sampled_from(["14 NiTi", "16 SS", "18 TMA"]),
        st.just(""),
    ),
    max_size=12,
)


@given(changes=CHANGES)
def test_without_spans_an_arch_has_at_most_one_wire_and_it_is_the_last_placed(changes):
    now = {wire.arch: wire for wire in wires_now(changes)}
    assert len(now) == len(wires_now(changes))
    for arch in Arch:
        of_arch = [change for change in changes if change.arch == arch and change.kind != RETIED]
        last = of_arch[-1] if of_arch else None
        expected = last.wire if last and last.kind == PLACED else None
        assert (now[arch].wire if arch in now else None) == expected


def test_sizes_are_inches():
    assert wires.size("19x25").height == Decimal("0.019")
