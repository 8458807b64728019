"""Whole processes beside each other: three starts at once, a stop in mid-request, a death behind nginx."""

import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from http.client import HTTPException

import pytest
from django.db.migrations.recorder import MigrationRecorder

from appointments.models import Appointment
from appointments.tests import served
from clinic.tests.started import Nginx, Started
from conftest import PASSWORD
from core import clock

pytestmark = [
    pytest.mark.slow,
    pytest.mark.not_on("postgresql", reason="about processes beside one another; two databases are enough"),
]
BOOKINGS, WRITERS, READERS = 120, 4, 3
TOKEN = "a-token-of-twenty-one"


def test_of_three_starts_at_once_one_migrates(tmp_path, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), served._own_database(tmp_path) as chosen, served._instead(chosen):
        variables = served.environment_of(tmp_path)
        started = [Started("web", tmp_path, variables) for _ in range(3)]
        try:
            for process in started:
                process.until("The clinic is open")
                assert process.get("/healthz")[0] == 200
                assert "rror" not in process.said
            rows = list(MigrationRecorder.Migration.objects.values_list("app", "name"))
            assert len(rows) == len(set(rows)) > 20
        finally:
            assert [process.end() for process in started] == [0, 0, 0]


@pytest.mark.once(reason="about the web server and its signals")
def test_a_stop_finishes_the_request_in_hand(tmp_path):
    process = Started("web", tmp_path, {"DATA_DIR": str(tmp_path)}).until("The clinic is open")
    body = b'{"email": "nobody@test.example", "password": "wrong"}'
    with socket.create_connection(("127.0.0.1", process.port), timeout=30) as line:
        head = f"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
        line.sendall(f"{head}Content-Type: application/json\r\nConnection: close\r\n\r\n".encode() + body[:20])
        time.sleep(1)
        process.process.terminate()
        process.until("Stopping")
        time.sleep(1)
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", process.port), timeout=1).close()
        line.sendall(body[20:])
        answer = b"".join(iter(lambda: line.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 401"), answer
    assert b'"invalid_credentials"' in answer
    assert process.end() == 0


@pytest.mark.once(reason="about the figures of several processes")
def test_the_figures_of_several_workers_are_one_and_outlive_a_worker(tmp_path):
    variables = {"DATA_DIR": str(tmp_path), "METRICS_TOKEN": TOKEN, "WEB_CONCURRENCY": "3"}
    process = Started("web", tmp_path, variables).until("The clinic is open")
    try:
        assert process.get("/metrics")[0] == 401

        def counted():
            status, told = process.get("/metrics", TOKEN)
            assert status == 200
            found = re.search(r'^clinic_requests_total\{method="GET",route="accounts:first-run",\S+ (\S+)$', told, re.M)
            return float(found.group(1)) if found else 0

        for _ in range(30):
            process.get("/first-run/")
        assert [counted() for _ in range(6)] == [30] * 6, "whichever worker answers"
        process.kill_a_worker()
        for _ in range(5):
            process.get("/first-run/")
        assert counted() == 35
    finally:
        process.end()


class Book:
    """What the callers asked and were told, with the times."""

    def __init__(self):
        self.answers = []
        self._lock = threading.Lock()

    def note(self, kind, ask):
        began = time.monotonic()
        try:
            status, body = ask()
        except (OSError, HTTPException) as error:
            status, body = type(error).__name__, None
        with self._lock:
            self.answers.append((kind, status, body, began, time.monotonic()))

    def count(self):
        with self._lock:
            return len(self.answers)


@pytest.mark.needs("nginx")
def test_a_death_behind_the_proxy_costs_the_request_in_hand_and_no_other(
    tmp_path, django_db_setup, django_db_blocker, settings
):
    settings.PASSWORD_HASHERS = ["accounts.hashers.ClinicArgon2Hasher"]  # the server knows no other
    with served.own_clinic(tmp_path, django_db_blocker) as variables, ExitStack() as running:
        rita, doctors, patients = served.furnish(BOOKINGS)
        more = variables | {"TRUSTED_PROXIES": "1"}
        webs = [Started("web", tmp_path, more) for _ in range(2)]
        worker = Started("worker", tmp_path, more)
        for process in [*webs, worker]:
            running.callback(process.end)
        for web in webs:
            web.until("The clinic is open")
        worker.until("The job worker runs.")
        assert worker.get("/healthz")[0] == 200
        nginx = running.enter_context(Nginx(tmp_path, [web.port for web in webs]))
        status, answer = nginx.call("POST", "/api/auth/login", {"email": rita.email, "password": PASSWORD})
        assert status == 200, answer
        token = answer["token"]
        assert nginx.call("GET", "/metrics")[0] == 404
        book = Book()

        def one_booking(number):
            day = clock.today() + timedelta(days=1 + number // 20)
            start = clock.day_bounds(day)[0] + timedelta(hours=8 + number // 2 % 10)
            wish = {"doctorId": doctors[number % 2].pk, "patientId": patients[number].pk, "date": clock.iso(start)}
            book.note("POST", lambda: nginx.call("POST", "/api/appointments", wish, token))

        over = threading.Event()

        def read():
            while not over.is_set():
                book.note("GET", lambda: nginx.call("GET", "/api/appointments?limit=5", None, token))
                time.sleep(0.2)  # an account has 600 calls a minute

        with ThreadPoolExecutor(WRITERS + READERS) as callers:
            readers = [callers.submit(read) for _ in range(READERS)]
            writers = [callers.submit(one_booking, number) for number in range(BOOKINGS)]
            while book.count() < 60:
                time.sleep(0.01)
            before = time.monotonic()
            webs[0].kill_web_server()
            after = time.monotonic()
            for writer in writers:
                writer.result()
            over.set()
            for reader in readers:
                reader.result()
        failed = [answer for answer in book.answers if answer[1] not in {200, 201}]
        # Only what was in hand when it died, and of that only what may not be asked twice or was half answered.
        assert len(failed) <= WRITERS + READERS, failed
        for kind, status, _body, began, ended in failed:
            assert (kind, status) == ("POST", 502) or status == "IncompleteRead", failed
            # Its socket takes callers until the kernel has cleared the dead processes away.
            assert began <= after + 0.5 and ended >= before, (failed, before, after)
        made = {body["appointmentId"] for kind, status, body, *_ in book.answers if status == 201}
        kept = set(Appointment.objects.values_list("pk", flat=True))
        assert made <= kept, "what was answered 201 is there"
        assert len(kept) <= len(made) + len(failed), "nothing was booked twice"
        assert len(made) >= BOOKINGS - WRITERS
        assert webs[0].process.wait(timeout=60) == 1, "the supervisor of the dead one says so and ends"
        assert worker.get("/healthz")[0] == 200
