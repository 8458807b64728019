"""OIDC variables: a bad value stops the start with one clear line."""

import pytest

from clinic import oidc_settings

OKTA = "https://example.okta.com"


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch):
    for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "GROUPS", "API_AUDIENCE"):
        monkeypatch.delenv(f"OIDC_{name}", raising=False)


def test_nothing_is_needed_without_an_issuer():
    assert oidc_settings.issuer() == ""
    assert oidc_settings.needed("OIDC_CLIENT_ID", "") == ""
    assert oidc_settings.groups("") == {}


@pytest.mark.parametrize(
    "value",
    [OKTA, f"{OKTA}/oauth2/default", "https://tenant.auth0.com/", "http://127.0.0.1:8080", "http://localhost:1"],
)
def test_possible_issuers(monkeypatch, value):
    monkeypatch.setenv("OIDC_ISSUER", value)
    assert oidc_settings.issuer() == value


@pytest.mark.parametrize(
    "value",
    [
        "example.okta.com",
        "ftp://example.okta.com",
        "http://example.okta.com",
        "https://",
        "https://u:p@example.okta.com",
        f"{OKTA}?x=1",
        f"{OKTA}#x",
        "https://[::",
        "https://x:port",
        "https://example.okta.com/" + "x" * 200,
    ],
)
def test_impossible_issuers(monkeypatch, value):
    monkeypatch.setenv("OIDC_ISSUER", value)
    with pytest.raises(SystemExit, match=r"^OIDC_ISSUER: "):
        oidc_settings.issuer()


def test_the_secret_may_be_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("from a file")
    monkeypatch.setenv("OIDC_CLIENT_SECRET_FILE", str(tmp_path / "secret"))
    assert oidc_settings.needed("OIDC_CLIENT_SECRET", OKTA) == "from a file"


def test_what_is_missing_is_named():
    with pytest.raises(SystemExit, match=r"^OIDC_CLIENT_ID: is needed"):
        oidc_settings.needed("OIDC_CLIENT_ID", OKTA)


def test_groups_in_their_order(monkeypatch):
    monkeypatch.setenv("OIDC_GROUPS", " /clinic:doctors:doctor , desk:receptionist")
    assert list(oidc_settings.groups(OKTA).items()) == [("/clinic:doctors", "doctor"), ("desk", "receptionist")]


@pytest.mark.parametrize("value", ["doctors", "doctors:", ":doctor", "a:doctor,", "a:doctor,a:admin", "a:patient"])
def test_impossible_groups(monkeypatch, value):
    monkeypatch.setenv("OIDC_GROUPS", value)
    with pytest.raises(SystemExit, match=r"^OIDC_GROUPS: "):
        oidc_settings.groups(OKTA)


def test_a_sign_ins_own_token_must_not_open_the_api(monkeypatch):
    monkeypatch.setenv("OIDC_API_AUDIENCE", "clinic-web")
    assert oidc_settings.api_audience("another") == "clinic-web"
    with pytest.raises(SystemExit, match=r"^OIDC_API_AUDIENCE: "):
        oidc_settings.api_audience("clinic-web")
