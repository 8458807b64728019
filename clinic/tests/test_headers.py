"""Headers that keep pages private, on every address and on every error."""

import pytest
from django.test import Client

from accounts.models import User
from clinic.tests.routes import own_routes

pytestmark = [pytest.mark.django_db, pytest.mark.once(reason="no header comes from the database")]

NOWHERE = "0" * 24


def addresses() -> list[str]:
    found = {"/nowhere/", "/api/nowhere", "/admin/"}
    for route in own_routes():
        if route.parameters and set(route.parameters) - {"pk", "day"}:
            continue
        found.add(
            "/"
            + route.pattern.replace("<id:pk>", NOWHERE)
            .replace("<day:day>", "2027-02-01")
            .replace("<str:day>", "2027-02-01")
        )
    return sorted(found)


@pytest.mark.parametrize("address", addresses())
@pytest.mark.parametrize("who", ["nobody", "ada"])
def test_headers(address: str, who: str, request: pytest.FixtureRequest) -> None:
    client = Client(raise_request_exception=False)
    if who != "nobody":
        client.force_login(request.getfixturevalue(who))
    answer = client.get(address)
    assert answer.status_code < 500
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Request-ID"]
    assert "no-store" in answer["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in answer


def test_https_settings_pass_the_deployment_checks(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import subprocess
    import sys

    environment = {**os.environ, "PUBLIC_URL": "https://clinic.example"}
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # of the browser tests
    run = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
