"""Finding the patient whom a row means: by the other system's number, else by the chart number there or here."""

from collections.abc import Iterable

from accounts.models import User
from patients.models import ImportedRecord, MergeRecord, Patient

PATIENTS = "patients"


class References:
    """Patients by what some rows call them, in a fixed number of queries; only those this person may see."""

    def __init__(self, by: User, source: str, names: Iterable[str]) -> None:
        wanted = sorted({name for name in names if name})
        records = ImportedRecord.objects.filter(source=source, kind=PATIENTS)
        by_number = dict(records.filter(legacy_number__in=wanted).values_list("legacy_number", "object_id"))
        by_id = dict(records.filter(external_id__in=wanted).values_list("external_id", "object_id"))
        by_chart = dict(Patient.objects.filter(chart_number__in=wanted).values_list("chart_number", "pk"))
        self._ids, self._numbers = by_id, by_chart | by_number
        pks = {*self._ids.values(), *self._numbers.values()}
        self._patients = standing(by, pks)

    def by_id(self, name: str) -> Patient | None:
        """Whom the other system knew under this id."""
        return self._patients.get(self._ids.get(name, ""))

    def by_number(self, name: str) -> Patient | None:
        """Whose chart had this number there, else whose has it here."""
        return self._patients.get(self._numbers.get(name, ""))


def standing(by: User, pks: Iterable[str]) -> dict[str, Patient]:
    """The records of today by these ids: of one that was merged, the one that stayed."""
    wanted = sorted(set(pks))
    found = Patient.objects.visible_to(by).in_bulk(wanted)
    gone = [pk for pk in wanted if pk not in found]
    moved = set(Patient.objects.filter(pk__in=gone).exclude(merged_into=None).values_list("pk", flat=True))
    for pk in moved:
        survivor = MergeRecord.objects.survivor_of(pk)
        patient = Patient.objects.visible_to(by).filter(pk=survivor or "").first()
        if patient:
            found[pk] = patient
    return found
