"""The table of the benchmark, and one whole run of it."""

import subprocess
import sys

import pytest

from scripts.benchmark.table import Timing, markdown
from scripts.services import ROOT

pytestmark = pytest.mark.once(reason="the benchmark chooses its databases itself")


def test_the_ratio_is_of_medians_to_the_first_database():
    timings = {
        "sqlite": {"Book": Timing([1.0, 2.0, 3.0], 30)},
        "mongo": {"Book": Timing([6.0, 5.0, 99.0], 31)},
    }
    head, _rule, row = markdown(timings)
    assert "MongoDB : SQLite" in head
    assert row.startswith("| Book | 2.0 / ")
    assert row.endswith("(31) | 3.00 |")


def _run(*options):
    command = [sys.executable, "-m", "scripts.benchmark", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)


@pytest.mark.slow
def test_every_task_does_its_work():
    done = _run("--databases", "sqlite", "--patients", "60", "--rounds", "1", "--times", "2")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 2 + 10  # head, rule, tasks


@pytest.mark.slow
def test_a_clinic_that_fails_is_told():
    done = _run("--databases", "sqlite", "--patients", "3")
    assert done.returncode == 1
    assert "--patients must be from 10" in done.stderr
    assert not done.stdout
