"""Screens that ask at the same moment share one drawing, and nothing of it is kept."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import pytest

from accounts.models import User
from appointments.board import sharing
from appointments.board.sharing import Drawn, Read, draw


def test_who_asks_at_the_same_moment_is_answered_by_one_drawing(rf: Any) -> None:
    users = [User(name="Rita"), User(name="Nina")]
    asked, may_go_on = threading.Barrier(2), threading.Event()
    reads = []

    def read() -> Read:
        reads.append(1)
        may_go_on.wait(10)
        return Read({"lanes": ""}, "7")

    def ask(user: User) -> Drawn:
        asked.wait(10)
        return draw("appointments/board/_waiting_lanes.html", "here", "7", user, read)

    with (
        patch.object(sharing, "_sees", lambda user: ("the same",)),
        patch.object(sharing, "_draw", lambda template, found: Drawn(f"<b>{sharing._TOKEN}</b>", found.stamp, None)),
        ThreadPoolExecutor(2) as pool,
    ):
        drawn = [pool.submit(ask, user) for user in users]
        while not reads:
            time.sleep(0.01)
        time.sleep(0.2)  # the other one waits for it
        may_go_on.set()
        first, second = (one.result() for one in drawn)
    assert first is second and len(reads) == 1
    # Each gets it with the token of the own session, and nothing of it stays.
    pages = {first.for_session(rf.get("/")) for _browser in range(2)}
    assert len(pages) == 2 and not any(sharing._TOKEN in page for page in pages)
    assert not sharing._under_way


def test_a_drawing_that_fails_fails_for_all_and_is_tried_again() -> None:
    def fail() -> Read:
        raise LookupError

    with patch.object(sharing, "_sees", lambda user: ("the same",)):
        for _try in range(2):
            with pytest.raises(LookupError):
                draw("appointments/board/_wall_lanes.html", "here", "7", User(), fail)
    assert not sharing._under_way
