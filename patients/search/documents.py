"""A patient as Elasticsearch holds it: the same words and digits as the table of search keys, and nothing medical.

All of them are keywords: the one normaliser (`words`) has folded them already, so no analyser of the server is needed.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final

from django_elasticsearch_dsl import Document, fields
from django_elasticsearch_dsl.registries import registry
from elasticsearch.dsl import MetaField

from patients.models import Patient, SearchKey
from patients.search import words
from patients.search.keys import Kind

# Pairs are for the table: a query of Elasticsearch asks for both words itself.
KINDS: Final = (
    Kind.NAME,
    Kind.PHONE,
    Kind.EMAIL,
    Kind.CHART,
    Kind.BORN,
    Kind.GUARDIAN,
    Kind.GUARDIAN_PHONE,
    Kind.GUARDIAN_EMAIL,
)
NAMES: Final = (Kind.NAME, Kind.GUARDIAN)
FORM: Final = 1  # one more when documents of another make are needed: then the index is built anew by itself
SPELLINGS, BEGINNINGS, SOUNDS = "spellings", "beginnings", "sounds"
_CHUNK: Final = 500


@dataclass
class Entry:
    """What the database knows of one patient for the index."""

    patient_id: str
    version: int
    updated_at: datetime
    archived: bool
    keys: dict[Kind, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def mark(self) -> str:
        """Differs when anything differs that a search can tell."""
        parts = [f"{kind} {token}" for kind in KINDS for token in sorted(self.keys.get(kind, ()))]
        text = "\n".join([str(self.archived), *parts])
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


@registry.register_document
class PatientDocument(Document):  # type: ignore[misc]
    """Its mapping, and how an Entry becomes one."""

    patient_id = fields.KeywordField()
    version = fields.IntegerField()
    updated_at = fields.DateField()
    archived = fields.BooleanField()
    mark = fields.KeywordField()
    name = fields.KeywordField()
    phone = fields.KeywordField()
    email = fields.KeywordField()
    chart = fields.KeywordField()
    born = fields.KeywordField()
    gname = fields.KeywordField()
    gphone = fields.KeywordField()
    gemail = fields.KeywordField()
    # Of the patient's names and of the guardians', apart.
    name_spellings = fields.KeywordField()
    name_beginnings = fields.KeywordField()
    name_sounds = fields.KeywordField()
    gname_spellings = fields.KeywordField()
    gname_beginnings = fields.KeywordField()
    gname_sounds = fields.KeywordField()

    class Index:
        name = "patients"  # the real name is made for each rebuild: patients.search.index
        settings: ClassVar[dict[str, Any]] = {"number_of_shards": 1, "auto_expand_replicas": "0-1"}

    class Django:
        model = Patient
        ignore_signals = True

    class Meta:
        dynamic = MetaField("strict")

    def prepare(self, instance: Entry) -> dict[str, Any]:
        """The document of one entry; empty lists are left out."""
        made: dict[str, Any] = super().prepare(instance)
        made |= {kind.value: sorted(instance.keys.get(kind, ())) for kind in KINDS}
        for kind in NAMES:
            made |= {f"{kind}_{name}": sorted(found) for name, found in _ways(instance.keys.get(kind, ())).items()}
        return {name: value for name, value in made.items() if value not in (None, [])}


def _ways(names: Collection[str]) -> dict[str, set[str]]:
    """How else a name is reached: written otherwise, by its beginning, by its sound."""
    return {
        SPELLINGS: {spelled for word in names for spelled in words.spellings(word)} - set(names),
        BEGINNINGS: {word[: words.BEGINNING] for word in names if len(word) > words.BEGINNING},
        SOUNDS: {sound for word in names if (sound := words.sound(word))},
    }


def entries(patient_ids: Collection[str]) -> dict[str, Entry]:
    """The present state of these patients; who was deleted or merged into another is missing."""
    ids = sorted(patient_ids)
    rows = Patient.objects.filter(pk__in=ids, merged_into=None)
    found = {
        pk: Entry(pk, version, updated_at, archived_at is not None)
        for pk, version, updated_at, archived_at in rows.values_list("pk", "version", "updated_at", "archived_at")
    }
    for start in range(0, len(ids), _CHUNK):
        keys = SearchKey.objects.filter(patient_id__in=ids[start : start + _CHUNK], kind__in=KINDS)
        for pk, kind, token in keys.values_list("patient_id", "kind", "token"):
            if pk in found:
                found[pk].keys[Kind(kind)].append(token)
    return found
