"""Beside a unique index of nullable columns, which the planner cannot use, stands a plain one for it.

Part of what mends upstream's unique indexes; goes with core.mongodb.schema.DatabaseSchemaEditor.add_index.
"""

from typing import Any

from pymongo.operations import IndexModel

PLAIN = "_plain"


def make_room(collection: Any, plain: dict[str, Any]) -> None:
    """Drop the companion that is what `plain` is going to be: the server keeps no two of a kind."""
    wanted = _kind(list(plain["key"].items()), plain)
    for name, index in (collection.index_information() or {}).items():
        if name.endswith(PLAIN) and _kind(index["key"], index) == wanted:
            collection.drop_index(name)


def settle(collection: Any) -> None:
    """After a change of the indexes: a companion for each that needs one and finds no other, none for the rest."""
    found = collection.index_information() or {}
    for name in [name for name in found if name.endswith(PLAIN) and name.removesuffix(PLAIN) not in found]:
        collection.drop_index(name)
        del found[name]
    there = [_kind(index["key"], index) for index in found.values()]
    for name, index in found.items():
        condition = index.get("partialFilterExpression", {})
        rest = _without_types(condition)
        if not index.get("unique") or rest == condition:
            continue
        kept = {"partialFilterExpression": rest} if rest else {}
        if (wanted := _kind(index["key"], kept)) not in there:
            collection.create_indexes([IndexModel(index["key"], name=name + PLAIN, **kept)])
            there.append(wanted)


def _kind(keys: list[tuple[str, Any]], options: dict[str, Any]) -> Any:
    return (
        [tuple(key) for key in keys],
        dict(options.get("partialFilterExpression") or {}),
        options.get("unique", False),
    )


def _without_types(condition: dict[str, Any]) -> dict[str, Any]:
    rest: dict[str, Any] = {}
    for column, rule in condition.items():
        if not isinstance(rule, dict):
            rest[column] = rule
        elif others := {operator: value for operator, value in rule.items() if operator != "$type"}:
            rest[column] = others
    return rest
