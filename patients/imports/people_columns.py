"""The columns of a row about a patient, and what their texts say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.errors import Refused, Text
from patients import rules
from patients.imports import values, words
from patients.imports.doctors import Doctors
from patients.imports.kinds import Column, Pass, at
from patients.imports.refusals import BadCell
from patients.models import Guardian, Patient
from patients.rules import EDITABLE_FIELDS, RelationshipKind

SLOTS: Final = ("guardian1", "guardian2")
MOST_CRITICAL: Final = 20
_WHO, _REACH, _CARE = gettext_lazy("Patient"), gettext_lazy("Contact"), gettext_lazy("Care")
_FAMILY: Final = {"guardian1": gettext_lazy("First guardian"), "guardian2": gettext_lazy("Second guardian")}
_IN_GUARDIAN: Final[tuple[tuple[str, Text], ...]] = (
    ("name", gettext_lazy("whole name")),
    ("given_name", gettext_lazy("given name")),
    ("family_name", gettext_lazy("family name")),
    ("phone", gettext_lazy("phone")),
    ("email", gettext_lazy("e-mail")),
    ("relation", gettext_lazy("relation to the patient")),
)


def _of_model(name: str, group: Text) -> Column:
    patient_field = Patient._meta.get_field(name)
    assert isinstance(patient_field, models.Field)
    return Column(name, capfirst(patient_field.verbose_name), group, isinstance(patient_field, models.DateField))


COLUMNS: Final[tuple[Column, ...]] = (
    Column("external_id", gettext_lazy("Number in the other system"), _WHO),
    _of_model("chart_number", _WHO),
    _of_model("family_name", _WHO),
    _of_model("given_name", _WHO),
    Column("name", gettext_lazy("Whole name"), _WHO),
    *(_of_model(name, _WHO) for name in ("preferred_name", "former_name", "birth_date", "sex")),
    *(_of_model(name, _REACH) for name in ("phone", "phone_alternative", "email", "address")),
    Column("street", gettext_lazy("Street"), _REACH),
    Column("postal_code", gettext_lazy("Postal code"), _REACH),
    Column("city", gettext_lazy("Town"), _REACH),
    _of_model("language", _REACH),
    *(_of_model(name, _CARE) for name in ("dentist", "referrer", "school", "alerts")),
    Column("critical", gettext_lazy("Critical medical alerts"), _CARE),
    *(_of_model(name, _CARE) for name in rules.CARE_FIELDS),
    *(Column(f"{slot}_{name}", label, _FAMILY[slot]) for slot in SLOTS for name, label in _IN_GUARDIAN),
)
LABELS: Final = {column.name: column.label for column in COLUMNS}


@dataclass
class GuardianRow:
    """One guardian in a row."""

    slot: str
    person: dict[str, Any]
    kind: str

    @property
    def facts(self) -> dict[str, Any]:
        """All that the row says."""
        return {**self.person, "kind": self.kind}


@dataclass
class PersonRow:
    """What a row says, as it would be stored, and everything that is wrong with it."""

    fields: dict[str, Any] = field(default_factory=dict)
    guardians: list[GuardianRow] = field(default_factory=list)
    critical: list[str] = field(default_factory=list)
    parts: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def beside(self) -> dict[str, Any]:
        """What is kept beside the record itself, by name; for digests."""
        more: dict[str, Any] = {guardian.slot: guardian.facts for guardian in self.guardians}
        if self.critical:
            more["critical"] = self.critical
        return more | self.parts


def read(walk: Pass, cells: Mapping[str, str]) -> PersonRow:
    """Read one row; never raises, but lists what is wrong."""
    row = PersonRow()
    raw = _combined(cells)
    for name in EDITABLE_FIELDS:
        if text := raw.get(name):
            _take(row, LABELS[name], partial(_set, row.fields, name, partial(_READERS.get(name, _text), walk, text)))
    row.fields = rules.tidy(row.fields, settings.PHONE_REGION)
    row.faults += faults_of(Patient(**row.fields), row.fields, LABELS)
    for rule in (_check_name, _check_born, _check_alerts, _check_dates):
        _take(row, "", partial(rule, row.fields))
    row.critical = values.several(raw.get("critical", ""))
    if len(row.critical) > MOST_CRITICAL or any(len(text) > 2000 for text in row.critical):
        row.faults.append(at(LABELS["critical"], BadCell(_("at most 20, of at most 2000 characters each."))))
    for slot in SLOTS:
        _read_guardian(row, slot, raw)
    return row


def faults_of(record: models.Model, written: Mapping[str, Any], labels: Mapping[str, Text]) -> list[str]:
    """What the model's own limits say about the fields that a row writes."""
    left_out = {item.name for item in record._meta.concrete_fields} - set(written)
    try:
        record.clean_fields(exclude=left_out)
    except ValidationError as error:
        told = error.message_dict.items()
        return [f"{labels.get(name, name)}: {message}" for name, messages in told for message in messages]
    return []


def _combined(cells: Mapping[str, str]) -> dict[str, str]:
    raw = dict(cells)
    if name := raw.get("name"):
        given, family = _split(name)
        raw.setdefault("given_name", given)
        raw.setdefault("family_name", family)
    town = " ".join(raw[part] for part in ("postal_code", "city") if part in raw)
    lines = [line for line in (raw.get("street", ""), town) if line]
    if lines and "address" not in raw:
        raw["address"] = "\n".join(lines)
    return raw


def _split(name: str) -> tuple[str, str]:
    family, comma, given = name.partition(",")
    return (given.strip(), family.strip()) if comma else rules.split_name(name)


def _take(row: PersonRow, label: Text, step: Callable[[], None]) -> None:
    try:
        step()
    except Refused as error:
        row.faults.append(at(label, error) if label else str(error.message))


def _set(fields: dict[str, Any], name: str, reader: Callable[[], Any]) -> None:
    fields[name] = reader()


def _text(walk: Pass, text: str) -> str:
    return text


def _word(of: str, walk: Pass, text: str) -> str:
    if meant := words.meaning(of, text):
        return meant
    raise BadCell(_("“%(word)s” is not known here.") % {"word": text[:40]})


def _doctor(walk: Pass, text: str) -> Any:
    doctors = walk.known.setdefault("doctors", None) or Doctors()
    walk.known["doctors"] = doctors
    return doctors.find(text)


_READERS: Final[Mapping[str, Callable[[Pass, str], Any]]] = {
    "birth_date": lambda walk, text: values.day(text, walk.order, past=True),
    "care_started_on": lambda walk, text: values.day(text, walk.order),
    "estimated_completion_on": lambda walk, text: values.day(text, walk.order),
    "sex": partial(_word, "sex"),
    "care_status": partial(_word, "care_status"),
    "care_phase": partial(_word, "care_phase"),
    "treating_doctor": _doctor,
    "alerts": lambda walk, text: values.several(text),
}


def _check_name(fields: Mapping[str, Any]) -> None:
    rules.check_named(fields.get("given_name", ""), fields.get("family_name", ""))


def _check_born(fields: Mapping[str, Any]) -> None:
    rules.check_birth_date(fields.get("birth_date"), clock.today())


def _check_alerts(fields: Mapping[str, Any]) -> None:
    rules.check_alerts(fields.get("alerts", []))


def _check_dates(fields: Mapping[str, Any]) -> None:
    first, last = fields.get("care_started_on"), fields.get("estimated_completion_on")
    rules.check_order(first, last, "estimated_completion_on")


def _read_guardian(row: PersonRow, slot: str, raw: Mapping[str, str]) -> None:
    told = {name: raw[f"{slot}_{name}"] for name, _label in _IN_GUARDIAN if f"{slot}_{name}" in raw}
    if not told:
        return
    given, family = _split(told.get("name", ""))
    person = {"given_name": told.get("given_name", given), "family_name": told.get("family_name", family)}
    person |= {name: told[name] for name in ("phone", "email") if name in told}
    person = {name: text for name, text in rules.tidy(person, settings.PHONE_REGION).items() if text}
    labels = {name: f"{_FAMILY[slot]}, {label}" for name, label in _IN_GUARDIAN}
    if not person.get("family_name"):
        row.faults.append(at(_FAMILY[slot], BadCell(_("there is no family name."))))
    row.faults += faults_of(Guardian(**person), person, labels)
    kind = words.meaning("relation", told["relation"]) if "relation" in told else RelationshipKind.PARENT.value
    if not kind:
        row.faults.append(
            at(labels["relation"], BadCell(_("“%(word)s” is not known here.") % {"word": told["relation"][:40]}))
        )
    row.guardians.append(GuardianRow(slot, person, kind))
