"""Files as they come: letters, separators, dates, and everything that is no table. One clear sentence each."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from core.errors import Refused
from patients import actions
from patients.imports import files
from patients.models import Import, ImportPart, Patient
from patients.tests.bringing import HEAD, bring, by_hand, csv, report, run, try_out, upload, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.once(reason="files are read the same way whatever stores the rows")]

__all__ = ["by_hand"]

ROW = "17,Müller,Zoë,31.12.2012,,"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_letters(ada: User, encoding: str) -> None:
    bring(ada, csv(ROW).encode(encoding))
    assert Patient.objects.get().name == "Zoë Müller"


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_separators(ada: User, mark: str) -> None:
    bring(ada, csv(ROW).replace(",", mark))
    assert Patient.objects.get().name == "Zoë Müller"


def test_texts_with_separators_and_line_breaks(ada: User) -> None:
    bring(ada, csv('1,"Keller, Dr.","Zoë","31.12.2012"', '2,Ames,"Ann\nMary",', head="ID,Last name,First name,Born"))
    assert sorted(Patient.objects.values_list("family_name", "given_name")) == [
        ("Ames", "Ann Mary"),
        ("Keller, Dr.", "Zoë"),
    ]


def test_a_workbook(ada: User) -> None:
    rows = [
        ["Patient ID", "Last name", "Date of birth", "Phone"],
        [17, "Keller", date(2012, 12, 31), 41446681800.0],
        [None, None, None, None],
        [18, "=1+1", None, None],
    ]
    done = bring(ada, workbook(rows))
    keller = Patient.objects.get(family_name="Keller")
    assert (str(keller.birth_date), keller.phone) == ("2012-12-31", "41446681800")
    assert report(done)[2] == ("create", "")
    assert set(report(done)) == {2, 4}


def merged() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["ID", "Last name"], [1, "Ames"], [2, "Bell"]):
        book.active.append(row)
    book.active.merge_cells("A2:A3")
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def bomb() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        lol = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
        body = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "lol">{lol}]><worksheet>&a9;</worksheet>'
        with zipfile.ZipFile(io.BytesIO(workbook([["ID"], [1]]))) as good:
            for name in good.namelist():
                archive.writestr(name, body if "sheet1" in name else good.read(name))
    return target.getvalue()


LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 100
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500
BAD = [
    (" \n \n", "The file is empty."),
    (HEAD + "\n", "There are no rows below the headings."),
    ("1,Keller,31.12.2012\n2,Ames,01.01.2011\n", "The first row holds data."),
    ("ID,Last name,Last Name\n1,a,b\n", "Two columns have the heading “Last Name”."),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 30, "This is no table of text"),
    (b"\x7fELF\x02\x01\x01" + bytes(range(1, 120)) * 9, "This is no table of text"),
    (LOCKED, "The workbook is locked with a password."),
    (OLD, "This is a workbook of the old kind (XLS)."),
    (b"PK\x03\x04" + b"garbage" * 100, "The file is damaged"),
    (merged, "Cells are merged (A2:A3)."),
    (bomb, "This workbook cannot be read."),
    (f"ID,Last name\n1,{'A' * 1_000_000}\n", "Row 2, column “Last name” holds 1,000,000 characters"),
    ("ID,Last name\n1,A\0B\n", "This is no table of text"),
    ("ID,Last name\n1,A\0B\n".encode("utf-16"), "Row 2, column “Last name”: a character that text never has."),
    (",".join(f"c{n}" for n in range(201)) + "\n" + "x,y\n", "The file has more than 200 columns."),
]


@pytest.mark.parametrize(("content", "sentence"), BAD, ids=[sentence[:28] for _content, sentence in BAD])
def test_what_is_no_table_is_told_in_one_sentence(ada: User, content: Any, sentence: str) -> None:
    imported = upload(ada, content() if callable(content) else content)
    assert imported.state == "unreadable"
    assert imported.message.startswith(sentence)
    assert not imported.stored_as


def test_too_many_rows(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patients.imports.tables.MOST_ROWS", 3)
    assert upload(ada, csv(ROW, ROW, ROW)).state == "mapping"
    assert upload(ada, csv(ROW, ROW, ROW, ROW)).message == "The file has more than 3 rows. Cut it into several files."


def test_a_file_that_is_empty_or_too_large_is_not_kept(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patients.actions.imports.MOST_BYTES", 10)
    for content, sentence in ((b"", "The file is empty."), (b"x" * 11, "The file is larger than 0 MB.")):
        with pytest.raises(Refused, match=sentence):
            upload(ada, content)
    assert not Import.objects.exists()


def test_nothing_of_the_file_lies_about_in_clear(ada: User, by_hand: None) -> None:
    imported = actions.upload_import(
        by=ada, kind="patients", source="Old", file=SimpleUploadedFile("p.csv", csv(ROW).encode())
    )
    with default_storage.open(imported.stored_as) as file:
        assert "Müller" not in file.read().decode()
    imported = upload(ada, csv(ROW))
    assert not default_storage.exists(imported.stored_as or "nothing")
    raw = ImportPart.objects.filter(of=imported).first().__dict__["content"]
    assert raw.startswith("v1:")


def test_a_sealed_file_is_read_anywhere() -> None:
    content = bytes(n % 251 for n in range(1_300_000))
    name = files.keep(SimpleUploadedFile("x", content))
    with files.opened(name) as file:
        assert file.read() == content
        for start in (0, 524_287, 524_288, 1_048_570, 1_299_990):
            file.seek(start)
            assert file.read(20) == content[start : start + 20]
        assert file.seek(-5, io.SEEK_END) == 1_299_995


def test_dates_that_can_be_read_in_two_ways_are_asked_about(ada: User) -> None:
    imported = upload(ada, csv("1,Ames,Ann,03/04/2010,,"))
    with pytest.raises(Refused, match="can be read in two ways"):
        try_out(ada, imported, order="")
    run(ada, try_out(ada, imported, order="mdy"))
    assert str(Patient.objects.get().birth_date) == "2010-03-04"


def test_columns_are_remembered(ada: User) -> None:
    first = upload(ada, "Nr,Wer,Bemerkung\n1,Ames,Calls at night\n")
    assert first.mapping == {}
    try_out(ada, first, order="", **{"0": "external_id", "1": "family_name", "2": "alerts"})
    again = upload(ada, "Nr,Wer,Bemerkung\n2,Bell,\n")
    assert again.mapping == {"0": "external_id", "1": "family_name", "2": "alerts"}


HEADINGS = {
    "Nachname;Vorname;Geburtsdatum;PLZ;Handy": "family_name given_name birth_date postal_code phone",
    "Nom;Prénom;Date de naissance;Courriel;Téléphone": "family_name given_name birth_date email phone",
    "Apellidos;Nombre;Fecha de nacimiento;Correo electrónico;Móvil": "family_name given_name birth_date email phone",
    "PatientID;LastName;FirstName;DOB;Zip": "external_id family_name given_name birth_date postal_code",
}


@pytest.mark.parametrize("headings", HEADINGS, ids=[text[:8] for text in HEADINGS])
def test_columns_are_guessed_in_four_languages(ada: User, headings: str) -> None:
    imported = upload(ada, f"{headings}\nx;y;;;\n")
    assert list(imported.mapping.values()) == HEADINGS[headings].split()


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"0": "external_id"}, "Say which column holds the family name"),
        ({"0": "family_name", "1": "family_name"}, "Two columns are said to be “Family name”."),
        ({"0": "password"}, "There is no such column."),
    ],
)
def test_columns_that_make_no_sense(ada: User, mapping: dict[str, str], sentence: str) -> None:
    imported = upload(ada, "a,b\nx,y\n")
    with pytest.raises(Refused, match=sentence):
        actions.set_import_columns(by=ada, imported=imported, mapping=mapping, order="")
