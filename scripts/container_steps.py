"""Runs the Dockerfile's steps without Docker and asks the clinic that comes out: `python -m scripts.container_steps`.

What stands in for what: a folder for each stage's root, this machine's Python for the base image, an unprivileged user
for user 10001. Every absolute path of the Dockerfile is looked for below the stage's folder. So this proves that the
steps install, build and start, as such a user, with nothing writable but /data and /tmp. It does not prove the base
image, nor that Docker reads the file as we do. KEEP=1 leaves the folder.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts import dockerfile
from scripts.dockerfile import Stage
from scripts.processes import free_port
from scripts.tree import ROOT

TOP = ("opt", "srv", "data", "build", "tmp")  # what the Dockerfile names below /
UNPRIVILEGED = 65534
START_SECONDS = 120
_FOR_ROOT = ("apt-get", "rm -rf /var/lib/apt", "useradd", "install --directory")
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
# What pip needs to know about this machine.
_KEPT = re.compile(r"PIP_.*|.*_PROXY|SSL_.*|HOME|LANG", re.IGNORECASE)


class Image:
    """The folders of the stages, and what has been found out."""

    def __init__(self, folder: Path, stages: list[Stage]) -> None:
        self.folder, self.stages = folder, stages
        self.copied: list[tuple[str, int]] = []
        self.environment: dict[str, str] = {}

    @property
    def root(self) -> Path:
        """The folder of the last stage."""
        return self._root_of(len(self.stages) - 1)

    def build(self) -> None:
        """All steps, in order. Raises CalledProcessError when one fails."""
        for number, stage in enumerate(self.stages):
            self._build_stage(number, stage)

    def _build_stage(self, number: int, stage: Stage) -> None:
        root = self._root_of(number)
        for name in TOP:
            (root / name).mkdir(mode=0o755, parents=True)
        environment = {"PATH": self._path()}
        place = root
        for word, rest in stage.steps:
            if word == "ENV":
                environment |= dockerfile.variables(self._below(root, rest), environment)
            elif word == "WORKDIR":
                place = Path(self._below(root, rest))
                place.mkdir(parents=True, exist_ok=True)
            elif word == "COPY":
                size = self._copy(root, place, rest)
                if number == len(self.stages) - 1:
                    self.copied.append((rest, size))
            elif word == "RUN":
                self._run(root, place, environment, rest)
        self.environment = environment

    def _copy(self, root: Path, place: Path, rest: str) -> int:
        given = re.fullmatch(r"(?:--from=(\S+) )?(\S+) (\S+)", rest)
        if not given:
            raise ValueError(f"COPY {rest} is not known here")
        source_stage, source, target = given.groups()
        goal = Path(self._below(root, target)) if target.startswith("/") else place / target
        if source_stage:
            names = [stage.name for stage in self.stages]
            shutil.copytree(
                self._below(self._root_of(names.index(source_stage)), source), goal, symlinks=True, dirs_exist_ok=True
            )
            return _size(goal)
        wanted = ROOT / source
        for path in dockerfile.context(ROOT):
            if wanted.is_dir() or path == wanted:
                to = goal / path.relative_to(wanted if wanted.is_dir() else ROOT)
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, to)
        return _size(goal)

    def _run(self, root: Path, place: Path, environment: dict[str, str], rest: str) -> None:
        # For root in an image only: packages of the system, making a user, giving it a folder. Here they exist.
        parts = [part for part in rest.split(" && ") if not part.strip().startswith(_FOR_ROOT)]
        if not parts:
            return
        kept = {name: value for name, value in os.environ.items() if _KEPT.fullmatch(name)}
        command = ["/bin/sh", "-euc", self._below(root, " && ".join(parts))]
        subprocess.run(command, cwd=place, env=kept | environment, check=True)

    def start(self, port: int) -> "subprocess.Popen[bytes]":
        """The entry point with its command, as the unprivileged user."""
        last = self.stages[-1]
        place = Path(self._below(self.root, last.last("WORKDIR")))
        more = {"PORT": str(port), "HOST": "127.0.0.1", "HOME": "/nonexistent", "TMPDIR": str(self.root / "tmp")}
        command = last.command("ENTRYPOINT") + last.command("CMD")
        return subprocess.Popen(command, cwd=place, env=self.environment | more, **as_user())

    def is_healthy(self, port: int) -> bool:
        """Whether the HEALTHCHECK's command says so."""
        command = self.stages[-1].command("HEALTHCHECK")
        environment = self.environment | {"PORT": str(port)}
        run = subprocess.run(command, env=environment, check=False, capture_output=True, **as_user())
        return run.returncode == 0

    def seal(self) -> None:
        """Read-only but for /data and /tmp, which belong to the user; on its way in everybody may pass."""
        for path in [self.root, *self.root.rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~0o222 | 0o444 | (0o111 if path.is_dir() else 0))
        for name in ("data", "tmp"):
            (self.root / name).chmod(0o700)
            if os.geteuid() == 0:
                os.chown(self.root / name, UNPRIVILEGED, UNPRIVILEGED)

    def unseal(self) -> None:
        """So that the folder can be removed."""
        for path in [self.root, *self.root.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)

    def outside_data(self) -> dict[str, tuple[int, int]]:
        """Every file but those of /data and /tmp, with size and time: what a running clinic must not change."""
        kept = (path for name in TOP if name not in {"data", "tmp"} for path in (self.root / name).rglob("*"))
        return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in kept}

    def _root_of(self, number: int) -> Path:
        return self.folder / f"stage{number}"

    def _path(self) -> str:
        # The base image's python, as far as an unprivileged user can reach one here.
        tools = self.folder / "bin"
        if not tools.exists():
            tools.mkdir()
            (tools / "python").symlink_to(reachable_python())
        return f"{tools}:{_SYSTEM_PATH}"

    def _below(self, root: Path, text: str) -> str:
        return re.sub(rf"(?<![\w.])/({'|'.join(TOP)})(?=[/:\s\"]|$)", rf"{root}/\1", text)


def as_user() -> dict[str, Any]:
    """Options of subprocess: another user if we are root, ourselves if not."""
    return {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []} if os.geteuid() == 0 else {}


def reachable_python() -> str:
    """A Python of the image's version that the unprivileged user can start; our own if there is none."""
    for program in (os.path.realpath(sys.executable), "/usr/local/bin/python3.11", "/usr/bin/python3.11"):
        command = [program, "-c", "import venv, ensurepip"]
        try:
            if subprocess.run(command, check=False, cwd="/", capture_output=True, **as_user()).returncode == 0:
                return program
        except OSError:
            continue
    raise SystemExit("No Python 3.11 with venv can be reached by an unprivileged user: apt-get install python3-venv")


def _size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def prove(image: Image) -> None:
    """Start, ask, stop. Raises AssertionError with one sentence."""
    before, port = image.outside_data(), free_port()
    process = image.start(port)
    try:
        began = time.monotonic()
        while not image.is_healthy(port):
            assert process.poll() is None, f"it ended with code {process.returncode}"
            assert time.monotonic() - began < START_SECONDS, "it did not become healthy"
            time.sleep(0.5)
        user = as_user().get("user", os.geteuid())
        print(f"healthy after {time.monotonic() - began:.0f} s, as user {user}")
        page = _get(port, "/first-run/")
        style = re.search(r'href="(/static/[^"]+\.css)"', page)
        assert style and _get(port, style.group(1)), "no style sheet"
        print(f"answers: /healthz {_get(port, '/healthz')}, /first-run/ {len(page)} characters, {style.group(1)}")
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=60)
    assert code == 0, f"asked to stop, it ended with code {code}"
    assert image.outside_data() == before, "something was written outside /data and /tmp"
    data = sorted(path.name for path in (image.root / "data").iterdir())
    print(f"stopped with code 0; wrote nothing outside /data and /tmp; /data holds {', '.join(data)}")


def _get(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        text: str = answer.read().decode()
        return text


def main(_arguments: Sequence[str] = ()) -> int:
    """Build, seal, prove; print what is copied and how large it is."""
    folder = Path(tempfile.mkdtemp(prefix="clinic-container-"))
    folder.chmod(0o755)
    image = Image(folder, dockerfile.parse((ROOT / "Dockerfile").read_text()))
    try:
        image.build()
        for what, size in image.copied:
            print(f"{size / 1e6:7.1f} MB  COPY {what}")
        print(f"{sum(size for _what, size in image.copied) / 1e6:7.1f} MB  copied onto {image.stages[-1].base}")
        image.seal()
        prove(image)
    except (AssertionError, subprocess.CalledProcessError) as error:
        print(f"The container's steps fail: {error}", file=sys.stderr)
        return 1
    finally:
        if os.environ.get("KEEP"):
            print(folder)
        else:
            image.unseal()
            shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
