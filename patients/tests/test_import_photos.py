"""Photos in a ZIP file, by the patient's number."""

import io
import zipfile
from typing import Any

import pytest
from PIL import Image

from accounts.models import User
from patients import actions, photos
from patients.models import Import, Patient
from patients.tests.bringing import bring, csv, finished, report, run, upload

pytestmark = [pytest.mark.django_db, pytest.mark.once(reason="files are read the same way whatever stores the rows")]


def picture(colour: str = "red") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(target, "PNG")
    return target.getvalue()


def archive(**entries: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return target.getvalue()


def bring_photos(by: User, content: bytes) -> Import:
    imported = upload(by, content, kind="photos", name="photos.zip")
    assert imported.state == "mapping", imported.message
    tried = finished(actions.set_import_columns(by=by, imported=imported, mapping={}, order=""))
    return run(by, tried)


@pytest.fixture
def ann(ada: User) -> Patient:
    bring(ada, csv("1,Ames,K-1", "2,Bell,K-2", head="ID,Last name,Chart no"))
    return Patient.objects.get(family_name="Ames")


def test_a_photo_finds_its_patient(ann: Patient, ada: User) -> None:
    names = {"1.png": picture(), "folder/K-2.png": picture(), "__MACOSX/1.png": b"", "readme.txt": b"hello"}
    done = bring_photos(ada, archive(**names))
    assert done.counts == {"create": 2}
    assert Patient.objects.exclude(photo="").count() == 2


def test_again_changes_nothing_and_a_photo_taken_here_stays(ann: Patient, ada: User) -> None:
    bring_photos(ada, archive(**{"1.png": picture()}))
    ann.refresh_from_db()
    assert bring_photos(ada, archive(**{"1.png": picture()})).counts == {"same": 1}
    assert bring_photos(ada, archive(**{"1.png": picture("blue")})).counts == {"update": 1}
    actions.set_photo(by=ada, patient=Patient.objects.get(pk=ann.pk), photo=photos.read(picture("green")))
    assert bring_photos(ada, archive(**{"1.png": picture("black")})).counts == {"kept": 1}


def test_what_is_refused(ann: Patient, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "MOST_BYTES", 5000)
    names: dict[str, bytes] = {
        "99.png": picture(),
        "1.png": b"no picture",
        "K-2.png": b"\0" * 6000,  # unpacks to more than it may
        "../../2.png": picture(),
        "folder/2.jpg": picture(),
    }
    done = bring_photos(ada, archive(**names))
    assert [why for outcome, why in report(done).values() if outcome == "refused"] == [
        "No patient has this number.",
        "This is not a photo that can be read. Choose a JPEG, PNG or WebP file.",
        "The file is larger than 8 MB.",
        "Photo 4 is of the same patient.",
    ]
    assert done.counts == {"create": 1, "refused": 4}


def locked() -> bytes:
    content = bytearray(archive(**{"1.png": picture()}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (lambda: b"nothing", "This is no ZIP file that can be read."),
        (lambda: archive(**{"a.txt": b""}), "There are no photos in the ZIP file"),
        (locked, "The ZIP file is locked with a password."),
    ],
)
def test_what_is_no_file_of_photos(ada: User, content: Any, sentence: str) -> None:
    imported = upload(ada, content(), kind="photos", name="photos.zip")
    assert (imported.state, imported.message.startswith(sentence)) == ("unreadable", True)
