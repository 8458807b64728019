"""Everybody at once: exactly one wins, nobody leaves half a booking behind, whatever is killed in the middle."""

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from accounts.tests.people import person
from appointments import actions
from appointments.models import Appointment, Claim, StatusEvent
from appointments.tests.desk import book, check_claims, forget, monday, wish
from appointments.tests.served import Server, furnish, own_clinic
from core.errors import Refused
from core.models import AuditEvent
from patients.actions import records
from patients.models import Patient

pytestmark = pytest.mark.slow

# What one caller does, in a process of its own: wait for the signal, post, print the status.
CALLER = """
import http.client, json, sys, time
port, start, token, body = sys.argv[1:]
connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=60)
time.sleep(max(0, float(start) - time.time()))
headers = {"Content-Type": "application/json", "Authorization": "Bearer " + token}
connection.request("POST", "/api/appointments", body, headers)
answer = connection.getresponse()
print(answer.status, json.loads(answer.read())["code" if answer.status != 201 else "message"])
"""


@pytest.fixture
def variables(tmp_path: Path, django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, str]]:
    with own_clinic(tmp_path, django_db_blocker) as variables:
        yield variables


@pytest.fixture
def clinic(variables: dict[str, str], settings: Any) -> tuple[User, list[User], list[Patient]]:
    settings.PASSWORD_HASHERS = ["accounts.hashers.ClinicArgon2Hasher"]  # the server knows no other
    return furnish(patients=40)


@pytest.fixture
def server(clinic: Any, variables: dict[str, str]) -> Iterator[Server]:
    running = Server(variables)
    yield running
    running.kill()


def at_once(works: list[Callable[[], str]]) -> Counter[str]:
    """Run all of them at the same moment, each in a thread with a database connection of its own."""
    gate = threading.Barrier(len(works))

    def run(work: Callable[[], str]) -> str:
        gate.wait()
        try:
            return work()
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return Counter(pool.map(run, works))


def check_whole() -> None:
    """Every visit has its claims, its first step and its audit row; no claim is anybody else's."""
    check_claims()
    ids = set(Appointment.objects.values_list("pk", flat=True))
    assert set(StatusEvent.objects.filter(kind="booked").values_list("appointment_id", flat=True)) == ids
    assert set(AuditEvent.objects.filter(event="appointment.booked").values_list("object_id", flat=True)) == ids
    assert set(Claim.objects.values_list("appointment_id", flat=True)) <= ids


@pytest.mark.parametrize("callers", [8, 32])
def test_identical_bookings_from_threads(callers: int, clinic: Any) -> None:
    rita, (dana, _omar), patients = clinic

    def one() -> str:
        book(rita, patients[0], dana, monday(9))
        return "won"

    assert at_once([one] * callers) == {"won": 1, "slot_taken": callers - 1}
    assert Appointment.objects.count() == 1
    check_whole()


def test_different_patients_want_the_same_time(clinic: Any) -> None:
    rita, (dana, omar), patients = clinic

    def wants(n: int) -> Callable[[], str]:
        # Consultations need the doctor alone; nobody asks for a chair, there are three of them.
        def one() -> str:
            book(rita, patients[n], (dana, omar)[n % 2], monday(9))
            return "won"

        return one

    assert at_once([wants(n) for n in range(16)]) == {"won": 2, "slot_taken": 14}
    check_whole()


def test_disjoint_bookings_all_win(clinic: Any) -> None:
    rita, doctors, patients = clinic

    def wants(n: int) -> Callable[[], str]:
        def one() -> str:
            book(rita, patients[n], doctors[n % 2], monday(8 + n // 2), "ADJ")
            return "won"

        return one

    assert at_once([wants(n) for n in range(16)]) == {"won": 16}
    check_whole()


def test_moves_and_bookings_meet(clinic: Any) -> None:
    rita, (dana, _omar), patients = clinic
    made = [book(rita, patients[n], dana, monday(10 + n)) for n in range(4)]

    def moves(visit: Appointment) -> Callable[[], str]:
        def one() -> str:
            actions.move(by=rita, appointment=visit, start=monday(9))
            return "won"

        return one

    def books(n: int) -> Callable[[], str]:
        def one() -> str:
            book(rita, patients[n], dana, monday(9))
            return "won"

        return one

    won = at_once([*map(moves, made), *map(books, range(10, 14))])
    assert won == {"won": 1, "slot_taken": 7}
    check_whole()


def test_cancelling_and_booking_meet(clinic: Any) -> None:
    rita, (dana, _omar), patients = clinic
    first = book(rita, patients[8], dana, monday(9))

    def cancels() -> str:
        actions.cancel(by=rita, appointment=first)
        return "cancelled"

    def books(n: int) -> Callable[[], str]:
        def one() -> str:
            book(rita, patients[n], dana, monday(9))
            return "won"

        return one

    won = at_once([cancels, *map(books, range(8))])
    assert won["cancelled"] == 1
    assert won["won"] <= 1  # whoever came after the cancellation, if anybody did
    assert won["won"] + won["slot_taken"] == 8
    check_whole()


@pytest.mark.parametrize("first", ["archive", "book"])
def test_archiving_and_booking_meet(first: str, clinic: Any) -> None:
    rita, (dana, _omar), patients = clinic
    ada = person("Ada", "admin")

    def archives(patient: Patient) -> str:
        records.archive(by=ada, patient=patient, reason="Moved away")
        return "archived"

    def books(patient: Patient) -> str:
        book(rita, patient, dana, monday(9))
        return "won"

    for patient in patients[:8]:
        works = [partial(archives, patient), partial(books, patient)]
        said = at_once(works if first == "archive" else works[::-1])
        assert said in ({"archived": 1, "patient_archived": 1}, {"won": 1, "has_appointments": 1})
        forget(Appointment.objects.values_list("pk", flat=True))


def test_overbooking_cancelling_and_booking_meet(clinic: Any) -> None:
    """Everything that may touch one time at the same moment, in rounds; the claims stay exactly what visits need."""
    rita, (dana, _omar), patients = clinic
    for day in range(4):
        begin = monday(9) + timedelta(days=day)
        held = [book(rita, patients[n], dana, begin + timedelta(hours=n)) for n in range(3)]

        def overbooks(n: int, start: datetime) -> str:
            book(rita, patients[n], dana, start, overbook=True, override_reason="Pain")
            return "overbooked"

        def books(n: int, start: datetime) -> str:
            book(rita, patients[n], dana, start)
            return "won"

        def cancels(visit: Appointment) -> str:
            actions.cancel(by=rita, appointment=visit)
            return "cancelled"

        works: list[Callable[[], str]] = [partial(cancels, visit) for visit in held]
        works += [partial(overbooks, 10 + n, held[n % 3].start) for n in range(6)]
        works += [partial(books, 20 + n, held[n % 3].start) for n in range(9)]
        said = at_once(works)
        assert said["cancelled"] == 3
        assert said["overbooked"] == 6
        assert said["won"] <= 3
        assert said["won"] + said["slot_taken"] == 9
        check_whole()


@pytest.mark.parametrize("callers", [8, 32, 200])
def test_identical_bookings_from_processes(callers: int, clinic: Any, server: Server) -> None:
    rita, (dana, _omar), patients = clinic
    body, token = json.dumps(wish(patients[0], dana, monday(9))), server.token(rita)
    begin = str(time.time() + 1 + callers / 16)
    running = [
        subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", CALLER, str(server.port), begin, token, body],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _n in range(callers)
    ]
    said = Counter(caller.communicate(timeout=120)[0].strip() for caller in running)
    assert said == {"201 Appointment scheduled successfully": 1, "409 slot_taken": callers - 1}
    assert Appointment.objects.count() == 1
    check_whole()


class Load:
    """Eight callers who book one time after the other until the server is gone; `answered` are the ids they got."""

    def __init__(self, server: Server, clinic: Any, week: int) -> None:
        self.server, self.week = server, week
        self.rita, self.doctors, self.patients = clinic
        self.token = server.token(self.rita)
        self.answered: list[str] = []
        self.callers = [threading.Thread(target=self._book, args=(n,)) for n in range(8)]

    def __enter__(self) -> "Load":
        for caller in self.callers:
            caller.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.kill()
        for caller in self.callers:
            caller.join()

    def _book(self, n: int) -> None:
        for step in range(120):
            start = monday(8, weeks=self.week) + timedelta(days=n % 7, minutes=5 * step)
            body = wish(self.patients[n], self.doctors[n % 2], start, type="OBS")
            try:
                status, answer = self.server.call("POST", "/api/appointments", body, self.token)
            except (OSError, HTTPException, ValueError):
                return  # killed in the middle of an answer
            if status == 201:
                self.answered.append(answer["appointmentId"])


@pytest.mark.parametrize("when", [5, 11, 18])
def test_killed_in_the_middle(when: int, clinic: Any, variables: dict[str, str]) -> None:
    """kill -9 under load: what was answered is there, and what is there is whole."""
    with Load(Server(variables), clinic, week=1) as load:
        while len(load.answered) < when:
            assert any(caller.is_alive() for caller in load.callers)
            time.sleep(0.005)
    check_whole()
    assert set(load.answered) <= set(Appointment.objects.values_list("pk", flat=True))
