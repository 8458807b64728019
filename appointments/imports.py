"""Visits from another system. Those that overlap come in as overbookings: a diary is a fact, not a wish."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from appointments import rules
from appointments.actions import brought
from appointments.import_rows import COLUMNS, VisitRow, read
from appointments.models import Appointment
from appointments.rules import Origin
from core import clock
from core.errors import Refused
from patients.imports import comparing
from patients.imports.kinds import Column, Kind, Pass, Plan, Result, SourceRow
from patients.imports.references import References
from patients.imports.states import Outcome
from patients.models import ImportedRecord, ImportRow, Patient

SLUG = "appointments"
_ID = 80


@dataclass(frozen=True)
class NewVisit:
    """One row that makes a visit."""

    external_id: str
    digest: str
    row: VisitRow


class Visits(Kind):
    """Rows of visits, past and to come."""

    order: ClassVar = 20
    slug: ClassVar = SLUG
    label: ClassVar = gettext_lazy("Visits")
    about: ClassVar = gettext_lazy("One row a visit, past or to come. Bring the patients over first.")

    @property
    def columns(self) -> tuple[Column, ...]:
        return COLUMNS

    def check_mapping(self, by: User, names: set[str]) -> None:
        if "start" not in names:
            raise Refused(_("Say which column holds the day."), code="invalid", field="columns")
        if not names & {"patient_id", "patient_number"}:
            raise Refused(_("Say which column holds the patient's number."), code="invalid", field="columns")

    def plan(self, walk: Pass, rows: list[SourceRow], tried: Mapping[int, ImportRow]) -> Iterable[Plan]:
        names = {row.cells.get(name, "") for row in rows for name in ("patient_id", "patient_number")}
        references = References(walk.by, walk.imported.source, names)
        visits = {row.number: read(walk, row, references) for row in rows}
        ids = {row.number: _external_id(row, visits[row.number]) for row in rows}
        found = ImportedRecord.objects.filter(
            source=walk.imported.source, kind=SLUG, external_id__in=sorted(set(ids.values()))
        )
        records = {record.external_id: record for record in found}
        present = Appointment.objects.visible_to(walk.by).in_bulk([record.object_id for record in records.values()])
        for row in rows:
            external_id, visit = ids[row.number], visits[row.number]
            digest = comparing.digest([walk.order, *sorted(row.cells.items())])
            plan = _plan(walk, row, NewVisit(external_id, digest, visit), records.get(external_id), present)
            walk.remember(row.number, external_id, "")
            yield plan

    def create_all(self, walk: Pass, fresh: list[Any]) -> list[Result]:
        made = [_unsaved(item.row) for item in fresh]
        past = [visit for visit, item in zip(made, fresh, strict=True) if not item.row.holds_time]
        if past:
            brought.bring_past_visits(by=walk.by, visits=past)
        results = []
        for visit, item in zip(made, fresh, strict=True):
            if item.row.holds_time:
                brought.bring_visit(by=walk.by, visit=visit, chair=item.row.chair, why=_why(walk))
            results.append(Result(Outcome.CREATE, _flag(visit), visit.pk))
        ImportedRecord.objects.bulk_create(
            [_record(walk, item, visit) for visit, item in zip(made, fresh, strict=True)]
        )
        return results


def _external_id(row: SourceRow, visit: VisitRow) -> str:
    given = row.cells.get("external_id", "")
    if len(given) > _ID:
        visit.faults.append(_("The number in the other system is longer than 80 characters."))
    if given:
        return given[:_ID]
    start = clock.iso(visit.start) if visit.start else row.cells.get("start", "")
    whose = visit.patient.pk if visit.patient else row.cells.get("patient_id", "")
    return comparing.short_id(whose, start, row.cells.get("doctor", ""))


def _plan(
    walk: Pass, row: SourceRow, item: NewVisit, record: ImportedRecord | None, present: Mapping[str, Appointment]
) -> Plan:
    earlier = walk.rows_of_id.get(item.external_id, row.number)
    if earlier != row.number:
        message = _("The same visit stands in row %(row)s too.") % {"row": earlier}
        return Plan.refused(row.number, message, *item.row.faults, external_id=item.external_id)
    if item.row.faults:
        return Plan.refused(row.number, *item.row.faults, external_id=item.external_id)
    if record is None:
        return Plan(row.number, Outcome.CREATE, "", item.external_id, fresh=item)
    plan = Plan(row.number, Outcome.SAME, "", item.external_id, record.object_id)
    if record.digest == item.digest:
        return plan
    visit = present.get(record.object_id)
    if visit is None or item.row.patient is None or visit.patient_id != item.row.patient.pk:
        message = _("The visit that came of this row is another patient's here.")
        return Plan.refused(row.number, message, external_id=item.external_id)
    if record.seen.get("facts") != comparing.digest(_facts(visit)):
        plan.outcome, plan.message = Outcome.KEPT, _("Stays, for it was changed here.")
        return plan
    plan.outcome = Outcome.UPDATE
    plan.write = partial(_change, walk, item, record.pk, visit.pk)
    return plan


def _facts(visit: Appointment) -> list[Any]:
    return [clock.iso(visit.start), *(getattr(visit, name) for name in brought.FACTS if name != "start")]


def _unsaved(row: VisitRow) -> Appointment:
    return Appointment(patient=row.patient, **_values(row), origin=Origin.IMPORTED)


def _values(row: VisitRow) -> dict[str, Any]:
    assert row.doctor and row.location and row.type and row.start
    return {
        "doctor_id": row.doctor.pk,
        "location_id": row.location.pk,
        "chair_id": row.chair.pk if row.chair else None,
        "type_id": row.type.pk,
        "start": row.start,
        "minutes": len(row.pattern) * rules.UNIT_MINUTES,
        "pattern": row.pattern,
        "status": row.status,
        "reason": row.note,
    }


def _record(walk: Pass, item: NewVisit, visit: Appointment) -> ImportedRecord:
    return ImportedRecord(
        source=walk.imported.source,
        kind=SLUG,
        external_id=item.external_id,
        object_id=visit.pk,
        digest=item.digest,
        seen={"facts": comparing.digest(_facts(visit))},
    )


def _change(walk: Pass, item: NewVisit, record_pk: str, visit_pk: str) -> Result:
    record = ImportedRecord.objects.get(pk=record_pk)
    visit = Appointment.objects.visible_to(walk.by).get(pk=visit_pk)
    patient = Patient.objects.visible_to(walk.by).get(pk=visit.patient_id)
    brought.change_brought_visit(
        by=walk.by, visit=visit, facts=_values(item.row), chair=item.row.chair, patient=patient, why=_why(walk)
    )
    record.change(digest=item.digest, seen={"facts": comparing.digest(_facts(visit))})
    return Result(Outcome.UPDATE, _flag(visit), visit.pk)


def _why(walk: Pass) -> str:
    return _("Brought over from %(source)s") % {"source": walk.imported.source}


def _flag(visit: Appointment) -> str:
    return _("Overbooked: it overlaps another visit.") if visit.overbooked else ""
