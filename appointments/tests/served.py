"""A clinic in a file of its own, and a real web server in front of it: for races and crashes."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import time as clock_time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connections

from accounts.models import StaffProfile, User
from appointments.models import Chair, Location, WorkingHours
from conftest import PASSWORD
from patients.models import Patient

PATIENCE_SECONDS = 60


@contextmanager
def file_clinic(path: Path, blocker: Any) -> Iterator[None]:
    """Inside, Django works on a migrated SQLite file, with real transactions and a connection per thread."""
    before, name = connections["default"], connections.settings["default"]["NAME"]
    del connections["default"]
    connections.settings["default"]["NAME"] = path
    try:
        with blocker.unblock():
            call_command("migrate", verbosity=0)
            yield
            connections["default"].close()
    finally:
        connections.settings["default"]["NAME"] = name
        connections["default"] = before


def furnish(patients: int) -> tuple[User, list[User], list[Patient]]:
    """A receptionist, two doctors and so many patients; one location with three chairs, open every day."""
    rita, *doctors = (
        _person(name, role) for name, role in [("Rita", "receptionist"), ("Dana", "doctor"), ("Omar", "doctor")]
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


def _person(name: str, role: str) -> User:
    user = User(email=f"{name.lower()}@test.example", name=name, is_person_of_staff=True)
    user.set_password(PASSWORD)
    user.save()
    user.groups.add(Group.objects.get(name=role))
    if role == "doctor":
        StaffProfile.objects.create(user=user, title="Dr.")
    return user


class Server:
    """gunicorn with several worker processes on a free port; `kill` ends all of them in mid-sentence."""

    def __init__(self, data_dir: Path, workers: int = 2) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        more = {"PORT": self.port, "HOST": "127.0.0.1", "DATA_DIR": data_dir, "WEB_CONCURRENCY": workers}
        left_out = {"DATABASE_URL", "MONGO_URI", "PUBLIC_URL", "REDIS_URL", "ALLOWED_HOSTS"}
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--config", "python:clinic.web_server", "clinic.wsgi"],
            env=kept | {name: str(value) for name, value in more.items()},
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
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        finally:
            connection.close()

    def token(self, user: User) -> str:
        """A token of this person."""
        status, answer = self.call("POST", "/api/auth/login", {"email": user.email, "password": PASSWORD})
        assert status == http.HTTPStatus.OK, answer
        token: str = answer["token"]
        return token

    def kill(self) -> None:
        """kill -9 of the server and its workers."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
