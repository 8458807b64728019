"""Booking on the databases that are servers: the race is won once, and a fail-over loses nothing."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections

from appointments import actions
from appointments.models import Appointment, Claim
from appointments.tests.desk import book, check_claims, monday
from appointments.tests.served import furnish
from core.errors import Refused
from scripts import services

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.not_on("sqlite", reason="appointments/tests/test_race.py races on a SQLite file"),
]


def at_once(works: list[Any]) -> Counter[str]:
    """Run all of them at the same moment, each in a thread with a connection of its own."""
    gate = threading.Barrier(len(works))

    def run(work: Any) -> str:
        gate.wait()
        try:
            work()
        except Refused as refused:
            return refused.code
        finally:
            connection.close()
        return "won"

    with ThreadPoolExecutor(len(works)) as pool:
        return Counter(pool.map(run, works))


@pytest.mark.parametrize("callers", [8, 32])
def test_one_of_many_wins(callers: int) -> None:
    rita, (dana, _), patients = furnish(patients=2)
    won = at_once([lambda: book(rita, patients[0], dana, monday(9))] * callers)
    assert won == {"won": 1, "slot_taken": callers - 1}
    check_claims()


def test_disjoint_bookings_all_win() -> None:
    rita, doctors, patients = furnish(patients=16)

    def wants(n: int) -> Any:
        return lambda: book(rita, patients[n], doctors[n % 2], monday(8 + n // 2), "ADJ")

    assert at_once([wants(n) for n in range(16)]) == {"won": 16}
    check_claims()


def test_cancel_and_book_meet() -> None:
    rita, (dana, _), patients = furnish(patients=9)
    first = book(rita, patients[8], dana, monday(9))
    works: list[Any] = [lambda: actions.cancel(by=rita, appointment=first)]
    works += [lambda n=n: book(rita, patients[n], dana, monday(9)) for n in range(8)]
    won = at_once(works)
    assert won["won"] in {1, 2}  # the cancellation, and at most one booking after it
    assert won["won"] + won["slot_taken"] == 9
    check_claims()


class TestFailOver:
    """The primary of three nodes is killed while people book."""

    @pytest.fixture
    def cluster(self, tmp_path: Any) -> Iterator[services.MongoReplicaSet]:
        if connection.vendor != "mongodb":
            pytest.skip("a MongoDB replica set: DB=mongo pytest")
        nodes = services.MongoReplicaSet(tmp_path, [services.free_port() for _ in range(3)])
        with nodes, _instead(nodes.uri("clinic")):
            yield nodes

    def test_what_was_answered_is_there_once(self, cluster: services.MongoReplicaSet) -> None:
        rita, doctors, patients = furnish(patients=8)
        answered: list[str] = []
        busy: list[str] = []
        once = threading.Lock()

        def works(n: int) -> None:
            for step in range(63):  # 8 callers, 504 visits; each caller has a week, each visit an hour of its own
                start = monday(8 + step % 9, weeks=1 + n) + timedelta(days=step // 9)
                try:
                    answered.append(book(rita, patients[n], doctors[n % 2], start, "OBS").pk)
                except OperationalError:
                    busy.append(f"{n}/{step}")
                if len(answered) >= 100 and once.acquire(blocking=False):
                    cluster.kill(cluster.primary())
            connection.close()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(works, range(8)))
        present = list(Appointment.objects.values_list("pk", "patient_id", "start"))
        assert set(answered) <= {pk for pk, _, _ in present}
        assert len({(patient, start) for _, patient, start in present}) == len(present)
        assert 504 == len(answered) + len(busy) >= len(present) >= len(answered) > 400
        assert set(Claim.objects.values_list("appointment_id", flat=True)) <= {pk for pk, _, _ in present}
        check_claims()


@contextmanager
def _instead(uri: str) -> Iterator[None]:
    """Django works on another server."""
    before, kept = connections["default"], dict(connections.settings["default"])
    pools = type(before)._connection_pools  # type: ignore[attr-defined]
    pool = pools.pop("default")
    del connections["default"]
    connections.settings["default"] |= {"HOST": uri, "NAME": "clinic"}
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connections["default"].close_pool()  # type: ignore[attr-defined]
        connections.settings["default"] |= kept
        connections["default"] = before
        pools["default"] = pool
