import socket

import pytest

from clinic import startup

pytestmark = pytest.mark.django_db


@pytest.fixture
def data(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "page.css").write_text("p { margin: 0 }")
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    return tmp_path


def test_static_files_are_collected_once(data):
    assert startup.collect_static()
    assert not startup.collect_static()


def test_a_changed_static_file_is_collected_again(data):
    startup.collect_static()
    (data / "source" / "page.css").write_text("p { margin: 1rem }")
    assert startup.collect_static()
    assert len(list((data / "static").glob("page.*.css"))) == 1


@pytest.mark.parametrize("declined", ["0", "no", "False"])
def test_demo_data_can_be_declined(monkeypatch, declined):
    monkeypatch.setenv("DEMO", declined)
    assert not startup.wants_demo()


def test_an_empty_clinic_gets_demo_data(monkeypatch):
    monkeypatch.delenv("DEMO", raising=False)
    assert startup.wants_demo()


def test_a_clinic_with_people_of_its_own_gets_no_demo_data(monkeypatch, ada):
    monkeypatch.delenv("DEMO", raising=False)
    assert not startup.wants_demo()


def test_a_demo_clinic_stays_one(monkeypatch, make_user):
    monkeypatch.delenv("DEMO", raising=False)
    make_user("Ada", "admin", email="ada@demo.example")
    assert startup.wants_demo()


def test_the_demo_password_comes_from_the_environment_or_the_kept_file(monkeypatch, data):
    monkeypatch.delenv("DEMO_PASSWORD", raising=False)
    assert startup.demo_password() == ""
    (data / "demo_password").write_text("kept\n")
    assert startup.demo_password() == "kept"
    monkeypatch.setenv("DEMO_PASSWORD", "given")
    assert startup.demo_password() == "given"


def test_a_taken_port_is_a_problem_and_a_free_one_is_none(monkeypatch, settings):
    monkeypatch.setenv("HOST", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.PORT = server.getsockname()[1]
        assert startup.port_problem().startswith(f"Port {settings.PORT} cannot be used: ")
    assert startup.port_problem() == ""


def test_nobody_listening_is_not_healthy(settings):
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.PORT = server.getsockname()[1]
    assert not startup.is_healthy()


@pytest.mark.parametrize(
    ("allowed", "host"), [(["*"], "127.0.0.1"), ([".clinic.example"], "clinic.example"), ([None], "127.0.0.1")]
)
def test_the_health_check_calls_the_server_by_a_name_it_answers_to(settings, allowed, host):
    settings.ALLOWED_HOSTS = allowed
    assert startup._host() == host


def test_the_address_is_the_public_one_if_there_is_one(settings):
    settings.PORT = 5000
    settings.PUBLIC_URL = ""
    assert startup.address() == "http://localhost:5000"
    settings.PUBLIC_URL = "https://clinic.example"
    assert startup.address() == "https://clinic.example"
