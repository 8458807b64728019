"""Many invented patients, loaded in bulk: names as common as in the demo clinic, families, phones, dates of birth."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from bson import ObjectId
from django.db import connection, transaction

from clinic.demo import names
from core import clock
from core.ids import new_id
from patients import rules
from patients.models import Guardian, Patient, SearchKey, SearchWord
from patients.rules import Sex
from patients.search.keys import keys_of, words_in

_POOL = 40_000
_RARE = 0.05  # of the family names: made of two halves, so that the list of words grows with the clinic
_CHUNK = 2000
_FIRST_BIRTH, _DAYS = date(1960, 1, 1), 22_000


@dataclass(frozen=True)
class Pools:
    """Names drawn beforehand: the same one comes up as often as it would in a demo clinic."""

    family: list[str]
    given: list[str]

    @classmethod
    def drawn(cls, rng: Random) -> "Pools":
        """From the languages of the demo clinic."""
        tongues = [names.tongue(rng) for _number in range(_POOL)]
        sexes = (Sex.FEMALE, Sex.MALE)
        return cls([one.family(rng) for one in tongues], [one.given(rng.choice(sexes), rng) for one in tongues])

    def family_name(self, rng: Random) -> str:
        """One family's name."""
        if rng.random() >= _RARE:
            return rng.choice(self.family)
        first, second = rng.choice(self.family), rng.choice(self.family)
        return (first[: len(first) // 2 + 1] + second[len(second) // 2 :]).title()


def fill(size: int) -> None:
    """Load so many patients into an empty database. The first ones are the same in every size."""
    pools = Pools.drawn(Random(7))  # noqa: S311 - invents people, guards nothing
    indexes = SearchKey._meta.indexes
    # Made anew at the end they take a fraction of the time.
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.remove_index(SearchKey, index)
    learned = _load(pools, size)
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.add_index(SearchKey, index)
    _learn(learned)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _load(pools: Pools, size: int) -> set[str]:
    learned: set[str] = set()
    for start in range(0, size, _CHUNK):
        rng = Random(start)  # noqa: S311 - invents people, guards nothing
        people = [_family(pools, rng, number) for number in range(start, min(start + _CHUNK, size))]
        _insert_patients([patient for patient, _guardian in people])
        rows: list[tuple[str, str, str, str, bool]] = []
        for patient, guardian in people:
            keys = keys_of(patient, [guardian] if guardian else [])
            rows += [(str(ObjectId()), patient.pk, key.kind.value, key.token, False) for key in keys]
            learned |= words_in(keys)
        _insert_keys(rows)
    return learned


def _family(pools: Pools, rng: Random, number: int) -> tuple[Patient, Guardian | None]:
    family, phone = pools.family_name(rng), f"+1{rng.randrange(200, 999)}{rng.randrange(2_000_000, 9_999_999)}"
    patient = Patient(
        id=new_id(),
        chart_number=f"S{number:07d}",
        given_name=rng.choice(pools.given),
        family_name=family,
        birth_date=_FIRST_BIRTH + timedelta(days=rng.randrange(_DAYS)),
        phone=phone,
        email=f"p{number}@people.example" if rng.random() < 0.7 else "",
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    patient.sort_key = rules.sort_key(patient.given_name, family)
    if rng.random() >= 0.6:
        return patient, None
    return patient, Guardian(given_name=rng.choice(pools.given), family_name=family, phone=phone)


def _insert_patients(patients: list[Patient]) -> None:
    with transaction.atomic():
        Patient.objects.bulk_create(patients, batch_size=500)


def _insert_keys(rows: list[tuple[str, str, str, str, bool]]) -> None:
    table = SearchKey._meta.db_table
    columns = ("id", "patient_id", "kind", "token", "archived")
    if connection.vendor == "mongodb":
        connection.ensure_connection()
        made = [{"_id": row[0], **dict(zip(columns, row, strict=True))} for row in rows]
        connection.database[table].insert_many(made, ordered=False)  # type: ignore[attr-defined]
        return
    with transaction.atomic(), connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608


def _learn(words: set[str]) -> None:
    chunks = _chunks(sorted(words))
    for chunk in chunks:
        with transaction.atomic():
            SearchWord.objects.learn(chunk)


def _chunks(words: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(words), 100):
        yield words[start : start + 100]


def size_of_database() -> int:
    """Bytes on the disk, without journals."""
    if connection.vendor == "mongodb":
        found: dict[str, Any] = connection.database.command("dbStats")  # type: ignore[attr-defined]
        return int(found["storageSize"] + found["indexSize"])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute("PRAGMA page_size")
        return int(pages * cursor.fetchone()[0])
