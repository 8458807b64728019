"""The search table: under which words and numbers a patient is found, and the words that slips are forgiven for."""

from collections.abc import Iterable, Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.ids import ID_LENGTH, new_id
from patients.models.family import Guardian
from patients.models.merges import MergeRecord
from patients.models.patient import Patient
from patients.search import keys as search_keys
from patients.search import outbox, words
from patients.search.keys import TOKEN_LENGTH, Key, Kind

MOST_ALIKE = 100
_TELLING = frozenset({Kind.PAIR, Kind.BORN, Kind.PHONE, Kind.EMAIL})
_TAIL_DIGITS = 7  # the same however the beginning of the number was written
_CHUNK = 500
_SOUND = "~"


class SearchKeyQuerySet(models.QuerySet["SearchKey"]):
    """Keeps the keys of patients; `patients.search` asks for them."""

    def write(self, patient: Patient) -> None:
        """Make the keys of this patient those of the present record, family included."""
        self.write_all([patient])

    def write_all(self, patients: Iterable[Patient]) -> None:
        """The same for several: in the transaction that changes them."""
        people = {patient.pk: patient for patient in patients}
        families = Guardian.objects.families_of(people)
        merges = MergeRecord.objects.standing().filter(survivor_id__in=people)
        merged = set(merges.values_list("survivor_id", flat=True))
        for patient in people.values():
            numbers = MergeRecord.objects.chart_numbers_of(patient.pk) if patient.pk in merged else ()
            self._write(patient, families.get(patient.pk, ()), numbers)
        outbox.note(*people)

    def write_new(self, patients: Iterable[Patient], families: Mapping[str, Iterable[Guardian]]) -> int:
        """Keys of records that have none yet; `families`: the guardians by patient's id. Returns how many."""
        made: list[SearchKey] = []
        for patient in patients:
            made += SearchKey.made_of(patient, families.get(patient.pk, ()))
        for start in range(0, len(made), _CHUNK):
            self.bulk_create(made[start : start + _CHUNK])
        SearchWord.objects.learn(search_keys.words_in(row.key for row in made))
        outbox.note(*{row.patient_id for row in made})
        return len(made)

    def _write(self, patient: Patient, guardians: Iterable[Guardian], former_numbers: Iterable[str]) -> None:
        gone = patient.merged_into_id is not None
        wanted = set() if gone else search_keys.keys_of(patient, guardians, former_numbers)
        rows = list(self.filter(patient_id=patient.pk))
        kept = {row.key for row in rows if row.archived == patient.is_archived} & wanted
        stale = [row.pk for row in rows if row.key not in kept or row.archived != patient.is_archived]
        if stale:
            self.filter(pk__in=stale).delete()
        self.bulk_create(SearchKey.made_of(patient, keys=wanted - kept))
        SearchWord.objects.learn(search_keys.words_in(wanted - kept))

    def like(self, patient: Patient) -> set[str]:
        """Ids of patients who share a name, the birth date, a phone or the e-mail with this one: MOST_ALIKE of each."""
        found: set[str] = set()
        shared = [key for key in search_keys.keys_of(patient) if key.kind in _TELLING]
        for kind in sorted({key.kind for key in shared}):
            tokens = [key.token for key in shared if key.kind == kind]
            if kind == Kind.PHONE:
                length = min(_TAIL_DIGITS, max(map(len, tokens)))
                tokens = [token for token in tokens if len(token) == length]
            found |= set(self.filter(kind=kind, token__in=tokens).values_list("patient_id", flat=True)[:MOST_ALIKE])
        return found - {patient.pk}

    def mark_archived(self, patient: Patient) -> None:
        """Say of every key whether its patient is archived: those come last."""
        self.filter(patient_id=patient.pk).update(archived=patient.is_archived)
        outbox.note(patient.pk)


class SearchKey(models.Model):
    """One word, pair of words, number or date of a patient (`keys.Kind`); names stand in clear, as in the record.

    Kept current in the transaction that changes the patient; read by ranges on (kind, token).
    """

    id = models.CharField(max_length=ID_LENGTH, primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="search_keys", db_index=False)
    kind = models.CharField(max_length=10)
    token = models.CharField(max_length=TOKEN_LENGTH)
    archived = models.BooleanField(default=False)

    objects = SearchKeyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("search key")
        verbose_name_plural = _("search keys")
        indexes = [
            models.Index(fields=["kind", "token", "archived", "patient"], name="search_kind_token"),
            models.Index(fields=["patient", "kind", "token"], name="search_of_patient"),
        ]

    def __str__(self) -> str:
        return self.kind

    @property
    def key(self) -> Key:
        """What it stands for."""
        return Key(Kind(self.kind), self.token)

    @classmethod
    def made_of(
        cls, patient: Patient, guardians: Iterable[Guardian] = (), keys: Iterable[Key] | None = None
    ) -> list["SearchKey"]:
        """Rows, not yet saved; without `keys` all that the patient needs."""
        wanted = search_keys.keys_of(patient, guardians) if keys is None else keys
        archived = patient.is_archived
        return [cls(patient_id=patient.pk, kind=key.kind, token=key.token, archived=archived) for key in wanted]


class SearchWordQuerySet(models.QuerySet["SearchWord"]):
    """The words of all names, found by words much like them."""

    def learn(self, found: Iterable[str]) -> None:
        """Note words that no name had before. A word learned twice at one instant is found twice, no more."""
        wanted = sorted(set(found))
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            known = set(self.filter(key__in=chunk, is_whole=True).values_list("word", flat=True))
            rows = [row for word in chunk if word not in known for row in SearchWord.made_of(word)]
            for first in range(0, len(rows), _CHUNK):
                self.bulk_create(rows[first : first + _CHUNK])

    def alike(self, typed: Iterable[str], most: int) -> set[str]:
        """Words that share a slip, a sound or a slip in their beginning with any of the typed ones."""
        keys = {key for word in typed for key in SearchWord.keys_of(word)}
        return set(self.filter(key__in=sorted(keys)).values_list("word", flat=True)[:most])


class SearchWord(models.Model):
    """One way to reach a word that some name has: the word, or it without one letter, or how it sounds.

    There is one set of rows for a word, however many patients have it: that keeps searches as quick in a large clinic.
    """

    id = models.CharField(max_length=ID_LENGTH, primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=TOKEN_LENGTH)
    word = models.CharField(max_length=TOKEN_LENGTH)
    is_whole = models.BooleanField(default=False)  # the row whose key is the word itself

    objects = SearchWordQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("search word")
        verbose_name_plural = _("search words")
        indexes = [models.Index(fields=["key", "is_whole", "word"], name="search_word_key")]

    def __str__(self) -> str:
        return self.key

    @classmethod
    def made_of(cls, word: str) -> list["SearchWord"]:
        """Rows, not yet saved."""
        return [cls(key=key, word=word, is_whole=key == word) for key in sorted(cls.keys_of(word))]

    @staticmethod
    def keys_of(word: str) -> set[str]:
        """Under which a word is kept, and asked for."""
        keys = words.deletes(word)
        if sound := words.sound(word):
            keys.add(_SOUND + sound)
        if len(word) > words.BEGINNING:
            # Marked, for a beginning is no whole word: "linda" must not be taken for the first letters of "lindam".
            keys |= {part + "-" for part in words.deletes(word[: words.BEGINNING])}
        return {key[:TOKEN_LENGTH] for key in keys}
