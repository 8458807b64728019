"""A clinic in a database of its own, and a real web server in front of it: for races and crashes."""

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import time as clock_time
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from environ import Env

from accounts.models import User
from accounts.tests.people import person
from appointments.models import Chair, Location, WorkingHours
from conftest import PASSWORD
from patients.models import Patient
from scripts.processes import free_port

PATIENCE_SECONDS = 60


@contextmanager
def own_clinic(folder: Path, blocker: Any) -> Iterator[dict[str, str]]:
    """Inside, Django works on an empty database of its own, with real transactions and a connection per thread.

    It is of the kind that the tests run on: a SQLite file in the folder, or a new database of the same server.
    Gives the variables that lead another process to it.
    """
    with blocker.unblock(), _own_database(folder) as settings_of_it, _instead(settings_of_it):
        call_command("migrate", verbosity=0)
        yield environment_of(folder)


@contextmanager
def other_server(uri: str, folder: Path, blocker: Any) -> Iterator[dict[str, str]]:
    """The same on another server, which the test may kill."""
    engine = connection.settings_dict["ENGINE"]
    chosen = (
        {"ENGINE": engine, "HOST": uri, "NAME": "clinic"} if connection.vendor == "mongodb" else Env.db_url_config(uri)
    )
    with blocker.unblock(), _instead(chosen):
        call_command("migrate", verbosity=0)
        yield environment_of(folder)


def environment_of(folder: Path) -> dict[str, str]:
    """The variables that lead another process to the database that Django works on now."""
    at = connection.settings_dict
    if connection.vendor == "mongodb":
        uri = urlsplit(at["HOST"])._replace(path=f"/{at['NAME']}").geturl()
        return {"DATA_DIR": str(folder), "MONGO_URI": uri}
    if connection.vendor == "postgresql":
        uri = f"postgres://{at['USER']}:{quote(at['PASSWORD'])}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
        return {"DATA_DIR": str(folder), "DATABASE_URL": uri}
    return {"DATA_DIR": str(folder)}


@contextmanager
def _own_database(folder: Path) -> Iterator[dict[str, Any]]:
    name = f"own_{secrets.token_hex(4)}"
    if connection.vendor == "sqlite":
        yield {"NAME": folder / "clinic.sqlite3"}
    elif connection.vendor == "mongodb":
        # Stays until the server goes: a killed process leaves a transaction open, and dropping waits a minute for it.
        yield {"NAME": name}
    else:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        yield {"NAME": name}
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _instead(chosen: dict[str, Any]) -> Iterator[None]:
    # Django has no public way to work elsewhere for a while; MongoDB's pool of a process is bound to its address.
    connection.ensure_connection()
    before, kept = connections["default"], dict(connections.settings["default"])
    pools = getattr(type(before), "_connection_pools", {})
    pool = pools.pop("default", None)
    del connections["default"]
    connections.settings["default"] |= chosen
    try:
        yield
    finally:
        connections["default"].close()
        if pool:
            connections["default"].close_pool()  # type: ignore[attr-defined]
            pools["default"] = pool
        connections.settings["default"].clear()
        connections.settings["default"] |= kept
        connections["default"] = before


def furnish(patients: int) -> tuple[User, list[User], list[Patient]]:
    """A receptionist, two doctors and so many patients; one location with three chairs, open every day."""
    rita, *doctors = (
        person(name, role) for name, role in [("Rita", "receptionist"), ("Dana", "doctor"), ("Omar", "doctor")]
    )
    location = Location.objects.create(name="Main Street")
    for number in range(3):
        Chair.objects.create(location=location, name=f"Chair {number}", position=number)
    for doctor in (None, *doctors):
        for weekday in range(7):
            hours = {"opens": clock_time(8), "closes": clock_time(18)}
            WorkingHours.objects.create(location=location, doctor=doctor, weekday=weekday, **hours)
    people = [Patient(given_name=f"Pat {n}", family_name="Example", chart_number=f"{n:06d}") for n in range(patients)]
    for patient in people:
        patient.save()
    return rita, doctors, people


class Answer(NamedTuple):
    """What the web server said."""

    status: int
    json: Any
    headers: dict[str, str]


class Server:
    """gunicorn with several worker processes on a free port; `kill` ends all of them in mid-sentence.

    `variables` name the database (see own_clinic) and may set more, such as REDIS_URL.
    """

    def __init__(self, variables: Mapping[str, str], workers: int = 2) -> None:
        self.port = free_port()
        left_out = {"DATABASE_URL", "MONGO_URI", "PUBLIC_URL", "REDIS_URL", "ALLOWED_HOSTS"}
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        more = {"PORT": str(self.port), "HOST": "127.0.0.1", "WEB_CONCURRENCY": str(workers)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "python:clinic.web_server", "clinic.wsgi"],
            env=kept | more | dict(variables),
            cwd=settings.BASE_DIR,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.call("GET", "/healthz")[0] == http.HTTPStatus.OK:
                    return
            except OSError:
                time.sleep(0.1)
        self.kill()
        raise AssertionError("the web server did not start")

    def call(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
        """Status and JSON of one call on a connection of its own."""
        answer = self.answer(method, path, body, token)
        return answer.status, answer.json

    def answer(self, method: str, path: str, body: Any = None, token: str = "") -> "Answer":
        """The same with its headers."""
        caller = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            caller.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = caller.getresponse()
            return Answer(answer.status, json.loads(answer.read() or b"null"), dict(answer.getheaders()))
        finally:
            caller.close()

    def token(self, user: User) -> str:
        """A token of this person."""
        status, answer = self.call("POST", "/api/auth/login", {"email": user.email, "password": PASSWORD})
        assert status == http.HTTPStatus.OK, answer
        token: str = answer["token"]
        return token

    def kill_a_worker(self) -> None:
        """kill -9 of one worker process; the server starts another one."""
        workers = subprocess.check_output(["pgrep", "-P", str(self.process.pid)], text=True).split()
        os.kill(int(workers[0]), signal.SIGKILL)

    def kill(self) -> None:
        """kill -9 of the server and its workers."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
