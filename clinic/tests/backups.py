"""A small clinic to back up, and the commands as tests call them."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import ApiSession, User
from clinic.backup import archive, media, tables, target
from core import audit, clock
from patients.models import MedicalEntry, Patient

SECRET = "z3Ln8dJ0vQ1sY7rWb5Kx2TtMh6PcGa9E"
PHOTO = "photos/0f0f0f0f.jpg"

Rows = dict[str, list[bytes]]


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data folder of the test's own, and a key."""
    settings.DATA_DIR = tmp_path
    monkeypatch.delenv("BACKUP_KEY_FILE", raising=False)
    monkeypatch.setenv("BACKUP_KEY", SECRET)


@pytest.fixture
def clinic(practice: Any, pia: Patient, gus: User, ada: User) -> Patient:
    """People, places, one encrypted note, one uploaded file, somebody signed in."""
    MedicalEntry.objects.create(patient=pia, description="Latex gloves")
    default_storage.save(PHOTO, ContentFile(b"\xff\xd8 a face"))
    audit.record(ada, "patient.viewed", pia, patient_id=pia.pk, changes={"phone": [None, "+41 44 668 18 00"]})
    Session.objects.create(session_key="a" * 32, session_data="x", expire_date=clock.now() + timedelta(days=1))
    ApiSession.objects.create(user=ada, expires_at=clock.now() + timedelta(days=1))
    return pia


@pytest.fixture
def made(clinic: Patient, tmp_path: Path) -> Path:
    """A backup of that clinic."""
    backup(tmp_path / "made.backup")
    return tmp_path / "made.backup"


def backup(path: Path | None = None) -> str:
    """What the command says."""
    out = StringIO()
    call_command("backup", *(["--to", str(path)] if path else []), stdout=out)
    return out.getvalue()


def restore(path: Path, *options: str) -> str:
    """What the command says."""
    out = StringIO()
    call_command("restore", str(path), *options, stdout=out)
    return out.getvalue()


def replace(path: Path) -> str:
    """Restore over what is there."""
    return restore(path, "--replace", "--yes")


def refusal(work: Callable[[], Any]) -> str:
    """The one line that a command ends with."""
    with pytest.raises(CommandError) as error:
        work()
    assert "\n" not in str(error.value)
    assert error.value.returncode == 1
    return str(error.value)


def rows() -> Rows:
    """All that a backup holds, as it would write it; of the audit what the clinic did."""
    found = {
        model._meta.label: b"".join(tables.lines(model, lambda _rows: None)).splitlines()
        for model in tables.kept_tables()
    }
    found["core.AuditEvent"] = [line for line in found["core.AuditEvent"] if b'"backup.' not in line]
    return found


def stored() -> dict[str, bytes]:
    """All uploaded files."""
    found = {}
    for name in media.names():
        with default_storage.open(name) as file:
            found[name] = file.read()
    return found


def destroy() -> None:
    """Lose everything."""
    target._empty(None)
    default_storage.delete(PHOTO)


def written(path: Path, *parts: Any) -> Path:
    """A backup of these parts: kind, name, data and columns."""
    with path.open("wb") as file:
        writer = archive.Writer(file, SECRET)
        for kind, name, data, columns in parts:
            writer.add(kind, name, iter([data]), columns)
        writer.close()
    return path
