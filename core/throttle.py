"""Counters shared by every process, in the database: dropping a cookie or hitting another worker resets nothing."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core.cache import caches
from django.db.models import F
from redis.exceptions import RedisError

from core import clock
from core.actions import in_transaction
from core.errors import TooMany
from core.models import ThrottleCounter


def check(scope: str, key: str, *, limit: int, window_seconds: int) -> None:
    """Refuse when the key has used up its limit. Raises TooMany; counts nothing."""
    row = ThrottleCounter.objects.filter(pk=_pk(scope, key), window_end__gt=clock.now()).first()
    if row and row.count >= limit:
        raise TooMany(int((row.window_end - clock.now()).total_seconds()) + 1)


def count(scope: str, key: str, *, window_seconds: int) -> None:
    """Count one more; the first one opens a window of so many seconds."""
    pk, now = _pk(scope, key), clock.now()
    if ThrottleCounter.objects.filter(pk=pk, window_end__gt=now).update(count=F("count") + 1):
        return
    window_end = now + timedelta(seconds=window_seconds)
    if ThrottleCounter.objects.filter(pk=pk, window_end__lte=now).update(count=1, window_end=window_end):
        return
    in_transaction(lambda _attempt: _open(pk, window_end))


def _open(pk: str, window_end: datetime) -> None:
    # Of several who open the window at once one wins; the others are sent back by the database and count there.
    if not ThrottleCounter.objects.filter(pk=pk).update(count=F("count") + 1):
        ThrottleCounter.objects.create(pk=pk, window_end=window_end, count=1)


def hit(scope: str, key: str, *, limit: int, window_seconds: int) -> None:
    """Refuse when the limit is used up, otherwise count one more. Raises TooMany."""
    check(scope, key, limit=limit, window_seconds=window_seconds)
    count(scope, key, window_seconds=window_seconds)


def hit_in_cache(scope: str, key: str, *, limit: int) -> None:
    """The same for a frequent, harmless call: so many a minute, counted in the cache. Raises TooMany.

    A cache that does not answer opens nothing: then the database counts.
    """
    minute, second = divmod(int(clock.now().timestamp()), 60)
    try:
        used = _count_in_cache(f"{scope}/{key}/{minute}")
    except (RedisError, ValueError):  # ValueError: the counter was thrown out in this instant
        used = _count_in_database(scope, f"{key}/{minute}")
    if used > limit:
        raise TooMany(60 - second, code="too_many_requests")


def _count_in_cache(name: str) -> int:
    counters = caches["throttle"]
    counters.add(name, 0, timeout=120)
    return counters.incr(name)


def _count_in_database(scope: str, key: str) -> int:
    count(scope, key, window_seconds=60)
    return ThrottleCounter.objects.values_list("count", flat=True).get(pk=_pk(scope, key))


def clear(scope: str, key: str) -> None:
    """Forget the key's count, as after a successful sign-in."""
    ThrottleCounter.objects.filter(pk=_pk(scope, key)).delete()


def purge(before: datetime | None = None) -> int:
    """Delete windows that have ended; unknown names tried at sign-in do not pile up."""
    return ThrottleCounter.objects.filter(window_end__lt=before or clock.now().astimezone(UTC)).delete()[0]


def _pk(scope: str, key: str) -> str:
    # Keyed hash: the table tells nobody which e-mails or addresses were tried.
    return hmac.new(settings.SECRET_KEY.encode(), f"{scope}/{key}".encode(), hashlib.sha256).hexdigest()
