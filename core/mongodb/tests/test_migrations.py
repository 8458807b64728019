"""Every app's migrations, forwards from nothing and back, on a database of their own."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def manage(tmp_path):
    """Runs manage.py on an empty database of the same server."""
    name = f"{connection.settings_dict['NAME']}_migrations"
    uri = settings.DATABASES["default"]["HOST"]
    start, _, options = uri.partition("?")
    environment = os.environ | {
        "MONGO_URI": f"{start.rsplit('/', 1)[0]}/{name}?{options}",
        "DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
    }

    def run(*arguments):
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(
            command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    yield run
    connection.connection.drop_database(name)


def test_forwards_and_back(manage):
    manage("migrate")
    assert "No changes detected" in manage("makemigrations", "--check", "--dry-run")
    assert "No planned migration operations" in manage("migrate", "--plan")
    manage("migrate", "appointments", "zero")
    manage("migrate", "guardian", "zero")
    manage("migrate", "sessions", "zero")
    manage("migrate")
    assert "[ ]" not in manage("showmigrations")
