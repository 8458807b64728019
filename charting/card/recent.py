"""What was done lately, read once for the chart's head and the first page of the card."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db.models import Q

from accounts.models import User
from appointments.schedule.reading import with_profile
from charting.card.facts import facts_of
from charting.models import Amendment, BracketEvent, Elastics, Visit, WireChange, change_of
from charting.rules.wires_in_mouth import ChangeKind, InMouth, wires_now
from patients.models import Patient

PAGE: Final = 10
_NEWEST: Final = 4 * PAGE
_PEOPLE: Final = ("doctor", "by", "signed_by", "countersigned_by")


class Recent:
    """Entries with their parts, and the wires and elastics that the patient wears now."""

    def __init__(self, by: User, patient: Patient, visits: Sequence[Visit], *, is_newest: bool = False) -> None:
        self.facts, self.visits, self.more = facts_of(by, patient), list(visits), False
        self._patient, self._is_newest = patient, is_newest
        ids = [visit.pk for visit in self.visits]
        self._worn = self._elastics(ids)
        changes = WireChange.objects.of(patient).filter(Q(visit_id__in=ids) | ~Q(kind=ChangeKind.RETIED))
        self._changes = changes.told()
        self.wire_changes = _by_visit(WireChange(**row) for row in self._changes if row["visit_id"] in set(ids))
        self.elastics = _by_visit(self._worn)
        self.brackets = _by_visit(BracketEvent.objects.filter(visit_id__in=ids).order_by("order", "id"))
        self.amendments = _by_visit(self._amendments(ids))
        self._name_people()

    @classmethod
    def page(cls, by: User, patient: Patient, number: int = 1) -> "Recent":
        """A page of the card; `more` says whether there are older entries."""
        begin = (number - 1) * PAGE
        # read-scope: of a patient whose chart was opened by somebody who may
        found = list(Visit.objects.of(patient).latest_first()[begin : begin + PAGE + 1])
        made = cls(by, patient, found[:PAGE], is_newest=number == 1)
        made.more = len(found) > PAGE
        return made

    @property
    def wires(self) -> tuple[InMouth, ...]:
        """In the mouth now."""
        return wires_now(change_of(**row) for row in self._changes)

    @property
    def worn(self) -> list[Elastics]:
        """What the latest prescription says, unless elastics were stopped since."""
        rows = self._worn if self._is_newest else self._newest_elastics()
        if not rows:
            return []
        latest = rows[0]
        stopped = [visit for visit in self.visits if visit.elastics_stopped]
        if any((visit.on, visit.pk) > (latest.on, latest.visit_id) for visit in stopped):
            return []
        return [row for row in rows if row.visit_id == latest.visit_id]

    def _elastics(self, ids: list[str]) -> list[Elastics]:
        """Of these entries. The newest of all are those of the newest entries too: one query for both."""
        if self._is_newest:
            return self._newest_elastics()
        return list(Elastics.objects.filter(visit_id__in=ids).order_by("-on", "-visit_id", "order"))

    def _newest_elastics(self) -> list[Elastics]:
        if not self.facts.has_elastics:
            return []
        # read-scope: of a patient whom the person may see
        return list(Elastics.objects.of(self._patient).order_by("-on", "-visit_id", "order")[:_NEWEST])

    def _amendments(self, ids: list[str]) -> list[Amendment]:
        # read-scope: of entries that the person may see
        return list(Amendment.objects.filter(visit_id__in=ids)) if self.facts.has_amendments else []

    def _name_people(self) -> None:
        """Those who wrote and signed, in one query: joined to the entries they would be read for all of them."""
        rows = [*self.visits, *(row for of_visit in self.amendments.values() for row in of_visit)]
        keys = {(row, name): getattr(row, f"{name}_id", None) for row in rows for name in _PEOPLE}
        users = User.objects.filter(pk__in={pk for pk in keys.values() if pk}).select_related("profile")
        known = {user.pk: with_profile(user) for user in users} if rows else {}
        for (row, name), pk in keys.items():
            if pk:
                setattr(row, name, known[pk])


def _by_visit(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.visit_id].append(row)
    return found
