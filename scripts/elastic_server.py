"""A real Elasticsearch without Docker: the bare server that its makers publish for tests, fetched by Maven.

It lacks the optional modules (analysis-common, mapper-extras, reindex, painless); `GET /` answers 405.
"""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
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
    """One node without passwords on loopback, which can be killed and frozen.

    Its program lies in `folder`; its data too, unless they are given a folder of their own.
    """

    def __init__(self, folder: Path, port: int, *, data: Path | None = None, megabytes: int = 512) -> None:
        self.folder = folder
        self.port = port
        self.data = data or folder
        self.megabytes = megabytes
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def uri(self) -> str:
        """What to put into ELASTICSEARCH_URL."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, or start it again; returns when it answers. Raises Missing."""
        self._spawn(install(self.folder))
        self._wait()

    def kill(self) -> None:
        """End it as a power cut would."""
        self._signal(signal.SIGKILL)
        if self.process:
            self.process.wait()

    def freeze(self) -> None:
        """It keeps its connections and takes new ones, and answers nobody."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it in order, frozen or not."""
        self.thaw()
        stop([self.process] if self.process else [])

    def lose_everything(self) -> None:
        """While it is not running: its disk is lost."""
        shutil.rmtree(self.data / "data")

    def _signal(self, which: signal.Signals) -> None:
        # The server is a child of the process that we started.
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, which)

    def _spawn(self, home: Path) -> None:
        self.data.mkdir(mode=0o755, parents=True, exist_ok=True)
        _give_away(self.data)
        command = [str(home / "bin" / "elasticsearch"), "-E", "discovery.type=single-node"]
        command += ["-E", "xpack.security.enabled=false", "-E", "network.host=127.0.0.1"]
        command += ["-E", f"http.port={self.port}", "-E", "transport.port=0"]
        command += ["-E", f"path.data={self.data / 'data'}", "-E", f"path.logs={self.data / 'logs'}"]
        # A full disk of a developer's machine is no reason to lock an index.
        command += ["-E", "cluster.routing.allocation.disk.threshold_enabled=false"]
        memory = f"-Xms{self.megabytes}m -Xmx{self.megabytes}m"
        java = {"ES_JAVA_HOME": str(java_home()), "ES_JAVA_OPTS": memory, "HOME": str(self.data)}
        # env, because the process takes no environment of its own.
        command = ["env", *(f"{name}={value}" for name, value in java.items()), *command]
        with (self.data / "server.log").open("ab") as log:
            self.process = spawn(command, log, user=_user())

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process and self.process.poll() is None:
            try:
                # Yellow: every shard that there was before answers again.
                ready = f"{self.uri()}/_cluster/health?wait_for_status=yellow&timeout=5s"
                with urllib.request.urlopen(ready, timeout=10):  # noqa: S310 - our own
                    return
            except OSError:
                time.sleep(0.5)
        raise TimeoutError(f"Elasticsearch did not start; see {self.data / 'server.log'}.")


def install(folder: Path) -> Path:
    """Have the program in this folder; where it is. Raises Missing."""
    java_home()
    home = folder / f"elasticsearch-{VERSION}"
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may want it at once
        if not (home / "bin" / "elasticsearch").exists():
            archive = _fetched(folder)
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(folder)
            archive.unlink()
            for program in (home / "bin").iterdir():
                program.chmod(0o755)
            _give_away(home)
    return home


def program_folder(under: Path) -> Path:
    """Where the program is kept: a server's own user, who runs it when we are root, may not enter our folders."""
    return Path("/var/tmp/clinic-elasticsearch") if os.geteuid() == 0 else under  # noqa: S108


def _give_away(folder: Path) -> None:
    if user := _user():  # it refuses to run as root
        subprocess.run(["chown", "-R", user, str(folder)], check=True)


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


if __name__ == "__main__":  # fetch it, so that the tests find it
    try:
        print(install(program_folder(Path(__file__).resolve().parent.parent / "var" / "services" / "elasticsearch")))
    except Missing as missing:
        sys.exit(f"Without Elasticsearch: {missing}")
