"""The engine that asks Elasticsearch, and the one that asks the database whenever Elasticsearch cannot answer at once.

Its classes of likeness are those of `ranking`, as scores, so that of a very common name the best ones come. Who has
changed since the index was told is read from the database: a search sees every saved patient.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from patients import panels
from patients.models.search import SearchKey
from patients.search import figures, index, link, outbox, ranking, words
from patients.search.database import DatabaseEngine
from patients.search.documents import BEGINNINGS, NAMES, SOUNDS, SPELLINGS
from patients.search.engines import Candidate
from patients.search.keys import Key, Kind
from patients.search.query import Query, Term

MOST_CHANGED: Final = 100  # more changes than these, and the index is too far behind
_MOST_EXPANSIONS: Final = 100  # words that one typed word with slips may stand for
SERVER_PATIENCE = "250ms"
_NOT_ARCHIVED: Final = 0.004  # settles ties only

Part = dict[str, Any]


class ElasticEngine:
    """Asks the index (engines.Engine). Raises link.Unavailable when it cannot answer, or not truly."""

    def candidates(self, query: Query, *, archived: bool | None, most: int) -> list[Candidate]:
        """Records that meet every term, the best `most`; of equals those who are not archived, then today's."""
        changed = outbox.changed(MOST_CHANGED)
        if changed is None:
            raise link.Unavailable("behind")
        kinds = _kinds_of(query)
        found = self._ask(_question(query, archived), kinds, most)
        if len(found) == most and (today := {pk for ids in panels.patients_of_today for pk in ids()}):
            found += self._ask(_question(query, archived, today), kinds, most)
        merged = {one.patient_id: one for one in found if one.patient_id not in changed}
        return [*merged.values(), *_present(changed, kinds, archived)]

    def _ask(self, question: Part, kinds: set[Kind], most: int) -> list[Candidate]:
        with link.asking():
            answer = link.client().search(
                index=index.serving(),
                query=question,
                size=most,
                source={"includes": ["archived", *sorted(kinds)]},
                timeout=SERVER_PATIENCE,
                track_total_hits=False,
                # Part of an answer would hide patients.
                allow_partial_search_results=False,
            )
        try:
            return [_candidate(hit) for hit in answer["hits"]["hits"]]
        except (KeyError, TypeError) as error:
            raise link.Unavailable("odd") from error


class ElasticOrDatabase:
    """Elasticsearch if it answers, else the database, and nobody notices but the figures."""

    def candidates(self, query: Query, *, archived: bool | None, most: int) -> list[Candidate]:
        """As every engine."""
        try:
            return ElasticEngine().candidates(query, archived=archived, most=most)
        except link.Unavailable as error:
            figures.fallbacks.labels(error.why).inc()
            return DatabaseEngine().candidates(query, archived=archived, most=most)


def _kinds_of(query: Query) -> set[Kind]:
    """Which keys of a record say how well it meets the query."""
    return {key.kind for term in query.terms for key in term.keys} | (set(NAMES) if query.names else set())


def _candidate(hit: Part) -> Candidate:
    found = hit["_source"]
    keys = {Key(Kind(kind), token) for kind, tokens in found.items() if kind != "archived" for token in tokens}
    return Candidate(hit["_id"], found["archived"], keys)


def _present(ids: set[str], kinds: set[Kind], archived: bool | None) -> Iterable[Candidate]:
    """These records as the database has them now."""
    if not ids:
        return ()
    rows = SearchKey.objects.filter(patient_id__in=sorted(ids), kind__in=sorted(kinds))
    if archived is not None:
        rows = rows.filter(archived=archived)
    found: dict[str, Candidate] = {}
    for pk, kind, token, is_archived in rows.values_list("patient_id", "kind", "token", "archived"):
        found.setdefault(pk, Candidate(pk, is_archived)).keys.add(Key(Kind(kind), token))
    return found.values()


def _question(query: Query, archived: bool | None, among: Iterable[str] = ()) -> Part:
    asked: dict[str, list[Part]] = {
        "must": [{"dis_max": {"queries": list(_ways(term))}} for term in query.terms],
        "should": [_worth(_NOT_ARCHIVED, {"term": {"archived": False}})],
        "filter": [{"term": {"archived": archived}}] if archived is not None else [],
    }
    if among:
        asked["filter"].append({"ids": {"values": sorted(among)}})
    return {"bool": asked}


def _ways(term: Term) -> Iterator[Part]:
    """Each way in which a record can meet the term, worth what `ranking` gives it."""
    for key in sorted(term.keys):
        is_tail = key.kind in ranking.PHONES and len(key.token) < len(term.digits)
        worth = ranking.BEGINNING if key.prefix else ranking.SLIP if is_tail else ranking.EXACT
        yield _worth(worth * _of(key.kind), {"prefix" if key.prefix else "term": {key.kind.value: key.token}})
    if term.word:
        for kind in NAMES:
            for worth, part in _ways_of_name(term, kind.value):
                yield _worth(worth * _of(kind), part)


def _ways_of_name(term: Term, name: str) -> Iterator[tuple[float, Part]]:
    typed = term.word
    yield ranking.EXACT, {"term": {name: typed}}
    yield ranking.SPELLED, {"terms": {name: list(term.spellings)}}
    yield ranking.SPELLED, {"term": {f"{name}_{SPELLINGS}": typed}}
    for spelled in term.spellings:
        yield ranking.BEGINNING, {"prefix": {name: spelled}}
    if nicknames := words.nicknames(typed):
        yield ranking.NICKNAME, {"terms": {name: sorted(nicknames)}}
    if slips := words.slips_allowed(typed):
        yield ranking.SLIP, _fuzzy(name, typed, 1)
        if slips > 1:
            yield ranking.TWO_SLIPS, _fuzzy(name, typed, slips)
        if sound := words.sound(typed):
            yield ranking.SOUND, {"term": {f"{name}_{SOUNDS}": sound}}
    if len(typed) > words.BEGINNING:
        yield ranking.SLIP_IN_BEGINNING, _fuzzy(f"{name}_{BEGINNINGS}", typed[: words.BEGINNING], 1)


def _fuzzy(field: str, word: str, slips: int) -> Part:
    return {"fuzzy": {field: {"value": word, "fuzziness": slips, "max_expansions": _MOST_EXPANSIONS}}}


def _worth(score: float, part: Part) -> Part:
    return {"constant_score": {"filter": part, "boost": score}}


def _of(kind: Kind) -> float:
    return ranking.OF_GUARDIAN if kind in ranking.GUARDIANS else 1.0
