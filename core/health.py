"""Is it up, may it take work: for load balancers and the supervisor."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

_migrated = False


def _is_migrated() -> bool:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def healthz(request: HttpRequest) -> JsonResponse:
    """200 once the database is migrated and requests are served."""
    try:
        healthy = _is_migrated()
    except DatabaseError:
        healthy = False
    return JsonResponse({"status": "ok" if healthy else "starting"}, status=200 if healthy else 503)


def readyz(request: HttpRequest) -> JsonResponse:
    """200 while the database answers; asks it every time."""
    try:
        connection.ensure_connection()
        connection.introspection.table_names()
        ready = _is_migrated()
    except DatabaseError:
        ready = False
    return JsonResponse({"database": "ok" if ready else "unavailable"}, status=200 if ready else 503)
