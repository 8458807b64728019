"""New records, a batch of rows at a time with few large inserts: a file of a hundred thousand rows is done in minutes.

What the rules say of a row has been asked when it was read. Every record is audited as if a person had typed it in.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission, require
from core import audit, clock
from core.errors import Refused
from core.models import AuditEvent
from patients import rules
from patients.imports import comparing
from patients.imports.kinds import Pass, Result
from patients.imports.parts import parts
from patients.imports.people_columns import GuardianRow, PersonRow
from patients.imports.references import PATIENTS
from patients.imports.states import Outcome
from patients.models import Guardian, ImportedRecord, MedicalEntry, Patient, Relationship, SearchKey
from patients.rules import EDITABLE_FIELDS, GUARDIAN_FIELDS, MEDICAL_FIELDS, RELATIONSHIP_FIELDS, Event, MedicalCategory

PERSON: Final = "person"


@dataclass(frozen=True)
class NewPatient:
    """One row that makes a record; `number` is the chart number if it was free, `legacy` what it was over there."""

    external_id: str
    digest: str
    person: PersonRow
    number: str
    legacy: str
    note: str


@dataclass
class _Batch:
    """Everything that is to be inserted."""

    by: User
    source: str
    patients: list[Patient] = field(default_factory=list)
    guardians: list[Guardian] = field(default_factory=list)
    relationships: list[Relationship] = field(default_factory=list)
    medical: list[MedicalEntry] = field(default_factory=list)
    records: list[ImportedRecord] = field(default_factory=list)
    events: list[AuditEvent] = field(default_factory=list)
    families: dict[str, list[Guardian]] = field(default_factory=dict)
    beside: list[tuple[Patient, ImportedRecord, str, Any]] = field(default_factory=list)  # for parts
    people: dict[str, Guardian] = field(default_factory=dict)  # by name and phone: brothers have one mother

    def note(self, event: str, obj: Any, patient: Patient, *fields: str) -> None:
        """One line of the audit."""
        changes = audit.snapshot(obj, *fields)
        self.events.append(audit.prepared(self.by, event, obj, patient_id=patient.pk, changes=changes))


def create_all(walk: Pass, rows: list[NewPatient]) -> list[Result]:
    """Make the records of these rows, in this transaction. Raises NotPermitted, Refused."""
    require(walk.by, Permission.PATIENT_ADD)
    source = walk.imported.source
    keys = [key for row in rows for guardian in row.person.guardians if (key := person_key(guardian))]
    _check_new(source, [row.external_id for row in rows])
    batch = _Batch(walk.by, source, people=known_people(source, keys))
    known = set(batch.people)
    for row, number in zip(rows, _numbers(rows), strict=True):
        _prepare(batch, row, number)
    for key in set(batch.people) - known:
        batch.records.append(
            ImportedRecord(source=source, kind=PERSON, external_id=key, object_id=batch.people[key].pk)
        )
    _insert(batch)
    return [Result(Outcome.CREATE, row.note, patient.pk) for row, patient in zip(rows, batch.patients, strict=True)]


def person_key(row: GuardianRow) -> str:
    """One guardian in several rows is told by name and phone or e-mail; without either, by nothing."""
    reach = row.person.get("phone") or row.person.get("email")
    name = rules.sort_key(row.person.get("given_name", ""), row.person["family_name"])
    return comparing.short_id(name, rules.fold(reach)) if reach else ""


def known_people(source: str, keys: Iterable[str]) -> dict[str, Guardian]:
    """Guardians who came from there before."""
    rows = ImportedRecord.objects.filter(source=source, kind=PERSON, external_id__in=sorted(set(keys)))
    ids = dict(rows.values_list("external_id", "object_id"))
    people = Guardian.objects.in_bulk(sorted(set(ids.values())))
    return {key: people[pk] for key, pk in ids.items() if pk in people}


def marks(row: GuardianRow, relationship_pk: str) -> dict[str, str]:
    """What to remember of a guardian, to tell later what has changed."""
    facts = {f"{row.slot}/{name}": comparing.digest(value) for name, value in row.facts.items()}
    return {f"{row.slot}/id": relationship_pk, **facts}


def _check_new(source: str, external_ids: list[str]) -> None:
    if ImportedRecord.objects.filter(source=source, kind=PATIENTS, external_id__in=external_ids).exists():
        raise Refused(_("Another import has brought this row over meanwhile."), code="already_imported")


def _numbers(rows: list[NewPatient]) -> list[str]:
    wanted = [row.number for row in rows if row.number]
    taken = set(Patient.objects.filter(chart_number__in=wanted).values_list("chart_number", flat=True))
    given = int(Patient.objects.next_chart_number())
    # The next numbers, without those that this batch brings along or that are in use beyond the highest.
    run = [f"{number:06d}" for number in range(given, given + 2 * len(rows))]
    used = set(Patient.objects.filter(chart_number__in=run).values_list("chart_number", flat=True))
    free = (number for number in run if number not in used and number not in wanted)
    return [row.number if row.number and row.number not in taken else next(free) for row in rows]


def _prepare(batch: _Batch, row: NewPatient, number: str) -> None:
    patient = Patient(**row.person.fields, chart_number=number)
    patient.sort_key = rules.sort_key(patient.given_name, patient.family_name)
    batch.patients.append(patient)
    batch.note(Event.PATIENT_ADDED, patient, patient, "chart_number", *EDITABLE_FIELDS)
    seen = comparing.digests({**row.person.fields, **row.person.beside})
    for guardian in row.person.guardians:
        seen |= marks(guardian, _relate(batch, patient, guardian))
    for text in dict.fromkeys(row.person.critical):
        _alert(batch, patient, text)
    record = ImportedRecord(
        source=batch.source,
        kind=PATIENTS,
        external_id=row.external_id,
        object_id=patient.pk,
        legacy_number=row.legacy,
        digest=row.digest,
        seen=seen,
    )
    batch.records.append(record)
    batch.beside += [(patient, record, name, value) for name, value in row.person.parts.items()]


def _relate(batch: _Batch, patient: Patient, row: GuardianRow) -> str:
    key = person_key(row)
    guardian = batch.people.get(key) if key else None
    if guardian is None:
        guardian = Guardian(**row.person)
        guardian.sort_key = rules.sort_key(guardian.given_name, guardian.family_name)
        batch.guardians.append(guardian)
        batch.note(Event.GUARDIAN_ADDED, guardian, patient, *GUARDIAN_FIELDS)
        if key:
            batch.people[key] = guardian
    family = batch.families.setdefault(patient.pk, [])
    if guardian in family:
        return ""  # both columns name one person
    family.append(guardian)
    review = None
    if patient.birth_date and patient.is_minor_on(clock.today()):
        review = rules.comes_of_age(patient.birth_date, settings.AGE_OF_MAJORITY)
    relationship = Relationship(guardian=guardian, patient=patient, kind=row.kind, review_on=review)
    batch.relationships.append(relationship)
    batch.note(Event.RELATIONSHIP_ADDED, relationship, patient, *RELATIONSHIP_FIELDS)
    return relationship.pk


def _alert(batch: _Batch, patient: Patient, text: str) -> None:
    entry = MedicalEntry(patient=patient, category=MedicalCategory.OTHER, description=text, critical=True)
    batch.medical.append(entry)
    batch.note(Event.MEDICAL_ADDED, entry, patient, *MEDICAL_FIELDS)


def _insert(batch: _Batch) -> None:
    if batch.relationships:
        require(batch.by, Permission.PATIENT_EDIT)
    if batch.medical:
        require(batch.by, Permission.MEDICAL_WRITE)
    Patient.objects.bulk_create(batch.patients)
    Guardian.objects.bulk_create(batch.guardians)
    Relationship.objects.bulk_create(batch.relationships)
    MedicalEntry.objects.bulk_create(batch.medical)
    writers = {part.name: part.write for part in parts}
    for patient, record, name, value in batch.beside:
        record.seen[f"{name}/id"] = writers[name](batch.by, patient, value, "")
    SearchKey.objects.write_new(batch.patients, batch.families)
    ImportedRecord.objects.bulk_create(batch.records)
    audit.record_all(batch.events)
