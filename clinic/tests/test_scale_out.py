"""More than one process: whose word counts, who migrates, what plain http costs."""

import os
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings as clinic_settings
from django.core.management import call_command
from django.db import connections

from clinic import doctor, exposure, turns, worker_door
from clinic.tests import started
from scripts.processes import free_port


@pytest.mark.django_db
def test_a_stranger_cannot_give_each_try_another_address(settings, client, ada):
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 2

    def fail(number):
        form = {"email": f"nobody{number}@test.example", "password": "wrong"}
        return client.post("/sign-in/", form, headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code

    assert [fail(number) for number in range(4)][-1] == 429
    settings.TRUSTED_PROXIES = 1
    assert fail(5) != 429, "behind a proxy of ours each caller counts for himself"


@pytest.mark.parametrize(
    ("https", "host", "proxies", "expected"),
    [
        (False, "", 0, [exposure.PLAIN_HTTP]),
        (False, "192.168.1.10", 0, [exposure.PLAIN_HTTP]),
        (False, "127.0.0.1", 0, []),
        (True, "", 0, [exposure.UNKNOWN_PROXY]),
        (True, "", 1, []),
    ],
)
@pytest.mark.django_db
def test_the_start_and_the_doctor_say_what_the_way_to_the_clinic_costs(
    settings, monkeypatch, https, host, proxies, expected
):
    settings.HTTPS, settings.TRUSTED_PROXIES = https, proxies
    monkeypatch.setenv("HOST", host)
    assert list(exposure.warnings()) == expected
    told = [finding.text for finding in doctor.examine() if finding.state == doctor.WARNING]
    assert [text for text in told if text in {exposure.PLAIN_HTTP, exposure.UNKNOWN_PROXY}] == expected


@pytest.mark.parametrize("address", ["http://8.8.8.8", "http://[2001:4860:4860::8888]:5000"])
def test_plain_http_over_the_internet_is_refused(tmp_path, address):
    environment = os.environ | {"PUBLIC_URL": address, "DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-c", "import clinic.settings"]
    run = subprocess.run(
        command, env=environment, cwd=clinic_settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert (run.returncode, len(run.stderr.splitlines())) == (1, 1)
    assert run.stderr.startswith("PUBLIC_URL: ")


@pytest.mark.django_db(transaction=True)
def test_one_prepares_and_the_others_wait(tmp_path, monkeypatch):
    """Several folders, as on several machines: then the database is what they have in common."""
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.01)
    shared = connections["default"].vendor == "sqlite"
    if connections["default"].vendor == "mongodb":
        monkeypatch.setattr(turns, "LEASE_SECONDS", 1)
        assert turns.Lease("killed in its turn").take()
    inside, most, lock = [], [], threading.Lock()

    def prepare(number):
        folder = tmp_path if shared else tmp_path / str(number)
        folder.mkdir(exist_ok=True)
        try:
            with turns.turn(folder):
                with lock:
                    inside.append(number)
                    most.append(len(inside))
                time.sleep(0.05)
                with lock:
                    inside.remove(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=prepare, args=[number]) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 5


def test_a_turn_ends_with_the_process_that_held_it(tmp_path):
    hold = f"from clinic import turns; from pathlib import Path; c = turns._of_folder(Path({str(tmp_path)!r}))"
    hold += "; c.__enter__(); print('held', flush=True); import time; time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", hold], cwd=clinic_settings.BASE_DIR, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        holder.kill()
    with turns._of_folder(tmp_path):
        pass


class TestTheWorkersDoor:
    """A process without web server answers for itself."""

    @pytest.fixture
    def ask(self, settings, monkeypatch):
        settings.PORT = free_port()
        settings.METRICS_TOKEN = "a-token-of-twenty-one"
        monkeypatch.setenv("HOST", "127.0.0.1")

        with worker_door.open_door():
            yield partial(started.ask, settings.PORT)

    def test_it_says_that_it_runs(self, ask):
        assert ask("/healthz") == (200, '{"status": "ok"}')

    def test_figures_are_for_those_with_the_token(self, ask, settings):
        assert ask("/metrics")[0] == ask("/metrics", "wrong")[0] == 401
        status, told = ask("/metrics", "a-token-of-twenty-one")
        assert status == 200
        assert "# TYPE clinic_jobs_total counter" in told
        settings.METRICS_TOKEN = ""
        assert ask("/metrics", "a-token-of-twenty-one")[0] == 404

    def test_nothing_else_is_there(self, ask):
        assert ask("/")[0] == ask("/patients/")[0] == 404


@pytest.mark.django_db
def test_a_half_of_the_clinic_without_redis_is_told_to_share_its_folder(settings):
    from clinic import startup

    settings.REDIS_URL = ""
    assert list(startup.services("worker")) == ["job worker"]
    assert list(startup.services("web")) == ["web server"]
    assert len(startup.services()) == 2
    assert list(startup.role_warnings("web"))
    assert not list(startup.role_warnings(None))
    settings.REDIS_URL = "redis://127.0.0.1:1"
    assert not list(startup.role_warnings("web"))


def test_an_unknown_role_is_refused():
    with pytest.raises(Exception, match="invalid choice"):
        call_command("serve", "--only", "kitchen")


def test_static_files_of_an_image_are_left_alone(settings, tmp_path, monkeypatch):
    from clinic import startup

    settings.STATIC_ROOT = tmp_path
    Path(tmp_path, "staticfiles.json").write_text("{}")
    monkeypatch.setattr(startup.os, "access", lambda *_arguments: False)
    assert not startup.collect_static()
