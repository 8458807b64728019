"""Starting and stopping a server's process, for `scripts.services` and what it starts."""

import ctypes
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO, Any

START_SECONDS = 30


class Missing(Exception):
    """A server's program is not on this machine; the message says how to get it."""


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def private(path: Path, text: str) -> Path:
    """Write a file that only its owner can read."""
    path.touch(mode=0o600)
    path.write_text(text)
    return path


def spawn(command: list[str], log: IO[bytes], user: str | None = None) -> "subprocess.Popen[bytes]":
    """Start a server that ends with us; what it says goes into the log."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        user=user,
        start_new_session=True,  # Ctrl-C reaches us only; we stop them in order
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )


def _die_with_parent() -> None:
    # A test run that is killed leaves no server behind.
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def stop(processes: Any, how: signal.Signals = signal.SIGTERM) -> None:
    """Ask all of them to end, and wait; kill who does not within 20 seconds."""
    running = [process for process in processes if process.poll() is None]
    for process in running:
        process.send_signal(how)
    for process in running:
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
