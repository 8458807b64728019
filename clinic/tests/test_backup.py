"""Backup, destroy, restore: on the database that the suite runs on."""

import re
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command

from accounts.models import ApiSession, User
from clinic.backup import archive, keys, media, tables
from clinic.tests import backups
from clinic.tests.backups import PHOTO, SECRET, backup, destroy, refusal, replace, restore, rows, stored
from core import crypto
from core.models import AuditEvent
from patients.models import MedicalEntry, Patient

pytestmark = pytest.mark.django_db

OTHER_FIELD_KEY = "k2:MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="

own_folder, clinic, made = backups.own_folder, backups.clinic, backups.made


def test_all_rows_and_files_are_back_after_a_loss(made: Path) -> None:
    before, files = rows(), stored()
    assert sum(map(len, before.values())) > 60
    destroy()
    restore(made)
    assert rows() == before
    assert stored() == files
    assert MedicalEntry.objects.get().description == "Latex gloves"


def test_what_came_after_the_backup_is_replaced(made: Path) -> None:
    before = rows()
    Patient.objects.create(given_name="Late", family_name="Comer", birth_date="2012-01-01", chart_number="L1")
    User.objects.filter(email="ada@test.example").update(name="Somebody")
    replace(made)
    assert rows() == before


def test_people_sign_in_anew(made: Path) -> None:
    replace(made)
    assert not Session.objects.exists()
    assert not ApiSession.objects.exists()


def test_no_kept_row_points_to_one_that_is_left_out() -> None:
    for model in tables.kept_tables():
        for field in model._meta.concrete_fields:
            related = field.related_model
            assert related is None or related._meta.label not in tables.LEFT_OUT, field
    labels = {model._meta.label for model in tables.every_table()}
    assert labels >= tables.LEFT_OUT | tables.FILLED_BY_MIGRATIONS


def test_parents_come_first() -> None:
    seen: set[Any] = set()
    for model in tables.every_table():
        seen.add(model)
        assert all(field.related_model in seen for field in model._meta.concrete_fields if field.is_relation)


def test_new_rows_get_numbers_of_their_own(clinic: Patient, tmp_path: Path) -> None:
    Group.objects.create(pk=500, name="volunteers")
    backup(tmp_path / "made.backup")
    replace(tmp_path / "made.backup")
    assert Group.objects.create(name="interns").pk > 500


def test_times_that_a_table_stamps_itself_stay(clinic: Patient, monkeypatch: pytest.MonkeyPatch, made: Path) -> None:
    before = rows()
    field = Patient._meta.get_field("updated_at")
    monkeypatch.setattr(field, "auto_now", True)
    replace(made)
    assert rows() == before
    assert field.auto_now


def test_backup_and_restore_stand_in_the_audit(made: Path) -> None:
    one = AuditEvent.objects.get(event="backup.made")
    assert one.changes["files"] == 1
    replace(made)
    last = AuditEvent.objects.get(event="backup.restored")
    assert last.changes["rows"] == one.changes["rows"]
    assert last.actor_role == "system"


def test_other_field_keys_will_do(made: Path, settings: Any) -> None:
    settings.FIELD_KEYS = OTHER_FIELD_KEY
    crypto._keys.cache_clear()
    try:
        replace(made)
        assert MedicalEntry.objects.get().description == "Latex gloves"
        entry = MedicalEntry.objects.get()
        assert entry.__dict__["description"].startswith("v1:k2:")
    finally:
        crypto._keys.cache_clear()


def test_without_the_field_key_there_is_no_backup(clinic: Patient, settings: Any, tmp_path: Path) -> None:
    settings.FIELD_KEYS = OTHER_FIELD_KEY
    crypto._keys.cache_clear()
    try:
        assert "FIELD_KEYS" in refusal(lambda: backup(tmp_path / "made.backup"))
    finally:
        crypto._keys.cache_clear()
    assert not list(tmp_path.glob("*.backup*")) and not list(tmp_path.glob(".*"))


def test_the_file_is_private_and_tells_nothing(made: Path) -> None:
    assert made.stat().st_mode & 0o777 == 0o600
    content = made.read_bytes()
    assert not any(word in content for word in (b"Lindholm", b"Latex", b"patients.Patient", b"photos"))
    assert not list(made.parent.glob(".*"))


def test_the_output_names_no_patient(clinic: Patient, tmp_path: Path) -> None:
    said = backup(tmp_path / "made.backup") + replace(tmp_path / "made.backup")
    assert not re.search("Pia|Lindholm|Latex|test.example|photos/", said)


def test_a_dry_run_says_what_is_there_and_changes_nothing(made: Path) -> None:
    before = AuditEvent.objects.count()
    said = restore(made, "--dry-run")
    assert re.search(r"patients\.Patient +1\n", said)
    assert re.search(r"uploaded files +1 +9 bytes", said)
    assert "It is whole" in said and "needs --replace" in said
    assert AuditEvent.objects.count() == before


def test_a_key_is_made_once_and_announced(clinic: Patient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("BACKUP_KEY")
    first, second = backup(), backup(tmp_path / "second.backup")
    assert "KEEP A COPY OF IT ELSEWHERE" in first and str(tmp_path / "backup_key") in first
    assert "KEEP A COPY" not in second and "Keep a copy elsewhere" in second
    assert keys.kept_path().stat().st_mode & 0o777 == 0o600
    assert keys.kept_path().read_text().strip() not in first
    assert len(list((tmp_path / "backups").glob("clinic-*Z.backup"))) == 1


def test_a_folder_gets_a_file_with_the_date(clinic: Patient, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    backup(tmp_path / "disk")
    call_command("backup", "--to", f"{tmp_path}/new/", stdout=StringIO())
    assert [path.suffix for path in (tmp_path / "new").iterdir()] == [".backup"]
    assert [path.suffix for path in (tmp_path / "disk").iterdir()] == [".backup"]


def test_a_file_deleted_meanwhile_is_told_of(clinic: Patient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "names", lambda: [PHOTO, "photos/gone.jpg"])
    assert "1 files were deleted while" in backup(tmp_path / "made.backup")


def test_a_changed_file_is_put_right(made: Path) -> None:
    before = stored()
    default_storage.delete(PHOTO)
    default_storage.save(PHOTO, ContentFile(b"spoilt"))
    default_storage.save("photos/other.jpg", ContentFile(b"later"))
    replace(made)
    assert stored() == before | {"photos/other.jpg": b"later"}


def test_rows_as_another_database_would_write_them_are_read(made: Path) -> None:
    with made.open("rb") as file:
        found = {part.name: part.columns for part in archive.read(BytesIO(file.read()), SECRET)}
    assert found["patients.Patient"] == tables.columns(Patient)
    make = tables.maker(Patient, list(reversed(found["patients.Patient"])))
    pia = Patient.objects.get()
    values = [field.value_from_object(pia) for field in reversed(Patient._meta.concrete_fields)]
    assert tables.columns(Patient)[0] == "id"
    assert make(values).pk == pia.pk
