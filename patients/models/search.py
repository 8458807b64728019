"""Tokens under which a patient is found."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.ids import ID_LENGTH, new_id
from patients import tokens
from patients.models.patient import Patient
from patients.tokens import Key, Kind, Term

# Rows read for one term. A term with more is too broad to decide alone: the others, or its first hits, do.
MOST_ROWS = 2000
_LAST = "\uffff"


class SearchKeyQuerySet(models.QuerySet["SearchKey"]):
    """Finds patients' ids; who may see them is decided where the patients are read."""

    def matching(self, terms: list[Term]) -> set[str]:
        """Ids of the patients that meet every term, at most MOST_ROWS of them."""
        if not terms:
            return set()
        rows = sorted(((self._rows(term), term) for term in terms), key=lambda pair: len(pair[0]))
        ids = set(rows[0][0])
        for found, term in rows[1:]:
            # A term that filled its limit may have more hits: ask again about the few that are left.
            whole = len(found) < MOST_ROWS
            ids &= set(found if whole else self.filter(patient_id__in=ids)._rows(term))
        return ids

    def like(self, patient: Patient) -> set[str]:
        """Ids of patients who share the whole name, the birth date, a phone or the e-mail with this one."""
        shared = {key for key in tokens.keys_of(patient) if key.kind in {Kind.WHOLE, Kind.BORN, Kind.EMAIL}}
        for phone in filter(None, map(tokens.digits_of, (patient.phone, patient.phone_alternative))):
            shared.add(Key(Kind.PHONE, phone))
        return set(self._rows(frozenset(shared))) - {patient.pk}

    def write(self, patient: Patient) -> None:
        """Make the keys of this patient those of the present record."""
        wanted = tokens.keys_of(patient)
        rows = list(self.filter(patient_id=patient.pk))
        kept = {Key(Kind(row.kind), row.token) for row in rows} & wanted
        stale = [row.pk for row in rows if Key(Kind(row.kind), row.token) not in kept]
        if stale:
            self.filter(pk__in=stale).delete()
        self.bulk_create(SearchKey.made_of(patient, wanted - kept))

    def _rows(self, term: Term) -> list[str]:
        rows = self.filter(reduce(or_, map(_matches, sorted(term, key=repr))))
        return list(rows.values_list("patient_id", flat=True)[:MOST_ROWS])


def _matches(key: Key) -> Q:
    if key.prefix:
        return Q(kind=key.kind, token__gte=key.token, token__lt=key.token + _LAST)
    return Q(kind=key.kind, token=key.token)


class SearchKey(models.Model):
    """One folded word of a name, phone tail, e-mail, chart number or birth date of a patient (`tokens.Kind`).

    Kept current in the transaction that changes the patient; read by ranges on (token, kind).
    """

    id = models.CharField(max_length=ID_LENGTH, primary_key=True, default=new_id, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="search_keys")
    kind = models.CharField(max_length=10)
    token = models.CharField(max_length=tokens.TOKEN_LENGTH)

    objects = SearchKeyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("search key")
        verbose_name_plural = _("search keys")
        indexes = [models.Index(fields=["token", "kind", "patient"], name="search_token")]

    def __str__(self) -> str:
        return self.kind

    @classmethod
    def made_of(cls, patient: Patient, keys: Iterable[Key] | None = None) -> list["SearchKey"]:
        """Rows, not yet saved; without `keys` all that the patient needs."""
        wanted = tokens.keys_of(patient) if keys is None else keys
        return [cls(patient_id=patient.pk, kind=key.kind, token=key.token) for key in wanted]
