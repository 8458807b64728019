"""gunicorn's settings: threads, because our requests wait for the database more than they compute."""

import os
from typing import Any

from django.conf import settings
from gunicorn.http import message  # type: ignore[import-untyped]

from core import metrics_folder

bind = f"{os.environ.get('HOST') or '0.0.0.0'}:{settings.PORT}"  # noqa: S104 - the chairside tablets reach us
worker_class = "clinic.web_worker.Worker"  # threads
workers = int(os.environ.get("WEB_CONCURRENCY") or 1)
threads = 8
timeout = 60
graceful_timeout = 20
keepalive = 5
# A search of 10,000 letters pasted by mistake, each in its escaped form, is answered like any other.
# gunicorn takes a smaller limit than its own only; a line without any limit would fill the memory.
limit_request_line = message.MAX_REQUEST_LINE = 128 * 1024
control_socket_disable = True  # nobody steers us but the supervisor
accesslog = None  # our own log has a line per request, without query strings
# A heartbeat on a slow disk would look like a dead worker.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108

logconfig_dict: dict[str, Any] = {
    **settings.LOGGING,
    "loggers": {**settings.LOGGING["loggers"], "gunicorn.error": {"level": "WARNING", "propagate": True}},
}


def on_starting(_server: Any) -> None:
    """Before any worker runs. `serve` has given us its folder; started alone we claim one."""
    if settings.METRICS_TOKEN and metrics_folder.FOLDER_VARIABLE not in os.environ:
        metrics_folder.claim(settings.DATA_DIR)


def child_exit(_server: Any, worker: Any) -> None:
    """What an ended worker counted stays; what it had open is forgotten."""
    if metrics_folder.FOLDER_VARIABLE in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
