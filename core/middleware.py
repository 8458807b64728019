"""Around every request: an id, the context for audit and log, one log line, headers that keep pages private."""

import re
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import structlog
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

from core import context, metrics, proxies
from core.ids import new_id
from core.pages import error_response

log = structlog.get_logger("clinic.request")
Next: TypeAlias = Callable[[HttpRequest], HttpResponse]

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_NO_BROWSER_FEATURES = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestMiddleware:
    """Gives the request its id and context, times it, counts its queries and writes the one log line about it."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else new_id()
        here = context.RequestContext(request_id, client_address(request), _source(request.path))
        queries = _Queries()
        started = time.perf_counter()
        with context.use(here), connection.execute_wrapper(queries):
            response = self._answer(request)
            response["X-Request-ID"] = request_id
            took = time.perf_counter() - started
            metrics.count_request(request, response, seconds=took, queries=queries.count)
            _log(request, response, took * 1000, queries)
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return error_response(request, 400)
        return self.get_response(request)


class PrivacyHeadersMiddleware:
    """Nothing that a browser or proxy could show to the next person: no-store unless a view says otherwise."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True, private=True)
        response.setdefault("Permissions-Policy", _NO_BROWSER_FEATURES)
        return response


class _Queries:
    """Counts and times the queries of one request; warns of each slow one (its text has no values in it)."""

    def __init__(self) -> None:
        self.count, self.milliseconds = 0, 0.0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, details: Any) -> Any:
        started = time.perf_counter()
        try:
            return execute(sql, params, many, details)
        finally:
            took = (time.perf_counter() - started) * 1000
            self.count, self.milliseconds = self.count + 1, self.milliseconds + took
            if took > settings.SLOW_QUERY_MS:
                log.warning("slow query", ms=round(took), sql=str(sql)[:500])


def client_address(request: HttpRequest) -> str:
    """The network address of the caller: who opened the connection, or what our own proxies say of him."""
    peer, told = str(request.META.get("REMOTE_ADDR", "")), str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    return proxies.caller(peer, told, settings.TRUSTED_PROXIES)[:45]


def _source(path: str) -> str:
    if path.startswith("/api/"):
        return "api"
    return "admin" if path.startswith("/admin/") else "web"


def _log(request: HttpRequest, response: HttpResponse, took: float, queries: _Queries) -> None:
    if request.path in {"/healthz", "/readyz"}:
        return
    match = request.resolver_match
    facts = {
        "method": request.method,
        # The route, not the path: what stands in a path may have been typed by somebody.
        "route": match.route if match else "(none)",
        "status": response.status_code,
        "ms": round(took),
        "queries": queries.count,
        "query_ms": round(queries.milliseconds),
    }
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        facts["user_id"] = user.pk
    if response.status_code >= 500:
        log.error("request", **facts)
    elif took > settings.SLOW_REQUEST_MS:
        log.warning("slow request", **facts)
    else:
        log.info("request", **facts)
