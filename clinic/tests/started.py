"""Whole processes for the tests: `manage.py serve` with a role, and nginx in front as docs/operations.md writes it."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from django.conf import settings

from scripts.processes import free_port, spawn, stop

START_SECONDS = 120


class Serving:
    """`manage.py serve` in a process of its own; `said` is everything it has printed."""

    output: Path
    process: "subprocess.Popen[bytes]"

    def launch(self, variables: dict[str, str], *arguments: str) -> None:
        """Start it with these variables and none of the tests' own."""
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", *arguments],
                cwd=settings.BASE_DIR,
                env=kept | {"HOST": "127.0.0.1", "DEMO": "0"} | variables,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def said(self) -> str:
        return self.output.read_text()

    def until(self, words: str) -> Self:
        """Wait until it says so."""
        deadline = time.monotonic() + START_SECONDS
        while words not in self.said:
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)
        return self


def ask(port: int, path: str, token: str = "") -> tuple[int, str]:
    """Status and body of one GET."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


class Started(Serving):
    """`manage.py serve --only ROLE` on a free port."""

    def __init__(self, role: str, folder: Path, variables: dict[str, str]) -> None:
        self.port = free_port()
        self.output = folder / f"output-{self.port}"
        self.launch({"PORT": str(self.port)} | variables, *(["--only", role] if role else []))

    def get(self, path: str, token: str = "") -> tuple[int, str]:
        """Status and body."""
        return ask(self.port, path, token)

    def kill_web_server(self) -> None:
        """kill -9 of gunicorn and its workers, all at once."""
        os.killpg(self._children(self.process.pid)[0], signal.SIGKILL)

    def kill_a_worker(self) -> None:
        """kill -9 of one of gunicorn's workers."""
        master = self._children(self.process.pid)[0]
        os.kill(self._children(master)[0], signal.SIGKILL)

    @staticmethod
    def _children(parent: int) -> list[int]:
        lines = subprocess.check_output(["ps", "-A", "-ww", "-o", "ppid=,pid=,args="], text=True)
        return [int(pid) for pid in re.findall(rf"^ *{parent} +(\d+) .*gunicorn", lines, re.MULTILINE)]

    def end(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(timeout=60)


class Nginx:
    """Debian's nginx with the server block of the manual, its addresses and certificate left out."""

    def __init__(self, folder: Path, backends: list[int]) -> None:
        self.port = free_port()
        page = (Path(settings.BASE_DIR) / "docs" / "operations.md").read_text()
        block = re.search(r"```nginx\n(.*?)```", page, re.DOTALL).group(1)
        for example, port in zip(["10.0.0.11:5000", "10.0.0.12:5000"], backends, strict=True):
            assert example in block
            block = block.replace(example, f"127.0.0.1:{port}")
        block = block.replace("listen 443 ssl;", f"listen 127.0.0.1:{self.port};")
        block = re.sub(r"^ *ssl_.*\n", "", block, flags=re.MULTILINE)
        kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        places = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
        user = "user root;\n" if os.geteuid() == 0 else ""
        config = folder / "nginx.conf"
        config.write_text(
            f"{user}daemon off;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log;\nworker_processes 1;\n"
            f"events {{}}\nhttp {{\naccess_log off;\n{places}{block}}}\n"
        )
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
        assert program, "install nginx"
        self._log = (folder / "nginx.out").open("wb")
        self.process = spawn([program, "-p", str(folder), "-c", str(config)], self._log)

    def __enter__(self) -> "Nginx":
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError, http.client.HTTPException):
                if self.call("GET", "/healthz")[0] == 200:
                    return self
            time.sleep(0.1)
        raise AssertionError("nginx did not start")

    def __exit__(self, *_: object) -> None:
        stop([self.process])
        self._log.close()

    def call(self, method: str, path: str, body: Any = None, token: str = "", **headers: str) -> tuple[int, Any]:
        """Status and JSON of one call."""
        caller = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        headers |= {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        try:
            caller.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = caller.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if answer.headers.get_content_type() == "application/json" else None
        finally:
            caller.close()
