"""A server dies in the middle of 500 bookings: what was answered is there once, nothing is there twice or half."""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from http import HTTPStatus
from http.client import HTTPException
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from appointments.models import Appointment
from appointments.tests.desk import monday, wish
from appointments.tests.served import PATIENCE_SECONDS, Answer, Server, furnish, other_server, own_clinic
from appointments.tests.test_race import check_whole
from scripts import services

CALLERS, EACH = 8, 63
AFTER = 100  # so many visits are booked when something dies
CUT = 0  # instead of a status: the connection ended without an answer

pytestmark = pytest.mark.slow


class Victim:
    """A database server that the test may kill: three MongoDB nodes, or one PostgreSQL that starts again."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.kill: Callable[[], None]
        if connection.vendor == "mongodb":
            nodes = services.MongoReplicaSet(folder, [services.free_port() for _ in range(3)])
            self.kill = lambda: nodes.kill(nodes.primary())
            self.uri = stack.enter_context(nodes).uri("clinic")
        else:
            server = services.Postgres(folder / "postgres", services.free_port())
            self.kill = server.restart
            self.uri = stack.enter_context(server).uri("clinic")


@pytest.fixture
def victim() -> Iterator[Victim]:
    # PostgreSQL's own user may not enter pytest's folders.
    folder = Path(tempfile.mkdtemp(prefix="clinic-tests-", dir="/var/tmp"))
    folder.chmod(0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        yield Victim(folder, stack)


@pytest.fixture
def _real_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["accounts.hashers.ClinicArgon2Hasher"]  # the web server knows no other


@pytest.mark.not_on("sqlite", reason="SQLite is a file of the clinic's own process; no server can die")
def test_a_database_server_dies(
    victim: Victim, tmp_path: Path, django_db_setup: None, django_db_blocker: Any, _real_passwords: None
) -> None:
    with other_server(victim.uri, tmp_path, django_db_blocker) as variables:
        answers = book_all(Server(variables), lambda _web: victim.kill())
        busy = [answer for answer in answers if answer.status != HTTPStatus.CREATED]
        assert {answer.status for answer in busy} <= {HTTPStatus.SERVICE_UNAVAILABLE}, busy
        assert all(int(answer.headers["Retry-After"]) > 0 for answer in busy)
        check(answers)


def test_a_web_worker_dies(
    tmp_path: Path, django_db_setup: None, django_db_blocker: Any, _real_passwords: None
) -> None:
    with own_clinic(tmp_path, django_db_blocker) as variables:
        answers = book_all(Server(variables), Server.kill_a_worker)
        cut = [answer for answer in answers if answer.status != HTTPStatus.CREATED]
        assert {answer.status for answer in cut} <= {CUT, HTTPStatus.SERVICE_UNAVAILABLE}, cut
        check(answers)


def book_all(web: Server, strike: Callable[[Server], None]) -> list[Answer]:
    """504 bookings of eight callers; `strike` happens in the middle. Every answer, also of those that were cut off."""
    rita, doctors, patients = furnish(patients=CALLERS)
    answers: list[Answer] = []
    enough = threading.Event()

    def books(n: int, token: str) -> None:
        for step in range(EACH):  # each caller has a week, each visit an hour of its own
            start = monday(8 + step % 9, weeks=1 + n) + timedelta(days=step // 9)
            body = wish(patients[n], doctors[n % 2], start, type="OBS")
            try:
                answers.append(web.answer("POST", "/api/appointments", body, token))
            except (OSError, HTTPException, ValueError):
                answers.append(Answer(CUT, None, {}))
            if answers[-1].status == HTTPStatus.SERVICE_UNAVAILABLE:
                time.sleep(0.5)  # somebody who was asked to try again does not do so at once
            if len(answers) >= AFTER:
                enough.set()

    try:
        token = web.token(rita)
        with ThreadPoolExecutor(CALLERS) as pool:
            done = pool.map(books, range(CALLERS), repeat(token))
            assert enough.wait(timeout=PATIENCE_SECONDS)
            strike(web)  # in this thread: a server that it starts ends with the thread that started it
            list(done)
    finally:
        web.kill()
        connection.close()  # it may have led to the server that died
    return answers


def check(answers: list[Answer]) -> None:
    """What was answered is there, nothing twice; of the rest some may be there too, whole."""
    booked = [answer.json["appointmentId"] for answer in answers if answer.status == HTTPStatus.CREATED]
    assert len(answers) == CALLERS * EACH
    present = list(Appointment.objects.values_list("pk", "patient_id", "start"))
    assert set(booked) <= {pk for pk, _, _ in present}
    assert len({(patient, start) for _, patient, start in present}) == len(present)
    assert len(answers) >= len(present) >= len(booked) > 2 * AFTER
    check_whole()
