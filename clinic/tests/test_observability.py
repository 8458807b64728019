"""Sentry and OpenTelemetry: what reaches a receiver, what never does, and that absent means not even imported."""

import gzip
import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import brotli
import pytest
from django.conf import settings
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from clinic import observability

pytestmark = pytest.mark.once(reason="starts processes of its own, on SQLite")

PROBE = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "clinic.settings"
from clinic import settings
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
django.setup()
from django.test import Client
from django.urls import path
from huey.contrib.djhuey import HUEY, task
from accounts.access import public
from clinic import urls

def burst(request, pk):
    family = request.GET["q"]
    raise ValueError(f"{family} has no e-mail {pk}")

@task()
def burst_later(family):
    raise LookupError(f"{family} again")

urls.urlpatterns.insert(0, path("burst/<str:pk>/", public(burst)))
client = Client(raise_request_exception=False)
client.cookies["flavour"] = "Quixotecookie"
client.post("/burst/quixote@test.example/?q=Quixotefield", {"name": "Quixotebody"}, headers={"X-Name": "Quixotehead"})
client.get("/healthz")
HUEY.immediate = True
burst_later("Quixotefield")

import sys
if "sentry_sdk" in sys.modules:
    import sentry_sdk
    sentry_sdk.flush(5)
if "opentelemetry.sdk.trace" in sys.modules:
    from opentelemetry import trace
    trace.get_tracer_provider().shutdown()
print(sorted({"sentry_sdk", "opentelemetry.instrumentation"} & set(sys.modules)))
"""


UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress}


class Receiver(ThreadingHTTPServer):
    """Takes whatever is posted and keeps it."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.received = []
        self.address = f"127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        body = UNPACK.get(self.headers.get("Content-Encoding"), bytes)(body)
        self.server.received.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def receiver():
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def start(tmp_path, code=PROBE, **variables):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = kept | {"DATA_DIR": str(tmp_path)} | variables
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def errors_in(envelope):
    """The events of a Sentry envelope: lines of JSON, each item after its header."""
    lines = [json.loads(line) for line in envelope.splitlines() if line.strip()]
    return [item for header, item in pairwise(lines) if header.get("type") == "event"]


def test_nothing_is_imported_where_nothing_is_configured(tmp_path):
    run = start(tmp_path)
    assert run.stdout.strip() == "[]", run.stderr


def test_an_error_reaches_sentry_and_takes_nobody_along(tmp_path, receiver):
    run = start(tmp_path, SENTRY_DSN=f"http://key@{receiver.address}/1")
    assert run.returncode == 0, run.stderr
    events = [event for path, body in receiver.received if path == "/api/1/envelope/" for event in errors_in(body)]
    errors = {error["type"]: error for event in events for error in event["exception"]["values"]}
    assert set(errors) == {"ValueError", "LookupError"}
    assert errors["ValueError"]["stacktrace"]["frames"][-1]["function"] == "burst"
    everything = b"".join(body for _path, body in receiver.received).decode()
    # The code of the place is sent, and the probe's code has the word in it: look at what was said, not at that.
    said = re.sub(r'"(context_line|pre_context|post_context)": ?("(\\.|[^"\\])*"|\[.*?\])', "", everything)
    assert not re.search(r"quixote|@test\.example|127\.0\.0\.1\"|cookie", said, re.IGNORECASE), said


def test_a_trace_reaches_the_collector_and_takes_nobody_along(tmp_path, receiver):
    run = start(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{receiver.address}/")
    assert run.returncode == 0, run.stderr
    spans = {}
    for path, body in receiver.received:
        assert path == "/v1/traces"
        assert b"uixote" not in body
        assert b"@test.example" not in body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            named = {item.key: item.value.string_value for item in resource.resource.attributes}
            assert named["service.name"] == "clinic"
            spans |= {span.name: span for scope in resource.scope_spans for span in scope.spans}
    assert set(spans) == {"POST burst/<str:pk>/"}, "health checks are not worth a trace"
    attributes = {item.key for item in spans["POST burst/<str:pk>/"].attributes}
    assert {"http.method", "http.status_code"} <= attributes <= observability._SENT_OF_A_SPAN


def test_a_receiver_that_is_not_there_changes_nothing_for_the_person(tmp_path):
    code = PROBE.replace("client.get(", "print(client.get('/burst/x/?q=x').status_code); client.get(", 1)
    addresses = {"SENTRY_DSN": "http://key@127.0.0.1:1/1", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}
    run = start(tmp_path, code, **addresses)
    assert run.stdout.splitlines()[0] == "500", run.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("METRICS_TOKEN", "short"),
        ("METRICS_TOKEN", "with a blank in the middle of it"),
        ("METRICS_TOKEN", "ünreadable-in-a-header-field"),
        ("SENTRY_DSN", "errors.example"),
        ("SENTRY_DSN", "https://errors.example/1"),
        ("SENTRY_DSN", "https://key@errors.example/"),
        ("SENTRY_DSN", "https://key@errors.example:port/1"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "grpc://collector:4317"),
    ],
)
def test_a_bad_value_stops_the_start_with_one_line_that_does_not_repeat_it(tmp_path, name, value):
    run = start(tmp_path, "import clinic.settings", **{name: value})
    assert run.returncode == 1
    assert run.stderr.startswith(f"{name}: ")
    assert len(run.stderr.splitlines()) == 1
    assert value not in run.stderr
