"""The treatment card: written, signed, countersigned, amended; what is refused leaves nothing behind."""

from datetime import timedelta
from decimal import Decimal

import pytest

from appointments.models import NextVisit
from appointments.tests.desk import kind
from charting.actions import entries
from charting.card.entry import Entry
from charting.card.head import ChartHead, wires_in_mouth
from charting.models import Amendment, BracketEvent, Elastics, Visit, WireChange
from charting.rules.brackets import Attachment, Done, on_teeth
from charting.rules.brackets import Event as BracketStep
from charting.rules.elastics import Diameter, Pattern, Prescription
from charting.rules.teeth import Arch
from charting.rules.wires import wire
from charting.rules.wires_in_mouth import Change, ChangeKind
from core import clock
from core.errors import NotPermitted, Refused, Stale
from core.models import AuditEvent
from patients.models import MedicalEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(dana, pia):
    return entries.start_entry(by=dana, patient=pia, doctor=dana)


def refusal(code, field=None):
    """`with refusal("latex_allergy", "elastics") as caught:`"""
    return pytest.raises(Refused, check=lambda error: (error.code, error.field) == (code, field))


def write(visit, by, **parts):
    said = {"on": clock.today(), "doctor": visit.doctor} | parts
    return entries.write_entry(by=by, visit=visit, entry=Entry(**said), version=visit.version)


def placed(arch=Arch.UPPER, size="16", material="NiTi", **more):
    return Change(ChangeKind.PLACED, arch, clock.today(), None, wire(size, material), **more)


ELASTIC = Prescription(
    Pattern.CLASS_II, ("13", "46"), Diameter.QUARTER, Decimal("3.5"), 22, latex=True, both_sides=True
)


def test_a_wire_change_follows_into_the_head(dana, pia, draft):
    write(draft, dana, wires=(placed(), placed(Arch.LOWER, "14")), hygiene="good", note="Ärger mit 13 🙂")
    head = ChartHead(dana, pia)
    assert [one.label for one in head.wires] == [".016 NiTi", ".014 NiTi"]
    assert head.hygiene == ["good"]
    assert Visit.objects.get().note == "Ärger mit 13 🙂"
    assert b"rger" not in str(Visit.objects.get().__dict__["note"]).encode()


def test_retied_and_taken_out(dana, pia, draft):
    write(draft, dana, wires=(placed(), placed(Arch.LOWER, "14")))
    entries.sign_entry(by=dana, visit=draft, version=draft.version)
    second = entries.start_entry(by=dana, patient=pia, doctor=dana)
    write(second, dana, wires=(Change(ChangeKind.ALL_REMOVED, Arch.UPPER, clock.today()),))
    assert [one.arch for one in wires_in_mouth(pia)] == [Arch.LOWER]
    out, retied = (Change(how, Arch.UPPER, clock.today()) for how in (ChangeKind.ALL_REMOVED, ChangeKind.RETIED))
    with refusal("wire_not_here", "wires"):
        write(second, dana, wires=(out, retied))
    assert WireChange.objects.filter(visit=second).count() == 1


def test_a_bracket_that_was_never_placed_here(dana, pia, draft):
    lost = Done(BracketStep.LOST, "13", Attachment.BRACKET, clock.today())
    with refusal("bracket_not_here", "brackets") as refused:
        write(draft, dana, brackets=(lost,))
    assert refused.value.extra["offer"] == "placed_elsewhere"
    assert not BracketEvent.objects.exists()
    there = Done(BracketStep.PLACED_ELSEWHERE, "13", Attachment.BRACKET, clock.today())
    write(draft, dana, brackets=(there, lost))
    assert BracketEvent.objects.count() == 2


def test_latex_is_refused_to_whoever_is_allergic(dana, pia, draft):
    write(draft, dana, elastics=(ELASTIC,))
    assert Elastics.objects.get().as_prescription() == ELASTIC
    MedicalEntry.objects.create(patient=pia, category="allergy", description="Latexallergie", critical=True)
    with refusal("latex_allergy", "elastics"):
        write(draft, dana, elastics=(ELASTIC, ELASTIC))
    assert Elastics.objects.count() == 1


@pytest.mark.parametrize(
    ("parts", "code", "field"),
    [
        ({"on": clock.today() + timedelta(days=1)}, "in_the_future", "on"),
        ({"note": "x" * 100_000}, "too_long", "note"),
        ({"next_weeks": 105}, "out_of_range", "next_weeks"),
        ({"procedures": ({"code": "NOPE"},)}, "procedure_unknown", "procedures"),
        ({"procedures": ({"code": "IPR", "contact": "13-12", "mm": "3"},)}, "out_of_range", "ipr"),
        ({"procedures": ({"code": "TURN", "turns": 99},)}, "out_of_range", "turns"),
    ],
)
def test_what_cannot_be_leaves_nothing_behind(dana, draft, parts, code, field):
    with refusal(code, field):
        write(draft, dana, **parts)
    assert Visit.objects.get().version == 1


class TestSigning:
    def test_signed_is_locked(self, dana, draft):
        write(draft, dana, note="Done")
        entries.sign_entry(by=dana, visit=draft, version=draft.version)
        with refusal("signed"):
            write(draft, dana, note="Other")
        assert AuditEvent.objects.filter(event="entry.signed", actor_id=dana.pk).count() == 1

    def test_the_next_visit_goes_to_the_desk(self, dana, pia, draft):
        write(draft, dana, next_weeks=6, next_type=kind("ADJ"), plan="Upper .018\nLower later")
        assert not NextVisit.objects.exists()
        entries.sign_entry(by=dana, visit=draft, version=draft.version)
        due = NextVisit.objects.get()
        assert (due.due_on, due.type.code, due.note, due.origin) == (
            clock.today() + timedelta(weeks=6),
            "ADJ",
            "Upper .018",
            "chair",
        )

    def test_who_wrote_it_signs_it(self, dana, omar, nina, rita, draft):
        with refusal("not_the_author"):
            entries.sign_entry(by=omar, visit=draft, version=draft.version)
        with pytest.raises(NotPermitted):
            entries.sign_entry(by=rita, visit=draft, version=draft.version)
        taken = entries.take_over_entry(by=omar, visit=draft)
        assert entries.sign_entry(by=omar, visit=taken, version=taken.version).signed_by_id == omar.pk

    def test_an_assistants_entry_is_countersigned(self, dana, nina, pia):
        made = entries.start_entry(by=nina, patient=pia, doctor=dana)
        entries.sign_entry(by=nina, visit=made, version=made.version)
        with pytest.raises(NotPermitted):
            entries.countersign_entry(by=nina, visit=made)
        done = entries.countersign_entry(by=dana, visit=made)
        assert (done.state, done.countersigned_by_id) == ("countersigned", dana.pk)
        with refusal("status_conflict"):
            entries.countersign_entry(by=dana, visit=done)

    def test_an_amendment_stands_beside(self, dana, draft):
        with refusal("not_signed"):
            entries.amend_entry(by=dana, visit=draft, reason="Slip", text="24, not 25")
        signed = entries.sign_entry(by=dana, visit=draft, version=draft.version)
        with refusal("reason_missing", "reason"):
            entries.amend_entry(by=dana, visit=signed, reason=" ", text="24, not 25")
        entries.amend_entry(by=dana, visit=signed, reason="Slip", text="24, not 25")
        assert Amendment.objects.get().text == "24, not 25"
        assert Visit.objects.get().version == signed.version


def test_two_people_on_one_row(dana, draft):
    other = Visit.objects.get()
    write(draft, dana, note="First")
    with pytest.raises(Stale):
        write(other, dana, note="Second")
    assert Visit.objects.get().note == "First"
    parts_only = Visit.objects.get()
    write(parts_only, dana, note="First", wires=(placed(),))
    with pytest.raises(Stale):
        write(draft, dana, note="First")


def test_what_is_saved_twice_is_one(dana, draft):
    said = {"wires": (placed(),), "elastics": (ELASTIC,), "procedures": ({"code": "ADJ"},)}
    write(draft, dana, **said)
    version, kept = draft.version, set(WireChange.objects.values_list("pk", flat=True))
    write(draft, dana, **said)
    assert draft.version == version
    assert set(WireChange.objects.values_list("pk", flat=True)) == kept


@pytest.mark.parametrize(
    ("own", "left"), [([], set()), ([Change(ChangeKind.ALL_REMOVED, Arch.UPPER, clock.today())], {"36"})]
)
def test_a_debond_takes_off_what_the_entry_did_not_say(own, left, dana, pia):
    first = entries.start_entry(by=dana, patient=pia, doctor=dana)
    on = clock.today()
    placed = [
        Done(BracketStep.PLACED, code, kind, on)
        for code, kind in (("11", Attachment.BRACKET), ("36", Attachment.BAND), ("33", Attachment.RETAINER))
    ]
    wires = [Change(ChangeKind.PLACED, arch, on, None, wire("0.016", "NiTi")) for arch in Arch]
    said = Entry(on=on, doctor=dana, wires=tuple(wires), brackets=tuple(placed))
    entries.write_entry(by=dana, visit=first, entry=said, version=first.version)
    debond = entries.start_entry(by=dana, patient=pia, doctor=dana)
    said = Entry(on=on, doctor=dana, procedures=({"code": "DEB"},), wires=tuple(own))
    entries.write_entry(by=dana, visit=debond, entry=said, version=debond.version)
    entries.sign_entry(by=dana, visit=debond, version=debond.version)
    assert {one.arch for one in wires_in_mouth(pia)} == ({Arch.LOWER} if left else set())
    rows = BracketEvent.objects.order_by("on", "visit_id", "order")
    assert {code for code, _kind in on_teeth(row.as_done() for row in rows)} == {"33"} | left
    told = AuditEvent.objects.get(event="entry.signed", object_id=debond.pk).changes
    assert told["brackets_off"][1] == [code for code in ("11", "36") if code not in left]


def test_an_archived_chart_is_read_only(dana, pia, draft):
    draft.change(note="Begun")
    other = entries.start_entry(by=dana, patient=pia, doctor=dana)
    entries.sign_entry(by=dana, visit=other, version=other.version)
    pia.change(archived_at=clock.now())
    for visit in (draft, other):
        visit.refresh_from_db()
    tries = [
        lambda: entries.write_entry(
            by=dana, visit=draft, entry=Entry(on=clock.today(), doctor=dana, note="x"), version=draft.version
        ),
        lambda: entries.sign_entry(by=dana, visit=draft, version=draft.version),
        lambda: entries.take_over_entry(by=dana, visit=draft),
        lambda: entries.discard_entry(by=dana, visit=draft),
        lambda: entries.amend_entry(by=dana, visit=other, reason="Why", text="More"),
    ]
    for work in tries:
        with pytest.raises(Refused) as refusal:
            work()
        assert refusal.value.code == "archived"
    assert Visit.objects.get(pk=draft.pk).note == "Begun"
