"""What watches the clinic from outside: Sentry for errors, OpenTelemetry for traces, each switched on by one variable.

Nothing about a person leaves the house. Of what the two libraries collect only what is named here is sent: no address,
no query, no body, no cookie, no header, no message of an exception, no value of a variable.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from clinic.environment import env, read, stop

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter

SHORTEST_TOKEN = 16
SERVICE_NAME = "clinic"
_SENT_OF_AN_ERROR = {"event_id", "timestamp", "level", "platform", "release", "environment", "server_name", "sdk"}
_SENT_OF_AN_ERROR |= {"transaction", "modules"}
_SENT_OF_A_FRAME = {"filename", "abs_path", "module", "function", "lineno", "in_app"}
_SENT_OF_A_FRAME |= {"context_line", "pre_context", "post_context"}
_SENT_OF_A_SPAN = {"http.method", "http.request.method", "http.status_code", "http.response.status_code", "http.route"}
_SENT_OF_A_SPAN |= {"http.scheme", "url.scheme", "error.type"}


def metrics_token() -> str:
    """METRICS_TOKEN opens /metrics; empty when there is none. Stops the start if it is short."""
    token = read("METRICS_TOKEN", env.str, "")
    if token and (len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token):
        stop("METRICS_TOKEN", f"use at least {SHORTEST_TOKEN} random letters and digits")
    return token


def sentry_dsn() -> str:
    """SENTRY_DSN; empty when errors are not reported. Stops the start if it cannot be one."""
    dsn = read("SENTRY_DSN", env.str, "")
    parts = urlsplit(dsn)
    if dsn and not (_is_web_address(dsn) and parts.username and parts.path.strip("/").isdecimal()):
        stop("SENTRY_DSN", "write it like https://key@sentry.example/1")
    return dsn


def otlp_endpoint() -> str:
    """OTEL_EXPORTER_OTLP_ENDPOINT; empty when nothing is traced. Stops the start if it cannot be an address."""
    endpoint = read("OTEL_EXPORTER_OTLP_ENDPOINT", env.str, "").rstrip("/")
    if endpoint and not _is_web_address(endpoint):
        stop("OTEL_EXPORTER_OTLP_ENDPOINT", "write it like http://collector.example:4318")
    return endpoint


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False


def start(dsn: str, endpoint: str) -> None:
    """Begin to report; called once in each process when its apps are ready. What is not configured is not imported."""
    if dsn:
        _start_sentry(dsn)
    if endpoint:
        _start_traces(endpoint)


def _start_sentry(dsn: str) -> None:
    import sentry_sdk
    from sentry_sdk.integrations.django import DjangoIntegration
    from sentry_sdk.integrations.huey import HueyIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        auto_enabling_integrations=False,
        integrations=[
            DjangoIntegration(middleware_spans=False, signals_spans=False),
            HueyIntegration(),
            # Our log lines are no errors of their own; they are for the log.
            LoggingIntegration(level=None, event_level=None),
        ],
        before_send=_bare_event,
    )


def _bare_event(event: Any, _hint: Any) -> Any:
    bare = {name: event[name] for name in _SENT_OF_AN_ERROR & event.keys()}
    errors = event.get("exception", {}).get("values", [])
    return bare | {"exception": {"values": [_bare_error(error) for error in errors]}}


def _bare_error(error: dict[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames", [])
    kept = [{name: frame[name] for name in _SENT_OF_A_FRAME & frame.keys()} for frame in frames]
    # The message of an exception may hold what somebody typed.
    return {"type": error.get("type"), "module": error.get("module"), "stacktrace": {"frames": kept}}


def _start_traces(endpoint: str) -> None:
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": _service_name()}))
    exporter = _bare_exporter(OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces"))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument(tracer_provider=provider, excluded_urls="healthz,readyz,metrics")


def _service_name() -> str:
    return read("OTEL_SERVICE_NAME", env.str, SERVICE_NAME)


def _bare_exporter(inner: "SpanExporter") -> "SpanExporter":
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

    class BareExporter(SpanExporter):
        """Passes spans on with the attributes that are named above, and without events: those hold messages."""

        def export(self, spans: "Sequence[ReadableSpan]") -> SpanExportResult:
            return inner.export([_bare_span(span) for span in spans])

        def shutdown(self) -> None:
            inner.shutdown()

    return BareExporter()


def _bare_span(span: "ReadableSpan") -> "ReadableSpan":
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.trace import Status

    attributes = {name: value for name, value in (span.attributes or {}).items() if name in _SENT_OF_A_SPAN}
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=attributes,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
