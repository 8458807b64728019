"""Search keys of records from before there were pairs, families and slips. Those that are right already stay."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import migrations

import core.ids
from patients.models import SearchWord
from patients.search.keys import Key, keys_of, words_in

_PATIENTS = 50  # their keys fit into one transaction of a small MongoDB
_ROWS = 500
_WORDS = 50


def write_keys(apps: Any, schema_editor: Any) -> None:
    learned: set[str] = set()
    for patients in _chunks(apps.get_model("patients", "Patient")):
        families = _families(apps, [patient.pk for patient in patients])
        wanted = {patient: keys_of(patient, families.get(patient.pk, ())) for patient in patients}
        _write(apps.get_model("patients", "SearchKey"), wanted)
        learned |= words_in(key for keys in wanted.values() for key in keys)
    _learn(apps.get_model("patients", "SearchWord"), sorted(learned))


def _chunks(patients: Any) -> Iterator[list[Any]]:
    last = ""
    while found := list(patients.objects.filter(pk__gt=last).order_by("pk")[:_PATIENTS]):
        yield found
        last = found[-1].pk


def _families(apps: Any, ids: list[str]) -> dict[str, list[Any]]:
    relationships, guardians = apps.get_model("patients", "Relationship"), apps.get_model("patients", "Guardian")
    rows = relationships.objects.filter(patient_id__in=ids, ends_on=None).values_list("patient_id", "guardian_id")
    pairs = list(rows)
    people = guardians.objects.in_bulk([guardian for _patient, guardian in pairs])
    families: dict[str, list[Any]] = {}
    for patient, guardian in pairs:
        families.setdefault(patient, []).append(people[guardian])
    return families


def _write(model: Any, wanted: dict[Any, set[Key]]) -> None:
    present = {patient.pk: {(key.kind.value, key.token) for key in keys} for patient, keys in wanted.items()}
    archived = {patient.pk: patient.archived_at is not None for patient in wanted}
    stale = []
    for row in model.objects.filter(patient_id__in=list(present)):
        known = (row.kind, row.token)
        if known in present[row.patient_id] and row.archived == archived[row.patient_id]:
            present[row.patient_id].remove(known)
        else:
            stale.append(row.pk)
    for start in range(0, len(stale), _ROWS):
        model.objects.filter(pk__in=stale[start : start + _ROWS]).delete()
    _insert(
        model,
        [
            model(id=core.ids.new_id(), patient_id=pk, kind=kind, token=token, archived=archived[pk])
            for pk, keys in present.items()
            for kind, token in sorted(keys)
        ],
    )


def _learn(model: Any, words: list[str]) -> None:
    for start in range(0, len(words), _WORDS):
        rows = [row for word in words[start : start + _WORDS] for row in SearchWord.made_of(word)]
        known = set(model.objects.filter(key__in={row.key for row in rows}).values_list("word", "key"))
        new = (row for row in rows if (row.word, row.key) not in known)
        _insert(model, [model(id=row.id, key=row.key, word=row.word, is_whole=row.is_whole) for row in new])


def _insert(model: Any, rows: Iterable[Any]) -> None:
    made = list(rows)
    for start in range(0, len(made), _ROWS):
        model.objects.bulk_create(made[start : start + _ROWS])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("patients", "0007_imports"),
    ]
    operations = [migrations.RunPython(write_keys, migrations.RunPython.noop)]
