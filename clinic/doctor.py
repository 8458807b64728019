"""What `manage.py doctor` finds out about database, Redis, search, sign-in provider and settings, in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from accounts.oidc import check
from appointments.paper import pdf
from clinic import exposure
from clinic.backup import target
from core import redis
from core.crypto import Undecipherable
from patients.models import MedicalEntry

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
        yield from unreadable_notes()
    except DatabaseError as error:
        yield Finding(PROBLEM, f"Reachable: no. {str(error).strip().splitlines()[0]}")
    yield from _redis()
    yield from _elasticsearch()
    yield _paper()
    yield from (Finding(*found) for found in check.examine())
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
    if target.is_incomplete():
        return Finding(PROBLEM, target.INCOMPLETE)
    return Finding(OK, "Migrated: yes")


def unreadable_notes() -> Iterator[Finding]:
    """A problem if the oldest or the newest medical note does not open: a key was lost or left behind."""
    if MedicalEntry._meta.db_table not in connection.introspection.table_names():
        return
    notes = MedicalEntry.objects.order_by("pk")
    try:
        for note in filter(None, (notes.first(), notes.last())):
            _ = note.description
    except Undecipherable:
        yield Finding(PROBLEM, "Medical notes: the key of some is missing in FIELD_KEYS. Put it back; nothing is lost.")


def _redis() -> Iterator[Finding]:
    url = settings.REDIS_URL
    if not url:
        yield Finding(OK, "Redis: not used (REDIS_URL would name a server); cache in memory, jobs in a file")
        return
    yield Finding(OK, f"Redis: {redis.place(url)}, for the cache, the API's limits and jobs")
    facts, why = redis.inquire(url)
    if why:
        yield Finding(PROBLEM, f"Redis reachable: no, {why}. The clinic works without it, slower.")
        return
    yield Finding(OK, f"Redis reachable: yes, Redis {facts.get('redis_version', 'of unknown version')}")
    if not str(facts.get("maxmemory_policy", "noeviction")).startswith(("noeviction", "volatile")):
        yield Finding(WARNING, "Redis throws out jobs when it is full: set maxmemory-policy to noeviction.")


def _elasticsearch() -> Iterator[Finding]:
    if not settings.ELASTICSEARCH_URL:
        yield Finding(OK, "Elasticsearch: not used (ELASTICSEARCH_URL would name a server); the database searches")
        return
    from patients.search import report  # its client takes a second to load

    try:
        yield from (Finding(*found) for found in report.examine())
    except DatabaseError:
        yield Finding(WARNING, "Search index: it is compared once the database answers.")


def _paper() -> Finding:
    if pdf.is_possible():
        return Finding(OK, "PDF: yes")
    return Finding(OK, "PDF: no, Pango is missing (apt-get install libpangoft2-1.0-0); pages are printed instead")


def _unsafe_redis() -> Iterator[Finding]:
    uri = urlsplit(settings.REDIS_URL)
    options = parse_qs(uri.query)
    if not uri.hostname or uri.hostname in _LOOPBACK:
        return
    if uri.scheme != "rediss":
        yield Finding(WARNING, "REDIS_URL leads over the network without TLS: write rediss://.")
    elif options.get("ssl_cert_reqs", ["required"])[-1] != "required":
        yield Finding(WARNING, "REDIS_URL accepts any certificate: leave ssl_cert_reqs out.")
    if not uri.password and "password" not in options:
        yield Finding(WARNING, "REDIS_URL leads over the network without a password: whoever reaches it empties it.")


def _unsafe() -> Iterator[Finding]:
    yield from _unsafe_redis()
    if settings.DEBUG:
        yield Finding(WARNING, "DEBUG is on: error pages show patients' data to anybody.")
    for warning in exposure.warnings():
        yield Finding(WARNING, warning)
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
