"""Is it up, may it take work: for load balancers and the supervisor."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from core import redis

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
    """200 while the database answers; asks it every time. Redis is only told of: the clinic works without it."""
    try:
        connection.ensure_connection()
        connection.introspection.table_names()
        ready = _is_migrated()
    except DatabaseError:
        ready = False
    told = {"database": _word(ready)} | ({"redis": _word(redis.answers())} if settings.REDIS_URL else {})
    return JsonResponse(told, status=200 if ready else 503)


def _word(works: bool) -> str:
    return "ok" if works else "unavailable"
