"""docs/access.md is made from the code."""

from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.access import PUBLIC_ROUTES
from clinic.management.commands.access_table import table
from clinic.routes import routes


def test_every_right_and_every_role_is_there() -> None:
    page = table()
    assert "| read the audit | yes |  |  |  |  |" in page
    assert "| `/api/auth/login` | POST | everybody |" in page
    assert "| `/staff/` | GET | admin |" in page
    assert "| `/sign-out/` | POST | everybody who has signed in |" in page


def test_nothing_is_open_but_what_stands_on_the_list() -> None:
    open_to_all = {route.name for route in routes() if "public" in route.needs}
    assert open_to_all <= PUBLIC_ROUTES


def test_no_address_is_left_undeclared() -> None:
    assert [route.address for route in routes() if not route.needs] == []


def test_the_check_fails_when_the_page_is_behind(
    settings: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.conf.settings.BASE_DIR", tmp_path)
    with pytest.raises(SystemExit):
        call_command("access_table", "--check")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "access.md").write_text(table(), encoding="utf-8")
    call_command("access_table", "--check")
