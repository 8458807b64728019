"""The engine that needs nothing but the database: ranges on the search keys, and never more than so many rows.

Two names are looked up as one pair, a name and a year of birth as one key, and slips are forgiven by the list of all
words that names have. So what a search reads does not grow with the number of patients (ADR 10).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, product
from operator import or_
from typing import Final

from django.db.models import Q

from patients import panels
from patients.models.search import SearchKey, SearchWord
from patients.search import ranking, words
from patients.search.engines import Candidate
from patients.search.keys import Key, Kind, start_of_pair
from patients.search.query import Query, Term

MOST_ROWS: Final = 400  # of one question to the table
_MOST_COMPLETED: Final = 100
_NAMES_EACH: Final = 40
_MOST_ALIKE: Final = 400  # words looked at for slips
_MOST_WORDS: Final = 10  # words taken for one typed word, the likest first
_MOST_BEGINNINGS: Final = 6
_MOST_PAIRED: Final = 3
_ENOUGH: Final = 240  # more than are ever shown: what is less like the typed word is not asked for
_LAST: Final = "\uffff"
_NAMES: Final = (Kind.NAME, Kind.GUARDIAN)
_PAIRS: Final = {Kind.PAIR: Kind.NAME, Kind.GUARDIAN_PAIR: Kind.GUARDIAN}


class DatabaseEngine:
    """Reads the search keys (engines.Engine)."""

    def candidates(self, query: Query, *, archived: bool | None, most: int = MOST_ROWS) -> list[Candidate]:
        """Records that may meet every term; of a very common name the first ones that the table gives."""
        return _Search(query, archived).run()[:most]


@dataclass(frozen=True)
class _Name:
    """A typed word with the known words that are like it: {word: how much}."""

    term: Term
    like: dict[str, float]

    @property
    def known(self) -> list[str]:
        """Whole words to look for, the typed one first."""
        return list(self.like)


class _Search:
    def __init__(self, query: Query, archived: bool | None) -> None:
        self.query = query
        self.archived = archived
        self.found: dict[str, Candidate] = {}

    def run(self) -> list[Candidate]:
        names = self._with_words_alike()
        if self.query.values:
            self._by_values(names)
        elif len(names) == 1:
            self._by_one_name(names[0])
        else:
            self._by_pairs(names)
        return list(self.found.values())

    # Names

    def _with_words_alike(self) -> list[_Name]:
        terms = self.query.names
        if not terms:
            return []
        typed = [term.word for term in terms if words.slips_allowed(term.word)]
        alike = SearchWord.objects.alike(typed, _MOST_ALIKE) if typed else set()
        return [_Name(term, _likest(term, alike)) for term in terms]

    def _by_one_name(self, name: _Name) -> None:
        """What was typed, then what begins with it, then all that is like it: as far as there is room."""
        narrower = (Q(kind=Kind.NAME, token__in=name.term.spellings), _range([Kind.NAME], name.term.word))
        for question in narrower:
            found = self._read(question, MOST_ROWS)
            if found == MOST_ROWS:
                self._read_today(question)
            if found >= min(_ENOUGH, MOST_ROWS):
                return
        self._read(_names(name) | _keys(name.term.keys), MOST_ROWS)

    def _read_today(self, question: Q) -> None:
        """Of a word that very many bear, today's patients are never among those left out."""
        if today := {pk for ids in panels.patients_of_today for pk in ids()}:
            self._read(question & Q(patient_id__in=today), MOST_ROWS)

    def _by_pairs(self, names: list[_Name]) -> None:
        pairs = list(combinations(_longest(names), 2))
        for one, other in pairs:
            self._read(_pairs(one, other), MOST_ROWS)
        self._complete(names)
        if self._best() >= ranking.BEGINNING:
            return
        for one, other in pairs:
            self._read(_beginnings_of_pairs(one, other), MOST_ROWS)
        self._complete(names)
        if not self._best():
            first, *others = map(_names, names)
            self._narrow([first], others)

    def _best(self) -> float:
        return max((ranking.score(self.query, hit) or 0.0 for hit in self.found.values()), default=0.0)

    # Numbers, dates and addresses, with or without names

    def _by_values(self, names: list[_Name]) -> None:
        first, *others = self.query.values
        self._narrow(_widening(first, names), [*(_value(value, names) for value in others), *map(_names, names)])

    def _narrow(self, widening: list[Q], others: list[Q]) -> None:
        """Those whom every question finds; the first is asked wider and wider, until some meet the others too."""
        ids: set[str] = set()
        left: set[str] = set()
        for question in widening:
            rows = self._rows(question, MOST_ROWS)
            self._note(rows)
            ids |= {row[0] for row in rows}
            if len(ids) < min(_ENOUGH, MOST_ROWS) and question is not widening[-1]:
                continue
            left = self._who_meet(others, ids)
            if left:
                break
        self.found = {patient_id: hit for patient_id, hit in self.found.items() if patient_id in left}

    def _who_meet(self, questions: list[Q], ids: set[str]) -> set[str]:
        for question in questions:
            rows = self._rows(question & Q(patient_id__in=ids), MOST_ROWS) if ids else []
            self._note(rows)
            ids = {row[0] for row in rows}
        return ids

    # Reading

    def _read(self, question: Q, most: int) -> int:
        rows = self._rows(question, most)
        self._note(rows)
        return len(rows)

    def _complete(self, names: list[_Name]) -> None:
        """Of three words and more: read all names of those who meet the most of them."""
        if len(names) < 3:
            return
        met = {hit.patient_id: sum(_meets(hit, name) for name in names) for hit in self.found.values()}
        ids = sorted(met, key=lambda patient_id: -met[patient_id])[:_MOST_COMPLETED]
        self._note(self._rows(Q(patient_id__in=ids, kind__in=_NAMES), _MOST_COMPLETED * _NAMES_EACH))

    def _rows(self, question: Q, most: int) -> list[tuple[str, str, str, bool]]:
        rows = SearchKey.objects.filter(question)
        if self.archived is not None:
            rows = rows.filter(archived=self.archived)
        return list(rows.values_list("patient_id", "kind", "token", "archived")[:most])

    def _note(self, rows: Iterable[tuple[str, str, str, bool]]) -> None:
        for patient_id, kind, token, archived in rows:
            candidate = self.found.setdefault(patient_id, Candidate(patient_id, archived))
            candidate.keys.update(_meant(Kind(kind), token))


def _meant(kind: Kind, token: str) -> Iterable[Key]:
    """A pair stands for its words, and a year with a word for both."""
    if kind in _PAIRS:
        return [Key(_PAIRS[kind], word) for word in token.split()]
    if kind == Kind.PAIR_START:
        return [Key(Kind.NAME, word) for word in token.split()[2:]]
    if kind == Kind.YEAR:
        year, _space, word = token.partition(" ")
        return [Key(Kind.NAME, word), Key(Kind.BORN, f"{year}-")]
    return [Key(kind, token)]


def _longest(names: list[_Name]) -> list[_Name]:
    """Those that say the most, in the order of typing."""
    longest = sorted(names, key=lambda name: -len(name.term.word))[:_MOST_PAIRED]
    return [name for name in names if name in longest]


def _meets(hit: Candidate, name: _Name) -> bool:
    return any(key.token in name.like or key.token.startswith(name.term.word) for key in hit.keys)


def _likest(term: Term, alike: set[str]) -> dict[str, float]:
    found = dict.fromkeys(term.spellings, ranking.SPELLED)
    found |= dict.fromkeys(words.nicknames(term.word), ranking.NICKNAME)
    # What only begins with it is found by a range.
    worths = {word: ranking.likeness(term.spellings, word) for word in alike}
    found |= {word: worth for word, worth in worths.items() if worth and worth != ranking.BEGINNING}
    best = sorted(found, key=lambda word: (word != term.word, -found[word], word))
    return {word: found[word] for word in best[:_MOST_WORDS]}


def _names(name: _Name) -> Q:
    whole = Q(kind__in=_NAMES, token__in=name.known)
    return reduce(or_, (_range(_NAMES, word) for word in name.term.spellings), whole)


def _pairs(one: _Name, other: _Name) -> Q:
    """Both known words; or one as typed, and the beginning of the other."""
    question = Q(kind__in=_PAIRS, token__in=[f"{first} {second}" for first, second in product(one.known, other.known)])
    for first, second in ((one, other), (other, one)):
        question |= _range(_PAIRS, f"{first.term.word} {second.term.word}")
    return question


def _beginnings_of_pairs(one: _Name, other: _Name) -> Q:
    """A word much like the one typed, and the beginning of the other; or the beginnings of both: "jo do"."""
    question = _range([Kind.PAIR_START], start_of_pair(one.term.word, other.term.word))
    for first, second in ((one, other), (other, one)):
        for word in first.known[1:_MOST_BEGINNINGS]:
            question |= _range(_PAIRS, f"{word} {second.term.word}")
    return question


def _widening(value: Term, names: list[_Name]) -> list[Q]:
    """A number or date as it is, a year with the names; then numbers that only begin with it or have it somewhere."""
    keys = _without_year(value, names)
    exact = _keys(Key(key.kind, key.token) for key in keys if not key.prefix or key.kind in ranking.PHONES)
    years = _years(value, names)
    prefixed = _keys(key for key in keys if key.prefix)
    return [exact | years, prefixed] if any(key.prefix for key in keys) else [exact | years]


def _value(value: Term, names: list[_Name]) -> Q:
    return _keys(_without_year(value, names)) | _years(value, names)


def _without_year(value: Term, names: list[_Name]) -> list[Key]:
    """One that may be a year of birth is asked for together with the names."""
    return [key for key in value.keys if not (value.year and names and key.kind == Kind.BORN)]


def _years(value: Term, names: list[_Name]) -> Q:
    question = Q(pk__in=())
    for name in names if value.year else ():
        question |= Q(kind=Kind.YEAR, token__in=[f"{value.year} {word}" for word in name.known])
        question |= _range([Kind.YEAR], f"{value.year} {name.term.word}")
    return question


def _keys(keys: Iterable[Key]) -> Q:
    kinds: dict[tuple[str, bool], list[Kind]] = {}
    for key in keys:
        kinds.setdefault((key.token, key.prefix), []).append(key.kind)
    asked = (_range(of, token) if prefix else Q(kind__in=of, token=token) for (token, prefix), of in kinds.items())
    return reduce(or_, asked, Q(pk__in=()))


def _range(kinds: Collection[Kind], start: str) -> Q:
    return Q(kind__in=kinds, token__range=(start, start + _LAST))
