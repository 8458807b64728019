"""The indices behind two aliases: one serves, one may be under construction. Every writing carries its turn's number.

No writing ever makes an index by itself (`require_alias`), and an older state never replaces a newer one (external
versions). See docs/adr/0011-elasticsearch.md.
"""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings

from core import clock
from patients.search import link
from patients.search.documents import FORM, Entry, PatientDocument

VISIBLE = "wait_for"  # until the next refresh, a second at most
_PAGE: Final = 1000
_OVERTAKEN: Final = "version_conflict_engine_exception"
_OVERLOADED: Final = frozenset({429, 503})
_GONE: Final = frozenset({"index_not_found_exception", "alias_not_found_exception"})


@dataclass(frozen=True)
class Places:
    """The indices that the aliases lead to now; empty for none."""

    serving: str = ""
    building: str = ""

    @property
    def targets(self) -> list[str]:
        """The aliases to write to."""
        return [alias for alias, index in ((serving(), self.serving), (building(), self.building)) if index]


@dataclass(frozen=True)
class Held:
    """What the index holds of one patient."""

    mark: str
    version: int


@dataclass
class Written:
    """What became of the patients of one writing."""

    done: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)  # and why, in Elasticsearch's word for it
    overtaken: set[str] = field(default_factory=set)  # a writing with a higher number came first


def serving() -> str:
    """The alias that searches ask."""
    return f"{settings.ELASTICSEARCH_INDEX}-patients-{FORM}"


def building() -> str:
    """The alias of the index that a rebuild fills."""
    return f"{serving()}-next"


def places() -> Places:
    """Where the aliases lead. Raises Unavailable."""
    found = _indices()
    return Places(*(next((name for name in found if alias in found[name]), "") for alias in (serving(), building())))


def _indices() -> dict[str, set[str]]:
    """This clinic's indices of every form, each with its aliases."""
    ours = re.compile(rf"{re.escape(settings.ELASTICSEARCH_INDEX)}-patients-\d+-\d{{14}}-[0-9a-f]{{6}}")
    with link.asking():
        answer = link.patient_client().indices.get_alias(
            index=f"{settings.ELASTICSEARCH_INDEX}-patients-*", allow_no_indices=True
        )
    return {name: set(about["aliases"]) for name, about in answer.items() if ours.fullmatch(name)}


def create() -> str:
    """A new, empty index under the alias `building`."""
    stamp = clock.now().strftime("%Y%m%d%H%M%S")
    name = f"{serving()}-{stamp}-{secrets.token_hex(3)}"
    body = PatientDocument._index.to_dict()
    quick = {"refresh_interval": "-1", "number_of_replicas": 0, "auto_expand_replicas": "false"}
    with link.asking():
        link.patient_client().indices.create(
            index=name, mappings=body["mappings"], settings=body["settings"] | quick, aliases={building(): {}}
        )
    return name


def swap(old: str, new: str) -> None:
    """From one instant to the next `new` serves; `old` is deleted."""
    usual = {"refresh_interval": None} | PatientDocument._index.to_dict()["settings"]
    usual.pop("number_of_shards")
    actions: list[dict[str, Any]] = [
        {"remove": {"index": new, "alias": building(), "must_exist": True}},
        {"add": {"index": new, "alias": serving()}},
    ]
    actions += [{"remove_index": {"index": old}}] if old else []
    with link.asking():
        asked = link.patient_client()
        asked.indices.put_settings(index=new, settings=usual)
        asked.indices.refresh(index=new)
        asked.indices.update_aliases(actions=actions)
        asked.indices.refresh(index=new)  # what was told between the two


def drop(name: str) -> None:
    """Delete an index that does not serve."""
    with link.asking():
        link.patient_client().options(ignore_status=404).indices.delete(index=name)


def drop_leftovers() -> list[str]:
    """Delete what interrupted rebuilds and older releases left behind; which."""
    left = [name for name, aliases in _indices().items() if serving() not in aliases]
    for name in left:
        drop(name)
    return left


def write(targets: Iterable[str], states: Mapping[str, Entry | None], turn: int) -> Written:
    """Make the index hold these states (None: nothing) unless it holds later ones; waits until searches see them.

    Raises Unavailable, and then anything may have been written.
    """
    prepare = PatientDocument().prepare
    documents = {pk: prepare(entry) if entry else None for pk, entry in states.items()}
    written = Written(done=set(states))
    for target in targets:
        for pk, why in _write(target, documents, turn).items():
            if why == _OVERTAKEN:
                written.overtaken.add(pk)
            # The index under construction may have begun to serve, or been given up, meanwhile.
            elif not (why in _GONE and target == building()):
                written.refused[pk] = why
    written.done -= written.overtaken | set(written.refused)
    return written


def _write(target: str, documents: Mapping[str, dict[str, Any] | None], turn: int) -> dict[str, str]:
    """Who was refused, and why."""
    about = {"_index": target, "version": turn, "version_type": "external_gte", "require_alias": True}
    operations: list[dict[str, Any]] = []
    for pk, document in documents.items():
        operations += [{"index": about | {"_id": pk}}, document] if document else [{"delete": about | {"_id": pk}}]
    if not operations:
        return {}
    # Nobody searches what is under construction, and to wait for its refresh would be to wait for ever.
    refresh = VISIBLE if target == serving() else False
    with link.asking():
        answer = link.patient_client().bulk(operations=operations, refresh=refresh)
    results = [result for item in answer["items"] for result in item.values()]
    if any(one["status"] in _OVERLOADED for one in results):
        raise link.Unavailable("down")  # the server's state, no fault of the documents
    return {one["_id"]: str(one["error"]["type"]) for one in results if "error" in one}


def count() -> int:
    """How many documents serve."""
    with link.asking():
        return int(link.patient_client().count(index=serving())["count"])


def refresh() -> None:
    """Let searches see everything that was written."""
    with link.asking():
        link.patient_client().indices.refresh(index=serving())


def held(ids: Iterable[str]) -> dict[str, Held]:
    """What serves of these patients, to the instant."""
    with link.asking():
        answer = link.patient_client().mget(index=serving(), ids=list(ids), source=["mark"])
    found = (one for one in answer["docs"] if one.get("found"))
    return {one["_id"]: Held(one["_source"].get("mark", ""), one["_version"]) for one in found}


def marks(after: str, until: str) -> dict[str, str]:
    """Id and mark of every document behind `after` and up to `until` (empty: to the end)."""
    found: dict[str, str] = {}
    bounds = {"gt": after} | ({"lte": until} if until else {})
    while True:
        with link.asking():
            answer = link.patient_client().search(
                index=serving(),
                query={"range": {"patient_id": bounds}},
                sort=["patient_id"],
                size=_PAGE,
                source={"includes": ["mark"]},
                allow_partial_search_results=False,
            )
        hits = answer["hits"]["hits"]
        found |= {hit["_id"]: hit["_source"].get("mark", "") for hit in hits}
        if len(hits) < _PAGE:
            return found
        bounds["gt"] = hits[-1]["_id"]
