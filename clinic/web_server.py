"""gunicorn's settings: threads, because our requests wait for the database more than they compute."""

import os
from typing import Any

from django.conf import settings

bind = f"{os.environ.get('HOST') or '0.0.0.0'}:{settings.PORT}"  # noqa: S104 - the chairside tablets reach us
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or 1)
threads = 8
timeout = 60
graceful_timeout = 20
keepalive = 5
control_socket_disable = True  # nobody steers us but the supervisor
accesslog = None  # our own log has a line per request, without query strings
# A heartbeat on a slow disk would look like a dead worker.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108

logconfig_dict: dict[str, Any] = {
    **settings.LOGGING,
    "loggers": {**settings.LOGGING["loggers"], "gunicorn.error": {"level": "WARNING", "propagate": True}},
}
