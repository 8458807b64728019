"""`manage.py doctor`, and the variables that choose the database."""

import base64
import errno
import os

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from clinic import doctor, environment
from clinic.tests.api import api_of
from core import crypto
from patients.actions.medical import add_medical_entry


def report(capsys):
    with pytest.raises(SystemExit) as caught:
        call_command("doctor")
    return caught.value.code, capsys.readouterr().out


@pytest.mark.django_db
def test_says_which_database_and_that_it_is_ready(capsys):
    call_command("doctor")
    told = capsys.readouterr().out
    assert f"Database: {connection.display_name}" in told
    assert "Reachable: yes" in told
    assert "Migrated: yes" in told


@pytest.mark.django_db
def test_says_what_is_missing(capsys, monkeypatch):
    monkeypatch.setattr("clinic.doctor.MigrationExecutor.migration_plan", lambda self, targets: [1, 2])
    code, told = report(capsys)
    assert code == 1
    assert "2 migrations are missing" in told


def test_says_why_it_is_not_reachable(capsys, monkeypatch):
    def fail():
        raise OperationalError("MONGO_URI: no MongoDB server answers at db:27017.\nmore")

    monkeypatch.setattr(connection, "ensure_connection", fail)
    code, told = report(capsys)
    assert code == 1
    assert "Reachable: no. MONGO_URI: no MongoDB server answers at db:27017.\n" in told


@pytest.mark.parametrize(
    ("uri", "warnings"),
    [
        ("mongodb://u:p@127.0.0.1:27017/clinic", 0),
        ("mongodb://u:p@db:27017/clinic?tls=true", 0),
        ("mongodb+srv://u:p@db.example/clinic", 0),
        ("mongodb://u:p@db:27017/clinic", 1),
        ("mongodb://u:p@127.0.0.1,db:27017/clinic", 1),
        ("mongodb://127.0.0.1/clinic", 1),
        ("mongodb://u:p@127.0.0.1/clinic?w=1", 1),
    ],
)
def test_what_is_unsafe_about_an_address(monkeypatch, uri, warnings):
    monkeypatch.setattr(connection, "vendor", "mongodb")
    monkeypatch.setitem(connection.settings_dict, "HOST", uri)
    assert len(list(doctor._unsafe_mongodb())) == warnings


@pytest.fixture
def variables(monkeypatch):
    # A value that was read from a file is kept.
    monkeypatch.setattr(environment.env.ENVIRON, "files_cache", {})

    def give(**given):
        for name in ("MONGO_URI", "DATABASE_URL", "MONGO_URI_FILE", "DATABASE_URL_FILE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in given.items():
            monkeypatch.setenv(name, value)

    return give


EMBEDDED = {"ENGINE": "django.db.backends.sqlite3"}


def test_nothing_given_means_embedded(variables):
    variables()
    assert environment.database(EMBEDDED) == EMBEDDED


def test_the_path_names_the_database(variables):
    uri = "mongodb://u:p@a,b:27018/north?replicaSet=rs0"
    variables(MONGO_URI=uri)
    assert environment.database(EMBEDDED) == {"ENGINE": "core.mongodb", "NAME": "north", "HOST": uri}


def test_a_cluster_address_asks_no_name_server(variables):
    variables(MONGO_URI="mongodb+srv://u:p@cluster.invalid/north")
    assert environment.database(EMBEDDED)["NAME"] == "north"


def test_it_may_be_a_file(variables, tmp_path):
    (tmp_path / "uri").write_text("mongodb://db/clinic")
    variables(MONGO_URI_FILE=str(tmp_path / "uri"))
    assert environment.database(EMBEDDED)["NAME"] == "clinic"


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("postgres://x/y", "write it like mongodb://"),
        ("mongodb://", "cannot be used"),
        ("mongodb://db", "name the database"),
        ("mongodb://db/", "name the database"),
        ("mongodb://db:port/clinic", "cannot be used"),
        ("mongodb://user:p@ss@db/clinic", "cannot be used"),
    ],
)
def test_a_bad_address_stops_the_start_with_one_line(variables, uri, why):
    variables(MONGO_URI=uri)
    with pytest.raises(SystemExit) as caught:
        environment.database(EMBEDDED)
    assert str(caught.value).startswith("MONGO_URI: ")
    assert why in str(caught.value)
    assert "p@ss" not in str(caught.value)


def test_two_databases_are_refused(variables):
    variables(MONGO_URI="mongodb://db/clinic", DATABASE_URL="postgres://db/clinic")
    with pytest.raises(SystemExit, match="keep one of the two"):
        environment.database(EMBEDDED)


@pytest.mark.parametrize("why", [errno.ENOSPC, errno.EROFS])
def test_a_data_folder_that_takes_nothing_is_one_line(why, monkeypatch, tmp_path):
    def fail(**_options):
        raise OSError(why, os.strerror(why))

    monkeypatch.setattr("clinic.environment.tempfile.TemporaryFile", fail)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    with pytest.raises(SystemExit, match=f"DATA_DIR: cannot write to {tmp_path}: {os.strerror(why)}"):
        environment.folder("DATA_DIR", tmp_path)


@pytest.mark.django_db
def test_a_missing_key_is_told_and_the_chart_says_so(capsys, client, pia, dana, settings):
    note = {"category": "allergy", "description": "Latex gloves", "critical": True}
    add_medical_entry(by=dana, patient=pia, fields=note)
    phone = api_of(dana)
    settings.FIELD_KEYS = f"k9:{base64.b64encode(bytes(32)).decode()}"
    crypto._keys.cache_clear()
    try:
        code, told = report(capsys)
        client.force_login(dana)
        page = client.get(f"/patients/{pia.pk}/")
        answer = phone.get(f"/api/patients/{pia.pk}/medical-history")
    finally:
        crypto._keys.cache_clear()
    assert code == 1
    assert "Medical notes: the key of some is missing in FIELD_KEYS" in told
    assert (page.status_code, answer.status_code, answer.json()["code"]) == (503, 503, "key_missing")
    assert "its key is missing" in page.text
    assert "Try again" not in page.text
