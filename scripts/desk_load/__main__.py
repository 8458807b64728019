"""`python -m scripts.desk_load`: ten boards and ten schedules poll while two people make 300 changes.

Says how soon every screen was right, whether any change was lost, and what a poll costs.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from scripts.benchmark.databases import NOT_OURS, database
from scripts.desk_load.people import Browser, Poll, Screen, Tapper
from scripts.processes import free_port, spawn, stop
from scripts.services import ROOT

RIGHT_WITHIN = 5.0
_COMMIT = 0.5  # a step is dated before it is committed


def main() -> int:
    """Rehearse, print, fail if a screen was late or a change lost."""
    parser = argparse.ArgumentParser(prog="python -m scripts.desk_load", description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgres", "mongo"], default="sqlite")
    parser.add_argument("--screens", type=int, default=10, help="boards, and as many schedules")
    parser.add_argument("--visits", type=int, default=80, help="open visits besides the demo clinic's own")
    parser.add_argument("--changes", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=3, help="between two polls of one screen")
    parser.add_argument("--gap", type=float, default=1, help="seconds between two taps of one person")
    given = parser.parse_args()
    with database(given.database) as variables:
        environment = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        environment |= variables | {"DJANGO_SETTINGS_MODULE": "clinic.settings", "DEMO": "0", "PORT": str(free_port())}
        return rehearse(given, environment)


def rehearse(given: argparse.Namespace, environment: dict[str, str]) -> int:
    """One clinic, its screens and its people."""
    made = ask_clinic(environment, "fill", str(given.visits), str(2 * given.screens + 2))
    log_path = Path(environment["DATA_DIR"]) / "server.log"
    port = int(environment["PORT"])
    with serving(environment, log_path):
        started = datetime.now(UTC)
        screens, tappers = work(given, made, port)
    steps = [
        (datetime.fromisoformat(at).timestamp(), visit, status)
        for at, visit, status in ask_clinic(environment, "history", started.isoformat())
    ]
    delays = {screen.address.split("/")[1]: [0.0] for screen in screens}
    for screen in screens:
        delays[screen.address.split("/")[1]] += how_late(screen, steps)
    taps = Counter(tap for tapper in tappers for tap in tapper.done)
    lost = taps - Counter((visit, status) for _at, visit, status in steps)
    unasked = Counter((visit, status) for _at, visit, status in steps) - taps
    print_table(screens, log_path)
    refused = sum(len(tapper.refused) for tapper in tappers)
    print(
        f"\n{taps.total()} changes, {refused} taps refused because somebody was quicker; lost {lost.total()}, "
        f"unasked {unasked.total()}."
    )
    for kind, seconds in delays.items():
        print(f"Every {kind} right after {statistics.median(seconds):.1f} s (median), {max(seconds):.1f} s at most.")
    return int(bool(lost or unasked or max(map(max, delays.values())) > RIGHT_WITHIN))


def ask_clinic(environment: dict[str, str], *task: str) -> Any:
    """What the clinic's own process says."""
    command = [sys.executable, "-m", "scripts.desk_load.clinic", *task]
    return json.loads(subprocess.check_output(command, cwd=ROOT, env=environment, text=True))


@contextmanager
def serving(environment: dict[str, str], log_path: Path) -> Iterator[None]:
    """The clinic as a person starts it, open; its log is shown if it does not open."""
    os.environ.update(environment)
    with log_path.open("wb") as log:
        process = spawn([sys.executable, str(ROOT / "manage.py"), "serve"], log)
    try:
        _wait(int(environment["PORT"]))
        yield
    except TimeoutError:
        print(log_path.read_text(), file=sys.stderr)
        raise
    finally:
        stop([process])


def _wait(port: int) -> None:
    for _try in range(120):
        try:
            urlopen(f"http://127.0.0.1:{port}/readyz").close()
            return
        except OSError:
            time.sleep(0.5)
    raise TimeoutError("the clinic did not open")


def work(given: argparse.Namespace, made: dict[str, Any], port: int) -> tuple[list[Screen], list[Tapper]]:
    """Let all of them work until the changes are made and every screen has had the time to be right."""
    browsers = [Browser(port, cookie) for cookie in made["cookies"]]
    where = f"location={made['location']}"
    day = datetime.now().astimezone().date()
    addresses = [f"/board/?{where}", f"/schedule/{day}/?{where}"] * given.screens
    screens = [Screen(browser, address, given.seconds) for browser, address in zip(browsers, addresses, strict=False)]
    tappers = [Tapper(browser, f"/board/?{where}", seed) for seed, browser in enumerate(browsers[-2:])]
    over, changes = threading.Event(), threading.Semaphore(given.changes)
    with ThreadPoolExecutor(len(browsers)) as pool:
        watching = [pool.submit(screen.run, over) for screen in screens]
        time.sleep(given.seconds + 1)
        tapping = [pool.submit(tapper.run, changes, given.gap) for tapper in tappers]
        try:
            for tapper_done in tapping:
                tapper_done.result()
            time.sleep(2 * RIGHT_WITHIN)
        finally:
            over.set()
        for watched in watching:
            watched.result()
    return screens, tappers


def how_late(screen: Screen, steps: list[tuple[float, str, str]]) -> list[float]:
    """For every change: seconds until the screen showed it, or what came after it."""
    by_visit: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for at, visit, status in steps:
        by_visit[visit].append((at, status))
    return [
        _delay(screen.polls, visit, at, {status for _at, status in own[place:]})
        for visit, own in by_visit.items()
        for place, (at, _status) in enumerate(own)
    ]


def _delay(polls: list[Poll], visit: str, at: float, right: set[str]) -> float:
    for poll in polls:
        if poll.answered >= at and poll.shown.get(visit) in right:
            return poll.answered - at
    return float("inf")


def print_table(screens: list[Screen], log_path: Path) -> None:
    """What the polls cost, as docs/benchmarks.md has it."""
    lines = [json.loads(line) for line in log_path.read_text().splitlines() if line.startswith("{")]
    asked = [line for line in lines if line.get("event") == "request" and line["method"] == "GET"]
    print("| | Polls | Bytes (median) | Queries (most) | ms on the server (median, 95 %) |")
    print("|---|---:|---:|---:|---:|")
    polls = [poll for screen in screens for poll in screen.polls]
    for title, kind, status, routes in [
        ("Unchanged (304)", None, 304, None),
        ("Board, changed", True, 200, "board/"),
        ("Schedule, changed", False, 200, "schedule/<day:day>/"),
    ]:
        own = [p for screen in screens if kind in (None, screen.is_board) for p in screen.polls if p.status == status]
        served = [line for line in asked if line["status"] == status and routes in (None, line["route"])]
        times = sorted(line["ms"] for line in served) or [0]
        size = round(statistics.median(poll.size for poll in own)) if own else 0
        most = max((line["queries"] for line in served), default=0)
        slow = times[-(len(times) // 20) - 1]
        print(f"| {title} | {len(own)} | {size} | {most} | {statistics.median(times):.0f}, {slow} |")
    gaps = [after.asked - before.asked for screen in screens for before, after in pairwise(screen.polls)]
    print(
        f"\n{len(polls)} polls, one per screen every {statistics.mean(gaps):.1f} s; other answers: "
        f"{dict(Counter(poll.status for poll in polls if poll.status not in (200, 304)))}"
    )


if __name__ == "__main__":
    sys.exit(main())
