"""A real Elasticsearch without Docker: the bare server that its makers publish for tests, fetched by Maven.

It lacks the optional modules (analysis-common, mapper-extras, reindex, painless); `GET /` answers 405.
"""

import os
import pwd
import shutil
import subprocess
import time
import urllib.request
import zipfile
from pathlib import Path
from typing import Self

from scripts.processes import Missing, spawn, stop

VERSION = "9.1.4"  # the newest that Maven Central has as an archive
OLDEST_JAVA = 21
START_SECONDS = 120  # a Java server on a busy machine
_ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"


class Elasticsearch:
    """One node without passwords on loopback; its program and data lie in `folder`."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        home = self._install()
        command = [str(home / "bin" / "elasticsearch"), "-E", "discovery.type=single-node"]
        command += ["-E", "xpack.security.enabled=false", "-E", "network.host=127.0.0.1"]
        command += ["-E", f"http.port={self.port}", "-E", "transport.port=0"]
        command += ["-E", f"path.data={self.folder / 'data'}", "-E", f"path.logs={self.folder / 'logs'}"]
        java = {"ES_JAVA_HOME": str(java_home()), "ES_JAVA_OPTS": "-Xms512m -Xmx512m", "HOME": str(self.folder)}
        # env, because the process takes no environment of its own.
        command = ["env", *(f"{name}={value}" for name, value in java.items()), *command]
        with (self.folder / "server.log").open("ab") as log:
            self.process = spawn(command, log, user=_user())
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        stop([self.process] if self.process else [])

    def uri(self) -> str:
        """What to put into ELASTICSEARCH_URL."""
        return f"http://127.0.0.1:{self.port}"

    def _install(self) -> Path:
        home = self.folder / f"elasticsearch-{VERSION}"
        if not (home / "bin" / "elasticsearch").exists():
            self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            archive = _fetched(self.folder)
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(self.folder)
            archive.unlink()
            for program in (home / "bin").iterdir():
                program.chmod(0o755)
        if user := _user():  # it refuses to run as root
            subprocess.run(["chown", "-R", user, str(self.folder)], check=True)
        return home

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.uri()}/_cluster/health", timeout=5):  # noqa: S310 - our own
                    return
            except OSError:
                time.sleep(0.5)
        raise TimeoutError(f"Elasticsearch did not start; see {self.folder / 'server.log'}.")


def java_home() -> Path:
    """A Java that the server accepts: ES_JAVA_HOME, or one under /usr/lib/jvm. Raises Missing."""
    if named := os.environ.get("ES_JAVA_HOME"):
        return Path(named)
    for home in sorted(Path("/usr/lib/jvm").glob("*"), reverse=True):
        if (home / "bin" / "java").exists() and _java_version(home) >= OLDEST_JAVA:
            return home
    raise Missing(f"Java {OLDEST_JAVA} or newer is missing: install one, or name it with ES_JAVA_HOME=/path/to/jdk.")


def _java_version(home: Path) -> int:
    try:
        lines = (home / "release").read_text().splitlines()
    except OSError:
        return 0
    version = next((line.split('"')[1] for line in lines if line.startswith("JAVA_VERSION=")), "0")
    return int(version.split(".")[0])


def _fetched(folder: Path) -> Path:
    program = shutil.which("mvn")
    if not program:
        raise Missing("Elasticsearch is fetched with Maven, which is missing: apt-get install maven.")
    command = [program, "--quiet", "--batch-mode", _COPY, f"-Dartifact={_ARTIFACT}", f"-DoutputDirectory={folder}"]
    if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode:
        raise Missing(f"Elasticsearch {VERSION} could not be fetched with Maven.")
    return folder / f"elasticsearch-{VERSION}.zip"


def _user() -> str | None:
    if os.geteuid():
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "nobody" if "nobody" in names else None
