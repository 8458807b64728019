"""Keeps the web server and the job worker running as one: both, or neither."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any

GRACE_SECONDS = 25  # the web server ends its requests within 20
_TICK_SECONDS = 0.2
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Service:
    """One process to run; `stop` is the signal that lets it finish what it has in hand."""

    command: list[str]
    stop: signal.Signals = signal.SIGTERM


@dataclass(frozen=True)
class Fallen:
    """A service that ended though nobody asked; `code` is negative for a signal, as in subprocess."""

    name: str
    code: int

    def __str__(self) -> str:
        how = f"was killed by {signal.Signals(-self.code).name}" if self.code < 0 else f"ended with code {self.code}"
        return f"The {self.name} {how}."


class Supervisor:
    """Starts services and watches them. Use it in the main thread: it takes over SIGINT and SIGTERM."""

    def __init__(self, services: Mapping[str, Service], log: IO[Any] | None = None) -> None:
        self._services = services
        self._log = log
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._asked = 0
        self.fallen: Fallen | None = None

    def start(self) -> None:
        """Start every service in a session of its own, so that Ctrl-C reaches only us."""
        signal.signal(signal.SIGINT, self._ask)
        signal.signal(signal.SIGTERM, self._ask)
        for name, service in self._services.items():
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own commands
                service.command,
                stdout=self._log,
                stderr=self._log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )

    def watch(self, done: Callable[[], bool] = lambda: False) -> bool:
        """Wait. True once `done` says so; False when a service fell or somebody asked us to stop."""
        while not self._asked and self.fallen is None:
            if done():
                return True
            time.sleep(_TICK_SECONDS)
            self._look()
        return False

    def stop(self) -> None:
        """Let every service finish; after the grace time, or when asked a second time, end it at once."""
        deadline = time.monotonic() + GRACE_SECONDS
        for name, process in self._alive().items():
            process.send_signal(self._services[name].stop)
        while self._alive() and time.monotonic() < deadline and self._asked < 2:
            time.sleep(_TICK_SECONDS)
        for process in self._running.values():
            # A killed web server leaves its workers behind: they are in its group.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _look(self) -> None:
        for name, process in self._running.items():
            if (code := process.poll()) is not None and self.fallen is None:
                self.fallen = Fallen(name, code)

    def _alive(self) -> dict[str, subprocess.Popen[bytes]]:
        return {name: process for name, process in self._running.items() if process.poll() is None}

    def _ask(self, _signal: int, _frame: object) -> None:
        self._asked += 1


def _die_with_parent() -> None:
    # A supervisor that is killed cannot stop anybody: the kernel tells its children.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
