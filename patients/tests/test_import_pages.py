"""The pages: upload, columns, report, and what a spreadsheet gets."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from patients import actions
from patients.models import Import, Patient
from patients.tests.bringing import bring, by_hand, csv, finished, tried, upload

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.once(reason="about the pages; what they do is tested on each database"),
]

__all__ = ["by_hand"]

FAULTY = csv("1,Ames,Ann,31.02.2012,,", '2,"=cmd()",Bob,,,', "3,Carr,Cem,,,")


@pytest.fixture
def ada_web(web: Callable[[User], Client], ada: User) -> Client:
    return web(ada)


def test_from_file_to_records(ada_web: Client, django_capture_on_commit_callbacks: Any) -> None:
    file = SimpleUploadedFile("patients.csv", FAULTY.encode())
    with django_capture_on_commit_callbacks(execute=True):
        answer = ada_web.post("/patients/import/", {"kind": "patients", "source": "Old", "file": file})
    path = answer.headers["Location"]
    page = ada_web.get(path)
    assert [row["field"].value() for row in page.context["columns"].rows][:3] == [
        "external_id",
        "family_name",
        "given_name",
    ]
    assert page.context["columns"]["order"].value() == "dmy"
    fields = {f"column-{place}": name for place, name in Import.objects.get().mapping.items()}
    with django_capture_on_commit_callbacks(execute=True):
        ada_web.post(f"{path}columns/", fields | {"order": "dmy"})
    text = ada_web.get(path).content.decode()
    assert "31.02.2012" in text
    assert "nothing has been written yet" in text
    assert not Patient.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        ada_web.post(f"{path}start/", {"duplicates": "skip"})
    assert Patient.objects.count() == 2
    only = ada_web.get(f"{path}?outcome=refused").content.decode()
    assert "Ames Ann" in only
    assert "Carr" not in only


def test_the_report_as_csv_runs_nothing(ada_web: Client, ada: User) -> None:
    imported = bring(ada, csv("-1+1,,,,,"))
    answer = ada_web.get(f"/patients/import/{imported.pk}/report/")
    text = answer.getvalue().decode()
    assert text.splitlines()[1] == "2,Refused,Give at least a family name.,'-1+1,"


def test_what_was_chosen_stays_after_a_refusal(ada_web: Client, ada: User) -> None:
    imported = upload(ada, csv("1,Ames,Ann,03/04/2012,,"))
    answer = ada_web.post(
        f"/patients/import/{imported.pk}/columns/", {"column-1": "family_name", "column-3": "birth_date"}
    )
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "can be read in two ways" in page
    assert answer.context["columns"]["column-0"].value() in (None, "")
    assert answer.context["columns"]["column-3"].value() == "birth_date"


def test_an_upload_that_is_refused_says_why_at_its_field(ada_web: Client) -> None:
    answer = ada_web.post(
        "/patients/import/", {"kind": "patients", "source": "Old", "file": SimpleUploadedFile("a", b"")}
    )
    assert answer.context["form"].errors["file"] == ["The file is empty."]
    answer = ada_web.post("/patients/import/", {"kind": "secrets", "source": ""})
    assert set(answer.context["form"].errors) == {"kind", "source", "file"}
    assert not Import.objects.exists()


def test_the_bar_does_not_keep_anybody_signed_in(ada_web: Client, ada: User, by_hand: None) -> None:
    imported = actions.start_import(by=ada, imported=tried(ada, FAULTY), duplicates="skip")
    page = ada_web.get(f"/patients/import/{imported.pk}/").content.decode()
    assert 'hx-headers=\'{"X-Clinic-Poll": "1"}\'' in page
    seen = ada_web.session["last_seen"]
    session = ada_web.session
    session["last_seen"] = seen - 600
    session.save()
    answer = ada_web.get(f"/patients/import/{imported.pk}/progress/", headers={"X-Clinic-Poll": "1"})
    assert "hx-get" in answer.content.decode()
    assert ada_web.session["last_seen"] == seen - 600
    finished(imported)
    answer = ada_web.get(f"/patients/import/{imported.pk}/progress/")
    assert answer["HX-Refresh"] == "true"
    assert "hx-get" not in answer.content.decode()


def test_stop_again_and_remove(ada_web: Client, ada: User, by_hand: None) -> None:
    imported = actions.start_import(by=ada, imported=tried(ada, FAULTY), duplicates="skip")
    path = f"/patients/import/{imported.pk}/"
    for step, state in (("stop", "stopped"), ("again", "mapping"), ("stop", "mapping")):
        ada_web.post(f"{path}{step}/")
        assert Import.objects.get().state == state
    ada_web.post(f"{path}remove/")
    assert "have been deleted" in ada_web.get(path).content.decode()
    assert ada_web.post(f"{path}start/", {"duplicates": "skip"}).status_code == 409


def test_the_link_is_the_importers_only(ada_web: Client, web: Callable[[User], Client], rita: User) -> None:
    assert "/patients/import/" in ada_web.get("/patients/").content.decode()
    assert "/patients/import/" not in web(rita).get("/patients/").content.decode()
