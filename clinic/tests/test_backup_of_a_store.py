"""Uploaded files in an object storage are in the backup, and go back into it."""

from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.storage import default_storage

from clinic.backup import media, target
from clinic.tests import backups, test_media_storage
from clinic.tests.backups import PHOTO, backup, refusal, replace, stored
from patients.models import Patient

pytestmark = pytest.mark.django_db

own_folder, store, clinic = backups.own_folder, test_media_storage.store, backups.clinic
ENTRY = "<Contents><Key>{}</Key><Size>1</Size></Contents>"
FOLDER = "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>"


class Listing(test_media_storage.Handler):
    """Lists the objects of the bucket too, folder by folder."""

    def do_GET(self) -> None:
        asked, server = urlsplit(self.path), cast(test_media_storage.Store, self.server)
        if asked.path != "/photos" or server.broken:
            self.handle_object()
            return
        prefix = parse_qs(asked.query)["prefix"][0]
        names = [name.removeprefix("/photos/") for name in server.objects]
        below = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
        found = [ENTRY.format(prefix + name) for name in below if "/" not in name]
        found += [FOLDER.format(f"{prefix}{name}/") for name in {name.split("/")[0] for name in below if "/" in name}]
        body = f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(found)}</ListBucketResult>".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def bucket(store: Any) -> Any:
    """A store that can be listed, in use before the clinic of these tests is made."""
    store.RequestHandlerClass = Listing
    return store


@pytest.fixture
def made(bucket: Any, clinic: Patient, tmp_path: Path) -> Path:
    """A backup of a clinic whose files lie in the store."""
    backup(tmp_path / "made.backup")
    return tmp_path / "made.backup"


def test_files_go_back_into_the_store(made: Path, bucket: Any) -> None:
    before = dict(bucket.objects)
    assert list(before) == [f"/photos/clinic/{PHOTO}"]
    bucket.objects.clear()
    replace(made)
    assert bucket.objects == before
    assert stored() == {PHOTO: b"\xff\xd8 a face"}


def test_a_spoilt_file_is_replaced_under_its_name(made: Path, bucket: Any) -> None:
    before = dict(bucket.objects)
    bucket.objects[f"/photos/clinic/{PHOTO}"] = b"spoilt"
    replace(made)
    assert bucket.objects == before


def test_a_store_that_does_not_answer_is_named(made: Path, bucket: Any, tmp_path: Path) -> None:
    bucket.broken = True
    said = refusal(lambda: backup(tmp_path / "second.backup"))
    assert said.startswith("The storage of uploaded files fails: ")
    said = refusal(lambda: replace(made))
    assert said.startswith("The storage of uploaded files fails: ")
    assert target.is_incomplete() or said.endswith(target.UNCHANGED)
    bucket.broken = False
    replace(made)


def test_files_of_a_failed_restore_are_taken_away_again(made: Path, bucket: Any) -> None:
    bucket.objects.clear()
    incoming = media.Incoming()
    incoming.put(PHOTO, iter([b"new"]))
    assert default_storage.exists(PHOTO)
    incoming.undo()
    assert bucket.objects == {}
