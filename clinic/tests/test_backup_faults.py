"""What can go wrong with a backup or a restore: one clear line, and nothing half-done."""

import errno
import json
import os
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import User
from clinic.backup import archive, dump, media, schema, tables, target
from clinic.tests import backups
from clinic.tests.backups import PHOTO, SECRET, backup, refusal, replace, restore, rows, stored, written
from core import audit
from core.models import AuditEvent
from patients.models import Patient

pytestmark = pytest.mark.django_db

own_folder, clinic, made = backups.own_folder, backups.clinic, backups.made


def full_disk(*_args: Any, **_options: Any) -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if "backup" in path.name]


def test_a_full_disk_leaves_no_backup(clinic: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", full_disk)
    assert (
        refusal(lambda: backup(tmp_path / "a.backup"))
        == f"{tmp_path}/a.backup cannot be written: No space left on device."
    )
    assert leftovers(tmp_path) == []


def test_a_read_only_folder_is_named_as_the_reason(clinic: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_args: Any) -> NoReturn:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", read_only)
    assert "Read-only file system" in refusal(backup)


def test_a_file_in_the_place_of_the_folder(clinic: Patient, tmp_path: Path) -> None:
    (tmp_path / "disk").write_text("no folder")
    assert "disk/a.backup cannot be written: File exists" in refusal(lambda: backup(tmp_path / "disk" / "a.backup"))


def test_a_backup_is_never_written_over(made: Path) -> None:
    content = made.read_bytes()
    assert "there already" in refusal(lambda: backup(made))
    assert made.read_bytes() == content


def test_no_audit_row_no_backup(clinic: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_options: Any) -> NoReturn:
        raise OperationalError("gone")

    monkeypatch.setattr(audit, "record", fail)
    refusal(lambda: backup(tmp_path / "a.backup"))
    assert leftovers(tmp_path) == []


def test_a_stopped_backup_leaves_no_file(clinic: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_args: Any) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(dump, "_files", stop)
    with pytest.raises(CommandError, match="No backup has been made"):
        backup(tmp_path / "a.backup")
    assert leftovers(tmp_path) == []


def test_a_storage_that_fails_is_named(clinic: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class EndpointConnectionError(Exception):
        """As the libraries of object storages raise."""

    def fail(_self: Any, _folder: str) -> NoReturn:
        raise EndpointConnectionError("https://bucket.example/photos/secret.jpg")

    monkeypatch.setattr(FileSystemStorage, "listdir", fail)
    said = refusal(lambda: backup(tmp_path / "a.backup"))
    assert said == "The storage of uploaded files fails: EndpointConnectionError."


def test_a_wrong_key(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_KEY", SECRET[::-1])
    assert "another BACKUP_KEY" in refusal(lambda: replace(made))


def test_no_key_at_all_and_none_is_made(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BACKUP_KEY")
    assert "BACKUP_KEY is not given" in refusal(lambda: replace(made))
    assert not (made.parent / "backup_key").exists()


def test_a_weak_key_is_refused(clinic: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_KEY", "correct horse")
    with pytest.raises(SystemExit, match="BACKUP_KEY: use at least 32"):
        backup()


def test_a_missing_file(tmp_path: Path) -> None:
    assert "No such file" in refusal(lambda: restore(tmp_path / "none.backup"))


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.999])
def test_a_backup_cut_short_changes_nothing(made: Path, share: float) -> None:
    before = rows()
    content = made.read_bytes()
    made.write_bytes(content[: int(len(content) * share)])
    refusal(lambda: replace(made))
    assert rows() == before


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9999])
def test_an_altered_backup_changes_nothing(made: Path, share: float) -> None:
    before = rows()
    content = bytearray(made.read_bytes())
    content[int(len(content) * share)] ^= 0x20
    made.write_bytes(content)
    assert "altered" in refusal(lambda: replace(made))
    assert "altered" in refusal(lambda: restore(made, "--dry-run"))
    assert rows() == before


def test_a_backup_of_a_newer_clinic(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = schema._migrations()
    monkeypatch.setattr(schema, "_migrations", lambda: mine - {"core.0001_initial"})
    assert "newer version of the clinic (1.0.0)" in refusal(lambda: replace(made))


def test_a_backup_of_an_older_clinic(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = schema._migrations()
    monkeypatch.setattr(schema, "_migrations", lambda: mine | {"core.0099_next"})
    assert "older than 1 changes" in refusal(lambda: restore(made, "--dry-run"))


def test_a_database_without_its_migrations(made: Path) -> None:
    recorder = MigrationRecorder(connection)
    newest = MigrationLoader(connection).graph.leaf_nodes("core")[0]
    recorder.record_unapplied(*newest)
    try:
        assert "manage.py migrate" in refusal(lambda: replace(made))
        assert "manage.py migrate" in refusal(lambda: backup(made.with_name("b.backup")))
    finally:
        recorder.record_applied(*newest)


def test_a_clinic_in_use_is_not_touched(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows()
    assert "--replace deletes" in refusal(lambda: restore(made))
    monkeypatch.setattr("sys.stdin", StringIO())
    assert "--yes" in refusal(lambda: restore(made, "--replace"))
    assert rows() == before


def test_replacing_waits_for_the_word(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _prompt: "yes")
    assert refusal(lambda: restore(made, "--replace")) == target.UNCHANGED
    monkeypatch.setattr("builtins.input", lambda _prompt: "replace")
    assert "Restored" in restore(made, "--replace")


def test_a_table_that_does_not_fit(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    about = json.dumps(schema.about()).encode()
    odd = written(made.with_name("odd.backup"), ("about", "", about, None), ("rows", "core.Odd", b"[1]\n", ["id"]))
    assert "core.Odd does not fit" in refusal(lambda: replace(odd))
    assert "core.Odd does not fit" in refusal(lambda: restore(odd, "--dry-run"))


def _with_two_of_one_email(path: Path) -> Path:
    people = b"".join(tables.lines(User, lambda _rows: None)).splitlines()
    twice = [json.loads(people[0]), json.loads(people[1])]
    at = tables.columns(User).index("email")
    twice[1][at] = twice[0][at]
    lines = b"".join(json.dumps(one).encode() + b"\n" for one in twice)
    about = json.dumps(schema.about()).encode()
    return written(path, ("about", "", about, None), ("rows", "accounts.User", lines, tables.columns(User)))


def _assert_nothing_half_done(before: Any, said: str) -> None:
    if connection.vendor == "mongodb":
        assert "empty" in said and "again with --replace" in said
        assert target.is_incomplete()
        assert not User.objects.exists() and not Patient.objects.exists()
    else:
        assert said.endswith(target.UNCHANGED)
        assert rows() == before


def test_rows_that_contradict_each_other(made: Path) -> None:
    before = rows()
    twice = _with_two_of_one_email(made.with_name("twice.backup"))
    said = refusal(lambda: replace(twice))
    assert "accounts.User do not fit together" in said and "@" not in said
    _assert_nothing_half_done(before, said)


def test_a_disk_that_fills_in_the_middle(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows()
    default_storage.delete(PHOTO)
    real = media.Incoming.put

    def put(self: media.Incoming, name: str, data: Any) -> None:
        real(self, name, data)
        full_disk()

    with monkeypatch.context() as patched:
        patched.setattr(media.Incoming, "put", put)
        said = refusal(lambda: replace(made))
    assert "No space left on device" in said
    assert stored() == {}
    _assert_nothing_half_done(before, said)
    replace(made)
    assert rows() == before
    assert not target.is_incomplete()


def test_somebody_who_goes_on_writing_is_noticed(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows()

    def late(*_args: Any) -> None:
        Patient.objects.create(given_name="Late", family_name="Comer", birth_date="2012-01-01", chart_number="L1")

    monkeypatch.setattr(target, "set_counters_right", late)
    said = refusal(lambda: replace(made))
    assert "is the clinic running?" in said
    _assert_nothing_half_done(before, said)


def test_a_half_restored_clinic_gives_no_backup(clinic: Patient) -> None:
    AuditEvent.objects.create(event=target.BEGAN, source="command", object_type="backup")
    assert refusal(backup) == target.INCOMPLETE


def test_an_empty_clinic_can_be_backed_up_and_restored(tmp_path: Path, db: None) -> None:
    backup(tmp_path / "a.backup")
    AuditEvent._base_manager.all()._raw_delete("default")
    restore(tmp_path / "a.backup")
    assert not Patient.objects.exists()


def test_the_commands_end_with_exit_code_one(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as error:
        call_command("restore", str(tmp_path / "none.backup"))
    assert error.value.returncode == 1


def test_files_of_a_name_that_leads_out_of_the_storage(made: Path) -> None:
    about = json.dumps(schema.about()).encode()
    bad = written(made.with_name("bad.backup"), ("about", "", about, None), (archive.FILE, "../../x", b"x", None))
    refusal(lambda: replace(bad))
    assert not (made.parent.parent / "x").exists()
    default_storage.save("photos/fine.jpg", ContentFile(b"x"))
