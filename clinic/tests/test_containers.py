"""The image and compose.yaml: what can be told without Docker, and the image's very steps."""

import re
import stat
import subprocess
import sys
from pathlib import Path

import compose_spec
import pytest
import yaml
from django.conf import settings

from clinic import container_keys
from scripts import dockerfile

ROOT = Path(settings.BASE_DIR)
DOCKERFILE = (ROOT / "Dockerfile").read_text()
STAGES = dockerfile.parse(DOCKERFILE)
# What the Compose Specification knows of a service, as far as a clinic could want it.
SERVICE_KEYS = set(
    "build image restart init read_only tmpfs cap_drop cap_add security_opt stop_grace_period env_file volumes "
    "depends_on command environment ports entrypoint user network_mode healthcheck configs profiles".split()
)
CONDITIONS = {"service_started", "service_healthy", "service_completed_successfully"}
A_SECRET = re.compile(
    r"(?i)\b[\w-]*(password|secret|token|_key)\b\s*[:=]\s*[\"']?(?!/run/keys|require\(|\$|>)[\w+/-]{6,}"
)


@pytest.fixture(scope="module")
def text():
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", (ROOT / "compose.yaml").read_text())


@pytest.fixture
def compose(text):
    return yaml.safe_load(text)


def test_every_stage_stands_on_one_base_with_a_patch_version():
    assert {stage.base for stage in STAGES} == {STAGES[0].base}
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?", STAGES[0].base)


def test_the_image_runs_as_nobody_in_particular_and_keeps_its_data_in_a_volume():
    last = STAGES[-1]
    assert last.last("USER") == "10001:10001"
    assert [word for word, _ in last.steps].index("USER") > max(
        number for number, (word, _) in enumerate(last.steps) if word in {"RUN", "COPY"}
    )
    assert last.last("VOLUME") == "/data"
    assert last.last("EXPOSE") == "5000"
    assert last.command("ENTRYPOINT") + last.command("CMD") == ["python", "manage.py", "serve"]
    assert "/healthz" in last.command("HEALTHCHECK")[-1]


def test_the_last_stage_takes_nothing_but_what_was_built():
    assert [rest.split()[0] for word, rest in STAGES[-1].steps if word == "COPY"] == ["--from=packages", "--from=pages"]


def test_no_secret_test_or_tool_goes_into_the_image():
    taken = [path.relative_to(ROOT) for path in dockerfile.context(ROOT)]
    assert Path("manage.py") in taken
    assert Path("requirements.txt") in taken
    tops = {path.parts[0] for path in taken}
    assert tops == set(
        "LICENSE accounts appointments charting clinic core manage.py patients portal requirements.txt "
        "static templates".split()
    ) | ({"locale"} if (ROOT / "locale").exists() else set())
    assert not [path for path in taken if "tests" in path.parts or path.suffix in {".pyc", ".sqlite3"}]
    assert not A_SECRET.search(DOCKERFILE)


@pytest.mark.needs("hadolint")
def test_hadolint_has_nothing_to_say():
    run = subprocess.run(["hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "")


def test_compose_follows_the_specification(text):
    compose_spec.PyCompose.from_yaml(yaml.safe_dump(yaml.safe_load(text))).validate()


def test_compose_has_no_word_that_means_nothing(compose):
    assert {key for key in compose if not key.startswith("x-")} == {"name", "services", "configs", "volumes"}
    for name, service in compose["services"].items():
        assert set(service) <= SERVICE_KEYS, name
        for other, how in service.get("depends_on", {}).items():
            assert how["condition"] in CONDITIONS
            assert how["condition"] != "service_healthy" or "test" in compose["services"][other]["healthcheck"]
        for mount in service.get("volumes", []):
            assert mount.split(":")[0] in compose["volumes"], (name, mount)


def test_one_command_brings_the_services_that_a_clinic_needs(compose):
    without_profile = {name for name, service in compose["services"].items() if "profiles" not in service}
    assert without_profile == {"web", "worker", "keys", "mongo", "redis"}
    for name in ("web", "worker"):
        waits = {other: how["condition"] for other, how in compose["services"][name]["depends_on"].items()}
        assert waits == {
            "keys": "service_completed_successfully",
            "mongo": "service_healthy",
            "redis": "service_healthy",
        }
        assert compose["services"][name]["command"] == ["serve", "--only", name]


def test_our_containers_cannot_write_or_rise(compose):
    for name in ("web", "worker"):
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["tmpfs"] == ["/tmp"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "keys:/run/keys:ro" in service["volumes"]
    assert compose["services"]["keys"]["network_mode"] == "none"


def test_only_the_web_server_is_reached_from_outside(compose):
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["web"]


def test_images_of_others_have_a_patch_version(compose):
    for name in ("mongo", "redis", "elasticsearch"):
        assert re.fullmatch(r"[a-z]+:\d+\.\d+\.\d+(-\w+)?", compose["services"][name]["image"])


def test_no_password_stands_in_the_file_and_each_one_named_is_made(text, tmp_path):
    assert not A_SECRET.search(text)
    container_keys.make(tmp_path)
    named = set(re.findall(r"/run/keys/([\w.]+)", text))
    assert named <= {path.name for path in tmp_path.iterdir()}, named


def test_a_password_in_the_file_would_be_found():
    assert A_SECRET.search("POSTGRES_PASSWORD: changeme")
    assert A_SECRET.search("ENV SECRET_KEY=abcdefgh")


def test_passwords_are_made_once_and_closed_to_others(tmp_path):
    assert container_keys.make(tmp_path)
    first = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert not container_keys.make(tmp_path)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == first
    for path in tmp_path.iterdir():
        assert path.name == "complete" or stat.S_IMODE(path.stat().st_mode) == 0o400
    assert first["mongo_password"] in first["mongo_uri"]
    assert first["redis_password"] in first["redis_url"]
    assert f"requirepass {first['redis_password']}" in first["redis.conf"].splitlines()
    assert len(set(first.values())) == len(first)


def test_an_interrupted_making_is_made_good(tmp_path):
    (tmp_path / "mongo_password").touch(mode=0o400)
    assert container_keys.make(tmp_path)
    assert (tmp_path / "mongo_password").read_text()


def test_what_compose_gives_the_clinic_is_taken(tmp_path):
    container_keys.make(tmp_path)
    files = {"MONGO_URI_FILE": str(tmp_path / "mongo_uri"), "REDIS_URL_FILE": str(tmp_path / "redis_url")}
    show = "from clinic import settings as s; print(s.DATABASES['default']['NAME'], s.REDIS_URL.rpartition('@')[2])"
    command = [sys.executable, "-c", show]
    told = subprocess.check_output(
        command, env=files | {"DATA_DIR": str(tmp_path / "data"), "PATH": "/usr/bin"}, cwd=ROOT
    )
    assert told.decode().split() == ["clinic", "redis:6379/0"]


@pytest.mark.slow
@pytest.mark.once(reason="a container begins with SQLite")
def test_the_steps_of_the_image_make_a_clinic_that_answers():
    run = subprocess.run(
        [sys.executable, "-m", "scripts.container_steps"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert 'answers: /healthz {"status": "ok"}' in run.stdout
    assert "stopped with code 0; wrote nothing outside /data and /tmp" in run.stdout
    copied = float(re.search(r"([\d.]+) MB  copied onto", run.stdout).group(1))
    assert copied < 400, "something large went into the image"
