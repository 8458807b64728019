"""What may stand in REDIS_URL, and what of it is unsafe."""

import pytest

from clinic import doctor, environment, redis_settings


class TestAddress:
    @pytest.fixture(autouse=True)
    def files(self, monkeypatch):
        monkeypatch.setattr(environment.env.ENVIRON, "files_cache", {})

    def test_none_means_embedded(self, monkeypatch, tmp_path):
        monkeypatch.delenv("REDIS_URL", raising=False)
        url = redis_settings.address()
        assert url == ""
        assert {"locmem" in each["BACKEND"] for each in redis_settings.caches(url).values()} == {True}
        assert redis_settings.jobs(url, tmp_path / "jobs")["huey_class"] == "huey.SqliteHuey"

    @pytest.mark.parametrize("url", ["redis://cache", "rediss://u:p%40ss,word@cache.example:6380/3?ssl_cert_reqs=none"])
    def test_an_address(self, monkeypatch, url):
        monkeypatch.setenv("REDIS_URL", url)
        assert redis_settings.address() == url
        assert redis_settings.caches(url)["default"]["LOCATION"] == [url]

    def test_it_may_be_a_file(self, monkeypatch, tmp_path):
        (tmp_path / "url").write_text("redis://:secret@cache/1\n")
        monkeypatch.delenv("REDIS_URL", raising=False)
        monkeypatch.setenv("REDIS_URL_FILE", str(tmp_path / "url"))
        assert redis_settings.address().strip() == "redis://:secret@cache/1"

    @pytest.mark.parametrize(
        "url",
        [
            "cache:6379",
            "http://:p4ss@cache",
            "redis://",
            "redis://:p4ss@cache:99999",
            "redis://:p4ss@cache/first",
            "redis://:p4ss@cache/0?patience=3",
            "redis://:p4ss@a..b/0",
        ],
    )
    def test_one_that_cannot_be_stops_the_start_with_one_line(self, monkeypatch, url):
        monkeypatch.setenv("REDIS_URL", url)
        with pytest.raises(SystemExit) as caught:
            redis_settings.address()
        assert str(caught.value).startswith("REDIS_URL: ")
        assert "p4ss" not in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "warnings"),
    [
        ("", 0),
        ("redis://127.0.0.1:6379/0", 0),
        ("rediss://:p@cache:6379/0", 0),
        ("rediss://cache:6379/0?password=p", 0),
        ("rediss://:p@cache:6379/0?ssl_cert_reqs=none", 1),
        ("rediss://cache:6379/0", 1),
        ("redis://:p@cache:6379/0", 1),
        ("redis://cache:6379/0", 2),
    ],
)
def test_what_is_unsafe_about_an_address(settings, url, warnings):
    settings.REDIS_URL = url
    assert len(list(doctor._unsafe_redis())) == warnings
