"""A debond takes everything off: what an entry did not say of wires and brackets is noted when it is signed."""

from typing import Final

from accounts.models import User
from charting.card.entry import bracket_row, wire_row
from charting.card.head import wires_in_mouth
from charting.models import BracketEvent, Visit, WireChange
from charting.rules.brackets import Attachment, Done, Event, on_teeth
from charting.rules.teeth import Arch, tooth
from charting.rules.wires_in_mouth import Change, ChangeKind

CODE: Final = "DEB"
_COMES_OFF: Final = frozenset({Attachment.BRACKET, Attachment.TUBE, Attachment.BAND, Attachment.BUTTON})


def take_off(by: User, visit: Visit) -> dict[str, list[str]]:
    """Wires and brackets that are still on, of both arches or of the one whose wires were taken out; what was noted.

    Retainers and attachments of aligners stay.
    """
    if not any(one.get("code") == CODE for one in visit.procedures):
        return {}
    own = WireChange.objects.filter(visit_id=visit.pk, kind=ChangeKind.ALL_REMOVED)
    arches = {Arch(arch) for arch in own.values_list("arch", flat=True)} or set(Arch)
    wires = sorted({one.arch for one in wires_in_mouth(visit.patient) if one.arch in arches})
    # read-scope: of a patient whom the person treats
    rows = BracketEvent.objects.of(visit.patient).order_by("on", "visit_id", "order")
    on = on_teeth(row.as_done() for row in rows).values()
    brackets = [one for one in on if one.attachment in _COMES_OFF and tooth(one.tooth).arch in arches]
    of_visit = {"patient_id": visit.patient_id, "visit": visit, "by": by, "on": visit.on}
    WireChange.objects.bulk_create(
        WireChange(**of_visit, order=900 + place, **wire_row(Change(ChangeKind.ALL_REMOVED, arch, visit.on)))
        for place, arch in enumerate(wires)
    )
    BracketEvent.objects.bulk_create(
        BracketEvent(
            **of_visit, order=900 + place, **bracket_row(Done(Event.REMOVED, one.tooth, one.attachment, visit.on))
        )
        for place, one in enumerate(brackets)
    )
    return {"wires_out": [str(arch) for arch in wires], "brackets_off": [one.tooth for one in brackets]}
