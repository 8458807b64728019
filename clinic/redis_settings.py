"""What REDIS_URL switches on: the caches and the job queue. Without it both are embedded."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from redis import ConnectionPool

from clinic.environment import env, read, stop
from core.redis import patience

_EXAMPLE = "rediss://:password@redis.example:6379/0"
_MOST_COUNTERS = 10_000


def address() -> str:
    """Where Redis is; empty when it is not used. Stops the start if it cannot be an address."""
    url = read("REDIS_URL", env.str, "")
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")
        # Makes a connection without opening it: a port or an option that cannot be is told here.
        ConnectionPool.from_url(url, **patience()).make_connection()
    except (ValueError, TypeError, OSError) as error:
        stop("REDIS_URL", f"the value cannot be used ({type(error).__name__}); write it like {_EXAMPLE}")
    database = parts.path.removeprefix("/") or "0"
    if parts.scheme not in {"redis", "rediss"} or not parts.hostname or not database.isdecimal():
        stop("REDIS_URL", f"write it like {_EXAMPLE}")
    return url


def caches(url: str) -> dict[str, Any]:
    """Django's CACHES: `default` may fail without anybody noticing, `throttle` raises so that its caller can tell."""
    if not url:
        local = "django.core.cache.backends.locmem.LocMemCache"
        counters = {"BACKEND": local, "LOCATION": "throttle", "OPTIONS": {"MAX_ENTRIES": _MOST_COUNTERS}}
        return {"default": {"BACKEND": local}, "throttle": counters}
    return {"default": _cache(url, "cache", may_fail=True), "throttle": _cache(url, "throttle", may_fail=False)}


def _cache(url: str, prefix: str, *, may_fail: bool) -> dict[str, Any]:
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": [url],  # a text would be split at commas, and a password may have one
        "KEY_PREFIX": f"clinic.{prefix}",
        "OPTIONS": {
            "CLIENT_CLASS": "core.redis.CacheClient",
            "REDIS_CLIENT_CLASS": "core.redis.GuardedRedis",
            "CONNECTION_POOL_KWARGS": patience(),
            # Whoever can write to Redis could run code through a pickle.
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
            "IGNORE_EXCEPTIONS": may_fail,
        },
    }


def jobs(url: str, file: Path) -> dict[str, Any]:
    """Huey's settings: a queue in Redis, or one in a SQLite file of its own."""
    consumer = {"workers": 2, "worker_type": "thread", "periodic": True}
    queue = (
        {"huey_class": "core.jobs.RedisQueue", "url": url}
        if url
        else {"huey_class": "huey.SqliteHuey", "filename": str(file)}
    )
    return {"name": "clinic", "immediate": False, "consumer": consumer, **queue}
