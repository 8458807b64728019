"""The link to Redis: little patience, and a rest after a failure, so that a dead or frozen server slows nobody down."""

from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django_redis.client import DefaultClient  # type: ignore[import-untyped]
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, ConnectionError, RedisError, ResponseError, TimeoutError
from redis.retry import Retry

from core import link

PATIENCE_SECONDS = 0.3
_CHECK_SECONDS = 2.0


class Resting(ConnectionError):
    """Redis failed a moment ago: it is not asked again yet."""


class Link(link.Link):
    """Remembers that Redis failed."""

    def __init__(self, seconds: float = link.REST_SECONDS) -> None:
        super().__init__("redis", seconds)

    def ask(self) -> None:
        """Call before a command. Raises Resting."""
        if not self.may_ask():
            raise Resting("Redis failed a moment ago")

    def gave_up(self, error: Exception) -> None:
        """Rest, because of this."""
        self.failed(reason(error))


LINK = Link()


class GuardedRedis(Redis):
    """A client that rests after a failure. Raises Resting, which is a ConnectionError like any other."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """One command; an answer that refuses it is no failure of the link."""
        LINK.ask()
        try:
            answer = super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except (ConnectionError, TimeoutError) as error:
            LINK.gave_up(error)
            raise
        LINK.worked()
        return answer


class CacheClient(DefaultClient):  # type: ignore[misc]
    """django-redis would empty the whole database, where the jobs lie too."""

    def clear(self, client: Any = None) -> None:
        """Delete what this cache holds."""
        self.delete_pattern("*", client=client)


def patience(seconds: float = PATIENCE_SECONDS) -> dict[str, Any]:
    """Options of a connection that waits so long and does not try again by itself."""
    return {"socket_timeout": seconds, "socket_connect_timeout": seconds, "retry": Retry(NoBackoff(), 0)}


def reason(error: Exception) -> str:
    """Why Redis cannot be used, in a few words without an address."""
    text = str(error)
    if isinstance(error, AuthenticationError):
        return "it refuses the password" if "invalid" in text else "it asks for a password"
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    if isinstance(error, ResponseError):
        return f"it answers: {text}"
    return "no trusted TLS connection can be made" if "CERTIFICATE" in text else "no Redis server answers"


def place(url: str) -> str:
    """Where the server is, without user and password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def inquire(url: str) -> tuple[dict[str, Any], str]:
    """What the server tells about itself, and why it cannot be used (empty if it can)."""
    with Redis.from_url(url, **patience(_CHECK_SECONDS)) as client:
        try:
            client.ping()
        except (RedisError, OSError) as error:
            return {}, reason(error)
        with suppress(RedisError):  # not every user may ask
            return client.info(), ""
    return {}, ""


def problem() -> str:
    """One line about a Redis that is configured and cannot be used; empty if all is well."""
    if not settings.REDIS_URL:
        return ""
    why = inquire(settings.REDIS_URL)[1]
    return f"REDIS_URL: {place(settings.REDIS_URL)} cannot be used: {why}." if why else ""


def answers() -> bool:
    """Whether Redis answers now; asks at most every few seconds while it does not."""
    try:
        return bool(_client().ping())
    except RedisError:
        return False


@cache
def _client() -> Redis:
    return GuardedRedis.from_url(settings.REDIS_URL, **patience())
