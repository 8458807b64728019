"""What is kept of an entry, as the rules see it: to change a part of it and leave the rest."""

from charting.card.entry import Entry
from charting.models import BracketEvent, Elastics, Visit, WireChange


def entry_of(visit: Visit) -> Entry:
    """The entry with its wires, brackets and elastics in the order of the day."""
    return Entry(
        on=visit.on,
        doctor=visit.doctor,
        hygiene=visit.hygiene,
        procedures=tuple(visit.procedures),
        history_checked=visit.history_checked,
        elastics_stopped=visit.elastics_stopped,
        note=visit.note,
        plan=visit.plan,
        next_type=visit.next_type,
        next_weeks=visit.next_weeks,
        wires=tuple(row.as_change() for row in WireChange.objects.filter(visit_id=visit.pk).order_by("order")),
        brackets=tuple(row.as_done() for row in BracketEvent.objects.filter(visit_id=visit.pk).order_by("order")),
        elastics=tuple(row.as_prescription() for row in Elastics.objects.filter(visit_id=visit.pk).order_by("order")),
    )
