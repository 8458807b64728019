"""What `manage.py doctor` finds out about this clinic's database and settings, in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

OK, WARNING, PROBLEM = "ok", "unsafe", "problem"
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}
_TESTED_MONGODB = "6.0"


@dataclass(frozen=True)
class Finding:
    """One line of the report; `state` is OK, WARNING or PROBLEM."""

    state: str
    text: str


def examine() -> Iterator[Finding]:
    """Everything, the most basic first; what needs the database is left out when it does not answer."""
    yield Finding(OK, f"Database: {_where()}")
    try:
        connection.ensure_connection()
        yield Finding(OK, f"Reachable: yes, {connection.display_name} {_version()}")
        yield from _replica_set()
        yield _migrated()
    except DatabaseError as error:
        yield Finding(PROBLEM, f"Reachable: no. {str(error).strip().splitlines()[0]}")
    yield from _unsafe()


def _where() -> str:
    chosen = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"SQLite in {chosen['NAME']} (MONGO_URI or DATABASE_URL would name a server)"
    return f"{connection.display_name}, {chosen['NAME']} at {', '.join(_hosts())}"


def _hosts() -> list[str]:
    chosen = connection.settings_dict
    if connection.vendor != "mongodb":
        return [f"{chosen['HOST'] or 'localhost'}:{chosen['PORT'] or 5432}"]
    # Never with the user and password that stand before the @.
    return str(urlsplit(chosen["HOST"]).netloc).rpartition("@")[2].split(",")


def _version() -> str:
    return ".".join(str(part) for part in connection.get_database_version()[:2])


def _hello() -> dict[str, Any]:
    answer: dict[str, Any] = connection.connection.admin.command("hello")
    return answer


def _replica_set() -> Iterator[Finding]:
    if connection.vendor != "mongodb":
        return
    hello = _hello()
    nodes = len(hello.get("hosts", []))
    yield Finding(
        OK, f"Replica set: yes, {hello.get('setName', 'behind a router')}, primary {hello.get('me', 'unknown')}"
    )
    if nodes == 1:
        yield Finding(WARNING, "The replica set has one node: if it fails, the clinic stands still. Three are usual.")
    if not _version().startswith(_TESTED_MONGODB):
        yield Finding(
            WARNING, f"MongoDB {_version()}: our tests run on {_TESTED_MONGODB}. Try it before patients depend on it."
        )


def _migrated() -> Finding:
    if not MigrationRecorder(connection).has_table():
        return Finding(PROBLEM, "Migrated: no, the database is empty. Run: manage.py migrate")
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        return Finding(PROBLEM, f"Migrated: no, {missing} migrations are missing. Run: manage.py migrate")
    return Finding(OK, "Migrated: yes")


def _unsafe() -> Iterator[Finding]:
    if settings.DEBUG:
        yield Finding(WARNING, "DEBUG is on: error pages show patients' data to anybody.")
    if not settings.HTTPS:
        yield Finding(WARNING, "PUBLIC_URL is not https: passwords travel in the clear. Fine on this computer only.")
    if connection.vendor == "mongodb":
        yield from _unsafe_mongodb()
    elif connection.vendor == "postgresql" and not _all_here() and not _encrypts_postgres():
        yield Finding(WARNING, "DATABASE_URL leads over the network without TLS: add ?sslmode=verify-full.")


def _unsafe_mongodb() -> Iterator[Finding]:
    uri = urlsplit(connection.settings_dict["HOST"])
    options = {name.lower(): values[-1] for name, values in parse_qs(uri.query).items()}
    encrypted = options.get("tls", options.get("ssl", str(uri.scheme == "mongodb+srv"))).lower() == "true"
    if not _all_here() and not encrypted:
        yield Finding(WARNING, "MONGO_URI leads over the network without TLS: add tls=true.")
    if "@" not in uri.netloc and options.get("authmechanism") is None:
        yield Finding(WARNING, "MONGO_URI has no user: whoever reaches the server reads everything.")
    if options.get("w", "majority") != "majority":
        yield Finding(WARNING, "MONGO_URI sets w: an answered write can be lost when a node fails. Leave it out.")


def _all_here() -> bool:
    return all(host.rpartition(":")[0].strip("[]") in _LOOPBACK or host in _LOOPBACK for host in _hosts())


def _encrypts_postgres() -> bool:
    return connection.settings_dict["OPTIONS"].get("sslmode") in {"require", "verify-ca", "verify-full"}
