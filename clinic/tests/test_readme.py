"""The README's walk through the API is executed as it stands there."""

import json
import re
import subprocess
from pathlib import Path

import pytest

README = Path(__file__).resolve().parent.parent.parent / "README.md"


def walk_through():
    section = README.read_text().split("## The API in a minute")[1].split("\n## ")[0]
    return "\n".join(re.findall(r"```sh\n(.*?)```", section, re.DOTALL))


@pytest.fixture
def answers(live_server, practice, dana, tmp_path):
    """Every JSON line that the walk prints, against a clinic in which Dana has the demo people's password."""
    from conftest import PASSWORD

    dana.email = "dana@demo.example"
    dana.save(update_fields=["email"])
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "demo_password").write_text(PASSWORD)
    script = walk_through().replace("http://localhost:5000", live_server.url)
    done = subprocess.run(
        ["bash", "-euc", script], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.usefixtures("seeded")
@pytest.mark.django_db(transaction=True)
def test_the_walk_through_does_what_it_says(answers):
    registered, signed_in, booked, patients, appointments = answers
    assert registered["message"] == "User registered successfully"
    assert signed_in["role"] == "patient"
    assert booked["message"] == "Appointment scheduled successfully"
    assert {"John Doe", "Jane Doe"} <= {patient["name"] for patient in patients}
    assert [appointment["_id"] for appointment in appointments] == [booked["appointmentId"]]
    assert appointments[0]["patient"] == "Jane Doe"
