"""What may stand in ELASTICSEARCH_URL, what doctor says of it, and that nothing is loaded without it."""

import subprocess
import sys

import pytest
from django.conf import settings as django_settings

from clinic import doctor, elastic_settings, environment


class TestAddress:
    @pytest.fixture(autouse=True)
    def files(self, monkeypatch):
        monkeypatch.setattr(environment.env.ENVIRON, "files_cache", {})

    def test_none_means_the_database_searches(self, monkeypatch):
        monkeypatch.delenv("ELASTICSEARCH_URL", raising=False)
        url = elastic_settings.address()
        assert (url, elastic_settings.connections(url)) == ("", {})

    @pytest.mark.parametrize(
        ("url", "host", "index"),
        [
            ("http://localhost:9200", "http://localhost:9200", "clinic"),
            ("https://elastic.example", "https://elastic.example:443", "clinic"),
            ("http://[::1]/smile-2", "http://[::1]:9200", "smile-2"),
        ],
    )
    def test_an_address(self, monkeypatch, url, host, index):
        monkeypatch.setenv("ELASTICSEARCH_URL", url)
        assert elastic_settings.address() == url
        assert elastic_settings.index(url) == index
        options = elastic_settings.connections(url)["default"]
        assert options["hosts"] == [host]
        assert (options["request_timeout"], options["max_retries"], options["retry_on_timeout"]) == (0.3, 0, False)

    def test_user_and_password_do_not_stay_in_the_address(self):
        options = elastic_settings.connections("https://elastic:p%40ss@elastic.example:9243/clinic")["default"]
        assert options["basic_auth"] == ("elastic", "p@ss")
        assert options["hosts"] == ["https://elastic.example:9243"]

    def test_a_certificate(self, monkeypatch):
        import certifi

        monkeypatch.setenv("ELASTICSEARCH_URL", f"https://elastic.example/?ca={certifi.where()}")
        assert elastic_settings.connections(elastic_settings.address())["default"]["ca_certs"] == certifi.where()

    def test_it_may_be_a_file(self, monkeypatch, tmp_path):
        (tmp_path / "url").write_text("http://elastic:secret@elasticsearch:9200\n")
        monkeypatch.delenv("ELASTICSEARCH_URL", raising=False)
        monkeypatch.setenv("ELASTICSEARCH_URL_FILE", str(tmp_path / "url"))
        assert elastic_settings.address() == "http://elastic:secret@elasticsearch:9200"

    @pytest.mark.parametrize(
        "url",
        [
            "elastic:9200",
            "redis://u:p4ss@elastic",
            "http://",
            "http://u:p4ss@elastic:99999",
            "http://u:p4ss@elastic:port",
            "http://u:p4ss@a..b",
            "http://p4ss@elastic",
            "http://elastic/Clinic",
            "http://elastic/a/b",
            "http://elastic/*",
            "http://elastic?ca=/none.pem",
            "https://elastic?ca=/none.pem",
            "https://elastic?verify=0",
            "https://elastic?ca",
        ],
    )
    def test_one_that_cannot_be_stops_the_start_with_one_line(self, monkeypatch, url):
        monkeypatch.setenv("ELASTICSEARCH_URL", url)
        with pytest.raises(SystemExit) as caught:
            elastic_settings.address()
        assert str(caught.value).startswith("ELASTICSEARCH_URL: ")
        assert "p4ss" not in str(caught.value)
        assert "\n" not in str(caught.value)


def told(state=None):
    return [finding.text for finding in doctor._elasticsearch() if state in {None, finding.state}]


class TestDoctor:
    def test_it_is_not_used(self, settings):
        settings.ELASTICSEARCH_URL = ""
        assert told(doctor.OK) == told()
        assert "not used" in told()[0]

    @pytest.mark.django_db
    def test_it_is_away(self, searching_with):
        searching_with("http://u:p4ss@127.0.0.1:9")
        (problem,) = told(doctor.PROBLEM)
        assert "reachable: no, no Elasticsearch server answers. The clinic works without it" in problem
        assert "p4ss" not in "".join(told())

    @pytest.mark.django_db
    def test_it_is_there(self, searching_with, elasticsearch):
        from patients.search import rebuilding

        searching_with(elasticsearch.uri())
        assert "none yet" in told(doctor.WARNING)[0]
        rebuilding.rebuild(lambda _done, _total: None)
        assert told()[1].startswith("Elasticsearch reachable: yes, Elasticsearch 9.")
        assert told()[2] == "Search index: 0 of 0 patients, 0 changes wait"

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("url", "warnings"),
        [
            ("http://localhost:1", 0),
            ("https://u:p@elastic.invalid", 0),
            ("https://elastic.invalid", 1),
            ("http://u:p@elastic.invalid", 1),
            ("http://elastic.invalid", 2),
        ],
    )
    def test_what_is_unsafe(self, settings, url, warnings):
        from patients.search import report

        settings.ELASTICSEARCH_URL = url
        assert len(list(report._unsafe())) == warnings


@pytest.mark.once(reason="about what is imported")
@pytest.mark.parametrize("url", ["", "http://127.0.0.1:9"])
def test_the_client_is_loaded_only_where_it_is_used(url, tmp_path):
    code = (
        "import django, sys; django.setup(); import clinic.urls, patients.tasks; from django.apps import apps; "
        "print('elasticsearch' in sys.modules, apps.is_installed('django_elasticsearch_dsl'))"
    )
    variables = {"DJANGO_SETTINGS_MODULE": "clinic.settings", "DATA_DIR": str(tmp_path), "ELASTICSEARCH_URL": url}
    run = subprocess.run(
        [sys.executable, "-c", code], env=variables, cwd=django_settings.BASE_DIR, capture_output=True, text=True
    )
    assert run.stdout.split() == [str(bool(url))] * 2, run.stderr


@pytest.mark.once(reason="about settings")
def test_no_signal_writes_to_the_index():
    assert django_settings.ELASTICSEARCH_DSL_AUTOSYNC is False
    assert django_settings.ELASTICSEARCH_DSL_SIGNAL_PROCESSOR.endswith(".BaseSignalProcessor")
