"""The list of patients as a table."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.api.names import camel
from patients.exports import registry
from patients.exports.people import display_names
from patients.exports.tables import CHUNK, Column, Table
from patients.models import Patient
from patients.models.patient import PatientQuerySet
from patients.rules import CarePhase, CareStatus, Sex


@dataclass(frozen=True)
class PatientFilters:
    """Which patients, as the page of the list filters them; empty means all that are not archived."""

    care: str = ""
    doctor_id: str = ""
    archived: bool = False

    def rows(self, user: User) -> PatientQuerySet:
        """Those of them that this person may see, by name."""
        rows = Patient.objects.visible_to(user)
        rows = rows.archived() if self.archived else rows.current()
        if self.care:
            rows = rows.filter(care_status=self.care)
        if self.doctor_id:
            rows = rows.filter(treating_doctor=self.doctor_id)
        return rows.by_name()

    def facts(self) -> dict[str, Any]:
        """As the audit keeps them."""
        kept = {"care": self.care, "doctor_id": self.doctor_id, "archived": self.archived}
        return {name: value for name, value in kept.items() if value}


@dataclass(frozen=True)
class PatientRow:
    """One patient with what other tables say."""

    patient: Patient
    doctor: str
    more: dict[str, Any] = field(default_factory=dict)


def _plain(name: str, label: Any = None) -> Column[PatientRow]:
    heading = label or Patient._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    return Column(camel(name), _capital(heading), lambda row: getattr(row.patient, name))


def _choice(name: str, choices: type[Any], label: Any = None) -> Column[PatientRow]:
    column, words = _plain(name, label), {value: str(words) for value, words in choices.choices}
    return Column(column.key, column.label, column.read, lambda row: words.get(column.read(row), ""))


def _capital(label: Any) -> str:
    text = str(label)
    return text[:1].upper() + text[1:]


def columns() -> list[Column[PatientRow]]:
    """What stands in the file, from left to right."""
    return [
        Column("_id", _("Id"), lambda row: row.patient.pk),
        *map(_plain, ("chart_number", "family_name", "given_name", "preferred_name", "former_name", "birth_date")),
        _choice("sex", Sex),
        *map(_plain, ("phone", "phone_alternative", "email", "address", "language")),
        *map(_plain, ("dentist", "referrer", "school", "alerts")),
        _choice("care_status", CareStatus),
        _choice("care_phase", CarePhase),
        Column("treatingDoctor", _("Treating doctor"), lambda row: row.doctor),
        *map(_plain, ("care_started_on", "estimated_completion_on")),
        *(_further(column) for column in registry.list_columns),
        _plain("archived_at", _("Archived")),
    ]


def _further(column: registry.ListColumn) -> Column[PatientRow]:
    return Column(column.key, column.label, lambda row: row.more.get(column.key))


def table(user: User, ids: list[str]) -> Table[PatientRow]:
    """The patients with these ids, in this order, as they stand when their chunk is read."""
    return Table(columns(), _chunks(user, ids))


def _chunks(user: User, ids: list[str]) -> Iterator[list[PatientRow]]:
    for start in range(0, len(ids), CHUNK):
        wanted = ids[start : start + CHUNK]
        # Asked again: a chart that has become sensitive meanwhile is not in the file.
        found = Patient.objects.visible_to(user).in_bulk(wanted)
        doctors = display_names(patient.treating_doctor_id for patient in found.values())
        more = [(column.key, column.load(user, list(found))) for column in registry.list_columns]
        yield [
            PatientRow(
                found[pk],
                doctors.get(found[pk].treating_doctor_id or "", ""),
                {key: values.get(pk) for key, values in more},
            )
            for pk in wanted
            if pk in found
        ]
