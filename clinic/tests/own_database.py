"""A database of a test's own on the running server, empty, in the place of the one that the tests share."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connections

ALIAS = "default"


@contextmanager
def own_database(folder: Path, fill: Callable[[Any], Any]) -> Iterator[Any]:
    """Its connection, once `fill(connection)` has run; in the block it is everybody's default database."""
    shared = connections[ALIAS]
    name = {"sqlite": str(folder / "own.sqlite3")}.get(shared.vendor, f"own_{os.getpid()}")
    _make(shared, name)
    own = type(shared)(shared.settings_dict | {"NAME": name}, ALIAS)
    connections[ALIAS] = own
    try:
        fill(own)
        yield own
    finally:
        own.close()
        connections[ALIAS] = shared
        _drop(shared, name)


def schema(connection: Any) -> dict[str, Any]:
    """Every table with its columns and its indexes and constraints by name."""
    tables = connection.introspection.table_names()
    if connection.vendor == "mongodb":
        found = {table: connection.database[table].index_information() for table in tables}
        return {table: {name: _without_version(index) for name, index in found[table].items()} for table in tables}
    with connection.cursor() as cursor:
        return {table: _described(connection, cursor, table) for table in tables}


def _without_version(index: dict[str, Any]) -> dict[str, Any]:
    return {option: value for option, value in index.items() if option not in {"v", "ns"}}


def _described(connection: Any, cursor: Any, table: str) -> dict[str, Any]:
    columns = connection.introspection.get_table_description(cursor, table)
    constraints = connection.introspection.get_constraints(cursor, table)
    return {
        "columns": sorted((column.name, str(column.type_code), bool(column.null_ok)) for column in columns),
        "constraints": {name: _plain(constraint) for name, constraint in constraints.items() if _is_named(name)},
        "unnamed": sorted(str(_plain(item)) for name, item in constraints.items() if not _is_named(name)),
    }


def _is_named(name: str) -> bool:
    return not name.startswith(("__unnamed", "sqlite_autoindex"))


def _plain(constraint: dict[str, Any]) -> dict[str, Any]:
    return {option: value for option, value in constraint.items() if option != "definition"}


def _make(shared: Any, name: str) -> None:
    _drop(shared, name)
    if shared.vendor == "postgresql":
        with shared._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')


def _drop(shared: Any, name: str) -> None:
    if shared.vendor == "sqlite":
        for path in (name, f"{name}-wal", f"{name}-shm"):
            Path(path).unlink(missing_ok=True)
    if shared.vendor == "postgresql":
        with shared._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
    if shared.vendor == "mongodb":
        shared.ensure_connection()
        shared.connection.drop_database(name)
