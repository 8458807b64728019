"""A real redis-server, which can be killed and frozen."""

import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Self

import redis

from scripts.processes import START_SECONDS, Missing, private, spawn, stop


class Redis:
    """One redis-server with a password made at the first start; `durable` keeps its data over a restart."""

    def __init__(self, folder: Path, port: int, *, durable: bool = True) -> None:
        self.folder = folder
        self.port = port
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def uri(self, database: int = 0) -> str:
        """What to put into REDIS_URL."""
        return f"redis://:{self._password()}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it, or start it again; returns when it answers."""
        program = shutil.which("redis-server")
        if not program:
            raise Missing("redis-server is missing: apt-get install redis-server (or your system's package).")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "redis.log").open("ab") as log:
            self.process = spawn([program, str(self._settings())], log)
        self._wait()

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def freeze(self) -> None:
        """It keeps its connections and takes new ones, and answers nobody."""
        if self.process:
            self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self.process:
            self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it in order, frozen or not."""
        self.thaw()
        stop([self.process] if self.process else [])

    def _settings(self) -> Path:
        # In a file, because everybody sees the command line.
        lines = ["bind 127.0.0.1", f"port {self.port}", f"dir {self.folder}", f"requirepass {self._password()}"]
        lines += ["save ''", f"appendonly {'yes' if self.durable else 'no'}"]
        return private(self.folder / "redis.conf", "\n".join(lines))

    def _password(self) -> str:
        path = self.folder / "password"
        return (path if path.exists() else private(path, secrets.token_urlsafe(24))).read_text()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process and self.process.poll() is None:
            try:
                with redis.Redis.from_url(self.uri(), socket_timeout=START_SECONDS) as client:
                    client.ping()
                return
            except redis.ConnectionError:
                time.sleep(0.05)
        raise TimeoutError(f"redis-server did not start; see {self.folder / 'redis.log'}.")
