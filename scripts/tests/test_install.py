"""`make run` and `make test` prepare .venv with this script; here a fake python writes down what it is asked."""

import shutil
import subprocess

import pytest

from scripts.tree import ROOT

FAKE = """#!/bin/sh
echo "$@" >>{log}
case "$*" in
    *version_info*) exit {too_old} ;;
    *venv*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    *pip\\ install*) exit {install} ;;
esac
"""


@pytest.fixture
def install(tmp_path):
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts/install.sh", tmp_path / "scripts")
    (tmp_path / "requirements.txt").write_text("Django==5.2.19\n")
    python = tmp_path / "python"

    def run(name=python, too_old=0, install=0):
        python.write_text(FAKE.format(log=tmp_path / "log", too_old=too_old, install=install))
        python.chmod(0o755)
        (tmp_path / "log").unlink(missing_ok=True)
        command = ["sh", "scripts/install.sh", "requirements.txt"]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            env={"PYTHON": str(name), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        asked = (tmp_path / "log").read_text() if (tmp_path / "log").exists() else ""
        return done, asked.count("pip install")

    run.folder = tmp_path
    return run


def test_the_first_time_everything_is_installed(install):
    done, installs = install()
    assert (done.returncode, installs) == (0, 1)
    assert done.stdout.splitlines()[0] == "Making a virtual environment ..."


def test_the_second_time_nothing_is(install):
    install()
    done, installs = install()
    assert (done.returncode, done.stdout, installs) == (0, "", 0)


def test_changed_requirements_are_installed(install):
    install()
    (install.folder / "requirements.txt").write_text("Django==5.2.20\n")
    assert install()[1] == 1


def test_a_failed_installation_is_tried_again(install):
    done, _installs = install(install=1)
    assert done.returncode == 1
    assert "The installation failed" in done.stderr


def test_no_python_is_one_line(install):
    done, _installs = install(name="no-such-python")
    assert done.returncode == 1
    assert done.stderr.startswith("Python is not installed. The clinic needs Python 3.11 or newer")


def test_an_old_python_is_one_line(install):
    done, _installs = install(too_old=1)
    assert done.returncode == 1
    assert done.stderr.startswith("The clinic needs Python 3.11 or newer;")
