"""Figures for Prometheus: how many, how long, how often refused. Never who: no label holds an id or anything typed.

Several processes write into one folder (core.metrics_folder), and whoever is asked adds them up. Without a folder each
process counts for itself.
"""

import hmac
import os
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from huey import signals
from huey.contrib.djhuey import HUEY
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from core.metrics_folder import FOLDER_VARIABLE

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_SILENT = {"/healthz", "/readyz", "/metrics"}
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_QUERIES = (0, 1, 2, 5, 10, 20, 50, 100, 200)
_JOB_RESULTS = {
    signals.SIGNAL_COMPLETE: "done",
    signals.SIGNAL_RETRYING: "retried",
    signals.SIGNAL_ERROR: "failed",
    signals.SIGNAL_INTERRUPTED: "interrupted",
}

REGISTRY = CollectorRegistry()
_requests = Counter("clinic_requests", "Answered requests.", ["route", "method", "status"], registry=REGISTRY)
_seconds = Histogram(
    "clinic_request_seconds", "Time to answer.", ["route", "method"], buckets=_SECONDS, registry=REGISTRY
)
_queries = Histogram(
    "clinic_request_queries", "Database queries of a request.", ["route"], buckets=_QUERIES, registry=REGISTRY
)
_actions = Counter(
    "clinic_actions", "What people did, and what a rule refused.", ["action", "result"], registry=REGISTRY
)
_audit_events = Counter("clinic_audit_events", "Events written to the audit.", ["event", "outcome"], registry=REGISTRY)
_jobs = Counter("clinic_jobs", "Jobs that ended.", ["job", "result"], registry=REGISTRY)


def count_request(request: HttpRequest, response: HttpResponse, *, seconds: float, queries: int) -> None:
    """One answered request, by its route; the questions of load balancers and of Prometheus are left out."""
    if request.path in _SILENT:
        return
    route = _route(request)
    method = request.method if request.method in _METHODS else "other"
    _requests.labels(route, method, f"{response.status_code // 100}xx").inc()
    _seconds.labels(route, method).observe(seconds)
    _queries.labels(route).observe(queries)


def count_action(action: str, result: str) -> None:
    """`result` is the refusal's code, or "done", which counts once the transaction stands."""
    if result == "done":
        transaction.on_commit(_actions.labels(action, result).inc)
    else:
        _actions.labels(action, result).inc()


def count_audit(event: str, outcome: str) -> None:
    """An event of the audit, once its transaction stands."""
    transaction.on_commit(_audit_events.labels(event, outcome).inc)


def _route(request: HttpRequest) -> str:
    if match := request.resolver_match:
        return match.view_name or match.route
    return "(static)" if request.path.startswith(settings.STATIC_URL) else "(none)"


@HUEY.signal(*_JOB_RESULTS)  # type: ignore[untyped-decorator]
def _count_job(signal: str, task: Any, error: Exception | None = None) -> None:
    _jobs.labels(task.name, _JOB_RESULTS[signal]).inc()


def exposition() -> bytes:
    """All figures as Prometheus reads them; with a folder those of every process that writes into it."""
    registry = REGISTRY
    if os.environ.get(FOLDER_VARIABLE):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def is_authorised(header: str) -> bool:
    """Whether an Authorization header carries METRICS_TOKEN."""
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    return bool(settings.METRICS_TOKEN) and hmac.compare_digest(header.encode(), wanted.encode())


def metrics(request: HttpRequest) -> HttpResponse:
    """/metrics: does not exist without METRICS_TOKEN, answers 401 without the right one."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not is_authorised(request.headers.get("Authorization", "")):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
