import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from clinic import supervisor
from clinic.supervisor import Fallen, Service, Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = textwrap.dedent("""
    import signal, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf", flush=True)
    time.sleep(60)
""")


@pytest.fixture(autouse=True)
def own_signals():
    kept = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    yield
    for name, handler in kept.items():
        signal.signal(name, handler)


@pytest.fixture
def start():
    started = []

    def run(**commands):
        services = {name: Service(command) for name, command in commands.items()}
        started.append(Supervisor(services))
        started[-1].start()
        return started[-1]

    yield run
    for each in started:
        each.stop()


def exits_with(code):
    return [sys.executable, "-c", f"raise SystemExit({code})"]


def test_watching_ends_when_the_waiting_is_over(start):
    both = start(web=SLEEP, worker=SLEEP)
    assert both.watch(done=lambda: True)
    assert len(both._alive()) == 2


def test_a_service_that_ends_is_named_with_its_code(start):
    both = start(web=SLEEP, worker=exits_with(3))
    assert not both.watch()
    assert both.fallen == Fallen("worker", 3)
    assert str(both.fallen) == "The worker ended with code 3."


def test_a_killed_service_is_named_with_its_signal(start):
    both = start(web=SLEEP, worker=SLEEP)
    both._running["web"].kill()
    both.watch()
    assert str(both.fallen) == "The web was killed by SIGKILL."


def test_stopping_ends_the_services_that_are_left(start):
    both = start(web=SLEEP, worker=exits_with(3))
    both.watch()
    both.stop()
    assert not both._alive()


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_watching(start, name):
    both = start(web=SLEEP)
    assert not both.watch(done=lambda: signal.raise_signal(name))
    assert both.fallen is None


def test_a_service_that_does_not_listen_is_killed_after_the_grace_time(start, monkeypatch):
    monkeypatch.setattr(supervisor, "GRACE_SECONDS", 0.3)
    one = start(web=[sys.executable, "-c", STUBBORN])
    time.sleep(0.5)
    one.stop()
    assert not one._alive()


def test_asking_twice_does_not_wait_for_the_grace_time(start):
    one = start(web=[sys.executable, "-c", STUBBORN])
    time.sleep(0.5)
    begin = time.monotonic()
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    one.stop()
    assert time.monotonic() - begin < 5


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a killed parent")
def test_a_killed_supervisor_leaves_no_orphans():
    script = f"""
        from clinic.supervisor import Service, Supervisor
        one = Supervisor({{"web": Service({SLEEP!r})}})
        one.start()
        print(one._running["web"].pid, flush=True)
        one.watch()
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True)
    with parent:
        child = int(parent.stdout.readline())
        parent.kill()
    assert is_gone(child)


def is_gone(pid):
    for _attempt in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        # Nobody may be there to bury it; a dead process is gone all the same.
        if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return True
        time.sleep(0.1)
    return False
