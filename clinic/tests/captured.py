"""What a page really sends to MongoDB, and how the server answers each of these commands."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bson import json_util
from django.db import connection
from pymongo import monitoring

_READS = {"aggregate", "find", "count", "distinct"}
_WRITES = {"update": "updates", "delete": "deletes"}
# Belongs to the session and the transaction in which a command ran.
_AROUND = {"lsid", "txnNumber", "autocommit", "startTransaction", "readConcern", "writeConcern"}


@dataclass(frozen=True)
class Plan:
    """How the server answered one command, as its `explain` with `executionStats` tells."""

    collection: str
    command: str
    stages: frozenset[str]
    keys: int
    documents: int
    returned: int

    def __str__(self) -> str:
        done = f"{self.keys} keys and {self.documents} documents for {self.returned}"
        return f"{self.collection}: {done} by {sorted(self.stages)}\n    {self.command}"


class _Commands(monitoring.CommandListener):
    """Notes the commands of this process while somebody watches."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] | None = None

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if self.seen is not None and event.command_name in _READS | _WRITES.keys() | {"findAndModify"}:
            self.seen.append({name: value for name, value in event.command.items() if name[0] != "$"})

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None: ...

    def failed(self, event: monitoring.CommandFailedEvent) -> None: ...


_commands = _Commands()


def listen() -> None:
    """Clients made from now on tell us what they send; pymongo has no way back."""
    monitoring.register(_commands)


@contextmanager
def plans() -> Iterator[list[Plan]]:
    """Inside, commands are noted; after it the list holds the plan of each."""
    found: list[Plan] = []
    _commands.seen = []
    try:
        yield found
    finally:
        seen, _commands.seen = _commands.seen, None
    for command in seen:
        found += [_plan(single) for single in _singles(command)]


def size_of(collection: str) -> int:
    """How many documents there are."""
    return int(_database()[collection].estimated_document_count())


def _database() -> Any:
    return connection.database  # type: ignore[attr-defined]  # upstream's


def _singles(command: dict[str, Any]) -> Iterator[dict[str, Any]]:
    bare = {name: value for name, value in command.items() if name not in _AROUND}
    parts = _WRITES.get(next(iter(bare)), "")
    if not parts:
        yield bare
    for part in bare.get(parts, ()):
        yield bare | {parts: [part]}


def _plan(command: dict[str, Any]) -> Plan:
    explained = _database().command("explain", command, verbosity="executionStats")
    name = next(iter(command))
    stages = explained.get("stages") or [{"$cursor": explained}]
    cursor = stages[0]["$cursor"]
    done = cursor["executionStats"]
    behind = [(stage, next(name for name in stage if name[0] == "$").upper()) for stage in stages[1:]]
    return Plan(
        collection=str(command[name]),
        command=json.dumps({key: command[key] for key in command if key != "cursor"}, default=json_util.default),
        stages=frozenset([*_names(cursor["queryPlanner"]["winningPlan"]), *_names_behind(behind)]),
        keys=_total(done, stages, "totalKeysExamined"),
        documents=_total(done, stages, "totalDocsExamined"),
        returned=done["nReturned"] or _written(done),
    )


def _total(done: dict[str, Any], stages: list[dict[str, Any]], name: str) -> int:
    return int(done[name]) + sum(int(stage.get(name, 0)) for stage in stages[1:])


def _written(done: dict[str, Any]) -> int:
    stage = done["executionStages"]
    return int(stage.get("nWouldModify", 0) + stage.get("nWouldDelete", 0))


def _names_behind(stages: list[tuple[dict[str, Any], str]]) -> Iterator[str]:
    for stage, name in stages:
        yield name.removeprefix("$")
        if int(stage.get("collectionScans", 0)):
            yield f"COLLSCAN of {stage['$lookup']['from']}"


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("strategy") in {"NestedLoopJoin", "HashJoin"}:
            yield f"COLLSCAN of {node['foreignCollection']}"
        if "stage" in node:
            yield str(node["stage"])
        for value in node.values():
            yield from _names(value)
    elif isinstance(node, list):
        for item in node:
            yield from _names(item)
