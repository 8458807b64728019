"""Patients from another system, with guardians, alerts and whatever higher packages add: planned a chunk at a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.permissions import Permission
from core.errors import NotPermitted, Refused
from patients.imports import comparing, keeping, lookalikes
from patients.imports.creating import NewPatient, create_all
from patients.imports.kinds import Column, Kind, Pass, Plan, Result, SourceRow
from patients.imports.parts import parts
from patients.imports.people_columns import COLUMNS, PersonRow, read
from patients.imports.references import PATIENTS, standing
from patients.imports.states import Duplicates, Outcome
from patients.models import ImportedRecord, ImportRow, Patient
from patients.search import words

_NUMBER: Final = Patient._meta.get_field("chart_number").max_length or 0
_ID: Final = 80


@dataclass
class _Known:
    """What a chunk of rows needs to know, read with a fixed number of queries."""

    records: dict[str, ImportedRecord]
    patients: dict[str, Patient]
    numbers: dict[str, str]  # chart number -> whose


@dataclass
class _Read:
    """One row, read."""

    source: SourceRow
    person: PersonRow
    external_id: str
    digest: str
    candidate: Patient

    @property
    def number(self) -> int:
        return self.source.number


class People(Kind):
    """Rows of patients."""

    order: ClassVar = 10
    slug: ClassVar = PATIENTS
    label: ClassVar = gettext_lazy("Patients")
    about: ClassVar = gettext_lazy("One row a patient, with guardians, alerts, dentist, referrer and recall.")

    @property
    def columns(self) -> tuple[Column, ...]:
        return (*COLUMNS, *(column for part in parts for column in part.columns))

    def check_mapping(self, by: User, names: set[str]) -> None:
        if not names & {"family_name", "name"}:
            message = _("Say which column holds the family name, or the whole name.")
            raise Refused(message, code="invalid", field="columns")
        if "critical" in names and not by.may(Permission.MEDICAL_WRITE):
            raise NotPermitted(_("You may not write the medical history: leave the medical alerts out."))

    def plan(self, walk: Pass, rows: list[SourceRow], tried: Mapping[int, ImportRow]) -> Iterable[Plan]:
        people = [_read(walk, row) for row in rows]
        known = _known(walk, people)
        alike = _alike(walk, people, known) if not walk.real else {}
        for one in people:
            plan = _plan(walk, one, known, alike, tried.get(one.number))
            if plan.outcome != Outcome.REFUSED:
                plan.likeness = comparing.digest(lookalikes.likeness(one.candidate))
            walk.remember(one.number, plan.external_id, plan.likeness)
            yield plan

    def create_all(self, walk: Pass, fresh: list[Any]) -> list[Result]:
        return create_all(walk, fresh)


def _read(walk: Pass, row: SourceRow) -> _Read:
    person = read(walk, row.cells)
    for part in parts:
        try:
            if (told := part.read(walk, row.cells)) is not None:
                person.parts[part.name] = told
        except Refused as error:
            person.faults.append(str(error.message))
    if row.has_too_many:
        person.faults.insert(0, _("There are more cells than headings: is a text cut in two?"))
    candidate = Patient(**person.fields)
    external_id = row.cells.get("external_id", "")
    if len(external_id) > _ID:
        person.faults.append(_("The number in the other system is longer than 80 characters."))
    if not external_id:
        whole = words.whole_name(candidate.given_name, candidate.family_name)
        external_id = comparing.short_id(whole, candidate.birth_date)
    return _Read(row, person, external_id[:_ID], comparing.digest([walk.order, *sorted(row.cells.items())]), candidate)


def _known(walk: Pass, people: list[_Read]) -> _Known:
    found = ImportedRecord.objects.filter(
        source=walk.imported.source, kind=PATIENTS, external_id__in=sorted({one.external_id for one in people})
    )
    records = {record.external_id: record for record in found}
    changed = [one for one in people if one.external_id in records and records[one.external_id].digest != one.digest]
    wanted = {records[one.external_id].object_id for one in changed}
    numbers = sorted({one.source.cells["chart_number"] for one in people if one.source.cells.get("chart_number")})
    taken = Patient.objects.filter(chart_number__in=numbers).values_list("chart_number", "pk")
    return _Known(records, standing(walk.by, wanted) if wanted else {}, dict(taken))


def _alike(walk: Pass, people: list[_Read], known: _Known) -> dict[str, Patient]:
    fresh = [one.candidate for one in people if one.external_id not in known.records and not one.person.faults]
    return lookalikes.find(walk.by, fresh)


def _plan(walk: Pass, one: _Read, known: _Known, alike: Mapping[str, Patient], tried: ImportRow | None) -> Plan:
    earlier = walk.rows_of_id.get(one.external_id, one.number)
    if earlier != one.number:
        return Plan.refused(one.number, _same_id(one, earlier), *one.person.faults, external_id=one.external_id)
    if one.person.faults:
        return Plan.refused(one.number, *one.person.faults, external_id=one.external_id)
    if record := known.records.get(one.external_id):
        return _known_already(walk, one, record, known.patients)
    number, note = _chart_number(walk, one, known)
    twin = _twin(walk, one, alike, tried)
    if twin is None or walk.duplicates == Duplicates.CREATE:
        fresh = NewPatient(one.external_id, one.digest, one.person, number, _legacy(one), note)
        return Plan(one.number, Outcome.CREATE, note, one.external_id, fresh=fresh)
    message, pk = twin
    if walk.duplicates == Duplicates.UPDATE and pk:
        write = partial(keeping.adopt, walk, one.external_id, one.digest, one.person, pk, _legacy(one))
        return Plan(one.number, Outcome.UPDATE, message, one.external_id, pk, write=write)
    return Plan(one.number, Outcome.DUPLICATE, message, one.external_id, pk)


def _same_id(one: _Read, earlier: int) -> str:
    if one.source.cells.get("external_id"):
        return _("The number “%(id)s” stands in row %(row)s too.") % {"id": one.external_id, "row": earlier}
    return _("The same name and date of birth stand in row %(row)s too.") % {"row": earlier}


def _twin(walk: Pass, one: _Read, alike: Mapping[str, Patient], tried: ImportRow | None) -> tuple[str, str] | None:
    """Who this seems to be, in words, and the record's id; of a row of this file that is not written yet, none."""
    if found := alike.get(one.candidate.pk):
        return _("Duplicate of %(number)s.") % {"number": found.chart_number}, found.pk
    if tried is not None and tried.outcome == Outcome.DUPLICATE and tried.object_id:
        return tried.message, tried.object_id
    same = walk.rows_alike.get(comparing.digest(lookalikes.likeness(one.candidate)), one.number)
    return None if same == one.number else (_("Duplicate of row %(row)s.") % {"row": same}, "")


def _known_already(walk: Pass, one: _Read, record: ImportedRecord, patients: Mapping[str, Patient]) -> Plan:
    plan = Plan(one.number, Outcome.SAME, "", one.external_id, record.object_id)
    if record.digest == one.digest:
        return plan
    patient = patients.get(record.object_id)
    if patient is None:
        message = _("The record that came of this row is closed to you.")
        return Plan.refused(one.number, message, external_id=one.external_id)
    if patient.is_archived:
        message = _("The record %(number)s is archived here. Restore it first.") % {"number": patient.chart_number}
        return Plan.refused(one.number, message, external_id=one.external_id)
    plan.object_id = patient.pk
    written, kept = keeping.differences(patient, one.person, record)
    plan.outcome, plan.message = keeping.told(written, kept)
    plan.write = partial(keeping.update, record.pk, walk, one.digest, one.person, patient.pk)
    return plan


def _chart_number(walk: Pass, one: _Read, known: _Known) -> tuple[str, str]:
    """The number from there if it is free here, and what is to be said if it is not."""
    wanted = one.source.cells.get("chart_number", "")
    taken: dict[str, int] = walk.known.setdefault("numbers", {})
    if not wanted:
        return "", ""
    if len(wanted) > _NUMBER or wanted in known.numbers or taken.get(wanted, one.number) != one.number:
        message = _("Gets a new chart number, for “%(number)s” is taken or too long.")
        return "", message % {"number": wanted[:40]}
    taken[wanted] = one.number
    return wanted, ""


def _legacy(one: _Read) -> str:
    return one.source.cells.get("chart_number", "")[:40]
