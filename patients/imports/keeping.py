"""Writing what a row changes in a record that is here; what was changed here since stays. Inside a transaction."""

from typing import Any

from django.utils.translation import gettext as _

from core.errors import Refused, Text
from patients import actions, rules
from patients.imports import comparing
from patients.imports.creating import PERSON, known_people, marks, person_key
from patients.imports.kinds import Pass, Result
from patients.imports.parts import parts
from patients.imports.people_columns import LABELS, GuardianRow, PersonRow
from patients.imports.references import PATIENTS
from patients.imports.states import Outcome
from patients.models import Guardian, ImportedRecord, MedicalEntry, Patient, Relationship
from patients.rules import MedicalCategory


def adopt(walk: Pass, external_id: str, digest: str, row: PersonRow, pk: str, legacy: str) -> Result:
    """The record that is here already takes what the row says, and is known by the row's number from now on."""
    patient = Patient.objects.visible_to(walk.by).get(pk=pk)
    written, _kept = comparing.changes(_present(patient, row), row.fields, {}, overwrite=True)
    if written:
        actions.change(by=walk.by, patient=patient, fields=written)
    record = _record(walk, external_id, patient.pk, legacy)
    beside, kept = _beside(walk, patient, row, record)
    _note(record, row, digest, kept=kept)
    return Result(Outcome.UPDATE, _names([*written, *beside]), patient.pk)


def update(record_pk: str, walk: Pass, digest: str, row: PersonRow, pk: str) -> Result:
    """What the file changes; what was changed here since stays."""
    record, patient = ImportedRecord.objects.get(pk=record_pk), Patient.objects.visible_to(walk.by).get(pk=pk)
    written, kept = comparing.changes(_present(patient, row), row.fields, record.seen, overwrite=False)
    if written:
        actions.change(by=walk.by, patient=patient, fields=written)
    beside, stays = _beside(walk, patient, row, record)
    kept += stays
    _note(record, row, digest, kept=kept)
    outcome, message = told([*written, *beside], kept)
    return Result(outcome, message, patient.pk)


def differences(patient: Patient, row: PersonRow, record: ImportedRecord) -> tuple[list[str], list[str]]:
    """What `update` would write, and what would stay as it is here."""
    written, kept = comparing.changes(_present(patient, row), row.fields, record.seen, overwrite=False)
    beside = [name for name, value in row.beside.items() if record.seen.get(name) != comparing.digest(value)]
    return [*written, *beside], kept


def told(written: list[str], kept: list[str]) -> tuple[Outcome, str]:
    """What that is called in the report."""
    if not written and not kept:
        return Outcome.SAME, ""
    stays = _("Stays, for it was changed here: %(names)s.") % {"names": _names(kept)} if kept else ""
    if not written:
        return Outcome.KEPT, stays
    return Outcome.UPDATE, f"{_names(written)}{'. ' + stays if stays else ''}"


def _names(names: list[str]) -> str:
    return ", ".join(str(_label(name)) for name in names)


def _label(name: str) -> Text:
    if name in LABELS:
        return LABELS[name]
    return {"guardian1": _("First guardian"), "guardian2": _("Second guardian")}.get(name) or _part_label(name)


def _part_label(name: str) -> Text:
    return next((part.columns[0].label for part in parts if part.name == name), name)


def _present(patient: Patient, row: PersonRow) -> dict[str, Any]:
    return {name: getattr(patient, name) for name in row.fields}


def _record(walk: Pass, external_id: str, object_id: str, legacy: str = "", kind: str = PATIENTS) -> ImportedRecord:
    key = {"source": walk.imported.source, "kind": kind, "external_id": external_id}
    if ImportedRecord.objects.filter(**key).exists():
        raise Refused(_("Another import has brought this row over meanwhile."), code="already_imported")
    return ImportedRecord(**key, object_id=object_id, legacy_number=legacy)


def _note(record: ImportedRecord, row: PersonRow, digest: str, kept: list[str]) -> None:
    """Remember what came, so that the next run knows what has changed; what gave way is looked at again then."""
    coming = {**row.fields, **row.beside}
    held = {name: mark for name, mark in record.seen.items() if name in kept or "/" in name}
    seen = held | comparing.digests({name: value for name, value in coming.items() if name not in kept})
    record.digest, record.seen = "" if kept else digest, seen
    record.save(force_insert=record._state.adding)


def _beside(walk: Pass, patient: Patient, row: PersonRow, record: ImportedRecord) -> tuple[list[str], list[str]]:
    """Guardians, critical alerts and the parts of higher packages, as far as they are new: what was written, what not.

    What was not gives way to what somebody has changed here.
    """
    written, kept = [], []
    for name, value in row.beside.items():
        if record.seen.get(name) == comparing.digest(value):
            continue
        wrote, gave_way = _write_beside(walk, patient, row, name, record)
        written += [name] if wrote else []
        kept += [name] if gave_way else []
    return written, kept


def _write_beside(walk: Pass, patient: Patient, row: PersonRow, name: str, record: ImportedRecord) -> tuple[bool, bool]:
    if name == "critical":
        return _add_critical(walk, patient, row.critical), False
    for guardian in row.guardians:
        if guardian.slot == name:
            return _keep_guardian(walk, patient, guardian, record)
    part = next(part for part in parts if part.name == name)
    before = str(record.seen.get(f"{name}/id", ""))
    made = part.write(walk.by, patient, row.parts[name], before)
    record.seen = {**record.seen, f"{name}/id": made}
    return True, False


def _add_critical(walk: Pass, patient: Patient, texts: list[str]) -> bool:
    rows = MedicalEntry.objects.filter(patient=patient, archived_at=None).critical()
    there = {rules.fold(entry.description) for entry in rows}
    fresh = [text for text in dict.fromkeys(texts) if rules.fold(text) not in there]
    for text in fresh:
        fields = {"category": MedicalCategory.OTHER, "description": text, "critical": True}
        actions.add_medical_entry(by=walk.by, patient=patient, fields=fields)
    return bool(fresh)


def _keep_guardian(walk: Pass, patient: Patient, row: GuardianRow, record: ImportedRecord) -> tuple[bool, bool]:
    before = record.seen.get(f"{row.slot}/id", "")
    relationship = Relationship.objects.filter(pk=before, patient=patient).first() if before else None
    relationship = relationship or _same_name(patient, row)
    if relationship is None:
        relationship = _add_guardian(walk, patient, row)
        record.seen = {**record.seen, **marks(row, relationship.pk)}
        return True, False
    guardian = relationship.guardian
    seen = {name: mark for name in row.facts if (mark := record.seen.get(f"{row.slot}/{name}"))}
    present = {name: getattr(guardian, name) for name in row.person} | {"kind": relationship.kind}
    written, kept = comparing.changes(present, row.facts, seen, overwrite=False)
    if written:
        terms = {"kind": written["kind"]} if "kind" in written else {}
        names = {"given_name": guardian.given_name, "family_name": guardian.family_name}
        person = names | {name: value for name, value in written.items() if name != "kind"}
        actions.change_family_member(by=walk.by, relationship=relationship, terms=terms, person=person)
    _remember(walk, row, guardian.pk)
    fresh = {name: mark for name, mark in marks(row, relationship.pk).items() if name.partition("/")[2] not in kept}
    record.seen = {**record.seen, **fresh}
    return bool(written), bool(kept)


def _add_guardian(walk: Pass, patient: Patient, row: GuardianRow) -> Relationship:
    """Somebody who came in another row already, or somebody new."""
    key = person_key(row)
    known = known_people(walk.imported.source, [key]).get(key) if key else None
    person = None if known else row.person
    made = actions.add_guardian(by=walk.by, patient=patient, terms={"kind": row.kind}, guardian=known, person=person)
    _remember(walk, row, made.guardian_id)
    return made


def _remember(walk: Pass, row: GuardianRow, pk: str) -> None:
    """Let the next row that names this person find it."""
    key = person_key(row)
    if key and not known_people(walk.imported.source, [key]):
        _record(walk, key, pk, kind=PERSON).save(force_insert=True)


def _same_name(patient: Patient, row: GuardianRow) -> Relationship | None:
    wanted = rules.sort_key(row.person.get("given_name", ""), row.person["family_name"])
    rows = Relationship.objects.filter(patient=patient).running()
    people = Guardian.objects.in_bulk(list(rows.values_list("guardian_id", flat=True)))
    return next((item for item in rows if people[item.guardian_id].sort_key == wanted), None)
