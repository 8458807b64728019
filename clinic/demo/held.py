"""Claims of what stands today and later: the same lanes that booking one visit after the other would have taken."""

from collections.abc import Iterable, Iterator

from appointments import claims, rules
from appointments.models import Appointment, Claim
from appointments.rules import FREES_THE_REST, HOLDING, Need
from clinic.demo.chronicle import Entry

Taken = dict[tuple[str, int], set[int]]


def claims_of(entries: Iterable[Entry]) -> Iterator[Claim]:
    """Rows not yet saved, the overbooked visits last: they take what the others left, or lanes beyond."""
    standing = [entry for entry in entries if _stands(entry.appointment)]
    if not standing:
        return
    standing.sort(key=lambda entry: (entry.appointment.overbooked, entry.appointment.start))
    wanted = {entry.appointment.pk: claims.needs_of(entry.appointment) for entry in standing}
    everything = [need for needs in wanted.values() for need in needs]
    claims.touch(everything)
    taken = _taken(everything)
    for entry in standing:
        yield from _take(entry, wanted[entry.appointment.pk], taken)


def _stands(appointment: Appointment) -> bool:
    return appointment.status in {*HOLDING, *FREES_THE_REST} and claims.holds_time(appointment.start)


def _taken(needs: list[Need]) -> Taken:
    """Lanes in use from the first of these cells on, of everybody."""
    first = min(need.cell for need in needs)
    taken: Taken = {}
    rows = Claim.objects.filter(cell__gte=first).values_list("resource", "cell", "lane")
    for resource, cell, lane in rows.iterator(chunk_size=5000):
        taken.setdefault((resource, cell), set()).add(lane)
    return taken


def _take(entry: Entry, needs: list[Need], taken: Taken) -> Iterator[Claim]:
    appointment = entry.appointment
    # Who has gone, or never came, gave back what was left of the time.
    ended = appointment.status in FREES_THE_REST
    kept = [need for need in needs if need.cell <= rules.cell_of(entry.events[-1].at)] if ended else needs
    for need, lane in rules.decide(kept, taken, overbook=appointment.overbooked):
        taken.setdefault((need.resource, need.cell), set()).add(lane)
        yield Claim(resource=need.resource, cell=need.cell, lane=lane, appointment_id=appointment.pk)
