"""The door of a process without web server: health for the supervisor of containers, figures for Prometheus."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.conf import settings
from prometheus_client import CONTENT_TYPE_LATEST

from core import metrics


class _Listener(ThreadingHTTPServer):
    def __init__(self, host: str, port: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), Door)


class Door(BaseHTTPRequestHandler):
    """Answers /healthz, as long as we run, and /metrics to whoever has the token."""

    server_version, sys_version = "clinic", ""
    timeout = 10

    def do_GET(self) -> None:
        """One question."""
        if self.path == "/healthz":
            self._answer(200, b'{"status": "ok"}', "application/json")
        elif self.path != "/metrics" or not settings.METRICS_TOKEN:
            self._answer(404)
        elif not metrics.is_authorised(self.headers.get("Authorization", "")):
            self._answer(401)
        else:
            self._answer(200, metrics.exposition(), CONTENT_TYPE_LATEST)

    def _answer(self, status: int, body: bytes = b"", kind: str = "text/plain") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store, private")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Not worth a line."""


@contextmanager
def open_door() -> Iterator[None]:
    """Listen on HOST:PORT in a thread. Raises OSError when that cannot be."""
    host = os.environ.get("HOST") or "0.0.0.0"  # noqa: S104 - as the web server does
    with _Listener(host, settings.PORT) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
