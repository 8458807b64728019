"""The whole clinic, started as a person starts it, in a folder and on a port of its own."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from clinic.tests.started import Serving
from scripts.processes import free_port

pytestmark = [
    pytest.mark.slow,
    pytest.mark.once(reason="one computer, which is SQLite; several processes on a server: test_scaled_out.py"),
]


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def clinic(tmp_path, port):
    running = Clinic(tmp_path, port)
    yield running
    running.end()


class Clinic(Serving):
    """The whole clinic."""

    def __init__(self, folder, port):
        self.environment = {"DATA_DIR": str(folder / "data"), "PORT": str(port)}
        self.url = f"http://127.0.0.1:{port}"
        self.output = folder / "output"
        self.process = None

    def start(self, **more):
        self.launch(self.environment | more)
        return self

    def open(self):
        return self.until("The clinic is open")

    def children(self):
        lines = subprocess.check_output(["ps", "-A", "-ww", "-o", "ppid=,pid=,args="], text=True)
        return dict(re.findall(rf"^ *{self.process.pid} +(\d+) .*?(gunicorn|run_huey)", lines, re.MULTILINE))

    def pid_of(self, what):
        return next(int(pid) for pid, name in self.children().items() if name == what)

    def ended(self):
        return self.process.wait(timeout=60)

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.ended()


def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_an_empty_clinic_opens_with_a_code_for_its_first_admin(clinic):
    clinic.start().open()
    with urllib.request.urlopen(f"{clinic.url}/healthz") as answer:
        assert answer.status == 200
    clinic.until(f"{clinic.url.replace('127.0.0.1', 'localhost')}/first-run/").until("one-time code")
    assert re.search(r"one-time code \S{6,}", clinic.said)


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_and_is_no_failure(clinic, port, name):
    clinic.start().open().process.send_signal(name)
    assert clinic.ended() == 0
    assert clinic.said.rstrip().endswith("Stopped.")
    assert is_free(port)


@pytest.mark.parametrize(("what", "called"), [("run_huey", "job worker"), ("gunicorn", "web server")])
def test_if_one_falls_both_stop_and_one_line_says_which(clinic, port, what, called):
    clinic.start().open()
    os.kill(clinic.pid_of(what), signal.SIGKILL)
    assert clinic.ended() == 1
    assert f"The {called} was killed by SIGKILL. Everything has been stopped." in clinic.said.splitlines()
    assert is_free(port)


def test_a_taken_port_is_one_line_before_anything_else(clinic, port):
    with socket.create_server(("127.0.0.1", port)):
        assert clinic.start().ended() == 1
    assert (
        clinic.said
        == f"Port {port} cannot be used: Address already in use. Choose another one: PORT={port + 1} make run\n"
    )
    assert not Path(clinic.environment["DATA_DIR"], "clinic.sqlite3").exists()


def test_what_the_clinic_keeps_is_for_its_own_account_only(clinic):
    clinic.start().open()
    assert Path(clinic.environment["DATA_DIR"]).stat().st_mode & 0o077 == 0


def test_a_database_that_is_not_there_is_one_line(clinic):
    assert clinic.start(DATABASE_URL="postgres://clinic@127.0.0.1:1/clinic").ended() == 1
    assert "The database cannot be used: " in clinic.said
    assert "Traceback" not in clinic.said


def test_a_second_start_collects_no_static_files(clinic):
    clinic.start().open().end()
    stamp = Path(clinic.environment["DATA_DIR"], "static", "staticfiles.json")
    first = stamp.stat().st_mtime_ns
    clinic.start().open()
    assert stamp.stat().st_mtime_ns == first


def test_a_killed_supervisor_takes_its_children_along(clinic, port):
    clinic.start().open()
    assert sorted(clinic.children().values()) == ["gunicorn", "run_huey"]
    clinic.process.kill()
    clinic.ended()
    deadline = time.monotonic() + 20
    while not is_free(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert is_free(port)


def test_a_search_of_ten_thousand_letters_is_answered(clinic):
    clinic.start().open()
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{clinic.url}/api/patients?search={'%F0%9F%98%80' * 10_000}")
    assert caught.value.code == 401  # by the API itself: the web server has let it in
