"""What hangs on a record and moves when two records become one, and moves back when that is undone."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from core import clock
from core.actions import Contention
from core.errors import Refused, Text
from core.models import Record
from patients import merging, panels, rules
from patients.models import Consent, ContactPreference, MedicalEntry, Patient, Relationship
from patients.panels import Mover

_CHUNK: Final = 500
_FACTS: Final = ("category", "since", "until", "critical", "archived_at")  # of a medical entry, besides its text
_MOST_RESTRICTIONS: Final = Relationship._meta.get_field("restrictions").max_length or 0


def all_movers() -> dict[str, Mover]:
    """Ours, then those of higher packages; the name is the key in the snapshot."""
    return {**OWN, **panels.movers}


def move_rows(rows: Iterable[Record], to: Patient) -> dict[str, int]:
    """Give these rows of one model to another patient. Returns the version that each has then."""
    listed = list(rows)
    for chunk in _chunks(listed):
        _give(type(chunk[0]), {row.pk: row.version for row in chunk}, to)
    return {row.pk: row.version + 1 for row in listed}


def move_rows_back(model: Any, moved: Mapping[str, int], to: Patient) -> None:
    """Give the rows back that `move_rows` moved; `check_unchanged` has been asked before."""
    for chunk in _chunks(list(moved.items())):
        _give(model, dict(chunk), to)


def check_unchanged(model: Any, moved: Mapping[str, int], names: Any) -> None:
    """Raises Refused (`cannot_undo`) if one of the rows has changed; `names(row)` says which one that is."""
    for chunk in _chunks(list(moved)):
        found = {row.pk: row for row in model._base_manager.filter(pk__in=chunk)}
        for pk in chunk:
            row = found.get(pk)
            if row is None or row.version != moved[pk]:
                raise merging.changed_since(names(row) if row else model._meta.verbose_name)


def _give(model: Any, versions: Mapping[str, int], to: Patient) -> None:
    for version in sorted(set(versions.values())):
        ids = [pk for pk, read in versions.items() if read == version]
        rows = model._base_manager.filter(pk__in=ids, version=version)
        if rows.update(patient=to, version=F("version") + 1, updated_at=clock.now()) != len(ids):
            raise Contention  # somebody changed one of them a moment ago: look again


def _chunks(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def _simple(
    label: Text, model: Any, one: Text, known: Any = lambda survivor: set(), same: Any = lambda row: row.pk
) -> Mover:
    """Rows with a version and a foreign key `patient`. Where the survivor has the same, the other's stays behind."""

    def count(user: User, patient: Patient) -> int:
        return int(model.objects.visible_to(user).filter(patient_id=patient.pk).count())

    def move(other: Patient, survivor: Patient) -> dict[str, Any]:
        has = known(survivor)
        rows = list(model._base_manager.filter(patient_id=other.pk))
        left = [row.pk for row in rows if same(row) in has]
        return {"moved": move_rows([row for row in rows if row.pk not in left], survivor), "left": left}

    def check(kept: dict[str, Any]) -> None:
        check_unchanged(model, kept["moved"], lambda row: one)

    def move_back(kept: dict[str, Any], other: Patient) -> None:
        move_rows_back(model, kept["moved"], other)

    return Mover(label, (model._meta.label,), count, move, check, move_back)


def _same_entry(entry: MedicalEntry) -> tuple[Any, ...]:
    return (rules.fold(entry.description), *(getattr(entry, name) for name in _FACTS))


def _entries_of(survivor: Patient) -> set[Any]:
    return {_same_entry(entry) for entry in MedicalEntry.objects.filter(patient_id=survivor.pk)}


def _channels_of(survivor: Patient) -> set[Any]:
    return set(ContactPreference.objects.filter(patient_id=survivor.pk).values_list("channel", flat=True))


def _move_family(other: Patient, survivor: Patient) -> dict[str, Any]:
    """Whoever is in both families stays as the survivor has it; a restriction is never lost over that."""
    mine = {row.guardian_id: row for row in Relationship.objects.filter(patient_id=survivor.pk)}
    theirs = list(Relationship.objects.filter(patient_id=other.pk))
    left = [row for row in theirs if row.guardian_id in mine]
    changed = {}
    for row in left:
        twin = mine[row.guardian_id]
        restrictions = _both_restrictions(twin.restrictions, row.restrictions)
        if twin.restrictions != restrictions:
            before = twin.restrictions
            twin.change(restrictions=restrictions)
            changed[twin.pk] = {"version": twin.version, "restrictions": before}
    moved = move_rows([row for row in theirs if row.guardian_id not in mine], survivor)
    return {"moved": moved, "left": [row.pk for row in left], "changed": changed}


def _both_restrictions(mine: str, theirs: str) -> str:
    texts = [text for text in dict.fromkeys((mine, theirs)) if text]
    if len("; ".join(texts)) > _MOST_RESTRICTIONS:
        message = _("Both records restrict what one family member may do, at length. Shorten one of the two first.")
        raise Refused(message, code="invalid", field="restrictions")
    return "; ".join(texts)


def _check_family(kept: dict[str, Any]) -> None:
    versions = {pk: row["version"] for pk, row in kept["changed"].items()}
    check_unchanged(Relationship, kept["moved"] | versions, lambda row: _("somebody in the family"))


def _move_family_back(kept: dict[str, Any], other: Patient) -> None:
    move_rows_back(Relationship, kept["moved"], other)
    for row in Relationship.objects.filter(pk__in=list(kept["changed"])):
        row.change(restrictions=kept["changed"][row.pk]["restrictions"])


def _count_family(user: User, patient: Patient) -> int:
    return Relationship.objects.visible_to(user).filter(patient_id=patient.pk).count()


OWN: Final[Mapping[str, Mover]] = {
    "medical": _simple(
        gettext_lazy("Medical entries"), MedicalEntry, gettext_lazy("a medical entry"), _entries_of, _same_entry
    ),
    "family": Mover(
        gettext_lazy("Family members"),
        (Relationship._meta.label,),
        _count_family,
        _move_family,
        _check_family,
        _move_family_back,
    ),
    "consents": _simple(gettext_lazy("Consents"), Consent, gettext_lazy("a consent")),
    "preferences": _simple(
        gettext_lazy("Contact preferences"),
        ContactPreference,
        gettext_lazy("a contact preference"),
        _channels_of,
        lambda row: row.channel,
    ),
}

# Models that point to a patient and are not moved, and why; higher packages add theirs to panels.stays_when_merged.
STAYS: Final[Mapping[str, str]] = {
    "patients.Patient": "`merged_into` is how an old id leads to the record that stayed",
    "patients.MergeRecord": "says who was merged into whom",
    "patients.SearchKey": "made anew for both records in the same transaction",
    "patients.SearchChange": "tells the index of both records, written in the same transaction",
    "patients.ImportedRecord": "a second import follows MergeRecord.objects.survivor_of",
    "core.AuditEvent": "append-only: the timeline reads the former ids too (MergeRecord.objects.merged_ids)",
}
