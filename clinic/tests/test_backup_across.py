"""Real databases, each in a process of its own: from SQLite to the server that the suite runs on, and back."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pymongo
import pytest
from django.conf import settings

from clinic.backup import archive
from clinic.tests.backups import SECRET

pytestmark = pytest.mark.slow

SERVER = next((name for name in ("MONGO_URI", "DATABASE_URL") if os.environ.get(name)), "")
DATABASE = f"backup_{os.getpid()}"
WRITE_MEANWHILE = """
import django
django.setup()
from threading import Thread
from django.db import connection
from clinic.backup.snapshot import one_moment
from core import audit
from core.models import AuditEvent

def write():
    audit.record(None, "test.meanwhile", "test")
    connection.close()

with one_moment():
    before = AuditEvent.objects.count()
    thread = Thread(target=write)
    thread.start()
    thread.join()
    inside = AuditEvent.objects.count()
print(before, inside, AuditEvent.objects.count())
"""


class Clinic:
    """A clinic with a data folder and a database of its own."""

    def __init__(self, folder: Path, database: dict[str, str]) -> None:
        self.folder = folder
        self.folder.mkdir()
        kept = {name: value for name, value in os.environ.items() if name not in {"MONGO_URI", "DATABASE_URL", "DB"}}
        own = {"DATA_DIR": str(folder), "BACKUP_KEY": SECRET, "DJANGO_SETTINGS_MODULE": "clinic.settings"}
        self.environment = kept | own | database
        self.manage("migrate", "-v0")

    def manage(self, *arguments: str) -> str:
        return self.run(str(settings.BASE_DIR / "manage.py"), *arguments)

    def run(self, *arguments: str, code: int = 0) -> str:
        command = [sys.executable, *arguments]
        ended = subprocess.run(
            command, env=self.environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
        )
        assert ended.returncode == code, ended.stderr
        return ended.stderr if code else ended.stdout

    def files(self) -> dict[str, bytes]:
        media = self.folder / "media"
        return {str(path.relative_to(media)): path.read_bytes() for path in media.rglob("*") if path.is_file()}


@pytest.fixture
def server() -> Iterator[dict[str, str]]:
    """A fresh database on the suite's server; none on SQLite, which is its own file."""
    if not SERVER:
        yield {}
        return
    uri = os.environ[SERVER]
    mine = urlunsplit(urlsplit(uri)._replace(path=f"/{DATABASE}"))
    if SERVER == "DATABASE_URL":
        with psycopg.connect(uri, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")
            yield {SERVER: mine}
            connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    else:
        yield {SERVER: mine}
        client: Any = pymongo.MongoClient(uri)
        client.drop_database(DATABASE)
        client.close()


def contents(path: Path) -> dict[str, list[str]]:
    """The rows but backups in the audit; instants to the millisecond as on MongoDB, keys sorted as on PostgreSQL."""
    found: dict[str, list[str]] = {}
    with path.open("rb") as file:
        for part in archive.read(file, SECRET):
            lines = (
                [json.dumps(values, sort_keys=True) for _, values in part.rows()] if part.kind == archive.ROWS else []
            )
            kept = [line for line in lines if "backup." not in line]
            found[part.name] = [re.sub(r"(T\d\d:\d\d:\d\d\.\d{3})\d{3}", r"\1", line) for line in kept]
    return found


def test_a_whole_clinic_moves_to_another_database_and_back(server: dict[str, str], tmp_path: Path) -> None:
    first = Clinic(tmp_path / "first", {})
    first.manage("demo", "--patients", "40")
    (first.folder / "media" / "photos").mkdir(parents=True)
    for number in range(3):
        (first.folder / "media" / "photos" / f"{number}.jpg").write_bytes(os.urandom(700_000))
    second, third = Clinic(tmp_path / "second", server), Clinic(tmp_path / "third", {})
    archives = [tmp_path / f"{name}.backup" for name in ("first", "second", "third")]
    first.manage("backup", "--to", str(archives[0]))
    second.manage("restore", str(archives[0]))
    second.manage("backup", "--to", str(archives[1]))
    third.manage("restore", str(archives[1]))
    third.manage("backup", "--to", str(archives[2]))

    one, two, three = map(contents, archives)
    assert sum(map(len, one.values())) > 2000
    assert one == two == three
    assert first.files() == second.files() == third.files()
    assert len(first.files()) == 3


def with_a_lost_parent(source: Path, path: Path) -> Path:
    """The same backup, but a right belongs to a group that is not there."""
    with source.open("rb") as file, path.open("wb") as target:
        writer = archive.Writer(target, SECRET)
        for part in archive.read(file, SECRET):
            data = b"".join(part.data())
            if part.name == "auth.Group_permissions":
                first = [*json.loads(data.splitlines()[0])]
                first[part.columns.index("group_id")] = 9999
                data = json.dumps(first).encode() + b"\n"
            writer.add(part.kind, part.name, iter([data]), part.columns)
        writer.close()
    return path


@pytest.mark.not_on("mongodb", reason="MongoDB enforces no foreign keys")
def test_rows_whose_parents_are_lost_are_refused_at_the_end(server: dict[str, str], tmp_path: Path) -> None:
    here = Clinic(tmp_path / "here", server)
    here.manage("backup", "--to", str(tmp_path / "a.backup"))
    odd = with_a_lost_parent(tmp_path / "a.backup", tmp_path / "odd.backup")
    said = here.run("manage.py", "restore", str(odd), "--replace", "--yes", code=1)
    assert "point to others that are not in it. Nothing has been changed." in said
    assert len(said.strip().splitlines()) == 1
    here.manage("backup", "--to", str(tmp_path / "b.backup"))
    assert contents(tmp_path / "a.backup") == contents(tmp_path / "b.backup")


def test_a_backup_sees_one_moment_and_nobody_waits_for_it(server: dict[str, str], tmp_path: Path) -> None:
    here: Any = Clinic(tmp_path / "here", server)
    assert here.run("-c", WRITE_MEANWHILE).split() == ["0", "0", "1"]
