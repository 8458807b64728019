"""What `serve` needs to know before and after the processes run: the port, static files, health, who may sign in."""

import hashlib
import http.client
import os
import signal
import socket
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from accounts.models import User
from clinic.demo.cast import GUS, PEOPLE
from clinic.supervisor import Service

DEMO_PEOPLE = {person.email: "father of Pia" if person is GUS else person.role for person in PEOPLE}
ROLES = {"web": "web server", "worker": "job worker"}
_HEALTH_SECONDS = 5


def services(only: str | None = None) -> dict[str, Service]:
    """The processes that make a running clinic, or the one of this role."""
    python = sys.executable
    every = {
        "web server": Service([python, "-m", "gunicorn", "--config", "python:clinic.web_server", "clinic.wsgi"]),
        # On SIGINT the worker ends the job it has in hand.
        "job worker": Service([python, str(settings.BASE_DIR / "manage.py"), "run_huey"], stop=signal.SIGINT),
    }
    return {ROLES[only]: every[ROLES[only]]} if only else every


def role_warnings(only: str | None) -> Iterator[str]:
    """What a half of the clinic lacks when it runs alone."""
    if only and not settings.REDIS_URL:
        yield "Without REDIS_URL jobs lie in DATA_DIR: web server and job worker have to share this folder."


def search_problem() -> str:
    """Why Elasticsearch cannot be used, as one sentence; empty if it can, or is not wanted."""
    if not settings.ELASTICSEARCH_URL:
        return ""
    from patients.search import link  # its client takes a second to load

    return link.problem()


def port_problem() -> str:
    """Why the port cannot be used, as one sentence; empty if it can."""
    host, port = os.environ.get("HOST") or "0.0.0.0", settings.PORT  # noqa: S104
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        return f"Port {port} cannot be used: {error.strerror}. Choose another one: PORT={port + 1} make run"
    return ""


def is_healthy() -> bool:
    """Whether the web server answers and the database is migrated."""
    connection = http.client.HTTPConnection("127.0.0.1", settings.PORT, timeout=_HEALTH_SECONDS)
    try:
        connection.request("GET", "/healthz", headers={"Host": _host()})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _host() -> str:
    # The server answers only to its own names.
    names = [name.lstrip(".") for name in settings.ALLOWED_HOSTS if name and name != "*"]
    return names[0] if names else "127.0.0.1"


def collect_static() -> bool:
    """Collect static files if they or the installed packages changed since the last time; whether it was needed.

    A folder that we may not write was filled when the container's image was built.
    """
    stamp = Path(settings.DATA_DIR) / "static.stamp"
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if manifest.exists() and not os.access(settings.STATIC_ROOT, os.W_OK):
        return False
    now = _static_fingerprint()
    if manifest.exists() and stamp.exists() and stamp.read_text() == now:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(now)
    return True


def _static_fingerprint() -> str:
    files = sorted(path for folder in settings.STATICFILES_DIRS for path in Path(folder).rglob("*") if path.is_file())
    marks = [f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    marks += sorted(f"{package.name} {package.version}" for package in metadata.distributions())
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()


def wants_demo() -> bool:
    """Whether demo data belongs here: not when it was declined, and never into a clinic that has people of its own."""
    if os.environ.get("DEMO", "1").lower() in {"0", "no", "false", "off"}:
        return False
    return has_demo() or not User.objects.exists()


def has_demo() -> bool:
    """Whether the demo people are here."""
    return bool(User.objects.filter(email__in=DEMO_PEOPLE).exists())


def demo_password() -> str:
    """The demo people's password; empty if it is not known here."""
    kept = Path(settings.DATA_DIR) / "demo_password"
    return os.environ.get("DEMO_PASSWORD") or (kept.read_text().strip() if kept.exists() else "")


def address() -> str:
    """Where people open the clinic."""
    return settings.PUBLIC_URL or f"http://localhost:{settings.PORT}"
