"""What `serve` says and how it ends, without starting processes."""

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import OperationalError

from clinic import startup
from clinic.management.commands import serve
from clinic.supervisor import Fallen

pytestmark = pytest.mark.django_db


class FakeSupervisor:
    """Reports health if it is `healthy`, then falls with `fallen` or is asked to stop."""

    healthy = True
    fallen = None

    def __init__(self, services, log):
        self.stopped = False

    def start(self):
        pass

    def watch(self, done=None):
        return self.healthy and done is not None

    def stop(self):
        self.stopped = True


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command; what it printed and its exit code (0 when it returned)."""
    monkeypatch.setenv("DEMO", "0")
    monkeypatch.setattr(serve, "Supervisor", FakeSupervisor)
    monkeypatch.setattr(serve.signal, "signal", lambda *_args: None)
    monkeypatch.setattr(startup, "port_problem", lambda: "")
    monkeypatch.setattr(startup, "collect_static", lambda: False)
    # The test's own transaction lives on the connection.
    monkeypatch.setattr(serve.connections, "close_all", lambda: None)

    def call():
        code = 0
        try:
            call_command("serve")
        except SystemExit as stop:
            code = stop.code
        printed = capsys.readouterr()
        return printed.out + printed.err, code

    return call


def raises(error):
    def fail(*_args, **_options):
        raise error

    return fail


def test_the_demo_people_are_listed_with_their_password(run, monkeypatch, make_user):
    monkeypatch.setenv("DEMO_PASSWORD", "four words of mine")
    make_user("Ada", "admin", email="ada@demo.example")
    said, code = run()
    assert all(email in said for email in startup.DEMO_PEOPLE)
    assert "four words of mine" in said
    assert code == 0


def test_an_empty_clinic_shows_the_way_to_its_first_admin(run, monkeypatch):
    monkeypatch.setattr(serve.first_run, "issue_code", lambda: "K7PX-2M4Q")
    said, _code = run()
    assert "/first-run/" in said
    assert "K7PX-2M4Q" in said


def test_a_clinic_in_use_shows_its_address_only(run, ada):
    said, _code = run()
    assert "The clinic is open" in said
    assert "first-run" not in said
    assert "Sign in as" not in said


def test_demo_data_is_made_where_it_is_wanted(run, monkeypatch, ada):
    called = []
    monkeypatch.setattr(startup, "wants_demo", lambda: True)
    monkeypatch.setattr(serve, "call_command", lambda name, **_options: called.append(name))
    run()
    assert called == ["migrate", "demo"]


def test_a_service_that_falls_at_the_start_is_named(run, monkeypatch):
    monkeypatch.setattr(FakeSupervisor, "healthy", False)
    monkeypatch.setattr(FakeSupervisor, "fallen", Fallen("web server", 3))
    said, code = run()
    assert "The web server ended with code 3. Everything has been stopped." in said
    assert "The clinic is open" not in said
    assert code == 1


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OperationalError("no such host"), "The database cannot be used: no such host"),
        (SystemCheckError("SystemCheckError: a setting is wrong"), "a setting is wrong"),
        (CommandError("the manifest is broken"), "the manifest is broken"),
    ],
)
def test_a_failed_preparation_is_a_line_and_no_trace(run, monkeypatch, error, line):
    monkeypatch.setattr(startup, "collect_static", raises(error))
    said, code = run()
    assert line in said
    assert "Traceback" not in said
    assert code == 1


def test_ctrl_c_during_the_preparation_is_no_failure(run, monkeypatch):
    monkeypatch.setattr(startup, "collect_static", raises(KeyboardInterrupt))
    said, code = run()
    assert said.rstrip().endswith("Stopped.")
    assert code == 0


def test_a_taken_port_ends_the_start(run, monkeypatch):
    monkeypatch.setattr(startup, "port_problem", lambda: "Port 5000 cannot be used.")
    said, code = run()
    assert (said, code) == ("Port 5000 cannot be used.\n", 1)
