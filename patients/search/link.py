"""The link to Elasticsearch: 300 ms of patience, a rest after a failure, and no word of it to whoever searches."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from elastic_transport import ConnectionTimeout, SerializationError, TlsError, TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from core.link import Link

JOB_SECONDS: Final = 30.0  # nobody waits for a job
_CHECK_SECONDS: Final = 2.0
LINK = Link("elasticsearch")
log = structlog.get_logger(__name__)

# What of it can be laid to the server's state, and will pass.
_OVERLOADED: Final = frozenset({408, 429, 500, 502, 503, 504})
_REFUSED: Final = frozenset({401, 403})


class Unavailable(Exception):
    """Elasticsearch cannot answer now; `why` is a word for the figures."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@contextmanager
def asking() -> Iterator[None]:
    """Around every request. Raises Unavailable, at once while the link rests."""
    if not LINK.may_ask():
        raise Unavailable("resting")
    try:
        yield
    except (TransportError, ApiError, UnsupportedProductError) as error:
        if not _is_our_fault(error):
            LINK.failed(reason(error))
            raise Unavailable("slow" if isinstance(error, ConnectionTimeout) else "down") from error
        # The link is well: others may go on asking.
        LINK.worked()
        log.error("elasticsearch_refuses", why=reason(error))
        raise Unavailable("refused") from error
    LINK.worked()


def _is_our_fault(error: Exception) -> bool:
    return isinstance(error, ApiError) and error.meta.status in range(400, 500) and error.meta.status not in _passing()


def _passing() -> frozenset[int]:
    return _OVERLOADED | _REFUSED | {404}


def client() -> Elasticsearch:
    """For a search that somebody waits for."""
    return _client(settings.ELASTICSEARCH_URL, 0.0)


def patient_client() -> Elasticsearch:
    """For jobs and commands."""
    return _client(settings.ELASTICSEARCH_URL, JOB_SECONDS)


@lru_cache(maxsize=4)
def _client(_url: str, seconds: float) -> Elasticsearch:
    options: dict[str, Any] = dict(settings.ELASTICSEARCH_DSL["default"])
    return Elasticsearch(**options | ({"request_timeout": seconds} if seconds else {}))


def reason(error: Exception) -> str:
    """Why it cannot be used, in a few words, without an address and without what was asked."""
    if isinstance(error, UnsupportedProductError | SerializationError):
        return "what answers there is no Elasticsearch"
    if isinstance(error, ApiError):
        if error.meta.status in _REFUSED:
            return "it refuses the user or the password"
        return f"it answers {error.meta.status} ({_kind(error)})"
    if isinstance(error, ConnectionTimeout):
        return "it does not answer in time"
    if isinstance(error, TlsError):
        return "no trusted TLS connection can be made"
    return "no Elasticsearch server answers"


def _kind(error: ApiError) -> str:
    # The sentence behind it may quote the request.
    body = error.body if isinstance(error.body, dict) else {}
    found = body.get("error")
    return str(found.get("type", "error")) if isinstance(found, dict) else "error"


def place(url: str) -> str:
    """Where the server is, without user and password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def inquire() -> tuple[str, str]:
    """The server's version, and why it cannot be used (empty if it can)."""
    asked = _client(settings.ELASTICSEARCH_URL, _CHECK_SECONDS)
    try:
        asked.cluster.health()
    except (TransportError, ApiError, UnsupportedProductError) as error:
        return "", reason(error)
    try:
        nodes = asked.nodes.info(node_id="_local", filter_path="nodes.*.version").get("nodes", {})
    except (TransportError, ApiError):  # not every user may ask
        nodes = {}
    return next((str(node["version"]) for node in nodes.values()), "of unknown version"), ""


def problem() -> str:
    """One line about an Elasticsearch that is configured and cannot be used; empty if all is well."""
    why = inquire()[1] if settings.ELASTICSEARCH_URL else ""
    return f"ELASTICSEARCH_URL: {place(settings.ELASTICSEARCH_URL)} cannot be used: {why}." if why else ""
